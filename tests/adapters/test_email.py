"""Notices by mail, sent to a real mail server on this machine."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planshift.actions.order_actions import SendNotice
from planshift.adapters.contract import AdapterContract, Case, Fault, tasks_of
from planshift.adapters.email.adapter import EmailAdapter
from planshift.adapters.email.server import MailServer
from planshift.adapters.email.writing import MailTemplate, is_address, words_for
from planshift.adapters.finding import Place
from planshift.billing.subscription import Customer
from planshift.book import Book
from planshift.execution.ports import Done, Refused, Task, Unanswered, Unavailable
from planshift.execution.store.books import OtherBook
from planshift.policy.message_text import parse_template
from planshift.rulebook.reaction_names import EVENTS
from tests.actions.shop import BRONZE, decide, shop
from tests.adapters.stand_ins.mail import HOST, PASSWORD, USER, MailStandIn

TERMS = "notify: [client, staff, bcc audit@example.com]"
ANNA = replace(
    BRONZE, customer=Customer(id="anna", facts=(("email", "anna@example.com"), ("language", "de-AT"))), settings=()
)


def noticed(terms: str = TERMS, **held: Any) -> tuple[Task, ...]:  # noqa: ANN401  # fields of the subscription
    """The notices of a change, as tasks."""
    before = replace(ANNA, **held)
    # The shop declares no facts, so the decision is about a customer without any.
    bare = replace(before, customer=replace(before.customer, facts=()))
    made = decide(terms, subscription=bare)
    tasks = tasks_of(
        made.plan("order-7"),
        before=bare,
        after=made.subscription_after(),
        at=made.request.at,
        kinds={"send_notice"},
    )
    return tuple(replace(task, after=before) for task in tasks)


CLIENT, STAFF = noticed()


def notice_of(task: Task) -> SendNotice:
    assert isinstance(task.action, SendNotice)
    return task.action


def asking(task: Task, **changed: Any) -> Task:  # noqa: ANN401  # fields of the notice
    return replace(task, step=replace(task.step, action=replace(notice_of(task), **changed)))


def books(digest: str) -> Book | None:
    known = {each.digest: each for each in (shop(TERMS),)}
    return known.get(digest)


class MailCase(Case):
    can_be_asked = False
    faults = frozenset({"down", "busy", "call_lost", "garbled", "answer_lost", "twice", "refusal"})
    secrets = (PASSWORD, "anna@example.com")

    def __init__(self, side: MailStandIn) -> None:
        self.side = side

    @property
    def tasks(self) -> Sequence[Task]:
        return (CLIENT, STAFF)

    def begin(self) -> None:
        self.side.reset()

    def adapter(self) -> EmailAdapter:
        return adapter_of(self.side)

    def effects(self) -> object:
        return set(self.side.read)

    def meet(self, fault: Fault) -> None:
        self.side.fault = fault


def adapter_of(side: MailStandIn, *, server: MailServer | None = None, **changed: Any) -> EmailAdapter:  # noqa: ANN401  # its fields
    made = EmailAdapter(
        name="mail",
        server=server or MailServer(host=HOST, port=side.address, security="none", timeout=5),
        sender="Example Hosting <billing@example.com>",
        client=Place(holder="fact", name="email"),
        staff=("team@example.com", "boss@example.com"),
        locale=Place(holder="fact", name="language"),
        books=books,
    )
    return replace(made, **changed)


@pytest.fixture
def side() -> Iterator[MailStandIn]:
    with MailStandIn() as server:
        yield server


class TestMail(AdapterContract):
    @pytest.fixture
    def case(self, side: MailStandIn) -> Case:
        return MailCase(side)


@pytest.mark.shows("S0.14")
def test_the_customer_reads_it_in_their_language_and_staff_is_copied_blind(side: MailStandIn) -> None:
    found = adapter_of(side).perform(CLIENT)
    (received,) = side.received
    mail = received.mail
    assert found == Done(reference=mail["Message-ID"])
    assert mail["To"] == "anna@example.com"
    assert mail["From"] == "Example Hosting <billing@example.com>"
    assert set(received.recipients) == {"anna@example.com"} | set(notice_of(CLIENT).bcc)
    assert b"audit@example.com" not in received.raw
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Guten Tag,")
    assert "Silver" in str(mail["Subject"])
    page = mail.get_body(("html",))
    assert page is not None
    assert 'lang="de-AT"' in page.get_content()
    assert mail["Date"].datetime.isoformat() == "2026-03-11T09:00:00+00:00"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_staff_reads_it_in_the_language_of_the_book_with_whom_it_is_about(side: MailStandIn) -> None:
    adapter_of(side, bcc=("archive@example.com",)).perform(STAFF)
    (received,) = side.received
    assert received.mail["To"] == "team@example.com, boss@example.com"
    assert set(received.recipients) == {
        "team@example.com",
        "boss@example.com",
        "archive@example.com",
        *notice_of(STAFF).bcc,
    }
    assert str(received.mail["Subject"]).endswith("[sub-1]")
    text = received.mail.get_body(("plain",))
    assert text is not None
    assert "order: order-7\nsubscription: sub-1\ncustomer: anna" in text.get_content().replace("\r\n", "\n")


def test_only_blind_copies_go_out_where_nobody_else_is_told(side: MailStandIn) -> None:
    (task,) = noticed("notify: bcc billing@example.com")
    adapter_of(side, books=lambda _: shop("notify: bcc billing@example.com")).perform(task)
    (received,) = side.received
    assert received.recipients == ("billing@example.com",)
    assert received.mail["To"] == "undisclosed-recipients:;"


def test_a_mail_that_is_sent_again_has_the_same_id(side: MailStandIn) -> None:
    adapter = adapter_of(side)
    first = adapter.perform(CLIENT)
    assert adapter.perform(replace(CLIENT, at=CLIENT.at + 60)) == first
    assert len(side.received) == 2
    assert len(side.read) == 1
    assert adapter.ask(CLIENT) is None


def test_a_template_words_it_otherwise(side: MailStandIn) -> None:
    terms = "notify: [client, template moved]"
    (task,) = noticed(terms)
    template = MailTemplate(
        subject=parse_template("{title} ({order})"), text=parse_template("Ab {on, medium}.\n\n{text}")
    )
    adapter_of(side, books=lambda _: shop(terms), templates={"moved": template}).perform(task)
    (received,) = side.received
    assert str(received.mail["Subject"]).endswith("(order-7)")
    content = received.mail.get_content()
    assert content.startswith("Ab 11.03.2026.")
    assert "Guten Tag," in content


@pytest.mark.parametrize(
    "changed,facts,why",
    [
        ({}, (), "the subscription has no `fact email` to write to"),
        ({}, (("email", "anna@example.com, eve@example.com"),), "what stands at `fact email` is not an address"),
        ({}, (("email", "anna@example.com\r\nBcc: eve@example.com"),), "what stands at `fact email` is not an address"),
    ],
)
def test_what_is_no_address_is_not_written_to(
    side: MailStandIn, changed: dict[str, Any], facts: tuple[tuple[str, str], ...], why: str
) -> None:
    customer = Customer(id="anna", facts=facts)
    task = replace(CLIENT, after=replace(ANNA, customer=customer))
    assert adapter_of(side, **changed).perform(task) == Refused(why=why)
    assert side.received == []


def test_a_list_of_the_settings_and_nothing_else_stands_for_addresses(side: MailStandIn) -> None:
    task = asking(CLIENT, bcc=("finance",))
    assert adapter_of(side).perform(task) == Refused(why="`finance` is neither an address nor a list of the settings")
    adapter_of(side, lists={"finance": ("a@example.com", "b@example.com")}).perform(task)
    assert side.received[0].recipients == ("anna@example.com", "a@example.com", "b@example.com")


def test_a_template_that_the_settings_do_not_have_is_refused(side: MailStandIn) -> None:
    found = adapter_of(side).perform(asking(CLIENT, template="moved"))
    assert found == Refused(why="the settings have no template `moved`")


def test_a_book_that_cannot_be_had_is_waited_for(side: MailStandIn) -> None:
    def tampered(digest: str) -> Book:
        raise OtherBook(digest, "a preset has changed")

    for found in (lambda _: None, tampered):
        outcome = adapter_of(side, books=found).perform(CLIENT)
        assert outcome == Unavailable(why="the version of the book that decided the change cannot be had")
    assert side.received == []


def test_a_notice_of_an_event_says_what_has_happened(side: MailStandIn) -> None:
    adapter = adapter_of(side)
    adapter.perform(asking(CLIENT, about="event", template="payment.failed", bcc=()))
    adapter.perform(asking(STAFF, about="event", template="payment.failed", bcc=()))
    client, staff = (each.mail.get_content() for each in side.received)
    assert [line for line in client.splitlines() if line][1:3] == [
        "Von Bronze zu Silver",
        "Eine Zahlung ist fehlgeschlagen. Bitte prüfen Sie Ihr Zahlungsmittel.",
    ]
    assert "Zu zahlen" not in client
    assert "A payment did not go through." in staff
    assert "subscription: " in staff


@pytest.mark.parametrize("event", EVENTS)
def test_there_are_words_for_every_event(event: str) -> None:
    assert words_for(event) is not None


def test_a_notice_of_an_event_is_worded_by_its_own_template(side: MailStandIn) -> None:
    task = asking(CLIENT, about="event", template="payment.failed", bcc=())
    template = MailTemplate(subject=parse_template("Your payment"), text=parse_template("It did not arrive: {order}."))
    adapter_of(side, templates={"payment.failed": template}).perform(task)
    assert side.received[0].mail.get_content().strip() == "It did not arrive: order-7."


def test_where_nobody_is_to_be_told_nothing_is_sent(side: MailStandIn) -> None:
    assert adapter_of(side, staff=()).perform(asking(STAFF, bcc=())) == Done()
    assert side.received == []


def test_one_unknown_recipient_keeps_it_from_nobody_else(side: MailStandIn) -> None:
    side.unknown = {"boss@example.com"}
    assert isinstance(adapter_of(side).perform(STAFF), Done)
    assert "team@example.com" in side.received[0].recipients


def test_what_the_server_says_is_told_without_the_address(side: MailStandIn) -> None:
    side.unknown = {"anna@example.com", "audit@example.com"}
    assert adapter_of(side).perform(CLIENT) == Refused(why="the mail server does not take the mail (550)")


def test_letters_of_any_alphabet_may_stand_in_an_address(side: MailStandIn) -> None:
    task = replace(CLIENT, after=replace(ANNA, customer=Customer(id="anna", facts=(("email", "ånna@bücher.example"),))))
    assert isinstance(adapter_of(side).perform(task), Done)
    assert "ånna@bücher.example" in side.received[0].recipients


# the way to the server


def test_no_mail_is_given_to_a_server_that_cannot_encrypt(side: MailStandIn) -> None:
    server = MailServer(host=HOST, port=side.port)
    assert server.security == "starttls"
    found = adapter_of(side, server=server).perform(CLIENT)
    assert found == Unavailable(why="the mail server cannot be reached (SMTPNotSupportedError)")
    assert side.received == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*asked, *names], cwd=folder, check=True, capture_output=True)
    return folder


def test_it_speaks_to_a_known_server_in_secret_and_says_who_it_is(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with MailStandIn(tls=tls, auth=True) as side:
        known = MailServer(
            host=HOST, port=side.port, user=USER, password=PASSWORD, timeout=5, ca=certificate / "cert.pem"
        )
        assert PASSWORD not in repr(known)
        assert isinstance(adapter_of(side, server=known).perform(CLIENT), Done)
        side.reset()
        stranger = adapter_of(side, server=replace(known, ca=None)).perform(CLIENT)
        assert stranger == Unavailable(why="the mail server cannot be reached (SSLCertVerificationError)")
        wrong = adapter_of(side, server=replace(known, password="guess")).perform(CLIENT)  # noqa: S106  # a wrong one
        assert wrong == Unavailable(why="the mail server cannot be reached (SMTPAuthenticationError 535)")
        assert side.received == []


def test_an_answer_that_does_not_come_leaves_it_open(side: MailStandIn) -> None:
    side.fault = "answer_lost"
    found = adapter_of(side).perform(CLIENT)
    assert isinstance(found, Unanswered)
    assert len(side.received) == 1


@pytest.mark.parametrize(
    "text,yes",
    [
        ("anna@example.com", True),
        ("anna+hosting@sub.example.com", True),
        ("Anna <anna@example.com>", False),
        ("anna@example.com,eve@example.com", False),
        ("anna", False),
        ("@example.com", False),
        ("anna@example.com\n", False),
        ("anna@@example.com", False),
    ],
)
def test_what_an_address_is(text: str, yes: bool) -> None:
    assert is_address(text) == yes
