"""How a reader of one value says what is wrong with it; the document's reader adds where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar, final

from planshift.diagnostics.fix import Instead, instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.located import OddNumber

T = TypeVar("T")

Step = str | int
"""A name in a mapping or a position in a list."""


class Mistake(NamedTuple):
    """What is wrong with a value, or with the part of it that the path `at` leads to, or with that part's key."""

    code: str
    message: str
    help: str | None = None
    at: tuple[Step, ...] = ()
    on_key: bool = False
    instead: Instead | Quoted | None = None


@final
@dataclass(frozen=True, slots=True)
class Quoted:
    """What is repaired by quotes around it: a number where text belongs."""


class Mistakes(ValueError):
    """Raised by the readers of single values; a `ValueError`, so that pydantic gathers it with the others."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("; ".join(mistake.message for mistake in mistakes))
        self.mistakes = mistakes

    def at(self, step: Step) -> tuple[Mistake, ...]:
        """Return the mistakes as those of a part of a larger value."""
        return tuple(mistake._replace(at=(step, *mistake.at)) for mistake in self.mistakes)


def wrong(code: str, message: str, *, help_text: str | None = None) -> Mistakes:
    """Return the exception of a value with one mistake."""
    return Mistakes(Mistake(code, message, help_text))


def no_such_word(value: object, words: Iterable[str], *, what: str = "possible here") -> Mistakes:
    """Return the exception of a value that is not among the allowed words."""
    allowed = tuple(words)
    listed = ", ".join(f"`{word}`" for word in allowed)
    near = did_you_mean(value, allowed) if isinstance(value, str) else None
    help_text = near or (f"write {listed}" if len(allowed) == 1 else f"write one of {listed}")
    instead = instead_of(value, allowed) if isinstance(value, str) else None
    return Mistakes(Mistake("PS104", f"{shown(value)} is not {what}", help_text, instead=instead))


def shown(value: object) -> str:
    """Return a value for the beginning of a sentence: a text in backticks, anything else with what it is."""
    return f"`{value}`" if isinstance(value, str) and _is_short(value) else describe(value)


def describe(value: object) -> str:
    """Return what a value is, as its author would say it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth `{str(value).lower()}`"
    if isinstance(value, int):
        return f"the number `{value}`"
    if isinstance(value, OddNumber):
        return f"the number `{value.text}`"
    if isinstance(value, str):
        return f"the text `{value}`" if _is_short(value) else "a long text" if value else "an empty text"
    return "a list" if isinstance(value, (list, tuple)) else "a mapping"


def _is_short(value: str) -> bool:
    return 0 < len(value) <= 60 and value.isprintable()


def read_each(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    """Return what `read` makes of each item of a list, or of the one value that stands where a list could.

    Raises:
        Mistakes: those of all items.
    """
    if not isinstance(value, list):
        return (read(value),)
    found: list[T] = []
    mistakes: list[Mistake] = []
    for index, item in enumerate(value):
        try:
            found.append(read(item))
        except Mistakes as error:
            mistakes += error.at(index)
    if mistakes:
        raise Mistakes(*mistakes)
    return tuple(found)
