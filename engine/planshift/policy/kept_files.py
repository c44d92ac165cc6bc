"""What was made of each of many small files the last time, and the texts that were read for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from planshift.diagnostics.diagnostic import Diagnostic

T = TypeVar("T")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead(Generic[T]):
    """What was made of a file, everything wrong with it, and each file that was read for it with its text."""

    made: T | None
    problems: tuple[Diagnostic, ...]
    texts: Mapping[str, str | None]


@final
class KeptFiles(Generic[T]):
    """What was made of the files of a folder in the last round, all of it on one basis."""

    def __init__(self) -> None:
        self._basis: object = None
        self._last: dict[str, FileRead[T]] = {}

    def on(self, basis: object) -> KeptFiles[T]:
        """Begin a round; what was made on another basis is forgotten."""
        if basis != self._basis:
            self._basis, self._last = basis, {}
        return self

    def read(self, name: str, *, text: Callable[[str], str | None], read: Callable[[str], FileRead[T]]) -> FileRead[T]:
        """Return what was made of a file where the texts are what they were, else what is made of it now."""
        known = self._last.get(name)
        if known is None or any(text(file) != before for file, before in known.texts.items()):
            known = self._last[name] = read(name)
        return known
