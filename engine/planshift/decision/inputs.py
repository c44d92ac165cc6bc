"""What is wrong with a subscription or a request that was not read from a document, as diagnostics without a place."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.billing.calendar import to_day
from planshift.billing.change import KINDS, REQUESTERS, ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.billing.zones import is_zone
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import NOWHERE
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.facts import LAST_DAY, MAX_COUNT
from planshift.rulebook.rulebook import Rulebook


def _flaw(code: str, message: str, help_text: str | None = None) -> Diagnostic:
    return Diagnostic(code=code, message=message, span=NOWHERE, help=help_text)


def _known(rulebook: Rulebook, plan: str, price: str, *, of: str) -> Iterator[Diagnostic]:
    tables = rulebook.tables
    if plan not in rulebook.plans:
        yield _flaw(
            "PS520",
            f"the {of} names the plan `{plan}`, which the catalog does not have",
            did_you_mean(plan, rulebook.plans),
        )
    elif (plan, price) not in tables.prices:
        known = [item.id for item in rulebook.plans[plan].prices]
        yield _flaw(
            "PS521", f"the {of} names the price `{price}`, which `{plan}` does not have", did_you_mean(price, known)
        )


def subscription_flaws(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """Everything about a subscription that the kernel must be able to rely on."""
    yield from _known(rulebook, subscription.plan, subscription.price, of="subscription")
    if subscription.currency not in rulebook.tables.currencies:
        sold = rulebook.tables.currencies
        help_text = did_you_mean(subscription.currency, sold)
        yield _flaw("PS522", f"the catalog sells nothing in `{subscription.currency}`", help_text)
    if subscription.timezone is not None and not is_zone(subscription.timezone):
        yield _flaw("PS523", f"`{subscription.timezone}` is not a time zone")
    yield from _dates(subscription)
    yield from _numbers(subscription)
    yield from _facts(rulebook, subscription)


def _dates(subscription: Subscription) -> Iterator[Diagnostic]:
    contract = subscription.contract
    days = {
        "period.start": subscription.period.start,
        "period.end": subscription.period.end,
        "started_on": subscription.started_on,
        "trial_ends_on": subscription.trial_ends_on,
        "paid_through": subscription.paid_through,
        "customer.since": subscription.customer.since,
        "contract.starts_on": contract.starts_on if contract else None,
        "contract.ends_on": contract.ends_on if contract else None,
    }
    for name, day in days.items():
        if day is not None and not 0 <= to_day(day) <= LAST_DAY:
            yield _flaw("PS524", f"`{name}` is {day}, outside of the years 1970 to 2200")
    if contract and contract.ends_on < contract.starts_on:
        yield _flaw("PS525", "the contract ends before it starts")


def _numbers(subscription: Subscription) -> Iterator[Diagnostic]:
    amounts = {
        "amount": subscription.amount or 0,
        "paid": subscription.paid or 0,
        "given_back": subscription.given_back,
        "debt": subscription.debt,
        "account_credit": subscription.account_credit,
        "discount.amount": subscription.discount.amount,
        "contract.penalty": subscription.contract.penalty if subscription.contract else 0,
    }
    for name, minor in amounts.items():
        if not 0 <= minor <= MAX_AMOUNT:
            yield _flaw("PS526", f"`{name}` is {minor}, which is not between 0 and {MAX_AMOUNT} minor units")
    counts = {
        "quantity": (subscription.quantity, 1),
        "bill_day": (subscription.bill_day, 0),
        "renewals": (subscription.renewals, 0),
        "unpaid_invoices": (subscription.unpaid_invoices, 0),
        "discount.ppm": (subscription.discount.ppm, 0),
    }
    limits = {"bill_day": 31, "discount.ppm": 1_000_000}
    for name, (count, low) in counts.items():
        high = limits.get(name, MAX_COUNT)
        if not low <= count <= high:
            yield _flaw("PS527", f"`{name}` is {count}, which is not between {low} and {high}")
    if subscription.paid is not None and subscription.given_back > subscription.paid + subscription.debt:
        yield _flaw("PS528", "more was given back than was paid")


def _facts(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """Facts must stand in the order of the book's schema, each of them."""
    for side, facts in (("customer", subscription.customer.facts), ("usage", subscription.usage_facts)):
        wanted = tuple(fact.name for fact in rulebook.document.facts.of(side))
        given = tuple(name for name, _ in facts)
        if wanted != given:
            listed = ", ".join(f"`{name}`" for name in wanted) or "none"
            yield _flaw("PS529", f"the book wants these {side} facts, in this order: {listed}")


def request_flaws(rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest) -> Iterator[Diagnostic]:
    """Everything about a request that the kernel must be able to rely on."""
    yield from _known(rulebook, subscription.plan, subscription.price, of="subscription")
    if request.kind not in KINDS:
        yield _flaw("PS530", f"`{request.kind}` is not a kind of request", did_you_mean(request.kind, KINDS))
    if request.by not in REQUESTERS:
        yield _flaw("PS531", f"`{request.by}` may not ask", did_you_mean(request.by, REQUESTERS))
    if request.plan or request.kind != "cancel":
        yield from _known(rulebook, request.plan, request.price, of="request")
