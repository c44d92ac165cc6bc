"""The SQL of a graph computes what the scalar reading computes, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random  # noqa: TID251  # seeded by hypothesis

import pytest
from hypothesis import given, settings

from planshift.decision.decide import decide
from planshift.decision.decision import Decision
from planshift.expressions.order import reachable
from planshift.population.dialects import DUCKDB
from planshift.population.sql import emit
from planshift.rulebook.kernel import Kernel
from tests.population.tables import answers, bounds_of, table_of
from tests.properties.forms import draw_graph, draw_inputs
from tests.properties.strategies import asked, book_of, seeds
from tests.properties.test_scalar_reading import inputs_of
from tests.reference.nodes import Value, evaluate


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_any_graph_is_read_as_it_is_walked(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
    nodes = draw_graph(chance, size=chance.choice((5, 30, 120)))
    rows = [draw_inputs(chance) for _ in range(40)]
    table = table_of([node for node in reachable(nodes) if node.op == "input"], rows)
    query = emit({f"out {k}": node for k, node in enumerate(nodes)}, source="data", dialect=DUCKDB).text()
    assert answers(query, table) == [evaluate(nodes, row) for row in rows], query


@pytest.mark.parametrize("seed", range(4))
def test_every_kernel_is_read_as_the_scalar_reading_reads_it(seed: int) -> None:
    _, book = book_of(seed)
    rows, decisions = [], []
    for subscription, request in asked(book, seed, times=150):
        if subscription.timezone is None and request.kind != "renew":
            decision = decide(book.rulebook, subscription, request=request, made_as=Decision)
            rows.append(inputs_of(decision.reading.kernel, subscription, request, day=decision.today))
            decisions.append(decision)
    kernel = book.rulebook.kernel(book.zone, renews=False, within=bounds_of(rows))
    inputs = [node for node in reachable(tuple(kernel.outputs.values())) if node.op == "input"]
    query = emit(kernel.outputs, source="data", dialect=DUCKDB).text()
    for found, decision in zip(answers(query, table_of(inputs, rows)), decisions, strict=True):
        named = dict(zip(kernel.outputs, found, strict=True))
        wanted = {name: decision.value(name) for name in decision.reading.kernel.outputs}
        assert meaning(named, kernel, priced=decision.priced) == meaning(
            wanted, decision.reading.kernel, priced=decision.priced
        )


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
