"""The texts of rules: their holes as nodes, computed when somebody wants to read them and not before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Node
from planshift.expressions.lower import Shown
from planshift.expressions.scalar import ScalarFunction, compile_scalar
from planshift.rulebook.kernel import Kernel, kernel_constants
from planshift.rulebook.rule_nodes import RuleText


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rule's text with the function that computes its holes, in order."""

    text: RuleText
    holes: ScalarFunction


def messages_of(kernel: Kernel, parameters: Sequence[str]) -> Mapping[int, tuple[Message, ...]]:
    """The texts of every rule that has some, by the rule's position."""
    found: dict[int, tuple[Message, ...]] = {}
    for k, rule in enumerate(kernel.rules):
        if rule.texts:
            found[k] = tuple(_message(kernel, text, parameters) for text in rule.texts)
    return found


def _message(kernel: Kernel, text: RuleText, parameters: Sequence[str]) -> Message:
    return Message(text=text, holes=holes_of(kernel, text.parts, parameters=parameters))


def holes_of(kernel: Kernel, parts: Sequence[str | Shown], *, parameters: Sequence[str]) -> ScalarFunction:
    """The function that computes the values among the parts of a text, in order."""
    return nodes_of(kernel, [part.node for part in parts if isinstance(part, Shown)], parameters=parameters)


def nodes_of(kernel: Kernel, nodes: Sequence[Node], *, parameters: Sequence[str]) -> ScalarFunction:
    """The function that computes some nodes of a kernel, in order."""
    return compile_scalar(
        nodes,
        name="text",
        parameters=parameters,
        access=kernel.facts.access,
        constants=kernel_constants(kernel.facts),
    )
