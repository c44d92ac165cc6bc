"""Notes on a Kill Bill subscription: its custom fields say which task of a kind was the last one.

They stand for what Kill Bill does by itself (it bills, it collects, it moves its bill day), so that planshift can tell
whether a step was done.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from planshift.adapters.killbill.api import KillBill, Thing
from planshift.execution.ports import Done, Task

_LONGEST: Final = 255


def noted(killbill: KillBill, task: Task) -> Done | None:
    """Whether a task was noted."""
    subscription = killbill.subscription(task)
    if subscription is None:
        return None
    field = _field(killbill, task, subscription=subscription)
    return None if field is None or field["value"] != _value(task) else Done(reference=_reference(subscription))


def note(killbill: KillBill, task: Task) -> Done:
    """Note that a task was done."""
    subscription = killbill.running(task)
    field = _field(killbill, task, subscription=subscription)
    path = f"subscriptions/{subscription['subscriptionId']}/customFields"
    if field is None:
        body = json.dumps([{"name": _name(task), "value": _value(task)}])
        killbill.send("POST", path, task=task, body=body)
    else:
        body = json.dumps([{"customFieldId": field["customFieldId"], "value": _value(task)}])
        killbill.send("PUT", path, task=task, body=body)
    return Done(reference=_reference(subscription))


def _field(killbill: KillBill, task: Task, *, subscription: Thing) -> Thing | None:
    fields = killbill.get(f"subscriptions/{subscription['subscriptionId']}/customFields", task=task) or ()
    return next((field for field in fields if field["name"] == _name(task)), None)


def _name(task: Task) -> str:
    return f"planshift_{task.step.action.kind}"


def _value(task: Task) -> str:
    return task.key if len(task.key) <= _LONGEST else hashlib.sha256(task.key.encode()).hexdigest()


def _reference(subscription: Thing) -> str:
    return str(subscription["subscriptionId"])
