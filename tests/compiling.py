"""Books that are loaded again as they were are compiled once, in tests that are about something else."""

from __future__ import annotations

from collections import OrderedDict

import pytest

from planshift import book
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.document import BookDocument
from planshift.rulebook.from_policy import compile_book
from planshift.rulebook.rulebook import Rulebook

Compiled = tuple[Rulebook | None, tuple[Diagnostic, ...]]

MOST = 24
"""So many of them are kept."""

_made: OrderedDict[str, tuple[BookDocument, Compiled]] = OrderedDict()


@pytest.fixture(autouse=True)
def compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page asks one book a dozen things, each by a command of its own, and others begin with the same shop."""
    monkeypatch.setattr(book, "compile_book", _compiled)


def _compiled(document: BookDocument, *, digest_of: str) -> Compiled:
    before, made = _made.get(digest_of, (None, None))
    if made is None or before != document:  # the digest leaves out what is said to customers
        made = compile_book(document, digest_of=digest_of)
    _made[digest_of] = document, made
    _made.move_to_end(digest_of)
    while len(_made) > MOST:
        _made.popitem(last=False)
    return made
