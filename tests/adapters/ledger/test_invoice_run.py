"""The invoice run: what a customer's changes leave to a day becomes one invoice, paid and taken back by its parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from planshift import Book, ChangeRequest, Desk, LedgerRefuses, load_text, open_desk
from planshift.adapters.ledger.receiving import run_invoices
from planshift.adapters.ledger.reports import flaws
from planshift.adapters.ledger.statement import CollectiveInvoice
from planshift.billing.money import Money
from planshift.billing.zones import parse_instant
from planshift.execution.order import Order
from planshift.execution.store.engine import Store

CATALOG = """
plans:
  bronze: { title: Bronze, prices: { monthly: { every: 1 month, EUR: "10.00", USD: "11.00" } } }
  silver: { title: Silver, prices: { monthly: { every: 1 month, EUR: "20.00", USD: "22.00" } } }
  gold:   { title: Gold,   prices: { monthly: { every: 1 month, EUR: "40.00", USD: "44.00" } } }
"""
POLICY = """
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
groups:
  ladder: { direction: by_price_per_day, members: [bronze, silver, gold] }
terms:
  any: { timing: now, collect: invoice_run, TERMS }
"""
AT = parse_instant("2026-03-11T10:00", "Europe/Stockholm")
DAY = 86_400
PAID_FIRST = "apply: after_payment, payment_expires: 7 days"


def shop(terms: str = "") -> Book:
    return load_text({"policy.yaml": POLICY.replace("TERMS", terms), "catalog.yaml": CATALOG})


def changed(desk: Desk, book: Book, name: str, *, to: str = "silver", currency: str = "EUR") -> Order:
    """Anna changes one of her subscriptions; the order is named after both."""
    held = desk.subscription(name) or book.subscription(
        {
            "id": name,
            "customer": {"id": "anna"},
            "plan": "bronze",
            "currency": currency,
            "period": {"start": "2026-03-01", "end": "2026-04-01"},
            "paid": f"10.00 {currency}",
        }
    )
    return desk.apply(book, book.decide(held, ChangeRequest(at=AT, plan=to, price="monthly")), order=f"{name}-{to}")


def invoices(desk: Desk) -> tuple[CollectiveInvoice, ...]:
    """Anna's collective invoices; everything in the ledger adds up."""
    with desk.store.reading() as connection:
        assert not list(flaws(connection))
    found = desk.customer("anna")
    assert found is not None
    for each in found.invoices:
        of_lines = sum(line.amount.minor for group in each.groups for line in group.lines)
        assert of_lines == each.total.minor
    return found.invoices


def state(desk: Desk, order: str) -> str:
    return desk.order(order).state


def parts(invoice: CollectiveInvoice) -> list[tuple[str, str, str]]:
    return [(group.subscription, group.order, group.state) for group in invoice.groups]


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR", decimals=2)


def test_changes_of_several_subscriptions_are_one_invoice_and_one_payment_pays_them(store: Store) -> None:
    desk, book = open_desk(store), shop(PAID_FIRST)
    for name in ("home", "work"):
        assert changed(desk, book, name).state == "pending"
    desk.work(at=AT + 60)
    (invoice,) = invoices(desk)
    assert invoice.number == "anna/1"
    assert parts(invoice) == [("home", "home-silver", "open"), ("work", "work-silver", "open")]
    heard = desk.payment("work", invoice.left, source="bank-1", at=AT + 120, invoice="anna/1")
    assert heard.settled == ("anna/1",)
    assert desk.payment("work", invoice.left, source="bank-1", at=AT + 180, invoice="anna/1").settled == heard.settled
    assert (state(desk, "home-silver"), state(desk, "work-silver")) == ("applied", "applied")
    (paid,) = invoices(desk)
    assert (paid.left.minor, paid.total) == (0, invoice.total)
    accounts = [desk.account(name) for name in ("home", "work")]
    shares = [payment.amount.minor for account in accounts if account is not None for payment in account.payments]
    assert (len(shares), sum(shares)) == (2, invoice.total.minor)


