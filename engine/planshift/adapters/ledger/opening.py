"""Taking a subscription in, with the balances that it brings along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, bindparam, select

from planshift.adapters.ledger.booking import Entry, book, indexed
from planshift.adapters.ledger.chart import ACCOUNTS, Posting, posted
from planshift.adapters.ledger.effect import Effect
from planshift.adapters.ledger.held import Invoice, LedgerRefuses, held_of
from planshift.adapters.ledger.reading import subscription_held
from planshift.adapters.ledger.state import document_of, text_of, without_money
from planshift.adapters.ledger.tables import customers, subscriptions
from planshift.billing.calendar import from_day
from planshift.billing.subscription import Subscription
from planshift.billing.zones import local_day
from planshift.decision.fingerprint import digest_of
from planshift.execution.placing import Standing
from planshift.execution.store.adding import add_once
from planshift.execution.store.many import add_many

KIND = "opening"

_OPENED_AS = select(subscriptions.c.opened_as).where(subscriptions.c.id == bindparam("subscription_id"))


def open_subscription(connection: Connection, subscription: Subscription, *, at: int) -> None:
    """Take a subscription in as it stands. The same document again changes nothing.

    Raises:
        LedgerRefuses: the ledger has one of that id that came in as something else.
    """
    digest = digest_of(subscription)
    came_in = connection.scalar(_OPENED_AS, {"subscription_id": subscription.id})
    if came_in is not None:
        if came_in != digest:
            why = f"the ledger has a subscription {subscription.id} already, and it came in as another document"
            raise LedgerRefuses(
                why, "from then on the ledger keeps it: leave the document out, or give it an id of its own"
            )
        return
    state = text_of(without_money(subscription))
    row = {
        "id": subscription.id,
        "currency": subscription.currency,
        "state": state,
        "state_by": "",
        "entries": 0,
        "invoices": 0,
        "opened_at": at,
        "opened_as": digest,
        **indexed(document_of(state)),
        **dict.fromkeys(ACCOUNTS, 0),
    }
    _know(connection, subscription, at=at)
    add_many(connection, subscriptions, rows=[row])
    key = f"{KIND}:{subscription.id}"
    held = held_of(connection, subscription.id, key=key)
    assert held is not None  # it was written above
    today = from_day(local_day(at, subscription.timezone or "UTC"))
    entry = Entry(key=key, order="", kind=KIND, at=at, on=today)
    book(connection, held, entry=entry, effect=_brought(subscription, entry=entry, today=today))


def _know(connection: Connection, subscription: Subscription, *, at: int) -> None:
    """Remember the customer, who may be known by another subscription."""
    customer = subscription.customer
    known = {"id": customer.id, "client_group": customer.client_group}
    add_once(connection, customers, row={**known, "currency": subscription.currency, "opened_at": at})


def taken_in(subscription: Subscription, *, at: int) -> Standing:
    """How a subscription stands at the ledger, which takes it in on the way where it does not have it."""

    def standing(connection: Connection) -> Subscription | None:
        found = subscription_held(connection, subscription.id)
        if found is None:
            open_subscription(connection, subscription, at=at)
            found = subscription_held(connection, subscription.id)
        return found

    return standing


def _brought(subscription: Subscription, *, entry: Entry, today: date) -> Effect:
    return Effect(
        postings=tuple(_balances(subscription)),
        invoice=_open_invoice(subscription, entry=entry, today=today),
        reference=subscription.id,
    )


def _balances(subscription: Subscription) -> Iterator[Posting]:
    yield from posted(subscription.debt, debit="receivable", credit=KIND)
    yield from posted(subscription.waiting, debit="waiting", credit=KIND)
    yield from posted(subscription.account_credit, debit=KIND, credit="account_credit")


def _open_invoice(subscription: Subscription, *, entry: Entry, today: date) -> Invoice | None:
    """What was open before, as one invoice that stands for all: what is not of the running period is paid first."""
    if not (subscription.debt or subscription.unpaid_invoices):
        return None
    due = min(subscription.period.start, today).isoformat()
    return Invoice(
        number=f"{subscription.id}-1",
        order=entry.order,
        key=entry.key,
        state="open",
        made_on=due,
        due_on=due,
        run_on=None,
        currency=subscription.currency,
        total=subscription.debt,
        credit_used=0,
        open=subscription.debt,
        for_period=subscription.debt - subscription.older_debt,
        documents=subscription.unpaid_invoices,
    )
