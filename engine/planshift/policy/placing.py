"""Reading a validated document further: looking up places, gathering what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar, final

from planshift.diagnostics.diagnostic import Diagnostic, Severity
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span
from planshift.policy.located import Located, follow
from planshift.policy.mistakes import Mistake, Mistakes
from planshift.policy.validation import Path, key_place, place, problem_at

T = TypeVar("T")


@final
class Placing:
    """One document's tree with the problems found while reading it."""

    def __init__(self, root: Located) -> None:
        self.root = root
        self.problems: list[Diagnostic] = []

    def node(self, path: Path) -> Located:
        """Return the value at `path`, or what the path leads to as far as the tree goes."""
        return follow(self.root, path).value

    def span(self, *path: str | int) -> Span:
        """Return the place of the value at `path`."""
        return place(self.root, path)

    def key(self, *path: str | int) -> Span:
        """Return the place of the key at `path`."""
        return key_place(self.root, path)

    def report(
        self,
        code: str,
        message: str,
        *,
        path: Path,
        help_text: str | None = None,
        on_key: bool = False,
        severity: Severity = "error",
    ) -> None:
        """Remember a problem of the value, or of the key, at `path`."""
        found = problem_at(self.root, path, mistake=Mistake(code, message, help_text), on_key=on_key)
        self.problems.append(replace(found, severity=severity))

    def unknown(
        self, code: str, what: str, *, name: str, known: Iterable[str], path: Path, on_key: bool = False
    ) -> None:
        """Remember that a document uses a name that nothing has."""
        help_text = did_you_mean(name, known)
        self.report(code, f"there is no {what} `{name}`", path=path, help_text=help_text, on_key=on_key)

    def read(self, path: Path, read: Callable[[], T], *, otherwise: T) -> T:
        """Return what `read` returns, or `otherwise` and remember its mistakes as those of the value at `path`."""
        try:
            return read()
        except Mistakes as error:
            self.problems += [problem_at(self.root, path, mistake=mistake) for mistake in error.mistakes]
            return otherwise