def test_a_part_of_the_money_pays_line_group_by_line_group(store: Store) -> None:
    desk, book = open_desk(store), shop(PAID_FIRST)
    for name in ("home", "work"):
        changed(desk, book, name)
    desk.work(at=AT + 60)
    (invoice,) = invoices(desk)
    first, second = (group.left.minor for group in invoice.groups)
    heard = desk.payment("work", eur(first + 1), source="bank-1", at=AT + 120, invoice="anna/1")
    assert heard.settled == ()
    assert (state(desk, "home-silver"), state(desk, "work-silver")) == ("applied", "pending")
    (left,) = invoices(desk)
    assert left.left.minor == second - 1
    late = desk.payment("home", eur(second + 4), source="bank-2", at=AT + 180, invoice="anna/1")
    assert (late.settled, state(desk, "work-silver")) == (("anna/1",), "applied")
    held = desk.subscription("home")
    assert held is not None
    assert held.account_credit == 5  # what nobody owes stands on the account of the one that was named
    assert invoices(desk)[0].left.minor == 0


def test_two_changes_of_one_subscription_are_one_invoice_for_it(store: Store) -> None:
    desk, book = open_desk(store), shop()
    changed(desk, book, "home")
    changed(desk, book, "home", to="gold")
    desk.work(at=AT + 60)
    (invoice,) = invoices(desk)
    assert parts(invoice) == [("home", "home-silver", "open"), ("home", "home-gold", "open")]
    held, account = desk.subscription("home"), desk.account("home")
    assert held is not None
    assert account is not None
    assert (held.unpaid_invoices, held.debt) == (1, invoice.total.minor)
    assert account.collective == (invoice,)
    desk.work(at=AT + 120)
    assert invoices(desk) == (invoice,)  # made once


def test_one_change_keeps_its_own_invoice_and_currencies_never_meet(store: Store) -> None:
    desk, book = open_desk(store), shop()
    changed(desk, book, "home")
    changed(desk, book, "abroad", currency="USD")
    desk.work(at=AT + 60)
    assert invoices(desk) == ()
    for name in ("home", "abroad"):
        account = desk.account(name)
        assert account is not None
        assert [(each.number, each.state) for each in account.invoices] == [(f"{name}-1", "open")]
    with pytest.raises(LedgerRefuses, match="abroad has no invoice home-1"):
        desk.payment("abroad", "1.00 USD", source="bank-1", at=AT + 120, invoice="home-1")


def test_what_is_called_off_before_the_run_is_not_on_the_invoice(store: Store) -> None:
    desk, book = open_desk(store), shop(PAID_FIRST)
    for name in ("home", "work", "yard"):
        changed(desk, book, name)
    assert desk.cancel("work-silver", by="staff", at=AT + 30).state == "cancelled"
    desk.work(at=AT + 60)
    (invoice,) = invoices(desk)
    assert [group.subscription for group in invoice.groups] == ["home", "yard"]


def test_what_is_called_off_after_the_run_takes_its_own_lines_back_by_a_credit_note(store: Store) -> None:
    desk, book = open_desk(store), shop(PAID_FIRST)
    for name in ("home", "work"):
        changed(desk, book, name)
    desk.work(at=AT + 60)
    (issued,) = invoices(desk)
    desk.payment("home", eur(1), source="bank-1", at=AT + 90, invoice="anna/1")
    assert desk.cancel("home-silver", by="staff", at=AT + 120).state == "cancelled"
    (invoice,) = invoices(desk)
    assert invoice.total == issued.total
    assert [group.credit_note for group in invoice.groups] == ["home-1-C", None]
    assert (invoice.credited, invoice.left) == (issued.groups[0].total, issued.groups[1].left)
    held = desk.subscription("home")
    assert held is not None
    assert (held.plan, held.account_credit, held.debt) == ("bronze", 1, 0)
    assert desk.payment("work", invoice.left, source="bank-2", at=AT + 180, invoice="anna/1").settled == ("anna/1",)
    assert state(desk, "work-silver") == "applied"


def test_a_change_whose_payment_does_not_come_leaves_the_others_their_invoice(store: Store) -> None:
    desk, book = open_desk(store), shop(PAID_FIRST)
    changed(desk, book, "home")
    changed(desk, shop(), "work")
    desk.work(at=AT + 60)
    desk.work(at=AT + 9 * DAY)
    (invoice,) = invoices(desk)
    assert parts(invoice) == [("home", "home-silver", "void"), ("work", "work-silver", "open")]
    assert (state(desk, "home-silver"), state(desk, "work-silver")) == ("cancelled", "applied")


def test_runs_at_the_same_time_make_one_invoice(store: Store) -> None:
    desk, book = open_desk(store), shop()
    for name in ("home", "work"):
        changed(desk, book, name)

    def run(_: int) -> int:
        return len(list(run_invoices(store, until=date(2026, 3, 11), at=AT + 60)))

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(run, range(4))) == [0, 0, 0, 2]
    assert len(invoices(desk)) == 1
