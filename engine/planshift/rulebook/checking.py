"""Checking a book without compiling its kernel: everything that can be known without running anything.

It imports no more than that takes, because a check is what a policy's author waits for most often.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import final

from planshift.billing.garbage import uncollected
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.repairing import settled
from planshift.expressions.kept import KeptOne
from planshift.policy.document import BookDocument
from planshift.policy.from_yaml import read_book
from planshift.policy.kept_reading import KeptReading
from planshift.policy.shelf import FolderShelf, Shelf
from planshift.rulebook.analysis.kept_scenes import KeptScenes
from planshift.rulebook.analysis.passes import analyse
from planshift.rulebook.checked import Checked
from planshift.rulebook.kept_checks import KeptChecks
from planshift.rulebook.kept_examples import KeptExamples
from planshift.rulebook.passes import run_passes

POLICY = "policy.yaml"
ADAPTERS = "adapters.yaml"
EXAMPLES = ("cases/", "subscriptions/")


def books_in(path: Path) -> tuple[Path, ...]:
    """The books at a path: itself, or those in its folders where it is a folder of books."""
    if not path.is_dir() or path.joinpath(POLICY).exists():
        return (path,)
    return tuple(sorted(policy.parent for policy in path.glob(f"*/{POLICY}"))) or (path,)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBook:
    """What was read of one book, and found out about it, when it was checked the last time."""

    reading: KeptReading = field(default_factory=KeptReading)
    checks: KeptChecks = field(default_factory=KeptChecks)
    scenes: KeptScenes = field(default_factory=KeptScenes)
    examples: KeptExamples = field(default_factory=KeptExamples)
    found: KeptOne[tuple[Diagnostic, ...]] = field(default_factory=KeptOne)
    """Everything wrong with policy, catalog and rules, by their texts."""


def check_book(
    path: Path, *, on: date | None = None, shelf: Shelf | None = None, kept: KeptBook | None = None
) -> Checked:
    """Check policy, catalog and rules of one book, without its examples.

    `on` is the day on which prices count as sold or not sold any more. `shelf` holds other texts than the folder.
    `kept` is what is known of the book from the last time.
    """
    kept = kept or KeptBook()
    with uncollected():
        document, problems, sources = read_book(path, shelf, kept=kept.reading)
        if document is None:
            return Checked(None, problems, sources)
        basis = sources, problems, on
        found = kept.found.of(basis)
        if found is None:
            found = kept.found.keep(basis, _found(document, problems, on=on, kept=kept))
        return Checked(document, found, sources)


def _found(
    document: BookDocument, problems: tuple[Diagnostic, ...], *, on: date | None, kept: KeptBook
) -> tuple[Diagnostic, ...]:
    """Everything wrong with a book that could be read."""
    draft = run_passes(document, on=on, kept=kept.checks)
    found = (*problems, *draft.diagnostics)
    if not has_errors(found):
        found += analyse(draft, kept.scenes)
    return sort_diagnostics(found)


def check_all(
    path: Path, *, on: date | None = None, shelf: Shelf | None = None, kept: KeptBook | None = None
) -> Checked:
    """Check one book with what stands beside its policy; of each repair it is known then whether it is safe.

    These are its cases, subscriptions, messages and the choice of adapters.
    They are read only where there are some: their models take time to load.
    """
    with uncollected():
        kept = kept or KeptBook()
        checked = check_book(path, on=on, shelf=shelf, kept=kept)
        files = shelf or FolderShelf(path)
        document = checked.document
        speaks = document is not None and (document.messages or document.policy.language != "en")
        if speaks or any(name.startswith(EXAMPLES) for name in files.names()):
            from planshift.rulebook.checking_examples import with_examples  # noqa: PLC0415  # see the docstring

            checked = with_examples(checked, files, kept=kept.examples)
        if files.has(ADAPTERS):
            from planshift.rulebook.checking_adapters import with_adapters  # noqa: PLC0415  # as above

            checked = with_adapters(checked, files)
        return Checked(checked.document, settled(checked.diagnostics, checked.sources), checked.sources)
