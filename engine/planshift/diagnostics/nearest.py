"""The nearest known name to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 80  # a name longer than this is no slip of the keyboard, and comparing costs its length squared
_CUTOFF = 0.66


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that `name` was most likely meant to be, or None when nothing is near.

    Case is ignored. The answer does not depend on the order of the candidates.
    """
    if not name or len(name) > _LONGEST:
        return None
    wanted = name.casefold()
    by_fold: dict[str, str] = {}
    for candidate in sorted(candidates):
        if 0 < len(candidate) <= _LONGEST:
            by_fold.setdefault(candidate.casefold(), candidate)
    if wanted in by_fold:
        return by_fold[wanted]
    found = difflib.get_close_matches(wanted, by_fold, n=1, cutoff=_CUTOFF)
    return by_fold[found[0]] if found else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Return the help sentence that offers the nearest candidate, or None when nothing is near."""
    found = nearest(name, candidates)
    return None if found is None else f"did you mean `{found}`?"
