"""Editing a YAML text at places that were read from it: what is not edited stays as it is, comments and all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dictionary
from itertools import accumulate
from typing import NamedTuple, final

from planshift.diagnostics.span import Span
from planshift.policy.located import Located, Mapping, Mark, Scalar, Sequence
from planshift.policy.written_yaml import WIDTH, Data, entry, flow, written


class Edit(NamedTuple):
    """A stretch of a text, from one offset up to another, and what is to stand there."""

    start: int
    stop: int
    text: str


@final
class Editing:
    """One text and the edits that are wanted of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.splitlines(keepends=True)
        self._begins = [0, *accumulate(map(len, self._lines))]
        self._edits: list[Edit] = []

    @property
    def text(self) -> str:
        """The text with all edits; of those for one place the first comes first."""
        found, last = [], 0
        for edit in sorted(self._edits, key=lambda each: each.start):
            found += [self._text[last : edit.start], edit.text]
            last = max(last, edit.stop)
        return "".join((*found, self._text[last:]))

    def replace(self, span: Span, value: Data) -> None:
        """Let a value stand at the place of another one; what follows on its line keeps its column if there is room."""
        start, stop = (
            self._begins[line - 1] + column - 1
            for line, column in ((span.line, span.column), (span.end_line, span.end_column))
        )
        new, blank = flow(value), self._text[stop + 1 :]
        room = len(blank) - len(blank.lstrip(" "))
        if self._text[stop : stop + 1] == "," and room > 1:
            left = max(room - len(new) + stop - start, 1)
            stop, new = stop + 1 + room, f"{new},{' ' * left}"
        self._edits.append(Edit(start, stop, new))

    def add(self, mapping: Mapping, fields: dict[str, Data], *, is_open: bool = False) -> None:
        """Write further keys at the end of a mapping: inside its braces, or as lines below it."""
        start = self._offset(mapping.start)
        if self._text[start : start + 1] == "{":
            self._add_inside(mapping, fields)
        elif mapping.entries:
            first, *_, last = [*mapping.entries.values(), *mapping.entries.values()]
            self._add_lines(_end_of(last.value, last.key), fields, indent=first.key.start.column, is_open=is_open)

    def fill(self, key: Scalar, value: Located, *, fields: dict[str, Data]) -> None:
        """Write the keys of a mapping that is empty: `expect: {}`, or nothing behind the colon."""
        head = self._offset(key.stop)
        stop = max(self._offset(value.stop), self._text.index(":", head) + 1)
        line = self._begins[key.start.line]
        outside = not set("{[") & set(self._text[line : line + key.start.column])
        if outside:
            indent = key.start.column + 2
            lines = [line for name, each in fields.items() for line in entry(name, each, indent=indent)]
            self._edits.append(Edit(head, stop, ":\n" + "\n".join(lines)))
        else:
            self._edits.append(Edit(head, stop, f": {flow(fields)}"))

    def _offset(self, mark: Mark) -> int:
        return min(self._begins[min(mark.line, len(self._lines))] + mark.column, len(self._text))

    def _add_inside(self, mapping: Mapping, fields: dict[str, Data]) -> None:
        stop = self._offset(mapping.stop) - 1  # the brace that closes
        while self._text[stop - 1 : stop].isspace():
            stop -= 1
        inner = ", ".join(f"{written(name)}: {flow(value)}" for name, value in fields.items())
        begin = self._text.rfind("\n", 0, stop) + 1
        line = self._text[begin:stop] + "".join(edit.text for edit in self._edits if edit.start == stop)
        comma = "," if mapping.entries else ""
        closed = "" if self._text[stop : stop + 1].isspace() else " "
        text = f" {inner}{closed}"
        if len(line) - (line.rfind("\n") + 1) + len(inner) > WIDTH:
            indent = mapping.start.column + 2
            wrapped = [_wrapped(name, value, indent=indent) for name, value in fields.items()]
            text = "".join(f"\n{' ' * indent}{each}," for each in wrapped).removesuffix(",") + closed
        self._edits.append(Edit(stop, stop, f"{comma}{text}"))

    def _add_lines(self, end: Mark, fields: dict[str, Data], *, indent: int, is_open: bool) -> None:
        after = end.line if end.column == 0 and end.line else end.line + 1
        at = self._begins[min(after, len(self._lines))]
        lines = "".join(f"{line}\n" for line in self._entries(fields, indent=indent, is_open=is_open))
        before = "" if at == 0 or self._text[at - 1] == "\n" else "\n"
        self._edits.append(Edit(at, at, f"{before}{lines}"))

    @staticmethod
    def _entries(fields: dict[str, Data], *, indent: int, is_open: bool) -> Iterator[str]:
        for name, value in fields.items():
            yield from entry(name, value, indent=indent, is_open=is_open)


def _wrapped(name: str, value: Data, *, indent: int) -> str:
    """A key with its value inside braces, what a mapping holds on as many lines as it takes."""
    whole = f"{written(name)}: {flow(value)}"
    if len(whole) + indent <= WIDTH or not isinstance(value, Dictionary):
        return whole
    lines = [f"{written(name)}: {{"]
    for key, each in value.items():
        part = f" {written(key)}: {flow(each)},"
        if len(lines[-1]) + len(part) > WIDTH - indent - 2:
            lines.append(" " * (indent + 1))
        lines[-1] += part
    return "\n".join(lines).removesuffix(",") + " }"


def _end_of(value: Located, key: Scalar) -> Mark:
    """The mark behind a value; of an empty one that behind its key."""
    if isinstance(value, Scalar) and not value.text and not value.style:
        return key.stop
    if isinstance(value, (Mapping, Sequence)):
        inner: Iterable[Located] = (
            value.items if isinstance(value, Sequence) else [each.value for each in value.entries.values()]
        )
        return max((value.stop, *(each.stop for each in inner)), key=lambda mark: (mark.line, mark.column))
    return value.stop
