"""What another system is told of a step: the same data for whoever is told by a message or by a file."""

from __future__ import annotations

from typing import Final

from planshift.actions.action import KINDS
from planshift.actions.json_form import object_of
from planshift.execution.ports import Task

OUTSIDE: Final = frozenset(KINDS) - {"schedule", "hold_credit"}
"""The kinds of actions that another system can be told of: what keeps other steps for later is planshift's own."""


def data_of(task: Task) -> dict[str, object]:
    """What an endpoint or another system is told of a task."""
    return {
        "key": task.key,
        "order": task.order,
        "step": task.step.id,
        "subscription": task.plan.subscription,
        "customer": task.plan.customer,
        "undoing": task.undoing,
        "undoes": task.step.key if task.undoing else None,
        "reference": task.reference,
        "references": dict(task.references),
        "today": task.today.isoformat(),
        "action": object_of(task.action),
    }
