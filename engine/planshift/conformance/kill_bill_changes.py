"""The kinds of Kill Bill cases that are about changes: a book with Kill Bill's terms, a subscription, a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import final

from planshift.billing.calendar import to_day
from planshift.billing.change import ChangeRequest
from planshift.billing.money import Money
from planshift.billing.subscription import Subscription
from planshift.billing.zones import midnight
from planshift.conformance.case_book import CUSTOMER, PRICE, CaseBook, CasePlan, Terms, Through
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Answer, Figure, Figures, LineFigure, exact
from planshift.conformance.kill_bill_dates import ARREAR, basis_of
from planshift.conformance.money import Coin, coin_of
from planshift.conformance.times import UTC, read_period
from planshift.decision.decision import Decision

TIMINGS = {"immediate": "now", "end_of_term": "period_end", "start_of_term": "period_start"}

LINE_KINDS = {
    "charge": "charge",
    "credit": "credit",
    "charge_old": "charge_old",
    "fee": "fee",
    "one_time": "fee",
    "setup": "fee",
}
"""Kind of a decision's line -> what the format calls it."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A decision on the day it was asked for, with the money of its case."""

    decision: Decision
    on: date
    coin: Coin

    def due(self, kind: str) -> Money | None:
        """The lines of a kind that fall due at the request; None without one."""
        found = [
            line.amount for line in self.decision.lines if LINE_KINDS.get(line.kind) == kind and line.due_on <= self.on
        ]
        return self.coin.total(found) if found else None

    def lines(self) -> tuple[LineFigure, ...]:
        """Every line of the change. A fee is for a day and for no stretch of days."""
        return tuple(
            LineFigure(
                kind=LINE_KINDS.get(line.kind, line.kind), start=line.start, end=line.end, amount=exact(line.amount)
            )
            for line in self.decision.lines
        )

    def figures(self) -> dict[str, Callable[[], Figure]]:
        """What a change or a cancellation can be expected to say."""
        bill = self.decision.next_bill
        return {
            "credit": lambda: self.due("credit"),
            "charge": lambda: self.due("charge"),
            "old_charge": lambda: self.due("charge_old"),
            "fee": lambda: self.due("fee"),
            "net": lambda: self.coin.signed(self.due("charge"), self.due("credit")),
            "lines": self.lines,
            "effective_on": lambda: self.decision.effective_on,
            "next_bill_on": lambda: None if bill is None else bill.on,
        }


def terms_of(given: Fields, *, timing: str) -> Terms:
    """What a case says beyond the preset: when, how days are counted, how amounts are rounded; its fees are billed."""
    basis, n = basis_of(given.inner("proration")) if given.has("proration") else ("actual", 30)
    return {
        "timing": timing,
        **({"backdating": "anyone"} if timing == "period_start" else {}),
        "proration": {"basis": basis if basis == "actual" else f"months of {n}"},
        "setup": "bill",
        "rounding": {"mode": coin_of(given).mode},
    }


def _timing(given: Fields, default: str = "immediate") -> str:
    return given.word("timing", of=TIMINGS, default=default)


def _plan(fields: Fields, name: str) -> CasePlan:
    """A plan of the case; its one-time fee is what its price costs to set up."""
    return CasePlan(
        name=name,
        price=fields.numeral("price"),
        every=fields.text("every"),
        in_arrear=ARREAR[fields.word("billed", of={word: word for word in ARREAR}, default="in_advance")],
        setup=fields.numeral("one_time_fee") if fields.has("one_time_fee") else None,
    )


def _request(day: date, *, plan: CasePlan | None, new: Fields | None, until: date | None = None) -> ChangeRequest:
    """The request of a change or, without a plan, of a cancellation; a bill day is named where it becomes another."""
    return ChangeRequest(
        at=midnight(to_day(day), UTC),
        kind="cancel" if plan is None else "change",
        plan="" if plan is None else plan.name,
        price="" if plan is None else PRICE,
        until=until,
        quantity=new.whole("quantity") if new is not None and new.has("quantity") else None,
        bill_day=new.whole("bill_day", 0) if new is not None else 0,
    )


def _given_back(given: Fields, coin: Coin) -> int:
    """What was already returned of the paid item, by whichever of the two names."""
    return coin.read_or(given, "adjusted", default=0) + coin.read_or(given, "already_credited", default=0)


