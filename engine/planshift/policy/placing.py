"""Reading a validated document further: looking up places, gathering what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar, final

from pydantic import BaseModel

from planshift.diagnostics.diagnostic import Diagnostic, Severity
from planshift.diagnostics.fix import Fix, Instead, instead_of
from planshift.diagnostics.nearest import known_names, nearest
from planshift.diagnostics.span import Span
from planshift.policy.located import Located, follow
from planshift.policy.mistakes import Mistake, Mistakes
from planshift.policy.places import Path, key_place, original, place, problem_at
from planshift.policy.validation import MAX_PROBLEMS, Validated, and_more

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


@final
class Placing:
    """One document's tree with the problems found while reading it."""

    def __init__(self, root: Located, *, cut: tuple[Path, ...] = ()) -> None:
        self.root = root
        self.problems: list[Diagnostic] = []
        self.cut = cut
        self._untold = 0

    @classmethod
    def of(cls, validated: Validated[M]) -> Placing:
        """Return the placing of a validated document."""
        return cls(validated.root, cut=validated.cut)

    def was_cut(self, *path: str | int) -> bool:
        """Return whether something was wrong with a part of the value at `path`: then it misses nothing by itself.

        So it is where a misspelt name stands in the place of the last one of the path.
        """
        if not self.cut:
            return False
        found = original(self.root, path)
        return any(cut[: len(found)] == found or _is_misspelt(cut, found) for cut in self.cut)

    def below(self, *path: str | int) -> Placing:
        """Return a placing of the value at `path` alone, which knows what was wrong with it."""
        if not self.cut:
            return Placing(self.node(path))
        found = original(self.root, path)
        cut = tuple(each[len(found) :] for each in self.cut if each[: len(found)] == found and each != found)
        return Placing(self.node(path), cut=cut)

    def all_problems(self) -> tuple[Diagnostic, ...]:
        """Return what was reported, and that more was."""
        told = tuple(self.problems)
        return (*told, and_more(self._untold, told[-1])) if self._untold else told

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
        instead: Instead | None = None,
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        """Remember a problem of the value, or of the key, at `path`; `instead` is what was clearly meant."""
        if len(self.problems) >= MAX_PROBLEMS:
            self._untold += 1
            return
        found = problem_at(self.root, path, mistake=Mistake(code, message, help_text, instead=instead), on_key=on_key)
        self.problems.append(replace(found, severity=severity, fixes=(*found.fixes, *fixes)))

    def unknown(
        self,
        code: str,
        what: str,
        *,
        name: str,
        known: Iterable[str],
        path: Path,
        on_key: bool = False,
        severity: Severity = "error",
    ) -> None:
        """Remember that a document uses a name that nothing has."""
        message, names = f"there is no {what} `{name}`", tuple(known)
        help_text, instead = known_names(name, names), instead_of(name, names, trust="by_use")
        self.report(code, message, path=path, help_text=help_text, on_key=on_key, severity=severity, instead=instead)

    def read(self, path: Path, read: Callable[[], T], *, otherwise: T) -> T:
        """Return what `read` returns, or `otherwise` and remember its mistakes as those of the value at `path`."""
        try:
            return read()
        except Mistakes as error:
            self.problems += [problem_at(self.root, path, mistake=mistake) for mistake in error.mistakes]
            return otherwise


def _is_misspelt(cut: Path, path: Path) -> bool:
    """Return whether what was left out stands beside `path`, under nearly the same name."""
    return (
        len(cut) == len(path) > 0
        and cut[:-1] == path[:-1]
        and isinstance(cut[-1], str)
        and nearest(cut[-1], [str(path[-1])]) is not None
    )
