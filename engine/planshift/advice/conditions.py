"""What the conditions of the compiled form look at: their comparisons, the columns these read, and their values.

A condition is never read a second time from the text of the policy. Whoever wants to know what would change an answer
asks the nodes that the answer was computed from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.decision.answer import Reason
from planshift.decision.decision import Decision
from planshift.expressions.form import Bool, Int, Node, Text
from planshift.rulebook.rulebook import Reading

_READS_THE_DAY = re.compile(r"\bday\b")
_COMPARISONS = ("less", "same", "within", "same_text", "input")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """A reason against a change with the condition that raised it; `output` is its name among those of the kernel."""

    reason: Reason
    output: str
    holds: Bool
    detail: str = ""


def against(decision: Decision) -> tuple[Against, ...]:
    """The reasons that stand against a change, each with its condition: objections, then rules that deny."""
    kernel = decision.reading.kernel
    conditions = [
        (f"objection.{k}", objection.holds, objection.detail)
        for k, objection in enumerate(kernel.objections)
        if decision.truth(f"objection.{k}")
    ]
    for k, rule in enumerate(kernel.rules):
        if decision.truth(f"rule.{k}"):
            conditions += [(f"rule.{k}", rule.holds, "") for _ in rule.texts]
    from_conditions = decision.all_reasons[: len(conditions)]  # what follows are warnings without a condition of theirs
    return tuple(
        Against(reason=reason, output=output, holds=holds, detail=detail)
        for reason, (output, holds, detail) in zip(from_conditions, conditions, strict=True)
        if reason.weight != "warning" and not reason.overridden
    )


def cone(nodes: Iterable[Node]) -> frozenset[Node]:
    """The nodes and everything they are made of."""
    seen = set(nodes)
    waiting = list(seen)
    while waiting:
        for part in _parts(waiting.pop()):
            if part not in seen:
                seen.add(part)
                waiting.append(part)
    return frozenset(seen)


def _parts(node: Node) -> Iterator[Node]:
    waiting = list(node.args)
    while waiting:
        arg = waiting.pop()
        if isinstance(arg, tuple):
            waiting.extend(arg)
        elif isinstance(arg, Int | Bool | Text):
            yield arg


def columns(nodes: Iterable[Node]) -> frozenset[str]:
    """The names of the columns among nodes."""
    return frozenset(str(node.args[0]) for node in nodes if node.op == "input")


def comparisons(nodes: Iterable[Node]) -> tuple[Bool, ...]:
    """The truths among nodes that are not made of other truths, in the order in which they were made."""
    found = (node for node in nodes if isinstance(node, Bool) and node.op in _COMPARISONS)
    return tuple(sorted(found, key=lambda node: node.id))


def dated(reading: Reading) -> frozenset[str]:
    """The columns that look at the day of the request."""
    return frozenset(name for name, access in reading.kernel.facts.access.items() if _READS_THE_DAY.search(access))


def reading_any(nodes: Iterable[Bool], names: frozenset[str]) -> tuple[Bool, ...]:
    """Those of the nodes that depend on one of these columns."""
    return tuple(node for node in nodes if columns(cone((node,))) & names)


def values(
    reading: Reading, nodes: tuple[Node, ...], *, subscription: Subscription, request: ChangeRequest, day: int
) -> tuple[int | bool | str, ...]:
    """What nodes of a reading come to for a subscription and a request on a day."""
    return reading.computed(nodes).call(subscription, request, day)
