"""What the ledger says of a subscription once an order is carried out is what the decision said it would be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same people

import pytest

from planshift.actions.action import Step
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.reading import subscription_held
from planshift.adapters.ledger.reports import balances, flaws
from planshift.billing.subscription import Subscription
from planshift.book import Decision, load
from planshift.cases.run import run
from planshift.decision.fingerprint import digest_of
from planshift.policy.case_documents import Case
from tests.adapters.ledger.carrying import Carrying, empty, tried
from tests.adapters.ledger.test_payments import AT, anna, shop
from tests.properties.people import draw_renewal, draw_subscription
from tests.properties.strategies import SHARED, book_of, decisions

pytestmark = pytest.mark.xdist_group("shared books")

POLICIES = Path(__file__).parents[3] / "policies"
BOOKS = sorted(path.parent.name for path in POLICIES.glob("*/policy.yaml"))


@lru_cache(maxsize=1)
def drawn() -> tuple[Decision, ...]:
    """What is allowed of the shared random books, and renewals of them."""
    return (*(each for each in decisions() if each.allowed), *renewals())


def renewals() -> Iterator[Decision]:
    for seed in SHARED:
        _, book = book_of(seed)
        chance = Random(f"{seed}/ledger")  # noqa: S311  # chance for tests, not for secrets
        for _ in range(10):
            held = draw_subscription(chance, book.catalog, zone=book.zone)
            made = book.decide(held, draw_renewal(chance, held, zone=book.zone))
            yield from [made] if made.allowed else []


def of_book(name: str) -> list[Decision]:
    """Every allowed decision that the cases of a book lead to."""
    found: list[Decision] = []

    def see(case: Case, decision: Decision, *, role: str) -> None:  # noqa: ARG001  # how a watch is called
        found.extend([decision] if decision.allowed and role == "decided" else [])

    run(load(POLICIES / name), watch=see)
    return found


def expected(carrying: Carrying) -> Subscription:
    """The subscription as the decision leaves it.

    A change behind the running period finds the regular bill that comes before it already paid: that bill collects
    what waits, and is another order.
    """
    after = carrying.decision.subscription_after()
    before = carrying.decision.subscription
    beyond = carrying.plan.effective_on > before.period.end and carrying.plan.from_plan is not None
    return replace(after, waiting=before.waiting) if beyond else after


def holds_as_decided(decision: Decision) -> None:
    with tried(decision) as carrying:
        came_in = subscription_held(carrying.connection, decision.subscription.id)
        assert came_in == decision.subscription
        assert digest_of(came_in) == digest_of(decision.subscription)
        if carrying.plan.queued:
            return
        carrying.out()
        assert not list(flaws(carrying.connection))
        found = subscription_held(carrying.connection, decision.subscription.id)
        if decision.request.plan or decision.renews:
            assert found == expected(carrying), differences(found, expected(carrying), decision)
        else:
            assert found is not None
            assert found.status in ("cancelled", "paused")


def differences(found: Subscription | None, wanted: Subscription, decision: Decision) -> str:
    names = [field.name for field in fields(wanted) if getattr(found, field.name) != getattr(wanted, field.name)]
    told = [f"{name}: {getattr(found, name)} in the ledger, decided {getattr(wanted, name)}" for name in names]
    return "\n".join([*told, str(decision.subscription), str(decision.request)])


def test_random_orders_end_as_they_were_decided() -> None:
    assert len(drawn()) > 200
    for decision in drawn():
        holds_as_decided(decision)


@pytest.mark.parametrize("name", BOOKS)
def test_the_orders_of_a_policy_end_as_they_were_decided(name: str) -> None:
    found = of_book(name)
    assert found
    for decision in found:
        holds_as_decided(decision)


MONEY = [
    (route, timing, collect)
    for route in ("offset", "next_invoice", "account_credit", "refund", "offset_then_forfeit")
    for timing in ("now", "on_date", "period_end")
    for collect in ("now", "next_invoice", "invoice_run")
]
STANDINGS: list[dict[str, object]] = [
    {},
    {"waiting": "2 EUR", "account_credit": "30 EUR"},
    {"waiting": "4 EUR"},
    {"paid": "3 EUR", "debt": "6 EUR", "older_debt": "1 EUR", "unpaid_invoices": 3},
]


@pytest.mark.parametrize("route,timing,collect", MONEY)
def test_money_ends_where_it_was_decided_whichever_way_it_goes(route: str, timing: str, collect: str) -> None:
    book = shop(f"unused_credit: {route}, timing: {timing}, collect: {collect}, charge: full, unpaid: reduce_debt")
    wished = {"on": "2026-03-20"} if timing == "on_date" else {}
    for number, standing_now in enumerate(STANDINGS):
        old, new = ("bronze", "silver") if number % 2 else ("silver", "bronze")
        held = anna(book, **{"plan": old, "paid": "20 EUR" if old == "silver" else "10 EUR", **standing_now})
        decision = book.decide(held, book.request(held, to=new, at=AT, **wished))
        assert decision.allowed
        holds_as_decided(decision)


def test_undoing_an_order_from_any_step_on_leaves_everything_as_it_was() -> None:
    for decision in drawn()[::2]:
        chance = Random(decision.fingerprint)  # noqa: S311  # chance for tests, not for secrets
        with tried(decision) as carrying:
            before, done = standing(carrying), list[Step]()
            if carrying.plan.queued or not carrying.steps:
                continue
            for step in carrying.steps[: chance.randint(1, len(carrying.steps))]:
                if step.action.kind in ("await_payment", "refund", "end_service"):
                    break  # money that came in, went out, or what is gone, is not as before
                carrying.do(step)
                done.append(step)
            for step in reversed(done):
                carrying.undo(step)
            assert standing(carrying) == before, decision
            assert not list(flaws(carrying.connection))


def standing(carrying: Carrying) -> tuple[Subscription | None, dict[str, int]]:
    name = carrying.decision.subscription.id
    return subscription_held(carrying.connection, name), balances(carrying.connection, name)


def test_every_step_done_twice_is_done_once() -> None:
    for decision in drawn()[::6]:
        with tried(decision) as carrying:
            for step in () if carrying.plan.queued else carrying.steps:
                first = carrying.do(step)
                stood = standing(carrying)
                assert carrying.do(step) == first
                assert standing(carrying) == stood


def test_what_came_in_twice_came_in_once() -> None:
    for decision in drawn()[::10]:
        with empty().connect() as connection:
            for _ in range(2):
                open_subscription(connection, decision.subscription, at=decision.request.at)
            assert subscription_held(connection, decision.subscription.id) == decision.subscription
            connection.rollback()
