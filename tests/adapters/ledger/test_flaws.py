"""What does not add up is told; nothing else is."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from planshift.adapters.ledger.reports import flaws
from planshift.execution.store.engine import Store
from tests.adapters.ledger.test_payments import Till, anna, pay, shop

AT = "2026-03-11T10:00"

TAMPERED = {
    "update ledger_postings set minor = minor + 1 where entry = 'payment:bank:1'": (
        "anna: the postings on cash come to 301, and its balance is 300",
        "anna: the payment bank:1 brought 300, and 301 was booked",
    ),
    "update ledger_subscriptions set cash = cash + 1, waiting = waiting - 1": (
        "anna: the postings on cash come to 300, and its balance is 301",
        "anna: the balance of waiting is -1, on the wrong side",
    ),
    "update ledger_invoices set open = open - 1": (
        "anna: invoices that are open come to",
        "should be open of invoice anna-1, and",
    ),
    "update ledger_invoices set state = 'paid'": ("anna: invoices that are open come to 0, and the balance",),
    "update ledger_invoices set total = total + 1": ("anna: the lines of invoice anna-1 come to",),
    "delete from ledger_allocations": ("should be open of invoice anna-1, and",),
    "update ledger_payments set minor = 1": ("anna: the payment bank:1 brought 1, and 300 was booked",),
}


@pytest.fixture
def till(store: Store) -> Till:
    """Anna has changed to silver, and paid a part of the invoice."""
    book = shop("timing: now, unused_credit: account_credit")
    held = anna(book)
    found = Till(store, book.decide(held, book.request(held, to="silver", at=AT)))
    for name in ("end_plan", "start_plan", "issue_credit", "issue_invoice"):
        found.do(name)
    with store.begin() as connection:
        pay(connection, 300, source="bank:1")
        assert not list(flaws(connection))
    return found


@pytest.mark.parametrize("statement", TAMPERED)
def test_what_was_tampered_with_is_told(till: Till, statement: str) -> None:
    with till.store.begin() as connection:
        connection.execute(text(statement))
        found = "\n".join(str(flaw) for flaw in flaws(connection))
        connection.rollback()
    for told in TAMPERED[statement]:
        assert told in found


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_subscriptions set cash = cash + 1",
        "update ledger_postings set minor = 0",
        "update ledger_postings set credit = debit",
        "update ledger_invoices set open = -1",
        "update ledger_invoices set state = 'lost'",
        "insert into ledger_entries select * from ledger_entries",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(till: Till, statement: str) -> None:
    with till.store.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(text(statement))
