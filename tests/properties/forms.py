"""Random graphs of the compiled form over a few inputs, with every operation that a form can hold."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random  # noqa: TID251  # seeded: same seed, same graph
from typing import final

from planshift.billing.rounding import ROUNDING_MODES
from planshift.expressions.form import Bool, Form, Int, Node, Steps, Table
from tests.reference.nodes import Value

WHOLES = {"x": (-50, 50), "y": (0, 9), "z": (1, 10**12)}
TRUTHS = ("p", "q")
TEXTS = ("s", "t")
WORDS = ("", "red", "blue", "it's \\n")


@final
class Pool:
    """The nodes made so far, by kind."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.numbers = [form.whole_input(name, low=low, high=high) for name, (low, high) in WHOLES.items()]
        self.truths = [form.truth_input(name) for name in TRUTHS]
        self.texts = [form.text_input(name) for name in TEXTS]

    def add(self, node: Node) -> None:
        if isinstance(node, Int):
            self.numbers.append(node)
        elif isinstance(node, Bool):
            self.truths.append(node)
        else:
            self.texts.append(node)

    def nodes(self) -> list[Node]:
        return [*self.numbers, *self.truths, *self.texts]


def draw_graph(chance: Random, *, size: int) -> list[Node]:
    """The nodes of a graph."""
    pool = Pool(Form())
    for _ in range(size):
        pool.add(chance.choice((_number, _number, _truth, _text))(chance, pool))
    return pool.nodes()


def draw_inputs(chance: Random) -> dict[str, Value]:
    """A value for each input, at the ends of its interval as often as inside."""
    numbers = {name: chance.choice((low, high, chance.randint(low, high))) for name, (low, high) in WHOLES.items()}
    truths = {name: chance.random() < 0.5 for name in TRUTHS}
    return {**numbers, **truths, **{name: chance.choice(WORDS) for name in TEXTS}}


def _number(chance: Random, pool: Pool) -> Node:
    a, b, c = (chance.choice(pool.numbers) for _ in range(3))
    form, small = pool.form, chance.randint(-9, 9)
    makers = (
        lambda: a + b,
        lambda: a - b,
        lambda: a + small,
        lambda: _kept(a) * _kept(b),
        lambda: -a,
        lambda: a // b.greatest(1),
        lambda: a // chance.randint(1, 9),
        lambda: a % chance.randint(1, 9),
        lambda: a % _kept(b).greatest(2),
        lambda: a.least(b),
        lambda: a.greatest(b),
        lambda: _kept(a).greatest(0).muldiv(_kept(b).greatest(0), c.greatest(1), chance.choice(ROUNDING_MODES)),
        lambda: _chosen(chance, pool, pool.numbers),
        lambda: form.lookup(Table("dense", tuple(chance.randint(-5, 5) for _ in range(10))), _within(a, 9)),
        lambda: form.lookup(Table("sparse", sparse=((2, 7), (-3, 8)), default=chance.choice((0, 7))), a),
        lambda: form.steps(Steps("steps", (0, 3, 20), tuple(chance.randint(-5, 5) for _ in range(3))), a),
        lambda: form.lit(small),
    )
    return chance.choice(makers)()


def _kept(a: Int) -> Int:
    """A number whose products stay short."""
    return a.least(10**13).greatest(-(10**13))


def _within(a: Int, high: int) -> Int:
    return a.greatest(0).least(high)


def _truth(chance: Random, pool: Pool) -> Node:
    a, b = (chance.choice(pool.numbers) for _ in range(2))
    p, q, r = (chance.choice(pool.truths) for _ in range(3))
    s, t = (chance.choice(pool.texts) for _ in range(2))
    form, number = pool.form, chance.randint(-9, 9)
    makers = (
        lambda: a < b,
        lambda: a >= number,
        lambda: a.same(b),
        lambda: a.same(number),
        lambda: p & q,
        lambda: p | q,
        lambda: form.any_of((p, q, r)),
        lambda: form.all_of((p, q.negate(), r)),
        p.negate,
        lambda: p.same(q),
        lambda: s.same(t),
        lambda: s.same(chance.choice(WORDS)),
        lambda: s.within(tuple(chance.sample(WORDS, k=2))),
        lambda: _chosen(chance, pool, pool.truths),
    )
    return chance.choice(makers)()


def _text(chance: Random, pool: Pool) -> Node:
    return _chosen(chance, pool, pool.texts) if chance.random() < 0.7 else pool.form.text(chance.choice(WORDS))


def _chosen(chance: Random, pool: Pool, values: Sequence[Node]) -> Node:
    """A choice of a few branches; now and then one of very many."""
    count = chance.choice((1, 1, 2, 3, 30))
    branches = tuple((chance.choice(pool.truths), chance.choice(values)) for _ in range(count))
    return pool.form.cases(branches, chance.choice(values))
