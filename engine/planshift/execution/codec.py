"""What stands in a log as text, and back: JSON with sorted keys, without what has its default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import itemgetter
from typing import Any

from planshift.actions.json_form import plain_in_order
from planshift.billing.json_text import compact, parsed
from planshift.diagnostics.errors import InternalError
from planshift.execution.log import LOG_KINDS, LogEvent, Placed
from planshift.execution.order import Placement
from planshift.execution.restoring import restored


def encode(event: LogEvent) -> str:
    """An event as its log keeps it."""
    if isinstance(event, Placed):
        return compact(plain_in_order(event.placement))
    values = ((name, getattr(event, name), default) for name, default in _fields_of(event.kind))
    return compact({name: value for name, value, default in values if value != default})


def decode(kind: str, text: str) -> LogEvent:
    """The event that a text of a log tells.

    Raises:
        InternalError: it tells none.
    """
    try:
        data = parsed(text)
        if kind == Placed.kind:
            return Placed(placement=restored(data, Placement))
        return _event(LOG_KINDS[kind], data)
    except (KeyError, TypeError, ValueError):
        raise InternalError(f"reading an entry `{kind[:20]}` of a log") from None


def _event(kind: Callable[..., LogEvent], data: dict[str, Any]) -> LogEvent:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()})


@cache
def _fields_of(kind: str) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(((field.name, field.default) for field in fields(LOG_KINDS[kind])), key=itemgetter(0)))
