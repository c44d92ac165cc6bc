"""A kernel read by an engine, beside the scalar reading of the same requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from planshift.decision.decide import decide
from planshift.decision.decision import Decision
from planshift.expressions.form import Node
from planshift.rulebook.kernel import Kernel
from tests.population.tables import bounds_of
from tests.properties.strategies import asked, book_of
from tests.properties.test_scalar_reading import inputs_of
from tests.reference.nodes import Value

Answering = Callable[[Mapping[str, Node], Sequence[Mapping[str, Value]]], list[tuple[Value, ...]]]
"""An engine: the outputs and the rows of inputs, to the answers in the order of the rows."""


def compared_kernels(seed: int, answering: Answering) -> int:
    """Compare every output for the requests of a drawn book, and say how many there were."""
    _, book = book_of(seed)
    rows, decisions = [], []
    for subscription, request in asked(book, seed, times=150):
        if subscription.timezone is None and request.kind != "renew":
            decision = decide(book.rulebook, subscription, request=request, made_as=Decision)
            rows.append(inputs_of(decision.reading.kernel, subscription, request, day=decision.today))
            decisions.append(decision)
    kernel = book.rulebook.kernel(book.zone, renews=False, within=bounds_of(rows))
    for found, decision in zip(answering(kernel.outputs, rows), decisions, strict=True):
        named = dict(zip(kernel.outputs, found, strict=True))
        wanted = {name: decision.value(name) for name in decision.reading.kernel.outputs}
        assert meaning(named, kernel, priced=decision.priced) == meaning(
            wanted, decision.reading.kernel, priced=decision.priced
        )
    return len(decisions)


def meaning(outputs: Mapping[str, Value], kernel: Kernel, *, priced: bool) -> dict[str, object]:
    """The outputs of a kernel without the positions that another kernel of the same book counts differently."""
    plain = {name: value for name, value in outputs.items() if not name.startswith(("objection.", "source.", "term."))}
    told: dict[str, object] = {name: value for name, value in plain.items() if priced or name == "verdict"}
    told["reasons"] = [o for k, o in enumerate(kernel.objections) if outputs[f"objection.{k}"]]
    for name, term in kernel.terms.items():
        value, source = outputs[f"term.{name}"], outputs[f"source.{name}"]
        told[f"term.{name}"] = term.values[int(value)]
        told[f"source.{name}"] = kernel.sources[int(source)]
    told["reasons"] = [(o.code, o.detail, o.term, o.weight, o.hard) for o in told["reasons"]]  # type: ignore[attr-defined]  # objections
    return told
