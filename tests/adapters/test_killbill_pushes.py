"""Push notifications of Kill Bill: a reason to look, and never more than what its server then says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planshift import open_desk
from planshift.adapters.incoming import NotGenuine, NotKnownNow, Told
from planshift.adapters.killbill.adapter import KillBillAdapter, open_killbill
from planshift.cli.exits import Exit
from planshift.cli.receive import receive
from tests.actions.shop import decide, shop
from tests.adapters.changes import held
from tests.adapters.stand_ins.killbill.books import Thing
from tests.adapters.stand_ins.killbill.server import API_KEY, API_SECRET, PASSWORD, USER, KillBillSide, killbill_side
from tests.adapters.test_killbill import SETTINGS, TODAY, set_up

SECRET = "a-secret-in-the-address"  # noqa: S105  # opens nothing
AT = 1_773_219_600
FILE = """
adapters: 1
billing: biller
rest: ledger
killbill:
  biller:
    url: "{url}"
    user: {user}
    password_from: PASSWORD
    api_key_from: API_KEY
    api_secret_from: API_SECRET
    push_secret_from: PUSH_SECRET
    plans: {{}}
"""


@pytest.fixture
def side() -> Iterator[KillBillSide]:
    with killbill_side(today=TODAY) as found:
        set_up(found.books, [held()])
        yield found


def adapter(side: KillBillSide, *, secret: str = SECRET) -> KillBillAdapter:
    return open_killbill(replace(SETTINGS, url=side.address, push_secret=secret))


def bill(side: KillBillSide) -> str:
    """The number of the invoice that Kill Bill made by itself."""
    return str(side.books.invoices[-1]["invoiceId"])


def push(side: KillBillSide, kind: str = "INVOICE_CREATION", **fields: object) -> bytes:
    account = next(iter(side.books.accounts))
    about: Thing = {"eventType": kind, "accountId": account, "objectType": "INVOICE", "objectId": bill(side)}
    return json.dumps({**about, "metaData": None, **fields}).encode()


def read(side: KillBillSide, payload: bytes) -> tuple[Told, ...]:
    return adapter(side).read(payload, proof=SECRET, at=AT)


def test_an_invoice_is_told_as_issued_of_each_subscription_that_it_bills(side: KillBillSide) -> None:
    (told,) = read(side, push(side))
    source = f"killbill:{bill(side)}:issued:anna-1"
    assert told == Told(event="invoice.issued", subscription="anna-1", source=source, at=AT)


def test_a_payment_is_told_once_the_server_has_it_and_never_for_a_push_alone(side: KillBillSide) -> None:
    claimed = push(side, "INVOICE_PAYMENT_SUCCESS")
    assert [each.event for each in read(side, claimed)] == ["invoice.issued"]
    failed = side.books.pay(bill(side), status="PAYMENT_FAILURE")
    paid = side.books.pay(bill(side))
    told = read(side, claimed)
    assert [each.event for each in told] == ["invoice.issued", "payment.failed", "payment.received", "invoice.paid"]
    assert [each.source.split(":")[1] for each in told[1:3]] == [failed["transactionId"], paid["transactionId"]]
    assert read(side, push(side)) == told  # whichever push comes first, each thing has its one name


def test_what_is_void_or_about_something_else_tells_nothing(side: KillBillSide) -> None:
    assert read(side, push(side, "SUBSCRIPTION_CHANGE", objectType="SUBSCRIPTION")) == ()
    assert read(side, push(side, objectId="../accounts")) == ()
    assert read(side, push(side, objectId="00000000-0000-0000-0000-999999999999")) == ()
    side.books.void(bill(side))
    assert read(side, push(side)) == ()


@pytest.mark.parametrize("proof, secret", [("other", SECRET), ("", SECRET), ("", ""), ("\u00e9", SECRET)])
def test_whoever_does_not_know_the_secret_is_not_believed(side: KillBillSide, proof: str, secret: str) -> None:
    with pytest.raises(NotGenuine):
        adapter(side, secret=secret).read(push(side), proof=proof, at=AT)
    assert side.asked == []


@pytest.mark.parametrize("payload", [b"", b"[]", b"\xff", b"{"])
def test_what_is_no_push_is_not_believed(side: KillBillSide, payload: bytes) -> None:
    with pytest.raises(NotGenuine, match="no push notification"):
        read(side, payload)


def test_a_server_that_does_not_answer_lets_the_push_come_again(side: KillBillSide) -> None:
    away = open_killbill(replace(SETTINGS, url=side.address, push_secret=SECRET, api_secret="other"))  # noqa: S106  # as above
    with pytest.raises(NotKnownNow):
        away.read(push(side), proof=SECRET, at=AT)


def environment() -> dict[str, str]:
    return {"PASSWORD": PASSWORD, "API_KEY": API_KEY, "API_SECRET": API_SECRET, "PUSH_SECRET": SECRET}


def test_a_push_goes_to_the_orders_that_wait_for_it(
    side: KillBillSide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = "timing: period_end, cancellable_until: invoice_issued"
    waits = decide(terms)
    side.books.subscriptions[next(iter(side.books.subscriptions))]["externalKey"] = waits.subscription.id
    file, store, came_in = (tmp_path / name for name in ("adapters.yaml", "orders.db", "push.json"))
    file.write_text(FILE.format(url=side.address, user=USER), encoding="utf-8")
    came_in.write_bytes(push(side))
    for name, value in {**environment(), "PROOF": SECRET, "WRONG": "other"}.items():
        monkeypatch.setenv(name, value)

    def told(proof: str, adapter: str = "biller") -> Exit:
        at = "2026-03-12T09:00"
        return receive(adapter, str(came_in), proof_from=proof, at=at, store=str(store), adapters=file)

    with open_desk(str(store), adapters=file, environment=environment()) as desk:
        assert desk.apply(shop(terms), waits, order="down-1").state == "scheduled"
    assert told("PROOF") is Exit.YES
    assert capsys.readouterr().out == "1 event, 1 of them new.\n  down-1: locked\n"
    assert told("PROOF") is Exit.YES
    assert capsys.readouterr().out == "1 event, 0 of them new.\n"
    assert (told("WRONG"), told("NOWHERE"), told("PROOF", "nobody")) == (Exit.NO, Exit.USAGE, Exit.INVALID)
