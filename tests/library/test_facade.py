"""The front of the library: what it offers, that nothing of it can change, and that threads may share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any, cast

import pytest

import planshift
from planshift import Book, ChangeRequest, Decision, load

HOSTING = Path(__file__).parents[2] / "policies" / "hosting"
BOOK: Book = load(HOSTING)
REQUEST = ChangeRequest(at=1_773_219_600, plan="gold", price="monthly")

PUBLIC = [
    "ActionPlan",
    "Advice",
    "Book",
    "CannotCallOff",
    "ChangeRequest",
    "Decision",
    "Desk",
    "Diagnostic",
    "InvalidBook",
    "InvalidInput",
    "InvalidPlan",
    "LedgerRefuses",
    "Money",
    "NoSuchOrder",
    "NotGenuine",
    "NotKnownNow",
    "Options",
    "Order",
    "PlanshiftError",
    "Quote",
    "StaleQuote",
    "StoreUnusable",
    "Subscription",
    "SubscriptionBusy",
    "advise",
    "check",
    "load",
    "load_text",
    "open_desk",
]


def decided() -> Decision:
    return BOOK.decide(replace(BOOK.subscriptions["anna-bronze"]), replace(REQUEST))


def test_the_public_names_are_these() -> None:
    assert planshift.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_has_a_docstring(name: str) -> None:
    found = getattr(planshift, name)
    assert found.__doc__
    assert found is getattr(planshift, name)


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="planshift has no lod"):
        _ = planshift.lod


@pytest.mark.parametrize(
    "value",
    [BOOK, decided(), REQUEST, BOOK.subscriptions["anna-bronze"], decided().due_now, decided().plan(), BOOK.catalog],
    ids=lambda value: type(value).__name__,
)
def test_nothing_can_be_set(value: object) -> None:
    changed = cast("Any", value)
    for name in ("unheard_of", *getattr(value, "__dataclass_fields__", ())):
        with pytest.raises((FrozenInstanceError, TypeError)):  # a slotted class of Python 3.11 raises TypeError
            setattr(changed, name, 1)
    with pytest.raises((FrozenInstanceError, TypeError)):
        del changed.unheard_of


def test_mappings_are_read_only() -> None:
    decision = decided()
    for mapping in (decision.terms, BOOK.subscriptions):
        with pytest.raises(TypeError):
            cast("dict[str, object]", mapping)["fee"] = None


def test_values_made_alike_are_alike_checked_or_not() -> None:
    checked, fresh = decided(), replace(REQUEST)
    assert checked.request == fresh
    assert hash(checked.request) == hash(fresh)
    assert repr(checked.request) == repr(fresh)
    assert "checked_by" not in cast("dict[str, object]", checked.to_json()["request"])


def test_threads_share_a_book_a_subscription_and_a_request() -> None:
    expected = decided().to_json()
    book, zones = load(HOSTING), (None, "Europe/Stockholm", "America/New_York", "UTC")
    subscription, request = replace(BOOK.subscriptions["anna-bronze"]), replace(REQUEST)

    def ask(turn: int) -> bool:
        book.decide(replace(subscription, timezone=zones[turn % 4]), request)
        return book.decide(subscription, request).to_json() == expected

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert all(pool.map(ask, range(200)))


def test_two_books_may_check_the_same_request_in_turn() -> None:
    files = {path.relative_to(HOSTING).as_posix(): path.read_text(encoding="utf-8") for path in HOSTING.rglob("*.*")}
    files["policy.rules"] = files["policy.rules"] + "\n# another version\n"
    other = planshift.load_text(files)
    subscription, request = replace(BOOK.subscriptions["anna-bronze"]), replace(REQUEST, facts=(("start", 0),))
    assert other.digest != BOOK.digest
    for book in (BOOK, other, BOOK):
        assert book.decide(subscription, request).rulebook.digest == book.digest
        assert request.checked_by == subscription.checked_by == book.digest
