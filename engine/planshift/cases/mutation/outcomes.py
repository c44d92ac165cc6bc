"""Comparing what two books say to one change: first what their kernels computed, then, where needed, what is seen.

Two kernels that computed the same verdict, rules, dates and amounts say the same, so that most changes of a sample cost
no more than the two decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, final

from planshift.billing.catalog import Catalog, Price
from planshift.book import Book, Decision
from planshift.cases.answers import WHOLE, answered
from planshift.cases.mutation.seen import FLOW, seen_of, steps_of, told_apart
from planshift.cases.named import NAMED
from planshift.cases.steps import STEPS
from planshift.cases.written import keys_of
from planshift.policy.terms import TERM
from planshift.rulebook.rulebook import Reading

Difference = tuple[str, str, str]
"""A part of an answer, and what it says before and after an edit."""

_UNSEEN: Final = ("source.", "rule.", "term.", "group", "path", "from_level", "to_level")
"""Outputs that only say where something comes from; rules and terms are compared in their own way."""

READ_BY_NAME: Final = (
    "apply",
    "cancellable_until",
    "carry.addons",
    "carry.answers",
    "carry.coupons",
    "carry.price_override",
    "carry.resources",
    "carry.settings",
    "carry.usage",
    "charge",
    "collect",
    "extend.unit",
    "fee_label",
    "fee_taxed_as",
    "hold_credit_until",
    "label",
    "limits",
    "notify",
    "override",
    "payment_expires",
    "pending",
    "proration.unit",
    "provision",
    "quote_valid",
    "timing",
)
"""The terms whose words are read behind the kernel, by a step or a text; all others only show in what it computes."""


def difference(before: Decision, after: Decision) -> tuple[Difference, ...]:
    """What is seen to differ between two decisions about one change, the steps that carry it out included."""
    return told_apart(seen_of(before), seen_of(after)) or told_apart(steps_of(before), steps_of(after))


def names_apart(before: Decision, after: Decision) -> tuple[str, ...]:
    """The keys of `expect` under which two decisions do not say the same.

    Those that a case has anyway come first; where none of them differs, two of the others, and at last the terms.
    """
    others = [*WHOLE, *NAMED, *STEPS, "invoice.lines", *(f"flow.{name}" for name in FLOW)]
    return (
        _names_apart(before, after, keys_of(before))
        or _names_apart(before, after, others)[:2]
        or _names_apart(before, after, [f"terms.{name}" for name in TERM])
    )


def _names_apart(before: Decision, after: Decision, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if answered(before, name) != answered(after, name))


@final
class Alike:
    """Tells quickly of most decisions of two books that they are alike, by what the two kernels computed."""

    def __init__(self, before: Book, after: Book) -> None:
        maps = (before.document.policy.carry_map, after.document.policy.carry_map)
        self._comparable = _unpriced(before.catalog) == _unpriced(after.catalog) and maps[0] == maps[1]
        self._comparisons: dict[tuple[int, int], Callable[[Decision, Decision], bool]] = {}

    def __call__(self, before: Decision, after: Decision) -> bool:
        """Whether the two say the same for sure; where they may not, the answers themselves have to be compared."""
        if not self._comparable:
            return False
        key = id(before.reading), id(after.reading)
        if key not in self._comparisons:
            self._comparisons[key] = _comparison(before.reading, after.reading)
        return self._comparisons[key](before, after)


def _unpriced(catalog: Catalog) -> Catalog:
    """A catalog without what only the kernel reads: what a plan costs, and how much it allows."""
    plans = tuple(
        replace(
            plan,
            prices=tuple(Price(id=price.id, interval=price.interval, amounts=()) for price in plan.prices),
            limits=tuple((name, 0) for name, _ in plan.limits),
        )
        for plan in catalog.plans
    )
    return replace(catalog, plans=plans)


def _comparison(before: Reading, after: Reading) -> Callable[[Decision, Decision], bool]:
    """A function that compares the outputs of two kernels by their names."""
    old, new = before.kernel, after.kernel
    if [(each.code, each.detail) for each in old.objections] != [
        (each.code, each.detail) for each in new.objections
    ] or (old.resources != new.resources or old.terms.keys() != new.terms.keys()):
        return lambda _one, _two: False
    computed = _computed(before, after)
    settled = [(f"term.{name}", old.terms[name].values, new.terms[name].values) for name in READ_BY_NAME]
    speaking = [
        [(f"rule.{number}", rule.title) for number, rule in enumerate(kernel.rules) if rule.texts]
        for kernel in (old, new)
    ]

    def said(decision: Decision, rules: list[tuple[str, str]]) -> list[str]:
        return [title for name, title in rules if decision.value(name)]

    def alike(one: Decision, two: Decision) -> bool:
        return (
            computed(one, two)
            and all(values[one.value(name)] == others[two.value(name)] for name, values, others in settled)
            and said(one, speaking[0]) == said(two, speaking[1])
        )

    return alike


def _computed(before: Reading, after: Reading) -> Callable[[Decision, Decision], bool]:
    """A function that tells whether two kernels computed the same for a change."""
    names = dict.fromkeys(
        name for each in (before, after) for name in (*each.constants, *each.positions) if not name.startswith(_UNSEEN)
    )
    slow = [name for name in names if not (name in before.positions and name in after.positions)]
    slow = [name for name in slow if before.constants.get(name, "") != after.constants.get(name, "")]
    fast = [name for name in names if name in before.positions and name in after.positions]
    ones, twos = ([each.positions[name] for name in fast] for each in (before, after))

    def same(one: Decision, two: Decision) -> bool:
        if len(one.raw) != len(two.raw) or len(one.raw) <= max((*ones, *twos), default=0):
            return all(one.value(name) == two.value(name) for name in names)
        first, second = one.raw, two.raw
        return all(first[i] == second[j] for i, j in zip(ones, twos, strict=True)) and all(
            one.value(name) == two.value(name) for name in slow
        )

    return same
