"""The kinds of published cases that are changes: a book with the system's terms, a subscription, a request."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from planshift.billing.change import ChangeRequest
from planshift.billing.line import line_amount
from planshift.billing.proration import cap_credit
from planshift.billing.rates import price_per_day, price_per_month
from planshift.billing.subscription import Discount, Subscription
from planshift.conformance.case_book import CUSTOMER, PRICE, CaseBook, CasePlan, Terms, Through
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Answer, Figures
from planshift.conformance.money import Coin, coin_of, percent_ppm
from planshift.conformance.published_answers import PublishedChange
from planshift.conformance.published_terms import terms_of
from planshift.conformance.situation import Situation, counted, situation_of

ARREAR = {"advance": False, "in_advance": False, "arrears": True, "in_arrears": True, "in_arrear": True}


def _plan(side: Fields, name: str) -> CasePlan:
    return CasePlan(
        name=name,
        price=side.numeral("price"),
        every=side.text("every", "1 month"),
        in_arrear=ARREAR[side.word("billed", of={word: word for word in ARREAR}, default="advance")],
    )


def _plans(given: Fields) -> tuple[CasePlan, ...]:
    """The plans of a change. A plan that begins beside a running period is a change from one that costs nothing."""
    old, new = given.optional("old"), given.optional("new")
    if old is None:
        asked = _plan(given.inner("new"), "new")
        return CasePlan(name="old", price="0", every=asked.every), asked
    return (_plan(old, "old"),) if new is None else (_plan(old, "old"), _plan(new, "new"))


def _discount(side: Fields | None, coin: Coin) -> Discount:
    if side is None:
        return Discount()
    return Discount(ppm=percent_ppm(side, "discount_percent"), amount=coin.read_or(side, "discount_amount", default=0))


def _paid(given: Fields, situation: Situation, coin: Coin) -> int | None:
    """What was really paid for the running period; None for its price.

    A case that names a limit, or what was debited, says it. Where more than one term is left, all of it was paid ahead.
    """
    old = given.optional("old")
    if given.has("cap_credit"):
        return coin.read(given, "cap_credit")
    if old is None:
        return None
    if old.has("debited") and given.text("credit_basis", "current_price") != "current_price":
        return coin.read(old, "debited")
    if situation.ratio is None or situation.ratio <= 1:
        return None
    minor, pieces = coin.parts(old, "price")
    ratio = situation.ratio
    return line_amount(  # type: ignore[no-any-return]  # a whole number, as its arguments are
        minor, quantity=old.whole("qty", 1), per=pieces, num=ratio.numerator, den=ratio.denominator, mode="up"
    )


def _book(coin: Coin, *, plans: tuple[CasePlan, ...], terms: Terms, zone: str) -> CaseBook:
    return CaseBook(currency=coin.currency, scale=coin.scale, terms=terms, plans=plans, zone=zone)


def change(given: Fields, through: Through) -> PublishedChange:
    """The decided change of a case: `old` alone is a cancellation."""
    coin, situation, plans = coin_of(given), situation_of(given), _plans(given)
    old, new = given.optional("old"), given.optional("new")
    subscription = Subscription(
        id="case",
        plan="old",
        price=PRICE,
        currency=coin.currency,
        customer=CUSTOMER,
        period=situation.period,
        bill_day=given.whole("anchor_day", 0),
        quantity=1 if old is None else old.whole("qty", 1),
        discount=_discount(old, coin),
        paid=_paid(given, situation, coin),
    )
    request = ChangeRequest(
        at=situation.at,
        kind="cancel" if new is None else "change",
        plan="" if new is None else "new",
        price="" if new is None else PRICE,
        quantity=None if new is None else new.whole("qty", 1),
        discount=_discount(new, coin),
    )
    terms = terms_of(given, situation, coin=coin)
    if given.text("calc") == "extend":
        extend = given.optional("extend")
        now = extend is not None and extend.truth("charge_now")
        terms = {**terms, "charge": "full" if now else "none"}
    book = _book(coin, plans=plans, terms=terms, zone=situation.zone)
    decision = through.decide(book, subscription=subscription, request=request)
    return PublishedChange(decision=decision, given=given, situation=situation, coin=coin)


def swap(given: Fields, through: Through) -> Figures:
    """Old and new plan, each for its share."""
    return change(given, through).figures()


def classify(given: Fields, through: Through) -> Figures:
    """The direction of a change by comparable rates."""
    coin, old, new = coin_of(given), given.inner("old"), given.inner("new")
    per_month = given.word(
        "basis", of={"monthly_equivalent": "month", "daily_equivalent": "day"}, default="monthly_equivalent"
    )
    book = CaseBook(
        currency=coin.currency,
        scale=coin.scale,
        terms={},
        plans=(_plan(old, "old"), _plan(new, "new")),
        direction=f"by_price_per_{per_month}",
        equal=given.text("equal_is", "crossgrade"),
    )
    situation = situation_of(given)
    subscription = Subscription(
        id="case", plan="old", price=PRICE, currency=coin.currency, customer=CUSTOMER, period=situation.period
    )
    request = ChangeRequest(at=situation.at, plan="new", price=PRICE)
    rate = price_per_month if per_month == "month" else price_per_day

    def rated(side: Fields) -> Callable[[], Fraction]:
        return lambda: Fraction(rate(coin.read(side, "price"), side.interval("every")), 10**coin.scale)

    return {
        "direction": lambda: through.decide(book, subscription=subscription, request=request).direction,
        "old_rate": rated(old),
        "new_rate": rated(new),
    }


def credit_note(given: Fields, through: Through) -> Figures:
    """A credit for unused days without tax: a cancellation, less what earlier notes already gave back of it."""
    coin = coin_of(given)
    plan = CasePlan(name="old", price=given.numeral("price"), every=given.text("every", "1 month"))
    if given.has("unused_days"):
        situation = counted(
            given, remaining=given.fraction("unused_days"), total=given.fraction("period_days"), unit="day"
        )
    else:
        situation = situation_of(given)
    subscription = Subscription(
        id="case", plan="old", price=PRICE, currency=coin.currency, customer=CUSTOMER, period=situation.period
    )
    book = _book(coin, plans=(plan,), terms=terms_of(given, situation, coin=coin), zone=situation.zone)
    decision = through.decide(book, subscription=subscription, request=ChangeRequest(at=situation.at, kind="cancel"))
    credit = decision.amount("credit") or coin.of(0)
    item = coin.of(cap_credit(credit.minor, credit.minor, coin.read_or(given, "prior_credit_notes", default=0)))
    return {"item": lambda: item, "total": lambda: item, "credit": lambda: item, "tax": lambda: coin.of(0)}


KINDS: dict[str, Callable[[Fields, Through], Answer]] = {
    "swap": swap,
    "extend": swap,
    "classify": classify,
    "credit_note": credit_note,
}
"""How each kind is translated."""
