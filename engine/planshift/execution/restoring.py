"""Frozen values from the plain data that this program made of them (`actions.json_form.plain`).

`actions.decode` reads what anybody wrote, and tells everything that is wrong with it. Here the hash has shown already
that it is what we wrote, and an order is read with every pass of a worker: so the way to each type is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from planshift.actions.action import KINDS
from planshift.billing.money import Money

T = TypeVar("T")

Restores = Callable[[Any], Any]
"""From plain data to a value."""


def restored(data: object, kind: type[T]) -> T:
    """The value of a type that plain data was made of.

    Raises:
        KeyError: it was made of something else, or by another release.
        TypeError: as above.
        ValueError: as above.
    """
    hint: Any = kind
    found = _way_to(hint)(data)
    if not isinstance(found, kind):
        raise TypeError
    return found


@cache
def _way_to(hint: Any) -> Restores:  # noqa: ANN401  # the type of a field is data here
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(tuple(each for each in inner if each is not NoneType))
    if origin is tuple:
        return _row(inner)
    if hint is Money:
        return _money
    if hint is date:
        return date.fromisoformat
    return _same if origin is Literal or hint in (str, int, bool) else _object(hint)


def _same(data: Any) -> Any:  # noqa: ANN401  # as above
    return data


def _one_of(inner: tuple[Any, ...]) -> Restores:
    if all(get_origin(each) is Literal or each in (str, int, bool) for each in inner):
        return _same
    if len(inner) > 1:
        return _action
    way = _way_to(inner[0])
    return lambda data: None if data is None else way(data)


def _row(inner: tuple[Any, ...]) -> Restores:
    if inner[-1] is Ellipsis:
        way = _way_to(inner[0])
        return tuple if way is _same else lambda data: tuple([way(each) for each in data]) if data else ()
    ways = tuple(_way_to(each) for each in inner)
    return lambda data: tuple([way(each) for way, each in zip(ways, data, strict=True)])


def _action(data: Any) -> Any:  # noqa: ANN401  # as above
    if data is None:
        return None
    kind: Any = KINDS[data["kind"]]
    return _way_to(kind)(data)


def _object(kind: Any) -> Restores:  # noqa: ANN401  # as above
    hints = get_type_hints(kind)
    names = tuple(field.name for field in fields(kind) if field.init)
    ways = ((name, _later(hints[name]) if name == "steps" else _way_to(hints[name])) for name in names)
    built = tuple((name, way) for name, way in ways if way is not _same)
    is_action = KINDS.get(getattr(kind, "kind", "")) is kind

    def restore(data: Any) -> Any:  # noqa: ANN401  # as above
        values = dict(data)
        if is_action:
            del values["kind"]
        for name, way in built:
            if name in values:
                values[name] = way(values[name])
        try:
            return kind(**values)
        except TypeError:  # another release knew more of it
            return kind(**{name: values[name] for name in names if name in values})

    return restore


def _later(hint: Any) -> Restores:  # noqa: ANN401  # as above
    """A way that is looked for when it is first gone: steps hold actions that hold steps."""

    def restore(data: Any) -> Any:  # noqa: ANN401  # as above
        return _way_to(hint)(data)

    return restore


@lru_cache(maxsize=4096)
def _money(data: str) -> Money:
    amount, _, currency = data.partition(" ")
    whole, _, part = amount.partition(".")
    return Money(minor=int(whole + part), currency=currency, decimals=len(part))
