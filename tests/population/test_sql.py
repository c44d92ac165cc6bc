"""The SQL of a graph computes what the scalar reading computes, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random  # noqa: TID251  # seeded by hypothesis

import pytest
from hypothesis import given, settings

from planshift.expressions.form import Node
from planshift.expressions.order import reachable
from planshift.population.dialects import DUCKDB
from planshift.population.sql import emit
from tests.population.kernels import compared_kernels
from tests.population.tables import answers, table_of
from tests.properties.forms import draw_graph, draw_inputs
from tests.properties.strategies import seeds
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
    def answering(outputs: Mapping[str, Node], rows: Sequence[Mapping[str, Value]]) -> list[tuple[Value, ...]]:
        inputs = [node for node in reachable(tuple(outputs.values())) if node.op == "input"]
        return answers(emit(outputs, source="data", dialect=DUCKDB).text(), table_of(inputs, rows))

    assert compared_kernels(seed, answering) > 80
