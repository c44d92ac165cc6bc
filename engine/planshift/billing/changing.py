"""A frozen value with some fields changed: what `dataclasses.replace` makes, in half of its time.

It is for values that change many times on their way, such as an order with every entry of its log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def changed(value: T, **to: Any) -> T:  # noqa: ANN401  # the values of its fields
    """The value with some fields changed. It has two fields or more."""
    kind = type(value)
    names, values = _fields_of(kind)  # type: ignore[arg-type]  # a type is hashable
    return kind(**dict(zip(names, values(value), strict=True)) | to)


@cache
def _fields_of(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(kind) if field.init)
    return names, attrgetter(*names)
