"""Checking a book without compiling its kernel: everything that can be known without running anything.

It imports no more than that takes, because a check is what a policy's author waits for most often.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from planshift.diagnostics.diagnostic import has_errors, sort_diagnostics
from planshift.diagnostics.repairing import settled
from planshift.policy.from_yaml import read_book, uncollected
from planshift.policy.shelf import FolderShelf, Shelf
from planshift.rulebook.analysis.passes import analyse
from planshift.rulebook.checked import Checked
from planshift.rulebook.passes import run_passes

POLICY = "policy.yaml"
ADAPTERS = "adapters.yaml"
EXAMPLES = ("cases/", "subscriptions/")


def books_in(path: Path) -> tuple[Path, ...]:
    """The books at a path: itself, or those in its folders where it is a folder of books."""
    if not path.is_dir() or path.joinpath(POLICY).exists():
        return (path,)
    return tuple(sorted(policy.parent for policy in path.glob(f"*/{POLICY}"))) or (path,)


def check_book(path: Path, *, on: date | None = None, shelf: Shelf | None = None) -> Checked:
    """Check policy, catalog and rules of one book, without its examples.

    `on` is the day on which prices count as sold or not sold any more. `shelf` holds other texts than the folder.
    """
    with uncollected():
        document, problems, sources = read_book(path, shelf)
        found = problems
        if document is not None:
            draft = run_passes(document, on=on)
            found = (*problems, *draft.diagnostics)
            if not has_errors(found):
                found += analyse(draft)
        return Checked(document, sort_diagnostics(found), sources)


def check_all(path: Path, *, on: date | None = None, shelf: Shelf | None = None) -> Checked:
    """Check one book with what stands beside its policy; of each repair it is known then whether it is safe.

    These are its cases, subscriptions, messages and the choice of adapters.
    They are read only where there are some: their models take time to load.
    """
    checked = check_book(path, on=on, shelf=shelf)
    files = shelf or FolderShelf(path)
    document = checked.document
    speaks = document is not None and (document.messages or document.policy.language != "en")
    if speaks or any(name.startswith(EXAMPLES) for name in files.names()):
        from planshift.rulebook.checking_examples import with_examples  # noqa: PLC0415  # see the docstring

        checked = with_examples(checked, files)
    if files.has(ADAPTERS):
        from planshift.rulebook.checking_adapters import with_adapters  # noqa: PLC0415  # as above

        checked = with_adapters(checked, files)
    return Checked(checked.document, settled(checked.diagnostics, checked.sources), checked.sources)
