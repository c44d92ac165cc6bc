"""What engines write differently: the names of their whole numbers, and where their arithmetic is another one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final


def quoted(name: str) -> str:
    """A name as every engine takes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as most engines take it."""
    return "'" + value.replace("'", "''") + "'"


SEPARATOR = "\x1f"
"""What stands between a name and what belongs to it, where both are one text."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """A type of whole numbers: its name in the engine, and how many bits it has besides the sign."""

    name: str
    bits: int

    def holds(self, low: int, high: int) -> bool:
        """Whether every number of an interval fits."""
        limit = 1 << self.bits
        return -limit <= low and high < limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one engine writes SQL. `element` reads the row of a list, from 0 on."""

    name: str
    widths: tuple[Width, ...]
    """Its whole numbers, from the narrowest on. Each is the type that it gives a constant which is no wider."""
    quotient: Callable[[str, str, Width], str]
    """A division towards zero, of numbers of a type."""
    element: Callable[[str, str], str]
    listed: Callable[[str, str], str]
    """A constant list: the text of its values with commas, and the type of one."""
    text_type: str
    most_listed: int
    """Longer tables are joined instead of written as a list."""
    fence: str = ""
    """What ends a step so that it is computed once, and not written again into each place that reads it."""
    quotient_bits: int = 127
    """How wide what a division yields may be."""
    text: Callable[[str], str] = text
    """How a text is written."""
    worth: int = 0
    """How many operations a column has to spare a second reader to be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorDialect(Dialect, ABC):
    """A dialect that cells are read in and answers are told in as well, and not the form alone.

    A pattern is one that all engines understand alike: classes, groups, alternatives and repetitions.
    """

    prelude: tuple[str, ...] = ()
    """What a connection is told first: functions of its own."""

    # Texts

    @abstractmethod
    def matches(self, value: str, pattern: str) -> str:
        """Whether the whole of a text is like a pattern."""

    @abstractmethod
    def found(self, value: str, pattern: str) -> str:
        """The first part of a text that is like a pattern."""

    # Days and instants

    @abstractmethod
    def day(self, value: str) -> str:
        """The day number of a text such as `2026-01-31`; nothing where there is no such day."""

    @abstractmethod
    def day_of(self, value: str) -> str:
        """The day number of a date."""

    @abstractmethod
    def second_of(self, value: str) -> str:
        """The seconds since 1970 of an instant; nothing where they are not whole."""

    # Objects of JSON: a text without anything nested in it

    @abstractmethod
    def json(self, value: str) -> str:
        """The text of what is nested."""

    @abstractmethod
    def keys(self, value: str) -> str:
        """The list of the names in an object."""

    @abstractmethod
    def values(self, value: str) -> str:
        """The list of the values in an object, as texts."""

    @abstractmethod
    def members(self, value: str) -> str:
        """The list of names and values in an object, each with a `SEPARATOR` between them."""

    # Lists

    @abstractmethod
    def days(self, value: str) -> str:
        """The list of the day numbers of all days in a text; nothing in the place of a day that there is not."""

    @abstractmethod
    def length(self, items: str) -> str:
        """How many items a list has."""

    @abstractmethod
    def different(self, items: str) -> str:
        """How many different items a list has."""

    @abstractmethod
    def within(self, items: str, *, low: int, high: int) -> str:
        """How many numbers of a list lie between two."""

    @abstractmethod
    def sized(self, items: str, *, low: int, high: int) -> str:
        """How many texts of a list have so many signs."""

    @abstractmethod
    def like(self, items: str, pattern: str) -> str:
        """How many texts of a list are like a pattern as a whole."""

    @abstractmethod
    def among(self, items: str, others: str) -> str:
        """How many items of a list are items of another one, too."""

    @abstractmethod
    def contains(self, items: str, value: str) -> str:
        """Whether a value is an item."""

    @abstractmethod
    def unnested(self, items: str, source: str) -> str:
        """The query of the items of the lists in a column, each once for every list; the column is called `item`."""

    # Answers

    @abstractmethod
    def word_at(self, place: str, words: Sequence[str]) -> str:
        """One of some words by its place from 0 on."""

    @abstractmethod
    def said(self, words: Sequence[tuple[str, str]]) -> str:
        """The list of the words whose conditions hold; each comes behind its condition."""

    @abstractmethod
    def amount(self, minor: str, *, factor: str, decimals: int, wide: bool) -> str:
        """An amount of so many decimals, from minor units and what one is worth; `wide` ones need more than 64 bits."""

    @abstractmethod
    def plain(self, value: str) -> str:
        """A text of the data as it is handed over."""
