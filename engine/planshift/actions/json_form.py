"""Action plans as plain data and back, unchanged: `from_json(to_json(plan)) == plan`.

Amounts are texts such as `9.00 EUR`, days are ISO dates, instants are epoch seconds. Every action says its `kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Final

from planshift.actions.action import KINDS
from planshift.actions.decode import Reader
from planshift.actions.plan import ActionPlan
from planshift.billing.money import Money
from planshift.diagnostics.errors import InvalidInput

VERSION: Final = 1
"""The version of the form, under `action_plan`."""


def to_json(plan: ActionPlan) -> dict[str, object]:
    """The plan as data that `json` can write."""
    return {"action_plan": VERSION, **object_of(plan)}


def from_json(data: object, *, file: str = "") -> ActionPlan:
    """Read a plan from what `json` has read; `file` is named in the diagnostics.

    Whether the plan may be executed is another question: `invariants.ensure` answers it.

    Raises:
        InvalidInput: the data is not a plan; the diagnostics tell everything that is wrong, with paths.
    """
    reader = Reader(file)
    if isinstance(data, Mapping) and "action_plan" in data:
        version = data["action_plan"]
        if version is True or version != VERSION:
            reader.wrong("PS702", f"`action_plan` has to be {VERSION}: this form of plans is all that is known")
        data = {key: value for key, value in data.items() if key != "action_plan"}
    else:
        reader.wrong("PS703", "`action_plan` is missing, so this is not an action plan")
    plan = reader.read(data, ActionPlan)
    if plan is None or reader.diagnostics:
        raise InvalidInput(tuple(reader.diagnostics))
    return plan


def object_of(value: object) -> dict[str, object]:
    """A frozen value as a JSON object, with its `kind` in front where it is an action."""
    names, kind = _told(type(value))  # type: ignore[arg-type]  # a type is hashable
    data: dict[str, object] = {} if kind is None else {"kind": kind}
    for name in names:
        data[name] = plain(getattr(value, name))
    return data


@cache
def _told(of: type) -> tuple[tuple[str, ...], str | None]:
    """The fields of a frozen value, and its kind where it is an action."""
    assert is_dataclass(of)  # asked for values of a plan
    kind = getattr(of, "kind", None)
    is_action = KINDS.get(str(kind)) is of
    return tuple(each.name for each in fields(of) if each.init), str(kind) if is_action else None


def plain(value: object) -> object:
    """A value of a plan as JSON can hold it."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return object_of(value) if is_dataclass(value) else value


def plain_in_order(value: object) -> object:
    """The same, with the keys of each object in their order: so that it is one text whoever writes it."""
    kind = type(value)
    if kind is str or value is None or kind is int or kind is bool:
        return value
    if kind is tuple:
        return [plain_in_order(item) for item in value]  # type: ignore[attr-defined]  # it is a tuple
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    names, values = _in_order(kind)  # type: ignore[arg-type]  # a type is hashable
    return dict(zip(names, map(plain_in_order, values(value)), strict=True))


@cache
def _in_order(of: type) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    """The fields of a frozen value in the order of their names, the kind of an action being one, and their values."""
    told, kind = _told(of)
    names = tuple(sorted((*told, *(() if kind is None else ("kind",)))))
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda value: tuple(getattr(value, name) for name in names)