def change(given: Fields, through: Through) -> Figures:
    """A plan change."""
    coin, old, new = coin_of(given), given.inner("old"), given.inner("new")
    plans = (_plan(old, "old"), _plan(new, "new"))
    subscription = Subscription(
        id="case",
        plan="old",
        price=PRICE,
        currency=coin.currency,
        customer=CUSTOMER,
        period=read_period(given.inner("period"), zone=UTC),
        bill_day=given.whole("bill_day", 0),
        quantity=old.whole("quantity", given.whole("quantity", 1)),
        paid=coin.read(old, "paid") if old.has("paid") else None,
        given_back=_given_back(given, coin),
    )
    day = given.day("change_on")
    book = _book(given, plans, timing=_timing(given))
    request = _request(day, plan=plans[1], new=new, until=given.day_or_none("credit_until"))
    return Asked(decision=through.decide(book, subscription=subscription, request=request), on=day, coin=coin).figures()


def _book(given: Fields, plans: tuple[CasePlan, ...], *, timing: str) -> CaseBook:
    coin = coin_of(given)
    return CaseBook(currency=coin.currency, scale=coin.scale, terms=terms_of(given, timing=timing), plans=plans)


def cancel(given: Fields, through: Through) -> Figures:
    """A cancellation inside a paid item; what was paid for the item stands for the price, which is not given."""
    coin = coin_of(given)
    plan = CasePlan(name="old", price=given.numeral("paid"), every=given.text("every", "1 month"))
    subscription = Subscription(
        id="case",
        plan="old",
        price=PRICE,
        currency=coin.currency,
        customer=CUSTOMER,
        period=read_period(given.inner("period"), zone=UTC),
        bill_day=given.whole("bill_day", 0),
        paid=coin.read(given, "paid"),
        given_back=_given_back(given, coin),
    )
    day = given.day("cancel_on")
    book = _book(given, (plan,), timing=_timing(given))
    request = _request(day, plan=None, new=None, until=given.day_or_none("credit_until"))
    return Asked(decision=through.decide(book, subscription=subscription, request=request), on=day, coin=coin).figures()


def chain(given: Fields, through: Through) -> tuple[Figures, ...]:
    """Several changes in a row, each of the subscription that the one before leaves."""
    coin, paid = coin_of(given), given.inner("paid")
    steps = tuple(given.each("steps"))
    begun = CasePlan(
        name="begun",
        price=paid.numeral("price" if paid.has("price") else "amount"),
        every=paid.text("every"),
        in_arrear=ARREAR[paid.word("billed", of={word: word for word in ARREAR}, default="in_advance")],
    )
    plans = (begun, *(_plan(s.inner("new"), f"step_{k}") for k, s in enumerate(steps) if s.has("new")))
    subscription = Subscription(
        id="case",
        plan="begun",
        price=PRICE,
        currency=coin.currency,
        customer=CUSTOMER,
        period=read_period(paid, zone=UTC),
        bill_day=given.whole("bill_day", 0),
        quantity=given.whole("quantity", 1),
        paid=coin.read(paid, "amount"),
        given_back=_given_back(given, coin),
    )
    found: list[Figures] = []
    for number, each in enumerate(steps):
        timing = _timing(each, default=given.text("timing", "immediate"))
        named = next((plan for plan in plans if plan.name == f"step_{number}"), None)
        request = _request(each.day("change_on"), plan=named, new=each.optional("new"))
        decision = through.decide(_book(given, plans, timing=timing), subscription=subscription, request=request)
        asked = Asked(decision=decision, on=each.day("change_on"), coin=coin)
        subscription = _after(asked, subscription)
        found.append(_step_figures(asked, balance=subscription.account_credit))
    return tuple(found)


def _after(asked: Asked, before: Subscription) -> Subscription:
    """The subscription that the next step changes; one that ends leaves its account."""
    decision, flow = asked.decision, asked.decision.flow
    assert flow is not None  # an allowed change has one
    if decision.request.plan:
        return decision.subscription_after()
    return replace(before, account_credit=before.account_credit + flow.to_account.minor - flow.account_used.minor)


def _step_figures(asked: Asked, *, balance: int) -> Figures:
    charged = [line.end for line in asked.decision.lines if line.kind == "charge"]
    return asked.figures() | {
        "to": lambda: charged[-1] if charged else None,
        "credit_balance_after": lambda: asked.coin.of(balance),
    }


KINDS: dict[str, Callable[[Fields, Through], Answer]] = {"change": change, "cancel": cancel, "chain": chain}
"""How each kind is translated."""
