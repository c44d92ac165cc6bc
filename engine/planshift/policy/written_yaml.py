"""Values as YAML writes them, in the layout of `planshift fmt`: blocks outside, braces where a line holds them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from planshift.billing.money import Money
from planshift.policy.located import plain_scalar

Data: TypeAlias = "str | int | date | Money | Sequence[Data] | Mapping[str, Data] | None"
"""What a document can say; truths are among the ints, as everywhere in Python."""

WIDTH = 118
"""Where a line with braces ends at the latest; what is longer is written as a block."""

_PLAIN = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_.@+/%-]|:(?=[0-9]))*(?: [A-Za-z0-9_(](?:[A-Za-z0-9_.@+/%()-]|:(?=[0-9]))*)*"
)
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "infinity"}
"""What readers of YAML take for something else than a text."""


def written(text: str) -> str:
    """A text as YAML: as it is where that cannot be misread, else in quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and plain_scalar(text) == text:
        return text
    if '"' in text and text.isprintable() and not set("'\\") & set(text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def flow(value: Data) -> str:
    """A value on one line, lists and mappings in braces."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return written(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{written(key)}: {flow(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(flow, value))}]"
    return str(value)


def entry(key: str, value: Data, *, indent: int, is_open: bool = False) -> Iterator[str]:
    """The lines of a key with its value; one that `is_open` stands as a block even where one line would hold it."""
    head = f"{' ' * indent}{written(key)}:"
    line = f"{head} {flow(value)}"
    if not isinstance(value, Mapping | list | tuple) or not value or (len(line) <= WIDTH and not is_open):
        yield line
        return
    yield head
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from entry(inner, each, indent=indent + 2)
    else:
        for item in value:
            yield from _item(item, indent=indent + 2)


def _item(value: Data, *, indent: int) -> Iterator[str]:
    line = f"{' ' * indent}- {flow(value)}"
    if not isinstance(value, Mapping) or not value or len(line) <= WIDTH:
        yield line
        return
    lines = [line for key, each in value.items() for line in entry(key, each, indent=indent + 2)]
    lines[0] = f"{' ' * indent}- {lines[0].lstrip()}"
    yield from lines
