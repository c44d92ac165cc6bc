"""Taking changes of a subscription back, and reading what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random  # noqa: TID251  # seeded: same seed, same people

import pytest

from planshift.adapters.ledger import state
from planshift.adapters.ledger.state import changes_between, subscription_of, taken_back, text_of
from planshift.billing.subscription import PendingChange
from planshift.diagnostics.errors import InternalError
from tests.adapters.ledger.test_payments import anna, shop
from tests.properties.people import draw_subscription
from tests.properties.strategies import book_of

GOLD = PendingChange(to_plan="gold", to_price="monthly", effective_on=date(2026, 4, 1))
HELD = anna(shop(), quantity=2)


def test_changes_are_taken_back_field_by_field() -> None:
    changed = replace(HELD, pending=GOLD, quantity=1)
    changes = changes_between(text_of(HELD), text_of(changed))
    assert subscription_of(taken_back(text_of(changed), changes)) == HELD


def test_what_somebody_else_has_changed_since_stays() -> None:
    changes = changes_between(text_of(HELD), text_of(replace(HELD, pending=GOLD, quantity=1)))
    later = replace(GOLD, to_plan="platinum")
    now = replace(HELD, pending=later, quantity=1)
    assert subscription_of(taken_back(text_of(now), changes)) == replace(HELD, pending=later)


def test_what_was_written_is_read_the_same_by_another_program() -> None:
    _, book = book_of(1000)
    chance = Random("states")  # noqa: S311  # chance for tests, not for secrets
    for _ in range(500):
        drawn = draw_subscription(chance, book.catalog, zone=book.zone)
        facts = (("vip", True), ("region", "north"), ("sites", 3))
        held = replace(drawn, usage_facts=facts, customer=replace(drawn.customer, facts=facts))
        text = text_of(held)
        state._read.clear()  # nobody remembers what it was
        assert subscription_of(text) == held


def test_what_is_no_subscription_is_told() -> None:
    with pytest.raises(InternalError, match="reading a subscription of the ledger"):
        subscription_of("[]")
