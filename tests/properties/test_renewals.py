"""Renewals: the oracle's, one step each, never twice, one interval's money, and chains that go on for ever end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random  # noqa: TID251  # seeded: same seed, same people

import pytest

from planshift.actions.invariants import check
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision
from tests.properties.people import draw_renewal, draw_subscription
from tests.properties.strategies import book_of
from tests.properties.test_one_decision import differences
from tests.reference.answer import read
from tests.reference.days import midnight, step
from tests.reference.decide import decide

BLOCKS, BOOKS, PEOPLE, STEPS = 8, 12, 12, 6
"""Books in blocks; each person is renewed for some steps."""

Renewed = tuple[tuple[Book, Decision], ...]
"""Decisions about renewals, each with its book."""


@pytest.fixture(scope="module", params=range(BLOCKS))
def renewed(request: pytest.FixtureRequest) -> Renewed:
    """The renewals of a block, which every law here is held against: its books are compiled once."""
    return tuple(_renewed(request.param))


def _renewed(block: int) -> Iterator[tuple[Book, Decision]]:
    """Renewals of people of random books, each followed by those of what it leaves."""
    for seed in range(5000 + block * BOOKS, 5000 + (block + 1) * BOOKS):
        _, book = book_of(seed)
        chance = Random(f"{seed}/renewals")  # noqa: S311  # chance for tests, not for secrets
        for _ in range(PEOPLE):
            held = draw_subscription(chance, book.catalog, zone=book.zone)
            for _ in range(STEPS):
                request = draw_renewal(chance, held, zone=book.zone)
                found = book.decide(held, request)
                yield book, found
                if not found.allowed:
                    break
                held = found.subscription_after()


def test_a_renewal_is_the_oracles_renewal(renewed: Renewed) -> None:
    for book, found in renewed:
        held, request = found.subscription, found.request
        expected = decide(book.document, book.rulebook.typed_rules, subscription=held, request=request)
        told = [str(held), str(request), *differences(read(found), expected)]
        assert read(found) == expected, "\n".join(told)


def test_a_renewal_bills_one_interval_and_is_not_due_again(renewed: Renewed) -> None:
    for book, found in renewed:
        if not found.allowed:
            continue
        before, after, today = found.subscription, found.subscription_after(), found.today
        assert {line.kind for line in found.lines} <= {"renewal", "charge_old", "waiting"}, found
        assert found.due_now.minor == 0, found  # a renewal is billed on its own day
        assert found.amount("credit") is None, found
        assert after.period.start >= before.period.end - timedelta(days=1), found
        assert (after.renewals == before.renewals + 1) == (found.switch is None), found
        if found.renews_on is not None:
            _follows(before, after, found)
        if found.renews_on is not None and found.day("effective").toordinal() - 719163 > today:
            again = book.renew(after, at=found.request.at)
            assert again.verdict == "denied", found
            assert "renewal_not_due" in {reason.code for reason in again.reasons}, found


def _follows(before: Subscription, after: Subscription, found: Decision) -> None:
    """The next period begins where the running one ends, and lasts one interval of what it is for."""
    plan = found.plan_named(after.plan)
    price = plan.price(after.price) if plan else None
    assert price is not None
    assert after.period.start == before.period.end, found
    assert after.period.end == step(before.period.end, price.interval, anchor=after.bill_day), found


def test_the_plan_of_a_renewal_holds_and_its_keys_are_those_of_the_renewal(renewed: Renewed) -> None:
    for _, found in renewed:
        if found.allowed:
            plan = found.plan()
            assert not check(plan), found
            name = f"renewal:{found.subscription.id}:{found.subscription.period.end}:"
            assert all(one.key.startswith(name) for one in plan.steps), found
            assert not {one.action.kind for one in plan.steps} & {"change_package", "move_resources", "schedule"}, found


def test_a_renewal_is_the_same_whenever_the_run_comes_to_it(renewed: Renewed) -> None:
    for book, found in renewed:
        if found.allowed and not found.immediate:
            zone = found.subscription.timezone or book.zone
            again = book.decide(found.subscription, found.request)
            assert again.fingerprint == found.fingerprint
            last = midnight(found.subscription.period.end, zone) - 1
            later = book.renew(found.subscription, at=last)
            if later.request.plan == found.request.plan and not found.request.approvals:
                assert later.fingerprint == found.fingerprint, found
