"""What is near: other changes that are allowed instead of a refused one, and cheaper ways to the same plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from planshift.advice.answer import Saving, Step
from planshift.advice.conditions import values
from planshift.advice.deeds import prices, requesters, wished_days
from planshift.advice.moves import Move, View
from planshift.advice.waiting import spells
from planshift.billing.calendar import from_day
from planshift.billing.money import Money
from planshift.billing.rates import twelfths_of_days
from planshift.book import Book, Decision
from planshift.decision.answer import LineKind
from planshift.expressions.form import Int

ONCE: tuple[LineKind, ...] = ("fee", "one_time", "setup", "penalty", "remainder")
"""The lines that a change bills once, whatever the plan costs."""

_MOST_INSTEAD = 5


def instead_of(book: Book, decision: Decision) -> tuple[Decision, ...]:
    """Changes that are allowed at the same instant, the nearest to a refused one first."""
    if decision.request.kind != "change":
        return ()
    options = book.options(decision.subscription, decision.request)
    found = [entry for entry in options.entries if entry.allowed]
    return tuple(sorted(found, key=lambda entry: _distance(entry, decision))[:_MOST_INSTEAD])


def _distance(entry: Decision, asked: Decision) -> tuple[bool, bool, int, bool, Fraction]:
    """How far a change is from the one asked for: same plan and direction, near in level, interval and price."""
    levels = [each.value("to_level") for each in (entry, asked)]
    steps = abs(levels[0] - levels[1]) if all(levels) else 0
    return (
        entry.request.plan != asked.request.plan,
        entry.direction != asked.direction,
        steps,
        _every(entry) != _every(asked),
        abs(_rate(entry) - _rate(asked)),
    )


def _every(decision: Decision) -> str:
    return decision.to_plan.every if decision.to_plan is not None else ""


def _rate(decision: Decision) -> Fraction:
    """What the catalog asks for the plan, per twelfth of a day."""
    plan = decision.plan_named(decision.request.plan)
    price = plan.price(decision.request.price) if plan is not None else None
    if price is None:
        return Fraction(0)
    return Fraction(dict(price.amounts).get(decision.subscription.currency, 0), twelfths_of_days(price.interval))


def once(decision: Decision) -> Money:
    """What the change itself costs: fees, one-time services, set-up, and what leaving a commitment costs."""
    return decision.money(sum(line.amount.minor for line in decision.lines if line.kind in ONCE))


def cheaper(view: View) -> tuple[Saving, ...]:
    """Ways to the same plan that cost less than an allowed change, each decided."""
    savings = [*_by_asking_otherwise(view), *_by_waiting(view)]
    return tuple(savings)


def _by_asking_otherwise(view: View) -> Iterator[Saving]:
    moves = [*prices(view), *wished_days(view), *requesters(view), *_without_one_time(view)]
    for move in moves:
        found = view.inquiry.decide(move.situation)
        if found is not None and found.allowed:
            saves = tuple(_saves(view.decision, found, by=move.step))
            if saves:
                yield Saving(steps=(move.step,), decision=found, saves=saves)


def _without_one_time(view: View) -> Iterator[Move]:
    if view.request.bill_one_time:
        step = Step(
            kind="fact", actor="customer", text="do without the one-time services", name="request.bill_one_time"
        )
        asked = replace(view.request, bill_one_time=False)
        yield Move(step=replace(step, value=False), situation=replace(view.situation, request=asked))


def _saves(asked: Decision, found: Decision, *, by: Step) -> Iterator[str]:
    """What is less, where nothing else is more: what the change costs once, or what the plan costs from then on."""
    before, after = once(asked), once(found)
    rates = _rate(asked), _rate(found)
    if after.minor > before.minor or rates[1] > rates[0]:
        return
    if after.minor < before.minor:
        yield f"costs once {after} instead of {before}"
    if rates[1] < rates[0]:
        month = [round(rate * 365) for rate in rates]
        yield f"comes to {asked.money(month[1])} a month instead of {asked.money(month[0])}"
    elif by.kind != "price" and found.effective_on == asked.effective_on and found.due_now.minor < asked.due_now.minor:
        yield f"{found.due_now} instead of {asked.due_now} due now"


def _by_waiting(view: View) -> Iterator[Saving]:
    """The first day on which the change itself costs least, if that is less than now."""
    outputs = view.decision.reading.kernel.outputs
    nodes = tuple(node for node in (outputs[kind] for kind in ONCE) if isinstance(node, Int))
    now = once(view.decision).minor
    if not now:
        return
    least = (now, 0, view.situation, 0)
    for spell in spells(view.inquiry, view.situation):
        for day in spell.days:
            costs = values(view.decision.reading, nodes, subscription=spell.subscription, request=view.request, day=day)
            if sum(map(int, costs)) < least[0]:
                there = replace(view.situation, subscription=spell.subscription)
                least = (sum(map(int, costs)), day, there, spell.renewals)
    _, day, there, renewals = least
    found = view.inquiry.decide(there.on(day, zone=view.inquiry.zone(there.subscription))) if day else None
    if found is not None and found.allowed and once(found).minor < now:
        told = from_day(day)
        step = Step(kind="wait", actor="customer", text=f"wait until {told}", value=renewals, day=told)
        yield Saving(
            steps=(step,), decision=found, saves=(f"costs once {once(found)} instead of {once(view.decision)}",)
        )
