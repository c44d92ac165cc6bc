"""Watching cases: which pieces of a book each decision shows, and how many cases show each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

from planshift.book import Book, Decision
from planshift.cases.asking import Role
from planshift.cases.coverable import Coverable, Key, coverable, objection_key
from planshift.cases.coverage import Coverage, Item
from planshift.cases.order_stages import stages_of
from planshift.expressions.lower import Shown
from planshift.expressions.types import BOOL
from planshift.policy.case_documents import Case


@final
@dataclass(slots=True)
class _Sight:
    """How many cases have shown something, the first of them and the last one."""

    first: Case
    last: Case
    cases: int = 1


@final
class Covering:
    """Is shown the decisions of cases (`watch`) and their reactions (`listen`), and tells what of a book they show."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._seen: dict[Key, _Sight] = {}
        self._cases: set[int] = set()

    def watch(self, case: Case, decision: Decision, *, role: Role) -> None:
        """Note what a decision shows."""
        self._cases.add(id(case))
        for key in _shown(decision, role):
            self._see(case, key)

    def listen(self, case: Case, reaction: int) -> None:
        """Note that a reaction has fired in a timeline."""
        self._see(case, ("reaction", reaction - 1))

    def _see(self, case: Case, key: Key) -> None:
        sight = self._seen.get(key)
        if sight is None:
            self._seen[key] = _Sight(first=case, last=case)
        elif sight.last is not case:
            sight.last = case
            sight.cases += 1

    def coverage(self) -> Coverage:
        """What the cases have shown up to now."""
        return Coverage(
            book=self._book.name,
            title=self._book.title,
            cases=len(self._cases),
            items=tuple(map(self._item, coverable(self._book))),
            sources=self._book.sources,
        )

    def _item(self, found: Coverable) -> Item:
        sights = (self._seen.get(key) for key in found.keys)
        marks = (
            mark if sight is None else replace(mark, cases=sight.cases, first=sight.first.name)
            for mark, sight in zip(found.item.marks, sights, strict=True)
        )
        return replace(found.item, marks=tuple(marks))


def _shown(decision: Decision, role: Role) -> Iterator[Key]:
    """What one decision shows. Of what is only offered or kept back a case sees the reasons and nothing else."""
    yield from _reasons(decision)
    if role == "offered":
        return
    yield from _truths(decision)
    yield from _statements(decision)
    yield from _settled(decision)
    for k, rule in enumerate(decision.reading.kernel.rules):
        if decision.truth(f"rule.{k}"):
            yield "rule", rule.title
    if decision.priced:
        yield from _roads(decision)
    if decision.allowed:
        yield from _reactions(decision)
        if decision.switch is not None:
            yield "switch", decision.switch.number


def _reasons(decision: Decision) -> Iterator[Key]:
    kernel = decision.reading.kernel
    yield from map(objection_key, decision.objections)
    for k, rule in enumerate(kernel.rules):
        if rule.texts and decision.truth(f"rule.{k}"):
            yield "says", rule.title
    if decision.word("limits") == "warn" and any(decision.value(f"excess.{each}") for each in kernel.resources):
        yield "warning", "over_limits"


def _truths(decision: Decision) -> Iterator[Key]:
    conditions = decision.rulebook.conditions(decision.reading)
    truths = conditions.truths
    found = conditions.function(tuple(node for each in truths for node in (each.seen_true, each.seen_false))).call(
        decision.subscription, decision.request, decision.today
    )
    for number, holds in enumerate(found):
        if holds:
            yield "truth", id(truths[number // 2].typed), number % 2 == 0


def _statements(decision: Decision) -> Iterator[Key]:
    promises = decision.reading.kernel.promises
    if promises:
        applies = tuple(Shown(type=BOOL, node=promise.applies) for promise in promises)
        found = decision.reading.holes(applies).call(decision.subscription, decision.request, decision.today)
        yield from (("statement", number) for number, holds in enumerate(found) if holds)


def _settled(decision: Decision) -> Iterator[Key]:
    """The places that settled the terms of a change; of a refused one those that its reasons come from."""
    kernel = decision.reading.kernel
    for name in list(kernel.terms) if decision.priced else [each.term for each in decision.objections]:
        if name in kernel.terms:
            yield "term", kernel.sources[decision.value(f"source.{name}")].span


def _roads(decision: Decision) -> Iterator[Key]:
    """The path that was taken, and how the plans of the groups were left and arrived at."""
    old, new = decision.subscription.plan, decision.request.plan
    if decision.path is not None:
        yield "road", decision.path, old, new
    for group in decision.groups:
        yield "road", group, "left", old, decision.direction
        yield "road", group, "arrived at", new, decision.direction


def _reactions(decision: Decision) -> Iterator[Key]:
    """The reactions whose `when` holds for the order at some time: while it waits, and once it is in force."""
    conditions = decision.rulebook.conditions(decision.reading)
    if not conditions.reactions:
        return
    function = conditions.of_order([each.holds for each in conditions.reactions])
    for order in stages_of(decision):
        found = function.call(decision.subscription, decision.request, decision.today, order.by_name())
        yield from (("reaction", number) for number, holds in enumerate(found) if holds)
