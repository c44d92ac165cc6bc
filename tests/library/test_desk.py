"""A desk: changes carried out from a program, with what a refusal must leave as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planshift import (
    CannotCallOff,
    Desk,
    InvalidInput,
    LedgerRefuses,
    NoSuchOrder,
    StaleQuote,
    SubscriptionBusy,
    open_desk,
)
from planshift.adapters.memory import MemoryAdapter, MemorySide
from planshift.execution import placing
from planshift.execution.placing import OtherOrder, place
from planshift.execution.running import Runner
from tests.actions.shop import BRONZE, decide, shop

BOOK = shop("timing: now, unused_credit: offset")
UP = decide("timing: now, unused_credit: offset")
AT = UP.request.at
DAY = 86_400
LATER = shop("timing: period_end")
DOWN = decide("timing: period_end")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store that is not there yet."""
    return tmp_path / "orders.db"


@pytest.fixture
def desk(file: Path) -> Iterator[Desk]:
    """A desk where the ledger does everything."""
    with open_desk(file.as_posix()) as found:
        yield found


def test_a_change_is_carried_out_once(desk: Desk) -> None:
    done = desk.apply(BOOK, UP, order="up-1")
    assert (done.id, done.state, desk.order("up-1")) == ("up-1", "applied", done)
    assert desk.apply(BOOK, UP, order="up-1").number == done.number
    held = desk.subscription("sub-1")
    assert held is not None
    assert (held.plan, held.debt) == ("silver", UP.due_now.minor)
    assert [entry.event.kind for entry in desk.log("up-1")][:2] == ["placed", "step_done"]


def test_a_payment_comes_in_once_and_settles(desk: Desk) -> None:
    desk.apply(BOOK, UP)
    account = desk.account("sub-1")
    assert account is not None
    (invoice,) = account.invoices
    first = desk.payment("sub-1", str(invoice.total), source="bank-1", at=AT + 60)
    again = desk.payment("sub-1", invoice.total, source="bank-1", at=AT + 120)
    assert (first.new, again.new, again.settled) == (True, False, first.settled)
    assert first.settled == (invoice.number,)
    then = desk.account("sub-1")
    assert then is not None
    assert [str(payment.amount) for payment in then.payments] == [str(invoice.total)]


def test_what_waits_is_called_off_or_done_when_its_day_has_come(desk: Desk) -> None:
    waiting = desk.apply(LATER, DOWN, order="down-1")
    assert desk.orders(open=True) == (waiting,)
    assert desk.orders(states=["scheduled"], subscription="nobody") == ()
    assert desk.cancel("down-1", by="customer", at=AT + DAY).state == "cancelled"
    desk.apply(BOOK, UP, order="up-1")
    with pytest.raises(CannotCallOff):
        desk.cancel("up-1", by="customer", at=AT + DAY)


def test_a_waiting_change_is_done_by_work(desk: Desk) -> None:
    desk.apply(LATER, DOWN, order="down-1")
    assert desk.work(at=AT + DAY).done == 0
    assert desk.work(at=AT + 30 * DAY).orders == 1
    assert desk.order("down-1").state == "applied"


def test_those_who_are_due_are_renewed_once(desk: Desk) -> None:
    plain = replace(BRONZE, plan="silver", paid=2000)
    assert desk.renew(BOOK, plain, at=AT).why_not
    assert desk.subscription("sub-1") is None  # a no leaves nothing behind
    desk.take_in(plain, at=AT)
    assert desk.due(BOOK, at=AT) == ()
    then = AT + 17 * DAY
    assert desk.due(BOOK, at=then) == ("sub-1",)
    renewed = desk.renew(BOOK, "sub-1", at=then)
    assert renewed.order is not None
    assert desk.due(BOOK, at=then) == ()
    assert desk.renew(BOOK, "sub-1", at=then).why_not
    assert desk.renew(BOOK, "nobody", at=then).why_not == "there is no such subscription"


