"""A small book for tests: the base of `tests/diagnostics`, as texts that a test may change."""

from __future__ import annotations

from pathlib import Path

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.document import BookDocument
from planshift.policy.from_yaml import read_book_text

BASE = Path(__file__).parents[1] / "diagnostics/base"


def files(**changed: str) -> dict[str, str]:
    """The texts of the book by file name; `policy="..."` puts another text in place of `policy.yaml`."""
    found = {
        path.relative_to(BASE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(BASE.rglob("*"))
        if path.is_file()
    }
    return found | {f"{name}.yaml": text for name, text in changed.items()}


def book(texts: dict[str, str] | None = None) -> BookDocument:
    """The book of some texts, which must have no mistake."""
    document, problems, _ = read_book_text(texts if texts is not None else files())
    assert problems == ()
    assert document is not None
    return document


def problems_of(texts: dict[str, str]) -> tuple[Diagnostic, ...]:
    """What is wrong with a book."""
    return read_book_text(texts)[1]


def codes_of(texts: dict[str, str]) -> list[str]:
    """The codes of what is wrong with a book."""
    return [problem.code for problem in problems_of(texts)]
