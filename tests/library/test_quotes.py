"""Quotes bind while nothing moves, with exactly their figures, and say what moved when they do not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from planshift import ActionPlan, ChangeRequest, InvalidInput, InvalidPlan, StaleQuote
from planshift.actions.json_form import from_json, to_json
from planshift.billing.zones import parse_instant
from tests.decision.shop import AT, HOLDERS, PLAIN, book, to_gold

SHOP = book()
LONG = book("quote_valid: 14 days")


def instant(text: str) -> int:
    return parse_instant(text, "Europe/Stockholm")


def quoted(request: ChangeRequest | None = None) -> ActionPlan:
    return SHOP.decide(PLAIN, request or to_gold()).plan()


def moved(plan: ActionPlan, *, at: int = AT, shop: Any = SHOP, holder: Any = PLAIN) -> str:  # noqa: ANN401  # passed on
    with pytest.raises(StaleQuote) as caught:
        shop.honour(plan, holder, at=at)
    assert str(caught.value)
    return caught.value.part


def test_a_quote_names_what_it_was_made_from() -> None:
    decision = SHOP.decide(PLAIN, to_gold())
    quote = decision.quote
    assert quote is not None
    assert (quote.fingerprint, quote.computed_at, quote.book) == (decision.fingerprint, AT, SHOP.digest)
    assert quote == decision.plan().quote
    assert quote.request == to_gold()


@pytest.mark.parametrize(
    "terms, until",
    [
        ("", "2026-05-17 00:00"),
        ("quote_valid: 1 day", "2026-05-17 00:00"),
        ("quote_valid: 14 days", "2026-05-30 00:00"),
        ("quote_valid: 2 weeks", "2026-05-30 00:00"),
    ],
)
def test_it_holds_to_the_end_of_its_last_day(terms: str, until: str) -> None:
    shop, end = book(terms), instant(until)
    decision = shop.decide(PLAIN, to_gold())
    assert decision.quote is not None
    assert decision.quote.valid_until == end
    assert shop.honour(decision, PLAIN, at=end - 1) == decision.plan()
    assert moved(decision.plan(), shop=shop, at=end) == "time"


def test_it_is_not_older_than_itself() -> None:
    assert moved(quoted(), at=AT - 1) == "time"


def test_it_is_honoured_with_its_own_figures_on_a_later_day() -> None:
    later = AT + 3 * 86_400
    decision = LONG.decide(PLAIN, to_gold())
    again = LONG.decide(PLAIN, replace(to_gold(), at=later))
    assert LONG.honour(decision, PLAIN, at=later).flow == decision.flow != again.flow


def test_another_version_of_the_book_makes_it_stale() -> None:
    assert moved(quoted(), shop=book("notify: client")) == "book"


@pytest.mark.parametrize("holder", [each for each in HOLDERS.values() if each != PLAIN])
def test_any_change_of_the_subscription_makes_it_stale(holder: object) -> None:
    assert moved(quoted(), holder=holder) == "subscription"


def test_it_survives_being_kept() -> None:
    shop = book("", rules='rule "r"\n  when request.by = staff\n  set fee = 1 EUR')
    request = replace(to_gold(), by="staff", approvals=("finance",))
    plan = shop.decide(PLAIN, request).plan("order-7")
    kept = from_json(json.loads(json.dumps(to_json(plan))))
    assert shop.honour(kept, replace(PLAIN), at=AT + 60) == plan


def test_a_renewal_is_honoured_like_a_change() -> None:
    due = instant("2026-06-01 08:00")
    renewal = SHOP.renew(PLAIN, at=due)
    assert renewal.allowed
    assert SHOP.honour(renewal, PLAIN, at=due + 60) == renewal.plan()


def test_a_plan_that_was_altered_is_refused() -> None:
    plan = quoted()
    for altered in (
        replace(plan, customer="someone else"),
        replace(plan, quote=replace(plan.quote, valid_until=plan.quote.valid_until + 86_400)),
        replace(plan, quote=replace(plan.quote, request=replace(to_gold(), by="staff"))),
        replace(plan, steps=plan.steps[:-1]),
    ):
        with pytest.raises(InvalidPlan):
            SHOP.honour(altered, PLAIN, at=AT)


def test_figures_cannot_be_altered_without_notice() -> None:
    text = json.dumps(to_json(quoted()))
    amount = str(quoted().flow.due_now)
    with pytest.raises(InvalidPlan):
        SHOP.honour(from_json(json.loads(text.replace(amount, "0.01 EUR"))), PLAIN, at=AT)


def test_what_is_not_allowed_is_no_quote() -> None:
    decision = book("who: staff").decide(PLAIN, to_gold())
    assert decision.quote is None
    assert decision.to_json()["valid_until"] is None
    with pytest.raises(InvalidInput):
        book("who: staff").honour(decision, PLAIN, at=AT)


@pytest.mark.parametrize("value", ["0 days", "367 days", "1 month", "never", "once", "14"])
def test_a_validity_is_a_number_of_days(value: str) -> None:
    with pytest.raises(Exception, match=r"PS1(05|16)|quote_valid"):
        book(f"quote_valid: {value}")


def test_a_rule_sets_it() -> None:
    shop = book(rules='rule "longer"\n  when crossgrade or upgrade\n  set quote_valid = "3 days"')
    decision = shop.decide(PLAIN, to_gold())
    assert decision.quote is not None
    assert decision.quote.valid_until == instant("2026-05-19 00:00")
