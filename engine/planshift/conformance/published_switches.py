"""Trials that become a paid plan by themselves: a book with a switch, and the renewals of a subscription to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

from planshift.billing.calendar import from_day, to_day
from planshift.billing.interval import Interval
from planshift.billing.period import Period
from planshift.billing.schedule import step_date
from planshift.billing.subscription import Subscription
from planshift.billing.zones import midnight
from planshift.book import Decision, load_text
from planshift.conformance.case_book import CUSTOMER, PRICE, CasePlan, Through, Undecided, priced
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Figure, Figures
from planshift.conformance.times import UTC, day_at

ANY_CURRENCY = "EUR"
"""Dates depend on no currency, so the cases may leave it out; a book needs one."""

SWITCHING = {"blesta": "blesta-switching"}
"""The preset of a system -> the one for what switches by itself there, where that is another one."""


def switch_of_a_trial(given: Fields, through: Through) -> Figures:
    """When a trial is switched, what it renews on, and when after that: by the first renewal that is due.

    Raises:
        Undecided: no renewal is allowed.
    """
    start, new = day_at(given, "start", zone=UTC), given.inner("new")
    currency = given.text("currency", ANY_CURRENCY)
    days = given.whole("trial_days")
    plans = (
        CasePlan(name="trial", price="0", every=f"{days} days"),
        CasePlan(name="paid", price=new.numeral("price"), every=new.text("every")),
    )
    through.preset, through.asked = SWITCHING.get(through.preset, through.preset), True
    policy = {
        "policy_language": 1,
        "book": "case",
        "currency": currency,
        "extends": [through.preset] if through.preset else [],
        "invoice_days_before": given.whole("invoice_lead_days", 0),
        "switches": [{"from": {"plan": "trial"}, "to": {"plan": "paid"}}],
    }
    catalog = {"plans": {plan.name: {"prices": {PRICE: priced(plan, currency)}} for plan in plans}}
    book = load_text({"policy.yaml": json.dumps(policy), "catalog.yaml": json.dumps(catalog)})
    subscription = Subscription(
        id="case",
        plan="trial",
        price=PRICE,
        currency=currency,
        customer=CUSTOMER,
        period=Period(start=start, end=step_date(start, Interval(days=days))),
    )
    begin, end = (midnight(to_day(day), UTC) for day in (start, subscription.period.end))
    found = next(book.renewals(subscription, at=begin, until=end), None)
    if found is None or not found.allowed:
        raise Undecided("the trial is not renewed")
    return _figures(found, start=start)


def _figures(renewal: Decision, *, start: date) -> Figures:
    switched = from_day(renewal.today)
    found: dict[str, Callable[[], Figure]] = {
        "switch_on": lambda: switched,
        "switch_on_day_number": lambda: (switched - start).days,  # days are numbered from the first on
        "first_renewal_on": lambda: renewal.effective_on,
        "next_bill_on": lambda: None if renewal.next_bill is None else renewal.next_bill.on,
        "renewal_after_switch_on": lambda: renewal.renews_on,
    }
    return found
