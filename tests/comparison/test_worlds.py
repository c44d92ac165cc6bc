"""Worlds exercise every part of a book, always in the same order, and no more of them are made than are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from planshift.book import Book, load, load_text
from planshift.comparison.conditions import Condition
from planshift.comparison.world import Route, carried
from planshift.comparison.worlds import Worlds
from planshift.rulebook.resolution import possible_values

BOOKS = sorted(path for path in Path("policies").iterdir() if path.is_dir())

CATALOG = """
plans:
  small: { prices: { monthly: { every: 1 month, EUR: "10.00" } }, limits: { disk_gb: 10 } }
  large: { prices: { monthly: { every: 1 month, EUR: "30.00" } }, limits: { disk_gb: 50 } }
"""

POLICY = """
policy_language: 1
book: tiny
currency: EUR
groups: { all: { direction: by_level, members: { small: { level: 1 }, large: { level: 2 } } } }
"""

FACTS = """
facts:
  customer: { type: object, properties: { pays_by: { type: string, enum: [card, invoice], default: card } } }
  usage: { type: object, properties: { moving: { type: boolean, default: false } } }
"""


def tiny(rules: str = "", *, facts: str = "") -> Book:
    return load_text({"policy.yaml": POLICY + facts, "catalog.yaml": CATALOG, "policy.rules": rules})


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_every_world_can_be_decided_and_between_them_every_rule_and_value_speaks(path: Path) -> None:
    book = load(path)
    terms = book.rulebook.reading().kernel.terms
    missing = {(name, value) for name, term in terms.items() for value in possible_values(term.value)}
    held: dict[str, set[bool]] = {}
    for world in Worlds(book):
        decision = book.decide(world.subscription, world.request)
        kernel = decision.reading.kernel
        for place, rule in enumerate(kernel.rules):
            held.setdefault(rule.title, set()).add(decision.truth(f"rule.{place}"))
        if kernel.facts.renews is False:
            missing -= {(name, decision.value(f"term.{name}")) for name in terms}
    assert {title: found for title, found in held.items() if found != {True, False}} == {}
    assert missing == set()


def test_they_are_always_the_same_ones() -> None:
    first, second = (tuple(islice(Worlds(load("policies/blesta")), 600)) for _ in range(2))
    assert first == second


def test_no_more_are_made_than_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    book = load("policies/hosting")
    stream = iter(Worlds(book))
    first = next(stream)
    assert first.named == "anna-bronze"

    def too_far(_: Worlds) -> None:
        raise AssertionError("a situation was made")

    monkeypatch.setattr(Worlds, "varied", too_far)
    assert len(list(islice(stream, 200))) == 200


def test_a_condition_is_met_and_left_at_its_very_bound() -> None:
    book = tiny('rule "R"\n  when upgrade and customer.tenure >= 24 months\n  set fee = 5 EUR\n')
    around = list(Worlds(book).of_rule("R"))
    holding = {True: set[date](), False: set[date]()}
    for world in around:
        decision = book.decide(world.subscription, world.request)
        since = world.subscription.customer.since
        if decision.direction == "upgrade" and since is not None and world.request.at == around[0].request.at:
            holding[decision.truth("rule.0")].add(since)
    assert max(holding[True]) == date(2024, 3, 11)
    assert date(2024, 3, 12) in holding[False]


def test_a_condition_over_a_computed_side_turns_where_the_sides_meet() -> None:
    book = tiny('rule "R"\n  when downgrade and usage.disk_gb * 10 >= to.limits.disk_gb * 9\n  warn "tight"\n')
    used = {dict(world.subscription.usage).get("disk_gb") for world in Worlds(book).of_rule("R")}
    assert {8, 9, 10} <= used


def test_conditions_that_no_single_lever_meets_are_met_part_by_part() -> None:
    rules = """
    rule "R"
      when upgrade and customer.pays_by = invoice and usage.moving and subscription.debt > 7 EUR and request.by = staff
      set fee = 5 EUR
    """
    book = tiny(rules, facts=FACTS)
    met = [
        world for world in Worlds(book).of_rule("R") if book.decide(world.subscription, world.request).truth("rule.0")
    ]
    assert met
    assert {world.subscription.debt for world in met} >= {701}


def test_a_condition_that_cannot_hold_has_no_world() -> None:
    book = tiny('rule "R"\n  when upgrade and to = small and from = large\n  set fee = 5 EUR\n')
    kernel = book.rulebook.reading().kernel
    condition = Condition(book=book, facts=kernel.facts, node=kernel.rules[0].holds, day=Worlds(book).scene.day)
    base = Worlds(book).scene.plain(Route(origin=("large", "monthly"), target=("small", "monthly")))
    assert base is not None
    assert condition.made(base) is None


def test_a_stream_can_be_kept_to_some_routes() -> None:
    book = load("policies/hosting")
    route = Route(origin=("bronze", "monthly"), target=("gold", "monthly"))
    kept = Worlds(book, on=[route])
    assert {world.route for world in (*kept.plain(), *kept.varied(), *kept.turning())} == {route}


def test_a_world_is_carried_to_a_version_with_other_facts() -> None:
    old = tiny(facts=FACTS)
    new = tiny(facts=FACTS.replace("[card, invoice]", "[cash, card, invoice]").replace("usage:", "request:"))
    world = next(Worlds(old).plain())
    customer = replace(world.subscription.customer, facts=(("pays_by", 1),))
    there = carried(replace(world, subscription=replace(world.subscription, customer=customer)), of=old, into=new)
    assert there.subscription.customer.facts == (("pays_by", 2),)
    assert there.subscription.usage_facts == ()
    assert there.request.facts == (("moving", False),)
    new.decide(there.subscription, there.request)


def test_a_fact_that_was_left_out_has_the_default_of_the_other_version() -> None:
    old, new = tiny(facts=FACTS), tiny(facts=FACTS.replace("default: card", "default: invoice"))
    there = carried(next(Worlds(old).plain()), of=old, into=new)
    assert there.subscription.customer.facts == (("pays_by", 1),)
