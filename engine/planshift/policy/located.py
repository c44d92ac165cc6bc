"""A YAML document as a tree whose every key and value knows its place in its file.

Scalars are kept as they were written. Only `plain` gives them a meaning, and only four: a truth, nothing, a whole
number, text. A number that is none of these (`9.50`, `010`, `.nan`) becomes `OddNumber`, so that no reader can take it
for text or money by accident and no float ever exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, final

from planshift.diagnostics.span import Span

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,29})")
_ODD = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|0[xob][0-9a-fA-F_]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|NaN|-?Infinity"
)
_MAYBE_NUMBER = frozenset("-+.0123456789NI")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Mark(Protocol):
    """A place in a text as the YAML parsers give it, counted from 0."""

    @property
    def line(self) -> int:
        """The line."""

    @property
    def column(self) -> int:
        """The column, in characters."""


class Marked(Protocol):
    """What stands between two marks: an event of the YAML parsers."""

    @property
    def start_mark(self) -> Mark:
        """Where it begins."""

    @property
    def end_mark(self) -> Mark:
        """Just behind it."""


# The nodes are frozen by agreement: nobody writes to one once it is made. A frozen dataclass costs four times as much
# to make, and a large book has 100,000 of these.


@final
@dataclass(slots=True, eq=False)
class Scalar:
    """A single value as written; `style` is empty for plain text, else its quote, `|` or `>`."""

    file: str
    text: str
    style: str
    place: Marked

    @property
    def start(self) -> Mark:
        """Where it begins."""
        return self.place.start_mark

    @property
    def stop(self) -> Mark:
        """Just behind it."""
        return self.place.end_mark


@final
@dataclass(slots=True, eq=False)
class Sequence:
    """A list of values; `numbers` are the positions that its items had before wrong ones were left out."""

    file: str
    items: tuple[Located, ...]
    start: Mark
    stop: Mark
    numbers: tuple[int, ...] | None = None


@final
@dataclass(slots=True, eq=False)
class Entry:
    """A key of a mapping, as written, with its value."""

    key: Scalar
    value: Located


@final
@dataclass(slots=True, eq=False)
class Mapping:
    """Values by name, in the order of the file."""

    file: str
    entries: dict[str, Entry]
    start: Mark
    stop: Mark


Located = Scalar | Sequence | Mapping


@final
@dataclass(frozen=True, slots=True)
class OddNumber:
    """A number that is not a plain whole one, as written without quotes."""

    text: str


Plain = str | int | None | OddNumber | list["Plain"] | dict[str, "Plain"]
"""The meaning of a located value; truths are among the ints, as everywhere in Python."""


def span_of(node: Located) -> Span:
    """Return where the value stands."""
    return span_between(node.file, start=node.start, stop=node.stop)


def span_between(file: str, *, start: Mark, stop: Mark) -> Span:
    """Return the stretch between two marks of one file."""
    return Span(
        file=file,
        line=start.line + 1,
        column=start.column + 1,
        end_line=stop.line + 1,
        end_column=stop.column + 1,
    )


def plain(node: Located) -> Plain:
    """Return what the value means, without its places."""
    if isinstance(node, Scalar):
        return node.text if node.style else plain_scalar(node.text)
    if isinstance(node, Mapping):
        found: dict[str, Plain] = {}
        for name, entry in node.entries.items():
            value = entry.value  # most are scalars: they are read here, without another call
            if isinstance(value, Scalar):
                found[name] = value.text if value.style else plain_scalar(value.text)
            else:
                found[name] = plain(value)
        return found
    return [plain(item) for item in node.items]


def plain_scalar(text: str) -> str | int | OddNumber | None:
    """Return what an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _MAYBE_NUMBER:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _ODD.fullmatch(text):
            return OddNumber(text)
    return text


class Found(NamedTuple):
    """What a path leads to: the value, its key if it has one, and how many steps of the path led there."""

    value: Located
    key: Scalar | None
    steps: int


def follow(root: Located, path: tuple[str | int, ...]) -> Found:
    """Walk along `path` (names and positions) as far as the tree goes.

    A name also leads to the item of a list that is written so: `members: [bronze]` has a member `bronze`.
    """
    found = Found(root, None, 0)
    for step in path:
        after = _child(found.value, step)
        if after is None:
            break
        found = Found(after[1], after[0], found.steps + 1)
    return found


def _child(node: Located, step: str | int) -> tuple[Scalar | None, Located] | None:
    if isinstance(node, Mapping):
        entry = node.entries.get(str(step))
        return None if entry is None else (entry.key, entry.value)
    if isinstance(node, Sequence):
        if isinstance(step, int):
            return (None, node.items[step]) if 0 <= step < len(node.items) else None
        return next(((None, item) for item in node.items if isinstance(item, Scalar) and item.text == step), None)
    return None


def scalars(node: Located) -> Iterator[Scalar]:
    """Yield the scalars of a list, or the one scalar that stands where a list could."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                yield item
