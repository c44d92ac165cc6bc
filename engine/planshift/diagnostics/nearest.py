"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_MOST_LISTED = 8  # more names than that are no help at a glance
_LONGEST = 80  # a name longer than this is no slip of the keyboard, and comparing costs its length squared


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that `name` was most likely meant to be, or None when nothing is near.

    Near is what one to three slips of the keyboard explain. Case is ignored. The answer does not depend on the order of
    the candidates.
    """
    if not name or len(name) > _LONGEST:
        return None
    wanted, letters = _profile(name)
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if not candidate or len(candidate) > _LONGEST:
            continue
        folded, others = _profile(candidate)
        limit = _limit(wanted, folded) if best is None else min(_limit(wanted, folded), best[0])
        # a slip changes the length by one at most, and puts one letter in the place of another
        if abs(len(folded) - len(wanted)) > limit or (letters ^ others).bit_count() > 2 * limit:
            continue
        slips = _slips(wanted, folded, limit=limit)
        if slips <= limit and (best is None or (slips, candidate) < best):
            best = slips, candidate
    return None if best is None else best[1]


def only_nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the nearest candidate where it is the only one so near, and most letters of `name` are right."""
    known = frozenset(candidates)
    found = nearest(name, known)
    if found is None:
        return None
    slips = _slips(name.casefold(), found.casefold(), limit=len(name))
    second = nearest(name, known - {found})
    rival = len(name) if second is None else _slips(name.casefold(), second.casefold(), limit=len(name))
    return found if 3 * slips <= len(name) and slips < rival else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Return the help sentence that offers the nearest candidate, or None when nothing is near."""
    found = nearest(name, candidates)
    return None if found is None else f"did you mean `{found}`?"


def known_names(name: str, candidates: Iterable[str]) -> str | None:
    """Return the help sentence that offers the nearest candidate or else, where they are few, all of them."""
    found = sorted(candidates)
    listed = f"known here: {', '.join(f'`{each}`' for each in found)}" if 0 < len(found) <= _MOST_LISTED else None
    return did_you_mean(name, found) or listed


@lru_cache(maxsize=20_000)
def _profile(name: str) -> tuple[str, int]:
    """The name without its case, and which letters are in it, as bits."""
    folded = name.casefold()
    letters = 0
    for letter in folded:
        letters |= 1 << (ord(letter) % 64)
    return folded, letters


def _limit(one: str, other: str) -> int:
    longest = max(len(one), len(other))
    return 1 if longest < 6 else 2 if longest < 20 else 3


def _slips(one: str, other: str, *, limit: int) -> int:
    """How many letters were left out, added, mistaken or swapped with their neighbour; beyond `limit` any more."""
    # what both begin with and end with cannot differ, and names of one book have much of it in common
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[start:], other[start:]
    ends = zip(reversed(one), reversed(other), strict=False)
    end = next((i for i, (a, b) in enumerate(ends) if a != b), min(len(one), len(other)))
    one, other = one[: len(one) - end], other[: len(other) - end]
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        above, last, row = row, above, [i]
        for j, wanted in enumerate(other, start=1):
            slips = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                slips = min(slips, last[j - 2] + 1)
            row.append(slips)
        if min(row) > limit:
            break
    return row[-1]
