"""Reading plain data into the frozen values of a plan, guided by the types of their fields.

This is the door: what comes in is whatever JSON held, what goes out is a value of the type asked for. All mistakes are
gathered, each with its path in the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeGuard, TypeVar, Union, final, get_args, get_origin, get_type_hints

from planshift.actions.action import KINDS
from planshift.billing.money import Money
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file

MAX_DEPTH: Final = 60
"""How deep values may lie in each other: steps kept for later inside each other come to four levels each."""

MAX_VALUES: Final = 500_000
"""How many values a plan may hold."""

MAX_TEXT: Final = 65_536
"""The longest text."""

MAX_WHOLE: Final = 10**18
"""The largest whole number, either way."""

MAX_MISTAKES: Final = 100
"""After so many mistakes the rest is not told."""

_MONEY: Final = re.compile(r"(-?)([0-9]{1,40})(?:\.([0-9]{1,6}))? ([A-Z]{3})")
_SCALARS: Final = (int, bool, str)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")


@final
class _Missing:
    """What a value is read as that cannot be read; a diagnostic tells why."""


_MISSING: Final = _Missing()


@final
class Reader:
    """Reads values and gathers what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._file = file
        self._depth = 0
        self._values = 0

    def read(self, value: object, kind: type[T]) -> T | None:
        """Read a value of a type; None when something in it is wrong."""
        found = self._read(value, kind, "")
        return found if isinstance(found, kind) else None

    def wrong(self, code: str, message: str, *, help_text: str | None = None) -> _Missing:
        """Note a mistake."""
        if len(self.diagnostics) < MAX_MISTAKES:
            diagnostic = Diagnostic(code=code, message=message, span=whole_file(self._file), help=help_text)
            self.diagnostics.append(diagnostic)
        return _MISSING

    def _read(self, value: object, hint: Any, path: str) -> object:  # noqa: ANN401  # the type of a field is data here
        self._values += 1
        if self._depth >= MAX_DEPTH or self._values > MAX_VALUES:
            if len(self.diagnostics) == 0 or self.diagnostics[-1].code != "PS706":
                self.wrong("PS706", f"{_at(path)} lies too deep, or the plan holds more than {MAX_VALUES} values")
            return _MISSING
        self._depth += 1
        try:
            return self._by_type(value, hint, path)
        finally:
            self._depth -= 1

    def _by_type(self, value: object, hint: Any, path: str) -> object:  # noqa: ANN401  # as above
        if get_origin(hint) in (Union, UnionType):
            return self._one_of(value, get_args(hint), path)
        if get_origin(hint) is tuple:
            return self._row(value, get_args(hint), path)
        if get_origin(hint) is Literal:
            return self._word(value, get_args(hint), path)
        if hint is Money:
            return self._money(value, path)
        if hint is date:
            return self._date(value, path)
        if hint is str:
            return self._text(value, path)
        if hint is bool:
            return value if isinstance(value, bool) else self._expected("true or false", value, path)
        if hint is int:
            return self._whole(value, path)
        return self._object(value, hint, path)

    def _one_of(self, value: object, hints: tuple[Any, ...], path: str) -> object:
        if value is None and NoneType in hints:
            return None
        rest = [hint for hint in hints if hint is not NoneType]
        if len(rest) == 1:
            return self._read(value, rest[0], path)
        if all(hint in _SCALARS for hint in rest):
            return self._read(value, type(value) if type(value) in rest else rest[0], path)
        if all(get_origin(hint) is Literal for hint in rest):
            return self._word(value, tuple(word for hint in rest for word in get_args(hint)), path)
        return self._action(value, path)

    def _action(self, value: object, path: str) -> object:
        if not _is_object(value):
            return self._expected("an action", value, path)
        kind = value.get("kind")
        if not isinstance(kind, str):
            return self.wrong("PS703", f"{_at(path)} has no `kind`")
        if kind not in KINDS:
            help_text = did_you_mean(kind, KINDS)
            return self.wrong("PS705", f"`{_short(kind)}` at {_at(path)} is no action", help_text=help_text)
        return self._object({key: part for key, part in value.items() if key != "kind"}, KINDS[kind], path)

    def _object(self, value: object, kind: Any, path: str) -> object:  # noqa: ANN401  # as above
        if not _is_object(value):
            return self._expected("an object", value, path)
        hints, optional = _fields_of(kind)
        for key in value:
            if key not in hints:
                help_text = did_you_mean(key, hints)
                self.wrong("PS704", f"{_at(_join(path, _short(key)))} is not a field here", help_text=help_text)
        read: dict[str, object] = {}
        for name, hint in hints.items():
            if name in value:
                read[name] = self._read(value[name], hint, _join(path, name))
            elif name not in optional:
                read[name] = self.wrong("PS703", f"{_at(_join(path, name))} is missing")
        if any(part is _MISSING for part in read.values()):
            return _MISSING
        return kind(**read)

    def _row(self, value: object, hints: tuple[Any, ...], path: str) -> object:
        if not isinstance(value, list | tuple):
            return self._expected("a list", value, path)
        if hints[-1] is Ellipsis:
            hints = hints[:1] * len(value)
        if len(hints) != len(value):
            return self._expected(f"a list of {len(hints)}", value, path)
        items = tuple(self._read(*each, f"{path}[{n}]") for n, each in enumerate(zip(value, hints, strict=True)))
        return _MISSING if any(item is _MISSING for item in items) else items

    def _word(self, value: object, words: tuple[object, ...], path: str) -> object:
        if isinstance(value, str) and value in words:
            return value
        known = [str(word) for word in words]
        help_text = did_you_mean(value, known) if isinstance(value, str) else None
        return self._expected(f"one of {', '.join(known)}", value, path, help_text=help_text)

    def _money(self, value: object, path: str) -> object:
        match = _MONEY.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return self._expected('an amount such as "9.00 EUR"', value, path)
        sign, whole, part, code = match.groups(default="")
        minor = int(whole + part)
        return Money(minor=-minor if sign else minor, currency=code, decimals=len(part))

    def _date(self, value: object, path: str) -> object:
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        return self._expected('a day such as "2026-01-31"', value, path)

    def _text(self, value: object, path: str) -> object:
        if not isinstance(value, str):
            return self._expected("a text", value, path)
        if len(value) > MAX_TEXT:
            return self.wrong("PS706", f"{_at(path)} is longer than {MAX_TEXT} characters")
        return value

    def _whole(self, value: object, path: str) -> object:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_WHOLE:
            return value
        return self._expected("a whole number", value, path)

    def _expected(self, what: str, value: object, path: str, *, help_text: str | None = None) -> _Missing:
        return self.wrong("PS702", f"{_at(path)} has to be {what}, found {_found(value)}", help_text=help_text)


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


@cache
def _fields_of(kind: Any) -> tuple[Mapping[str, Any], frozenset[str]]:  # noqa: ANN401  # as above
    """The types of a value's fields by name, and the names of those that may be left out."""
    assert is_dataclass(kind)  # every type of a plan that is not one of the above
    hints = get_type_hints(kind)
    own = [field for field in fields(kind) if field.init]
    optional = frozenset(field.name for field in own if field.default is not MISSING)
    return {field.name: hints[field.name] for field in own}, optional


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _at(path: str) -> str:
    return f"`{path}`" if path else "the plan"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _found(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"`{_short(value)}`"
    if isinstance(value, float):
        return "a number with a point"
    if isinstance(value, int):
        return f"`{value}`" if abs(value) <= MAX_WHOLE else "a number that is too large"
    return "a list" if isinstance(value, list | tuple) else "an object"
