"""The passes between a policy document and its rulebook, in the one order in which they run.

Each pass takes the draft, adds to it, and leaves mistakes in it as diagnostics; all are reported together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from planshift.policy.document import BookDocument
from planshift.rulebook.conflicts import find_conflicts
from planshift.rulebook.dangling import find_dangling
from planshift.rulebook.draft import Draft
from planshift.rulebook.holders import resolve_holders
from planshift.rulebook.kept_checks import KeptChecks
from planshift.rulebook.ladder import resolve_groups, resolve_paths
from planshift.rulebook.money_checks import check_amounts
from planshift.rulebook.rules import check_book_rules

Pass = Callable[[Draft], None]

PASSES: tuple[Pass, ...] = (
    resolve_groups,
    resolve_paths,
    resolve_holders,
    check_amounts,
    check_book_rules,
    find_conflicts,
    find_dangling,
)


def run_passes(document: BookDocument, *, on: date | None = None, kept: KeptChecks | None = None) -> Draft:
    """The draft of a document after all passes, with everything that is wrong with it; on a day where one is given.

    `kept` is what the passes made of the book before.
    """
    draft = Draft.of(document, on=on, kept=kept)
    for run in PASSES:
        run(draft)
    return draft
