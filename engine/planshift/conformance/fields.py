"""The fields of a case, read with their places, so that a figure that cannot be read is told with its line.

Numbers stay digits: a case's `"249.95"` reaches the book as the text it was, and is compared as an exact fraction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import final

from planshift.billing.calendar import FIRST_DAY, LAST_DAY, to_day
from planshift.billing.interval import Interval, parse_interval
from planshift.diagnostics.span import Span
from planshift.policy.located import Located, Mapping, Scalar, Sequence, plain, span_of

MAX_COUNT = 1_000_000
"""The largest number of pieces or units that a case may count with."""

MAX_YEARS = 100
"""The longest interval of a case."""

_NUMERAL = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,12})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(eq=False)
class CaseMistake(ValueError):
    """A case holds something that its format does not; `span` is the place."""

    text: str
    span: Span

    def __str__(self) -> str:
        return f"{self.span}: {self.text}"


@final
@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping of a case. A field that is null counts as absent."""

    node: Mapping
    path: str = ""

    def names(self) -> tuple[str, ...]:
        """Every field, in the order of the file."""
        return tuple(self.node.entries)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        entry = self.node.entries.get(name)
        return entry is not None and not is_null(entry.value)

    def value(self, name: str) -> Located:
        """The value of a field that must be there.

        Raises:
            CaseMistake: it is missing or null.
        """
        if not self.has(name):
            raise CaseMistake(f"`{self._at(name)}` is missing", span_of(self.node))
        return self.node.entries[name].value

    def text(self, name: str, default: str | None = None) -> str:
        """A field that is a word or a text.

        Raises:
            CaseMistake: it is missing, or a list or mapping.
        """
        if default is not None and not self.has(name):
            return default
        node = self.value(name)
        if not isinstance(node, Scalar):
            raise self.mistake(name, "is not a single value")
        return node.text

    def inner(self, name: str) -> Fields:
        """A field that is a mapping.

        Raises:
            CaseMistake: it is missing or no mapping.
        """
        node = self.value(name)
        if not isinstance(node, Mapping):
            raise self.mistake(name, "is not a mapping")
        return Fields(node, self._at(name))

    def optional(self, name: str) -> Fields | None:
        """A field that is a mapping, or None where it is absent."""
        return self.inner(name) if self.has(name) else None

    def each(self, name: str) -> Iterator[Fields]:
        """The mappings of a list.

        Raises:
            CaseMistake: it is missing, no list, or holds something else.
        """
        node = self.value(name)
        if not isinstance(node, Sequence):
            raise self.mistake(name, "is not a list")
        for index, item in enumerate(node.items):
            if not isinstance(item, Mapping):
                raise CaseMistake(f"item {index + 1} of `{self._at(name)}` is not a mapping", span_of(item))
            yield Fields(item, f"{self._at(name)}[{index}]")

    def numeral(self, name: str, default: str | None = None) -> str:
        """The digits of an amount or a number, as written.

        Raises:
            CaseMistake: it is missing or no plain decimal number.
        """
        text = self.text(name, default)
        if _NUMERAL.fullmatch(text) is None:
            raise self.mistake(name, f"is not a number: `{text}`")
        return text

    def fraction(self, name: str, default: str | None = None) -> Fraction:
        """A number, or a ratio such as `15/31`, exactly.

        Raises:
            CaseMistake: it is missing or neither.
        """
        text = self.text(name, default)
        found = as_fraction(text)
        if found is None:
            raise self.mistake(name, f"is not a number: `{text}`")
        return found

    def whole(self, name: str, default: int | None = None, *, low: int = 0, high: int = MAX_COUNT) -> int:
        """A whole number within bounds.

        Raises:
            CaseMistake: it is missing, not whole or out of bounds.
        """
        found = self.fraction(name, None if default is None else str(default))
        if found.denominator != 1 or not low <= found <= high:
            raise self.mistake(name, f"is not a whole number from {low:,} to {high:,}")
        return found.numerator

    def truth(self, name: str) -> bool:
        """Whether the field is there and true.

        Raises:
            CaseMistake: it is neither true nor false.
        """
        text = self.text(name, "false")
        if text not in ("true", "false"):
            raise self.mistake(name, "is neither true nor false")
        return text == "true"

    def day(self, name: str) -> date:
        """A date.

        Raises:
            CaseMistake: it is missing or no date from 1970 on.
        """
        text = self.text(name)
        found = as_date(text)
        if found is None:
            raise self.mistake(name, f"is not a date: `{text}`")
        return found

    def day_or_none(self, name: str) -> date | None:
        """A date, or None where it is absent."""
        return self.day(name) if self.has(name) else None

    def interval(self, name: str, default: str | None = None) -> Interval:
        """An interval such as `1 month`.

        Raises:
            CaseMistake: it is missing or no interval.
        """
        text = self.text(name, default)
        try:
            found = parse_interval(text)
        except ValueError as error:
            raise self.mistake(name, f"cannot be read: {error}") from None
        if found.months > 12 * MAX_YEARS or found.days > 366 * MAX_YEARS:
            raise self.mistake(name, f"is longer than {MAX_YEARS} years")
        return found

    def word(self, name: str, *, of: dict[str, str], default: str | None = None) -> str:
        """What a word of the format is called here.

        Raises:
            CaseMistake: it is missing or not among `of`.
        """
        text = self.text(name, default)
        if text not in of:
            listed = ", ".join(f"`{word}`" for word in of)
            raise self.mistake(name, f"is `{text}`, which is none of {listed}")
        return of[text]

    def mistake(self, name: str, text: str) -> CaseMistake:
        """What is wrong with a field that is there."""
        return CaseMistake(f"`{self._at(name)}` {text}", span_of(self.node.entries[name].value))

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def is_null(node: Located) -> bool:
    """Whether the value is written as nothing."""
    return isinstance(node, Scalar) and not node.style and plain(node) is None


def as_date(text: str) -> date | None:
    """The date of `2026-01-31`, or None where the text is none that the trade accepts."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= to_day(found) <= LAST_DAY else None


def as_fraction(text: str) -> Fraction | None:
    """The exact value of `13.33` or `15/31`, or None where the text is neither."""
    above, slash, below = text.partition("/")
    if _NUMERAL.fullmatch(above) is None or (slash and _NUMERAL.fullmatch(below) is None):
        return None
    divisor = Fraction(below) if slash else Fraction(1)
    return Fraction(Fraction(above), divisor) if divisor else None
