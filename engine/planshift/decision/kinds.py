"""Whether every field of a value holds what its annotation says.

Python does not look at annotations, so a value made by hand may hold anything. What is right costs one lookup a field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Final, Union, final, get_args, get_origin, get_type_hints

from planshift.decision.flaws import flaw, number, quoted
from planshift.diagnostics.diagnostic import Diagnostic

_PLAIN: Final = {
    bool: "a truth",
    int: "a whole number",
    str: "a text",
    date: "a date",
    NoneType: "None",
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    hint: object
    at_once: frozenset[type]
    """The types whose every value fits."""


def misfits(value: object, wanted: type, *, at: str = "") -> Iterator[Diagnostic]:
    """Everything in a value that is of another kind than its place takes; `at` is the path to the value."""
    if type(value) is not wanted:
        yield _misfit(value, (wanted,), at=at)
        return
    for field in _fields(wanted):  # type: ignore[arg-type]  # a class is hashable, which `type` does not tell
        found = getattr(value, field.name, _MISSING)
        if type(found) not in field.at_once and not _fits(found, field.hint):
            yield from _in(found, field.hint, at=f"{at}.{field.name}" if at else field.name)


_MISSING: Final = object()


@cache
def _fields(of: type) -> tuple[_Field, ...]:
    hints = get_type_hints(of)
    asked = [field.name for field in fields(of) if field.init]
    return tuple(_Field(name=name, hint=hints[name], at_once=_plain_kinds(hints[name])) for name in asked)


@cache
def _options(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _fits(value: object, hint: object) -> bool:
    """Whether it is certain at a glance that a value, or every item of a tuple, is of a kind: most are."""
    if type(value) is not tuple:
        return type(value) in _plain_kinds(hint)
    items = _items(hint)
    if items is None:
        return False
    if items[-1] is Ellipsis:
        return all(_fits(item, items[0]) for item in value)
    return len(items) == len(value) and all(map(_fits, value, items))


@cache
def _plain_kinds(hint: object) -> frozenset[type]:
    options = _options(hint)
    return frozenset(kind for kind in _PLAIN if kind in options)


@cache
def _items(hint: object) -> tuple[object, ...] | None:
    """What stands in a tuple of this kind; None where it takes no tuple."""
    return next((get_args(option) for option in _options(hint) if get_origin(option) is tuple), None)


def _in(value: object, hint: object, *, at: str) -> Iterator[Diagnostic]:
    options = _options(hint)
    for option in options:
        if get_origin(option) is tuple and type(value) is tuple:
            yield from _in_tuple(value, get_args(option), at=at)
            return
        if isinstance(option, type) and is_dataclass(option) and type(value) is option:
            yield from misfits(value, option, at=at)
            return
        if isinstance(option, type) and option in _PLAIN and _is_plain(value, option):
            return
    yield _misfit(value, options, at=at)


def _in_tuple(value: tuple[object, ...], items: tuple[object, ...], *, at: str) -> Iterator[Diagnostic]:
    if items[-1] is Ellipsis:
        items = items[:1] * len(value)
    if len(items) != len(value):
        yield flaw("PS532", f"`{at}` has {len(value)} items, not {len(items)}")
        return
    for position, (item, hint) in enumerate(zip(value, items, strict=True)):
        yield from _in(item, hint, at=f"{at}[{position}]")


def _is_plain(value: object, kind: type) -> bool:
    """Whether it is of the kind: a truth is no number and an instant no date, though Python's classes inherit so."""
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind)


def _misfit(value: object, options: tuple[object, ...], *, at: str) -> Diagnostic:
    wanted = " or ".join(_words(option) for option in options)
    subject = f"`{at}`" if at else "it"
    help_text = "a list can change later: write a tuple" if isinstance(value, (list, set)) else None
    return flaw("PS532", f"{subject} is {_described(value)}, and must be {wanted}", help_text=help_text)


def _words(option: object) -> str:
    if isinstance(option, type):
        return _PLAIN.get(option) or f"a `{option.__name__}`"
    items = get_args(option)
    if items[-1] is Ellipsis:
        return f"a tuple, each item {_words(items[0])}"
    return f"a pair of {' and '.join(' or '.join(map(_words, _options(item))) for item in items)}"


def _described(value: object) -> str:
    if value is None or isinstance(value, bool):
        return f"`{value}`"
    if isinstance(value, int):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the text {quoted(value)}" if value else "an empty text"
    return f"of the type `{type(value).__name__}`"
