"""Policy documents -> the compiled rulebook, in the passes that `PASSES` names, in that order.

Each pass takes the draft, adds to it, and leaves mistakes in it as diagnostics; all are reported together.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.document import BookDocument
from planshift.rulebook.conflicts import find_conflicts
from planshift.rulebook.draft import Draft
from planshift.rulebook.holders import resolve_holders
from planshift.rulebook.ladder import resolve_groups, resolve_paths
from planshift.rulebook.money_checks import check_amounts
from planshift.rulebook.rulebook import Rulebook
from planshift.rulebook.rules import check_book_rules, lower_book_rules

Pass = Callable[[Draft], None]

PASSES: tuple[Pass, ...] = (
    resolve_groups,
    resolve_paths,
    resolve_holders,
    check_amounts,
    check_book_rules,
    find_conflicts,
)


def compile_book(document: BookDocument, *, digest_of: str) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
    """The rulebook, and everything that is wrong with the book; no rulebook when something is.

    `digest_of` is the text that identifies this version of the book: its files in order.
    """
    draft = Draft.of(document)
    for run in PASSES:
        run(draft)
    diagnostics = tuple(draft.diagnostics)
    if any(diagnostic.is_error for diagnostic in diagnostics):
        return None, diagnostics
    rulebook = Rulebook(
        document=document,
        digest=sha256(digest_of.encode()).hexdigest(),
        name=document.policy.book,
        zone=document.policy.timezone,
        tables=draft.tables,
        ladder=draft.ladder,
        holders=draft.holders,
        lower_rules=lower_book_rules(draft),
        typed_rules=draft.rules,
    )
    return rulebook, diagnostics
