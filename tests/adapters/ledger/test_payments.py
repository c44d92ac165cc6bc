"""Money that comes in and goes out: payments, gates, the invoice run, refunds; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, select

from planshift.actions.action import Step
from planshift.actions.plan import placed
from planshift.adapters.ledger.collecting import run_invoices
from planshift.adapters.ledger.held import LedgerRefuses, invoice_numbered
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.pauses import resume_paused
from planshift.adapters.ledger.payments import pay_refund, receive_payment
from planshift.adapters.ledger.reading import subscription_held
from planshift.adapters.ledger.reports import balances, flaws, trial_balance
from planshift.adapters.ledger.tables import refunds
from planshift.billing.money import Money
from planshift.billing.subscription import PendingChange, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, Decision, load_text
from planshift.execution.ports import Done, Outcome, Refused, Task, Waits
from planshift.execution.store.engine import Store

AT = "2026-03-11T10:00"
CATALOG = """
plans:
  bronze: { title: Bronze, prices: { monthly: { every: 1 month, EUR: "10.00" } } }
  silver: { title: Silver, prices: { monthly: { every: 1 month, EUR: "20.00" } } }
"""
POLICY = """
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
groups:
  ladder: { direction: by_price_per_day, members: [bronze, silver] }
terms:
  any: { TERMS }
