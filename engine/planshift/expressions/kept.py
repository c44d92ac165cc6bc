"""What was made of something the last time it was read: not made again while nothing that it was made from changed.

A check that is made again and again reads the same text a hundred times with one line changed. What stays as it was
stays the same object, so that whoever reads on can tell by looking at the object alone.
"""

from __future__ import annotations

from typing import Generic, TypeVar, final

T = TypeVar("T")


@final
class Kept(Generic[T]):
    """What was made of each thing in the last round, all of it on one basis: whatever else was read in making it."""

    def __init__(self) -> None:
        self._basis: object = None
        self._last: dict[int, tuple[object, T]] = {}
        self._now: dict[int, tuple[object, T]] = {}

    def on(self, basis: object) -> Kept[T]:
        """Begin a round; what was kept on another basis is forgotten, and what the last round had no use for."""
        self._last = self._now if basis == self._basis else {}
        self._basis, self._now = basis, {}
        return self

    def of(self, thing: object) -> T | None:
        """What was made of this very thing; None where nothing was."""
        found = self._last.get(id(thing))  # the thing is kept with it, so that nothing else gets its id
        if found is None:
            return None
        self._now[id(thing)] = found
        return found[1]

    def keep(self, thing: object, made: T) -> T:
        """Remember what was made of a thing, and return it."""
        self._now[id(thing)] = (thing, made)
        return made

    def adopt(self, old: object, new: object) -> None:
        """Take for a new thing what was made of an old one in the last round, whose place it has."""
        found = self._now.get(id(old))
        if found is not None:
            self._now[id(new)] = (new, found[1])


@final
class KeptOne(Generic[T]):
    """The last value that was made, with what it was made from."""

    def __init__(self) -> None:
        self._last: tuple[object, T] | None = None

    def has(self, basis: object) -> bool:
        """Whether there is a value that was made from what is equal to this."""
        return self._last is not None and self._last[0] == basis

    def of(self, basis: object) -> T | None:
        """The value, where it was made from what is equal to this."""
        return self._last[1] if self._last is not None and self._last[0] == basis else None

    def keep(self, basis: object, made: T) -> T:
        """Remember what was made from this, and return it."""
        self._last = (basis, made)
        return made
