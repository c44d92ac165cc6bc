"""Terms by direction and interval: which block settles a term, how it is called, and who disagrees with whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Book, load_text
from planshift.decision.decision import Decision
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.from_yaml import read_book_text
from planshift.rulebook.passes import run_passes
from tests.decision.shop import AT, PLAIN

PRICES = """
      monthly: { every: 1 month, EUR: "%(a)s.00" }
      yearly: { every: 1 year, EUR: "%(a)s0.00" }
      twelve: { every: 12 months, EUR: "%(a)s1.00" }
      days: { every: 365 days, EUR: "%(a)s2.00" }
      once: { every: once, EUR: "%(a)s00.00" }
"""
CATALOG = (
    f"plans:\n  silver:\n    prices:{PRICES % {'a': 19}}  gold:\n    prices:{PRICES % {'a': 29}}"
    '  copper:\n    prices:\n      monthly: { every: 1 month, EUR: "9.00" }\n'
)
HEAD = "policy_language: 1\nbook: shop\ncurrency: EUR\n"
GROUP = "groups: { metals: { direction: by_list, members: [copper, silver, gold] } }\n"

# One term whose values count the strength of the place that says it.
LADDER = """
terms:
  any:
    cancellable_until: 1 days before
    other_interval: { cancellable_until: 2 days before }
    longer_interval: { cancellable_until: 3 days before }
    shorter_interval: { cancellable_until: 4 days before }
  upgrade:
    cancellable_until: 5 days before
    other_interval: { cancellable_until: 6 days before }
    longer_interval: { cancellable_until: 7 days before }
    shorter_interval: { cancellable_until: 8 days before }
"""


def book(policy: str, rules: str = "") -> Book:
    return load_text(files(policy) | ({"policy.rules": rules} if rules else {}))


def files(policy: str) -> dict[str, str]:
    return {"policy.yaml": HEAD + GROUP + policy, "catalog.yaml": CATALOG}


def problems(policy: str) -> list[Diagnostic]:
    document, found, _ = read_book_text(files(policy))
    assert document is not None
    return [*found, *run_passes(document).diagnostics]


def change(made: Book, before: str, after: str) -> Decision:
    (plan, price), (to, to_price) = before.split("/"), after.split("/")
    return made.decide(replace(PLAIN, plan=plan, price=price), ChangeRequest(at=AT, plan=to, price=to_price))


def settled(decision: Decision) -> tuple[str, str]:
    term = decision.term("cancellable_until")
    return term.text.partition(" ")[0], term.source.title


@pytest.mark.parametrize(
    "before, after, wanted",
    [
        ("silver/monthly", "silver/yearly", ("3", "terms, longer interval")),
        ("silver/yearly", "silver/monthly", ("4", "terms, shorter interval")),
        ("silver/yearly", "silver/days", ("2", "terms, other interval")),
        ("silver/yearly", "silver/twelve", ("1", "terms")),
        ("silver/monthly", "silver/once", ("1", "terms")),
        ("silver/once", "silver/yearly", ("1", "terms")),
        ("silver/monthly", "gold/monthly", ("5", "terms, upgrade")),
        ("silver/days", "gold/yearly", ("6", "terms, upgrade, other interval")),
        ("silver/monthly", "gold/yearly", ("7", "terms, upgrade, longer interval")),
        ("silver/yearly", "gold/monthly", ("8", "terms, upgrade, shorter interval")),
        ("silver/once", "gold/once", ("5", "terms, upgrade")),
        ("gold/monthly", "silver/yearly", ("3", "terms, longer interval")),
    ],
)
def test_the_strongest_block_that_holds_settles(before: str, after: str, wanted: tuple[str, str]) -> None:
    assert settled(change(book(LADDER), before, after)) == wanted


def test_neither_a_cancellation_nor_a_start_is_to_another_interval() -> None:
    made = book(LADDER)
    assert settled(made.decide(PLAIN, ChangeRequest(at=AT, kind="cancel"))) == ("1", "terms")
    start = ChangeRequest(at=AT, kind="start", plan="gold", price="yearly")
    assert settled(made.decide(PLAIN, start)) == ("1", "terms")


def test_a_stronger_place_wins_over_a_stronger_block() -> None:
    made = book(LADDER + "plans: { silver: { terms: { any: { cancellable_until: 9 days before } } } }\n")
    assert settled(change(made, "silver/monthly", "gold/yearly")) == ("9", "leaving silver")


def test_a_path_has_blocks_beside_its_terms() -> None:
    path = "paths:\n  - from: silver\n    upgrades: [gold]\n    cancellable_until: 9 days before\n"
    made = book(f"{LADDER}{path}    longer_interval: {{ cancellable_until: 10 days before }}\n")
    assert settled(change(made, "silver/monthly", "gold/monthly")) == ("9", "path 1 from silver")
    assert settled(change(made, "silver/monthly", "gold/yearly")) == ("10", "path 1 from silver, longer interval")
    scoped = "    terms: { upgrade: { other_interval: { cancellable_until: 11 days before } } }\n"
    made = book(f"{path}    longer_interval: {{ cancellable_until: 10 days before }}\n{scoped}")
    wanted = ("11", "path 1 from silver, upgrade, other interval")
    assert settled(change(made, "silver/monthly", "gold/yearly")) == wanted


def test_rules_ask_for_the_interval() -> None:
    rules = "".join(
        f'rule "{name}"\n  when {name}\n  warn "{name}"\n'
        for name in ("same_interval", "longer_interval", "shorter_interval")
    )
    made = book("", rules)

    def told(before: str, after: str) -> list[str]:
        return [reason.text for reason in change(made, before, after).warnings]

    assert told("silver/monthly", "gold/yearly") == ["longer_interval"]
    assert told("silver/yearly", "gold/monthly") == ["shorter_interval"]
    assert told("silver/yearly", "gold/twelve") == ["same_interval"]
    assert told("silver/days", "gold/yearly") == []
    assert told("silver/once", "gold/once") == []


@pytest.mark.parametrize(
    "leaving, arriving, count",
    [
        ("any: { longer_interval: { charge: full } }", "any: { charge: none }", 1),
        ("any: { longer_interval: { charge: full } }", "any: { shorter_interval: { charge: none } }", 0),
        ("any: { longer_interval: { charge: full } }", "any: { other_interval: { charge: none } }", 1),
        ("any: { longer_interval: { charge: full } }", "downgrade: { other_interval: { charge: none } }", 1),
        ("cancel: { charge: full }", "any: { charge: none }", 0),
        # Each holder's own stronger word counts, so these two agree about every change.
        (
            "any: { charge: full, longer_interval: { charge: none } }",
            "any: { charge: full, longer_interval: { charge: none } }",
            0,
        ),
        ("any: { charge: full }, upgrade: { charge: none }", "any: { charge: full }", 1),
    ],
)
def test_only_what_can_meet_disagrees(leaving: str, arriving: str, count: int) -> None:
    sides = f"silver: {{ terms: {{ {leaving} }} }}, gold: {{ arriving: {{ {arriving} }} }}"
    assert [problem.code for problem in problems(f"plans: {{ {sides} }}\n")] == ["PS404"] * count


def test_intervals_that_no_price_has_do_not_meet() -> None:
    """Copper is sold by the month alone, so nobody changes it for a longer interval of itself."""
    copper = "terms: { any: { longer_interval: { charge: full } } }, arriving: { any: { charge: none } }"
    assert problems(f"plans: {{ copper: {{ {copper} }} }}\n") == []
