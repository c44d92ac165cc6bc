"""Checking a book without compiling its kernel: everything that can be known without running anything.

It imports no more than that takes, because a check is what a policy's author waits for most often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.policy.document import BookDocument
from planshift.policy.from_yaml import Sources, read_book, uncollected
from planshift.rulebook.analysis.passes import analyse
from planshift.rulebook.passes import run_passes

POLICY = "policy.yaml"


@final
@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that is wrong with a book, the texts it was found in, and the document where it could be read."""

    document: BookDocument | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Sources


def books_in(path: Path) -> tuple[Path, ...]:
    """The books at a path: itself, or those in its folders where it is a folder of books."""
    if not path.is_dir() or path.joinpath(POLICY).exists():
        return (path,)
    return tuple(sorted(policy.parent for policy in path.glob(f"*/{POLICY}"))) or (path,)


def check_book(path: Path, *, on: date | None = None) -> Checked:
    """Check policy, catalog and rules of one book; its examples are checked by `checking_examples`.

    `on` is the day on which prices count as sold or not sold any more.
    """
    with uncollected():
        document, problems, sources = read_book(path)
        found = problems
        if document is not None:
            draft = run_passes(document, on=on)
            found = (*problems, *draft.diagnostics, *analyse(draft))
        return Checked(document, sort_diagnostics(found), sources)