"""


def shop(terms: str = "") -> Book:
    return load_text({"policy.yaml": POLICY.replace("TERMS", terms), "catalog.yaml": CATALOG})


def anna(book: Book, **fields: object) -> Subscription:
    given: dict[str, object] = {
        "id": "anna",
        "plan": "bronze",
        "period": {"start": "2026-03-01", "end": "2026-04-01"},
        "paid": "10 EUR",
    }
    return book.subscription({**given, **fields})


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR", decimals=2)


class Till:
    """A ledger with one subscription, an order on its way, and somebody who pays."""

    def __init__(self, store: Store, decision: Decision) -> None:
        self.store, self.decision, self.plan = store, decision, decision.plan("o1")
        self.at = decision.request.at
        with store.begin() as connection:
            open_subscription(connection, decision.subscription, at=self.at)

    @property
    def steps(self) -> dict[str, Step]:
        return {each.step.id: each.step for each in placed(self.plan.steps)}

    def do(self, name: str, *, days: int = 0, undoing: bool = False) -> Outcome:
        today = date.fromordinal(self.plan.quote.decided_on.toordinal() + days)
        task = Task(
            order=self.plan.order or "",
            plan=self.plan,
            step=self.steps[name],
            before=self.decision.subscription,
            after=self.decision.subscription_after() if self.plan.to_plan is not None else None,
            at=self.at + days * 86_400,
            today=today,
            undoing=undoing,
            references={},
            zone="Europe/Stockholm",
        )
        with self.store.begin() as connection:
            return Ledger(store=self.store).perform_within(task, connection=connection)

    def held(self) -> Subscription:
        found = Ledger(store=self.store).subscription("anna")
        assert found is not None
        return found

    def balances(self) -> dict[str, int]:
        with self.store.begin() as connection:
            assert not list(flaws(connection))
            return balances(connection, "anna")


@pytest.fixture
def till(store: Store) -> Till:
    """Anna changes to silver, and pays before it is hers."""
    book = shop("apply: after_payment, payment_expires: 7 days, timing: now")
    held = anna(book)
    return Till(store, book.decide(held, book.request(held, to="silver", at=AT)))


def pay(connection: Connection, minor: int, *, source: str, invoice: str | None = None) -> tuple[str, ...]:
    return receive_payment(connection, "anna", amount=eur(minor), source=source, at=0, invoice=invoice).events


def test_a_change_waits_for_its_payment_and_is_seen_to_wait(till: Till) -> None:
    assert till.do("issue_invoice") == Done(reference="anna-1", events=("invoice.issued",))
    assert till.held().pending == PendingChange(to_plan="silver", to_price="monthly", effective_on=date(2026, 3, 11))
    assert till.do("ask_payment") == Done(reference="anna-1")
    waits = till.do("await_payment")
    assert isinstance(waits, Waits)
    over = parse_instant("2026-03-19T00:00", "Europe/Stockholm")  # when the last of seven days is
    assert waits.until == over
    on_the_last_day = till.do("await_payment", days=7)
    assert isinstance(on_the_last_day, Waits)
    assert on_the_last_day.until == over
    with till.store.begin() as connection:
        bill = invoice_numbered(connection, "anna-1")
        assert bill is not None
        assert pay(connection, bill.open - 1, source="bank:1") == ("payment.received",)
    assert isinstance(till.do("await_payment"), Waits)
    with till.store.begin() as connection:
        assert pay(connection, 1, source="bank:2") == ("payment.received", "invoice.paid")
    assert till.do("await_payment") == Done(reference="anna-1")
    assert till.do("start_plan") == Done()
    assert till.held() == till.decision.subscription_after()


def test_a_payment_that_does_not_come_in_time_ends_the_wait(till: Till) -> None:
    till.do("issue_invoice")
    assert isinstance(till.do("await_payment", days=7), Waits)
    found = till.do("await_payment", days=8)
    assert isinstance(found, Refused)
    assert found.expired
    till.do("issue_invoice", days=8, undoing=True)
    assert till.held() == till.decision.subscription
    assert till.balances() == {}
    with till.store.begin() as connection:
        assert pay(connection, 500, source="too late", invoice="anna-1") == ("payment.received",)
    assert till.held().account_credit == 500


def test_undoing_a_paid_wait_owes_the_money_back(till: Till) -> None:
    till.do("issue_invoice")
    with till.store.begin() as connection:
        bill = invoice_numbered(connection, "anna-1")
        assert bill is not None
        pay(connection, bill.open, source="bank:1")
    assert till.do("await_payment") == Done(reference="anna-1")
    till.do("await_payment", undoing=True)
    till.do("issue_invoice", undoing=True)
    assert till.held() == till.decision.subscription
    assert till.balances() == {"cash": bill.open, "refunds_payable": -bill.open}
    with till.store.begin() as connection:
        row = connection.execute(select(refunds)).one()
        for _ in range(2):
            pay_refund(connection, row.entry, at=till.at)
        assert connection.execute(select(refunds.c.paid_at)).scalar_one() == till.at
    assert till.balances() == {}


def test_an_invoice_that_was_paid_and_is_taken_back_leaves_the_money_on_the_account(store: Store) -> None:
    book = shop("timing: now")
    held = anna(book)
    till = Till(store, book.decide(held, book.request(held, to="silver", at=AT)))
    till.do("end_plan")
    till.do("start_plan")
    till.do("issue_invoice")
    with store.begin() as connection:
        pay(connection, 100, source="bank:1")
    till.do("issue_invoice", undoing=True)
    till.do("start_plan", undoing=True)
    assert till.held() == replace(held, account_credit=100)
    assert till.balances() == {"cash": 100, "account_credit": -100}


def test_an_open_bill_is_debt_of_the_period_until_it_is_paid(store: Store) -> None:
    book = shop("timing: now")
    held = anna(book)
    decision = book.decide(held, book.request(held, to="silver", at=AT))
    till, after = Till(store, decision), decision.subscription_after()
    for name in ("end_plan", "start_plan", "issue_invoice"):
        till.do(name)
    assert decision.flow is not None
    due = decision.flow.due_now.minor
    assert after.paid is not None
    assert till.held() == replace(after, paid=after.paid - due, debt=due, unpaid_invoices=1)
    with store.begin() as connection:
        pay(connection, due + 50, source="bank:1")
    assert till.held() == replace(after, account_credit=50)


def test_what_is_due_longest_is_paid_first(store: Store) -> None:
    book = shop("timing: now")
    held = anna(book, paid="4 EUR", debt="9 EUR", older_debt="3 EUR", unpaid_invoices=2)
    with store.begin() as connection:
        open_subscription(connection, held, at=0)
        pay(connection, 400, source="bank:1")
        assert subscription_held(connection, "anna") == replace(held, paid=500, debt=500, older_debt=0)
        pay(connection, 500, source="bank:2")
        assert subscription_held(connection, "anna") == replace(
            held, paid=1000, debt=0, older_debt=0, unpaid_invoices=0
        )
        assert not list(flaws(connection))


def test_a_payment_counts_once_by_what_its_source_calls_it(till: Till) -> None:
    till.do("issue_invoice")
    with till.store.begin() as connection:
        first = pay(connection, 900, source="bank:1")
        assert pay(connection, 900, source="bank:1") == first
    assert till.balances()["cash"] == 900


@pytest.mark.parametrize(
    "amount,changed,told",
    [
        (eur(0), {}, "a payment of 0.00 EUR cannot be taken in: anna is paid in EUR"),
        (Money(minor=5, currency="USD", decimals=2), {}, "a payment of 0.05 USD cannot be taken in"),
        (eur(5), {"subscription": "bo"}, "the ledger has no subscription bo"),
        (eur(5), {"invoice": "bo-1"}, "anna has no invoice bo-1"),
        (eur(5), {"source": ""}, "the source of a payment has 1 to 300 characters: this one has 0"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(
    till: Till, amount: Money, changed: dict[str, str], told: str
) -> None:
    given = {"subscription": "anna", "source": "x", "invoice": None, **changed}
    with till.store.begin() as connection, pytest.raises(LedgerRefuses) as refusal:
        receive_payment(connection, amount=amount, at=0, **given)  # type: ignore[arg-type]  # the cases say what is given
    assert str(refusal.value).startswith(told)


def test_the_invoice_run_bills_what_waits_for_it(store: Store) -> None:
    book = shop("collect: invoice_run, timing: now")
    held = anna(book)
    till = Till(store, book.decide(held, book.request(held, to="silver", at=AT)))
    for name in ("end_plan", "start_plan", "add_to_invoice_run"):
        assert isinstance(till.do(name), Done)
    drafted = till.balances()
    assert drafted["invoice_run"] > 0
    with store.begin() as connection:
        assert not list(run_invoices(connection, until=date(2026, 3, 10), at=till.at))
        (run,) = run_invoices(connection, until=date(2026, 3, 11), at=till.at)
        assert (run.invoices, run.events) == (("anna-1",), ("invoice.issued",))
        assert not list(run_invoices(connection, until=date(2026, 3, 12), at=till.at))
    assert till.balances() == {**_without(drafted, "invoice_run"), "receivable": drafted["invoice_run"]}
    till.do("add_to_invoice_run", undoing=True)
    till.do("start_plan", undoing=True)
    assert till.held() == held
    assert till.balances() == {}


def _without(found: dict[str, int], name: str) -> dict[str, int]:
    return {key: value for key, value in found.items() if key != name}


def test_credit_that_was_spent_since_cannot_be_taken_back(store: Store) -> None:
    book = shop("unused_credit: account_credit, account_credit: at_once, timing: now")
    held = anna(book, plan="silver", paid="20 EUR")
    till = Till(store, book.decide(held, book.request(held, to="bronze", at=AT)))
    till.do("issue_credit")
    with_credit = till.held()
    assert with_credit.account_credit > 0
    spending = book.decide(with_credit, book.request(with_credit, to="bronze", at=AT)).plan("o2")
    (bill,) = (each for each in spending.steps if each.action.kind == "issue_invoice")
    task = Task(
        order="o2",
        plan=spending,
        step=bill,
        before=with_credit,
        after=None,
        at=till.at,
        today=spending.quote.decided_on,
        references={},
    )
    with store.begin() as connection:
        assert isinstance(Ledger(store=store).perform_within(task, connection=connection), Done)
    left = till.held().account_credit
    assert left < with_credit.account_credit
    found = till.do("issue_credit", undoing=True)
    assert isinstance(found, Refused)
    assert "there is not enough left on `Account credit` of anna" in found.why
    assert till.held().account_credit == left


def test_a_subscription_that_the_ledger_does_not_have_is_refused(till: Till) -> None:
    till.plan = replace(till.plan, subscription="bo")
    assert till.do("issue_invoice") == Refused(why="the ledger has no subscription bo")


def test_the_trial_balance_has_as_many_debits_as_credits(till: Till) -> None:
    till.do("issue_invoice")
    with till.store.begin() as connection:
        pay(connection, 300, source="bank:1")
        found = trial_balance(connection)
        assert sum(each.debits for each in found) == sum(each.credits for each in found) > 0
        assert {each.account: each.minor for each in found if each.minor} == balances(connection, "anna")


def test_renewals_are_due_by_the_end_of_the_period_and_only_of_active_ones(store: Store) -> None:
    book, ledger = shop(), Ledger(store=store)
    ends = {"a": "2026-04-02", "b": "2026-04-01", "c": "2026-04-01", "d": "2026-05-01"}
    with store.begin() as connection:
        for name, end in ends.items():
            status = "suspended" if name == "c" else "active"
            held = anna(book, id=name, period={"start": "2026-03-01", "end": end}, status=status)
            open_subscription(connection, held, at=0)
    assert list(ledger.due_for_renewal(until=date(2026, 3, 31))) == []
    assert list(ledger.due_for_renewal(until=date(2026, 4, 2))) == ["b", "a"]


def test_another_document_of_the_same_subscription_is_refused(store: Store) -> None:
    book = shop()
    held = anna(book)
    with store.begin() as connection:
        open_subscription(connection, held, at=0)
        open_subscription(connection, held, at=1)
        with pytest.raises(LedgerRefuses, match="has a subscription anna already"):
            open_subscription(connection, replace(held, quantity=2), at=0)
        assert subscription_held(connection, "bo") is None


def test_a_renewal_uses_up_first_what_is_kept_for_its_bill(store: Store) -> None:
    book = shop("unused_credit: next_invoice, timing: now")
    held = anna(book, plan="silver", paid="20 EUR", account_credit="30 EUR")
    till = Till(store, book.decide(held, book.request(held, to="bronze", at=AT)))
    for name in till.steps:
        till.do(name)
    with store.begin() as connection:
        pay(connection, till.held().debt, source="bank:1")
    kept = -till.balances()["next_bill_credit"]
    assert kept > 1000
    till.decision = book.renew(till.held(), at=parse_instant("2026-04-01 00:00", book.zone))
    till.plan = till.decision.plan("o2")
    for name in till.steps:
        till.do(name)
    found = till.balances()
    assert (-found["next_bill_credit"], -found["account_credit"]) == (kept - 1000, 3000)
    assert till.held() == till.decision.subscription_after()


def test_a_pause_ends_on_its_day(store: Store) -> None:
    book = shop("timing: now")
    held = anna(book)
    till = Till(store, book.decide(held, book.request(held, kind="cancel", at=AT, until="2026-03-20")))
    till.do("end_plan")
    assert till.held().status == "paused"
    with store.begin() as connection:
        assert not list(resume_paused(connection, until=date(2026, 3, 19), at=till.at))
        assert list(resume_paused(connection, until=date(2026, 3, 20), at=till.at)) == ["anna"]
        assert not list(resume_paused(connection, until=date(2026, 3, 21), at=till.at))
    assert till.held() == held


def test_a_cancellation_ends_the_subscription_and_is_not_renewed(store: Store) -> None:
    book = shop("timing: now")
    held = anna(book)
    till = Till(store, book.decide(held, book.request(held, kind="cancel", at=AT)))
    till.do("end_plan")
    assert till.held() == replace(held, status="cancelled")
    assert list(Ledger(store=store).due_for_renewal(until=date(2026, 4, 1))) == []
    till.do("end_plan", undoing=True)
    assert till.held() == held
