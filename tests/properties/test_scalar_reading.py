"""The generated function is worth what the nodes are worth, walked one by one."""

from __future__ import annotations

from random import Random  # noqa: TID251  # seeded by hypothesis

import pytest
from hypothesis import given, settings

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.decision.decide import decide
from planshift.decision.decision import Decision
from planshift.expressions.form import Bool
from planshift.expressions.scalar import EarlyReturn, compile_scalar
from planshift.rulebook.kernel import Kernel, kernel_constants
from tests.properties.forms import draw_graph, draw_inputs
from tests.properties.strategies import asked, book_of, seeds
from tests.reference.nodes import Value, evaluate


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_any_graph_is_read_as_it_is_walked(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
    nodes = draw_graph(chance, size=chance.choice((5, 30, 120)))
    access = {name: f"row[{name!r}]" for name in draw_inputs(chance)}
    compiled = compile_scalar(nodes, name="graph", parameters=("row",), access=access)
    for _ in range(5):
        inputs = draw_inputs(chance)
        assert compiled.call(inputs) == evaluate(nodes, inputs), compiled.source


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_an_early_return_leaves_out_the_end_and_changes_nothing_before_it(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
    nodes = draw_graph(chance, size=60)
    when = next(node for node in reversed(nodes) if isinstance(node, Bool))
    first = chance.randint(0, len(nodes))
    access = {name: f"row[{name!r}]" for name in draw_inputs(chance)}
    early = EarlyReturn(when=when, outputs=first)
    compiled = compile_scalar(nodes, name="graph", parameters=("row",), access=access, early=early)
    for _ in range(5):
        inputs = draw_inputs(chance)
        (returns,) = evaluate([when], inputs)
        assert compiled.call(inputs) == evaluate(nodes[:first] if returns else nodes, inputs), compiled.source


def inputs_of(kernel: Kernel, subscription: Subscription, request: ChangeRequest, *, day: int) -> dict[str, Value]:
    """Every column that the kernel reads, read one by one."""
    names = {"__builtins__": {}, **kernel_constants(kernel.facts)}
    given_to = {"s": subscription, "r": request, "day": day}
    return {name: eval(access, names, given_to) for name, access in kernel.facts.access.items()}  # noqa: S307  # the engine's own expressions


@pytest.mark.parametrize("seed", range(12))
def test_every_kernel_is_read_as_it_is_walked(seed: int) -> None:
    _, book = book_of(seed)
    for subscription, request in asked(book, seed, times=12):
        if subscription.timezone is not None:
            continue
        decision = decide(book.rulebook, subscription, request=request, made_as=Decision)
        kernel = decision.reading.kernel
        inputs = inputs_of(kernel, subscription, request, day=decision.today)
        names = list(decision.reading.positions)[: len(decision.raw)]
        assert names
        walked = evaluate([kernel.outputs[name] for name in names], inputs)
        assert dict(zip(names, decision.raw, strict=True)) == dict(zip(names, walked, strict=True))
