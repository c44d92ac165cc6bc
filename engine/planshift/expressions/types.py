"""The types of the rule language, and the words that messages use for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A type without parts; the constants below are all there are."""

    name: str
    words: str
    ordered: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """One of a closed list of names: the plans of a book, the values of a term, the roles that may ask.

    In the compiled form such a value is the index of its name in `members`.
    """

    name: str
    members: tuple[str, ...]

    @property
    def words(self) -> str:
        """The type with its article, for messages."""
        if not self.name.isalpha():
            return f"a value of `{self.name}`"
        return f"{'an' if self.name[:1] in 'aeiou' else 'a'} {self.name}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SetOf:
    """A set of values of one type."""

    item: Plain | Enum

    @property
    def words(self) -> str:
        """The type with its article, for messages."""
        return f"a list ({self.item.words} each)"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """What a term takes when it takes several kinds of value, such as a name or a text. No expression has this type."""

    options: tuple[Plain | Enum | SetOf, ...]

    @property
    def words(self) -> str:
        """The types with their articles, for messages."""
        *most, last = [option.words for option in self.options]
        return f"{', '.join(most)} or {last}"


Type: TypeAlias = Plain | Enum | SetOf
"""What an expression can have."""

Wanted: TypeAlias = Type | OneOf
"""What a place can ask for."""

BOOL = Plain(name="bool", words="yes or no")
"""True or false."""
WHOLE = Plain(name="whole", words="a whole number", ordered=True)
"""A number without a fraction: every count that a fact can hold."""
NUMBER = Plain(name="number", words="a number", ordered=True)
"""An exact number with a fraction or without; every whole number is one."""
PERCENT = Plain(name="percent", words="a percentage", ordered=True)
"""A share of a hundred. Facts hold it in millionths of the whole: 12.5% is 125,000."""
PPM = 1_000_000
"""How many millionths the whole has."""
MONEY = Plain(name="money", words="money", ordered=True)
"""An amount in the currency of the subscription, in its minor unit."""
MONTHS = Plain(name="months", words="a duration in months", ordered=True)
"""Calendar months; a year is twelve."""
DAYS = Plain(name="days", words="a duration in days", ordered=True)
"""Days; a week is seven."""
DATE = Plain(name="date", words="a date", ordered=True)
"""A day of the book's calendar, as days since 1970-01-01."""
TEXT = Plain(name="text", words="a text", ordered=False)
"""A text; it can be compared and looked up, nothing else."""
UNKNOWN = Plain(name="unknown", words="something unknown")
"""The type of what could not be made sense of; it fits everywhere, so one mistake is reported once."""


def plan_type(names: tuple[str, ...]) -> Enum:
    """Return the type of the plans of one catalog."""
    return Enum(name="plan", members=names)


def is_number(kind: Type) -> bool:
    """Whether the type counts: `WHOLE` or `NUMBER`."""
    return isinstance(kind, Plain) and kind in (WHOLE, NUMBER)


def is_ordered(kind: Type) -> bool:
    """Whether `<` has a meaning between values of the type."""
    return isinstance(kind, Plain) and (kind.ordered or kind is UNKNOWN)


def join(first: Type, second: Type) -> Type | None:
    """Return the type that holds the values of both, or None when there is none."""
    if second in (first, UNKNOWN):
        return first
    if first == UNKNOWN:
        return second
    if is_number(first) and is_number(second):
        return NUMBER
    return None


def fits(kind: Type, wanted: Wanted) -> bool:
    """Whether a value of type `kind` may stand where `wanted` is asked for."""
    if isinstance(wanted, OneOf):
        return any(fits(kind, option) for option in wanted.options)
    if isinstance(kind, SetOf) and isinstance(wanted, SetOf):
        return fits(kind.item, wanted.item)
    return kind in (wanted, UNKNOWN) or wanted == UNKNOWN or (kind == WHOLE and wanted == NUMBER)