def test_who_comes_in_with_a_renewal_comes_in_with_its_order_or_not_at_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, then = replace(BRONZE, plan="silver", paid=2000), AT + 17 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(placing, "save", lambda *_: 1 // 0)  # as if the process died there
        with pytest.raises(ZeroDivisionError):
            desk.renew(BOOK, plain, at=then)
    assert desk.subscription("sub-1") is None
    renewed = desk.renew(BOOK, plain, at=then)
    assert renewed.order is not None
    assert renewed.order.state == "applied"
    assert desk.renew(BOOK, plain, at=then).why_not


def test_a_kept_plan_is_carried_out_as_it_was_quoted(desk: Desk) -> None:
    plan = UP.plan()
    with pytest.raises(StaleQuote):
        desk.apply_plan(BOOK, plan, at=AT + 3 * DAY, subscription=BRONZE)
    assert desk.subscription("sub-1") is None
    with pytest.raises(StaleQuote):
        desk.apply_plan(BOOK, plan, at=AT + 60)
    done = desk.apply_plan(BOOK, plan, at=AT + 60, subscription=BRONZE)
    assert done.state == "applied"
    assert desk.apply_plan(BOOK, plan, at=AT + 120) == done


def test_a_refusal_takes_nobody_in(desk: Desk) -> None:
    place(desk.store, LATER, decision=DOWN, at=AT, order="down-1")  # by somebody who keeps no ledger
    with pytest.raises(SubscriptionBusy):
        desk.apply(BOOK, UP)
    with pytest.raises(SubscriptionBusy):
        desk.apply_plan(BOOK, UP.plan(), at=AT, subscription=BRONZE)
    other = decide("timing: now, unused_credit: offset", held={"id": "sub-2"})
    with pytest.raises(OtherOrder):
        desk.apply(BOOK, other, order="down-1")
    assert desk.subscription("sub-1") is None
    assert desk.subscription("sub-2") is None


def test_the_ledger_counts_not_what_somebody_brings(desk: Desk) -> None:
    desk.take_in(BRONZE, at=AT)
    other = decide("timing: now, unused_credit: offset", held={"quantity": 2})
    with pytest.raises(StaleQuote):
        desk.apply(BOOK, other)
    with pytest.raises(LedgerRefuses):
        desk.take_in(replace(BRONZE, quantity=2), at=AT)
    with pytest.raises(NoSuchOrder):
        desk.order("up")


def test_a_change_that_is_not_allowed_leaves_nothing(desk: Desk) -> None:
    denied = decide("timing: now, unused_credit: offset", held={"usage": (("sites", 40),)})
    assert not denied.allowed
    with pytest.raises(InvalidInput):
        desk.apply(BOOK, denied)
    assert desk.orders() == ()


def test_adapters_of_the_program_come_before_the_ledger(file: Path) -> None:
    panel = MemoryAdapter(side=MemorySide(), name="panel", kinds=frozenset({"change_package"}))
    with open_desk(file.as_posix(), adapters=[panel]) as desk:
        assert desk.apply(BOOK, UP).state == "applied"
        assert desk.account("sub-1") is not None
    assert [action.kind for _, action in panel.side.in_force] == ["change_package"]


@pytest.mark.parametrize(
    "text, why",
    [
        ("adapters: 1\nbiling: ledger\n", "`biling` is not a field"),
        (
            "adapters: 1\nnotices: mail\nemail: { mail: { host: h, sender: a@b.de, password_from: NOT_SET } }\n",
            "not set",
        ),
    ],
)
def test_a_mistake_in_the_choice_of_adapters_leaves_no_store(file: Path, text: str, why: str) -> None:
    choice = file.with_name("adapters.yaml")
    choice.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=why):
        open_desk(file.as_posix(), adapters=choice, environment={})
    assert [each.name for each in file.parent.iterdir()] == ["adapters.yaml"]


def test_a_store_that_is_open_can_be_handed_over(desk: Desk) -> None:
    second = open_desk(desk.store, name="second")
    assert isinstance(second.worker.runner, Runner)
    assert second.worker.name == "second"
    second.apply(BOOK, UP, order="up-1")
    assert desk.order("up-1").state == "applied"
