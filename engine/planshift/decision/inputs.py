"""What is wrong with a subscription that was not read from a document, as diagnostics without a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from planshift.billing import calendar
from planshift.billing.money import format_minor
from planshift.billing.subscription import Subscription
from planshift.billing.zones import is_zone, midnight
from planshift.decision.fact_flaws import subscription_fact_flaws
from planshift.decision.flaws import (
    bad_addons,
    bad_amounts,
    bad_counts,
    bad_dates,
    bad_discount,
    flaw,
    number,
    quoted,
    repeated,
    unknown_price,
)
from planshift.decision.kinds import misfits
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.payments import Payments, due_for_period
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.facts import LAST_DAY
from planshift.rulebook.rulebook import Rulebook

MAX_USE = 10**12
"""The largest use of a resource."""

_LAST_SECOND = (LAST_DAY + 2) * 86_400


def subscription_flaws(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """Everything about a subscription that the kernel must be able to rely on."""
    strangers = tuple(misfits(subscription, Subscription))
    if strangers:  # nothing else can be asked of them
        yield from strangers
        return
    yield from _names(rulebook, subscription)
    yield from _dates(subscription)
    numbers = tuple(_numbers(subscription))
    yield from numbers or _payments(rulebook, subscription)
    yield from subscription_fact_flaws(rulebook, subscription)
    yield from _belongings(rulebook, subscription)
    if subscription.timezone is None or is_zone(subscription.timezone):
        yield from _instants(subscription, zone=subscription.timezone or rulebook.zone)
    else:
        yield flaw("PS523", f"{quoted(subscription.timezone)} is not a time zone")


def _names(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    plan, currency = subscription.plan, subscription.currency
    yield from unknown_price(rulebook, plan, price=subscription.price, of="subscription")
    if currency not in rulebook.tables.currencies:
        help_text = did_you_mean(currency, rulebook.tables.currencies)
        yield flaw("PS522", f"the catalog sells nothing in {quoted(currency)}", help_text=help_text)


def _payments(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """Money that contradicts itself, by the rule for documents.

    Debt beside a paid period is let through: a change can leave debt of the plan before it.
    """
    plan = rulebook.plans.get(subscription.plan)
    price = plan.price(subscription.price) if plan is not None else None
    if price is None or subscription.currency not in rulebook.decimals:
        return  # told on its own
    currency, paid = subscription.currency, subscription.paid
    amount, quantity = subscription.amount, subscription.quantity
    due = due_for_period(price, subscription.period, currency=currency, amount=amount, quantity=quantity)
    if due is None:
        return
    payments = Payments(
        due=due,
        paid=paid,
        debt=subscription.debt,
        older_debt=subscription.older_debt,
        given_back=subscription.given_back,
    )
    for mistake in payments.mistakes(lambda minor: f"{format_minor(minor, rulebook.decimals[currency])} {currency}"):
        if mistake.at != ("debt",):
            yield flaw(mistake.code, f"`{mistake.at[0]}`: {mistake.message}", help_text=mistake.help)


def _dates(subscription: Subscription) -> Iterator[Diagnostic]:
    contract, pending = subscription.contract, subscription.pending
    days = {
        "period.start": subscription.period.start,
        "period.end": subscription.period.end,
        "started_on": subscription.started_on,
        "trial_ends_on": subscription.trial_ends_on,
        "paid_through": subscription.paid_through,
        "customer.since": subscription.customer.since,
        "contract.starts_on": contract.starts_on if contract else None,
        "contract.ends_on": contract.ends_on if contract else None,
        "pending.effective_on": pending.effective_on if pending else None,
    }
    yield from bad_dates(days | {f"changes[{k}]": day for k, day in enumerate(subscription.changes)})
    if contract and contract.ends_on < contract.starts_on:
        yield flaw("PS525", "the contract ends before it starts")


def _instants(subscription: Subscription, *, zone: str) -> Iterator[Diagnostic]:
    """The instants of a period that does not begin or end at midnight; its days are checked on their own."""
    period = subscription.period
    given = {"period.starts_at": period.starts_at, "period.ends_at": period.ends_at}
    for name, instant in given.items():
        if instant is not None and not 0 <= instant <= _LAST_SECOND:
            yield flaw("PS524", f"`{name}` is {number(instant)}, outside of the years 1970 to 2200")
            return
    if (period.starts_at is None and period.ends_at is None) or any(
        bad_dates({"start": period.start, "end": period.end})
    ):
        return
    begins = midnight(calendar.to_day(period.start), zone) if period.starts_at is None else period.starts_at
    ends = midnight(calendar.to_day(period.end), zone) if period.ends_at is None else period.ends_at
    if ends <= begins:
        yield flaw("PS510", "the period ends at or before the instant at which it begins")


def _numbers(subscription: Subscription) -> Iterator[Diagnostic]:
    yield from bad_amounts(
        {
            "amount": subscription.amount or 0,
            "paid": subscription.paid or 0,
            "given_back": subscription.given_back,
            "debt": subscription.debt,
            "older_debt": subscription.older_debt,
            "waiting": subscription.waiting,
            "account_credit": subscription.account_credit,
            "contract.penalty": subscription.contract.penalty if subscription.contract else 0,
        }
    )
    yield from bad_counts({"quantity": subscription.quantity}, low=1)
    yield from bad_counts({"bill_day": subscription.bill_day}, high=31)
    yield from bad_counts({"renewals": subscription.renewals, "unpaid_invoices": subscription.unpaid_invoices})
    yield from bad_discount(subscription.discount)


def _belongings(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """What the subscription uses and holds."""
    yield from bad_addons(rulebook, subscription.addons, at="addons")
    yield from _uses(rulebook, subscription.usage, at="usage")
    yield from _allowances(rulebook, subscription)
    yield from repeated((service.id for service in subscription.services), at="services")
    yield from repeated((name for name, _ in subscription.resources), at="resources")
    yield from repeated((name for name, _ in subscription.settings), at="settings")
    total: Counter[str] = Counter()
    for service in subscription.services:
        yield from _uses(rulebook, service.uses, at=f"services.{service.id}.uses")
        total.update(dict(service.uses))
    yield from bad_counts({f"use of {name} by all services": count for name, count in total.items()}, high=MAX_USE)
    known = {service.name for service in rulebook.tables.catalog.services}
    named = [answer.service for answer in subscription.answers]
    if subscription.contract and subscription.contract.service is not None:
        named.append(subscription.contract.service)
    for name in dict.fromkeys(service for service in named if service not in known):
        yield flaw("PS204", f"there is no service {quoted(name)}", help_text=did_you_mean(name, known))


def _allowances(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """What is left of allowances; carried over again and again it may grow beyond what a document can say."""
    left = subscription.allowances
    known = {name for plan in rulebook.tables.catalog.plans for name, _ in plan.allowances}
    yield from bad_counts({f"allowances.{name}": count for name, count in left}, high=MAX_AMOUNT)
    yield from repeated((name for name, _ in left), at="allowances")
    for name in dict.fromkeys(name for name, _ in left if name not in known):
        message = f"no plan has an allowance {quoted(name)}"
        yield flaw("PS513", message, help_text=did_you_mean(name, known), severity="warning")


def _uses(rulebook: Rulebook, uses: tuple[tuple[str, int], ...], *, at: str) -> Iterator[Diagnostic]:
    """Use of resources; of one that no plan limits a document may speak as well, so it is only warned of."""
    limited = rulebook.tables.resources
    yield from bad_counts({f"{at}.{name}": count for name, count in uses}, high=MAX_USE)
    yield from repeated((name for name, _ in uses), at=at)
    for name in dict.fromkeys(name for name, _ in uses if name not in limited):
        message = f"no plan has a limit {quoted(name)}"
        yield flaw("PS513", message, help_text=did_you_mean(name, limited), severity="warning")
