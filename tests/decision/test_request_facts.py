"""Facts of the request: declared by the book, brought along by whoever asks, read by rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import FactValue
from planshift.book import Book, load_text
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.policy.request_documents import read_request
from tests.decision.shop import AT, CATALOG, PLAIN, to_gold

POLICY = """
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
paths: [{ from: silver, to: gold }]
facts:
  request:
    properties:
      channel: { enum: [shop, phone], default: shop }
      billed: { type: boolean, default: true }
      gift: { type: string, format: money, default: 1 EUR }
      ticket: { type: integer, minimum: 1 }
    required: [ticket]
"""

RULES = """
rule "by phone"
  when request.channel = phone
  set fee = 5 EUR

rule "a gift"
  when request.gift > 10 EUR and not request.billed
  deny "Ticket {request.ticket} is too much."
"""

TICKET: tuple[tuple[str, FactValue], ...] = (("ticket", 7),)


def shop(policy: str = POLICY) -> Book:
    return load_text({"policy.yaml": policy, "catalog.yaml": CATALOG, "policy.rules": RULES})


def asked(*facts: tuple[str, FactValue]) -> ChangeRequest:
    return replace(to_gold(), facts=facts)


def codes(book: Book, request: ChangeRequest) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        book.decide(PLAIN, request)
    return [problem.code for problem in caught.value.diagnostics]


def test_what_is_left_out_has_its_default() -> None:
    decision = shop().decide(PLAIN, asked(*TICKET))
    assert decision.allowed
    assert decision.amount("fee") is None


def test_rules_read_them_in_any_order() -> None:
    decision = shop().decide(PLAIN, asked(*TICKET, ("channel", 1)))
    assert str(decision.amount("fee")) == "5.00 EUR"
    refused = shop().decide(PLAIN, asked(("gift", 1_001), ("billed", False), *TICKET))
    assert [reason.text for reason in refused.reasons] == ["Ticket 7 is too much."]


def test_a_decision_differs_by_them() -> None:
    book = shop()
    one, other = (book.decide(PLAIN, asked(("ticket", number))) for number in (1, 2))
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    "facts, code",
    [
        ((), "PS529"),
        ((("ticket", "7"),), "PS532"),
        ((*TICKET, ("channel", 2)), "PS527"),
        ((*TICKET, ("billed", 1)), "PS532"),
        ((*TICKET, ("chanel", 0)), "PS501"),
        ((*TICKET, *TICKET), "PS514"),
    ],
)
def test_what_does_not_fit_is_refused(facts: tuple[tuple[str, FactValue], ...], code: str) -> None:
    assert codes(shop(), asked(*facts)) == [code]


def test_a_default_amount_holds_in_its_own_currency_only() -> None:
    euros, kroner = CATALOG.replace('"19.00" }', '"19.00", SEK: "190.00" }'), replace(PLAIN, currency="SEK")
    euros = euros.replace('"29.00" }', '"29.00", SEK: "290.00" }')
    rules = 'rule "r"\n  when request.billed\n  set fee = 0 EUR\n'
    book = load_text({"policy.yaml": POLICY, "catalog.yaml": euros, "policy.rules": rules})
    request = asked(*TICKET)
    assert book.decide(PLAIN, request).allowed
    with pytest.raises(InvalidInput) as caught:  # the same request, which fitted before
        book.decide(kroner, request)
    assert [problem.code for problem in caught.value.diagnostics] == ["PS505"]
    assert book.decide(kroner, asked(*TICKET, ("gift", 0))).allowed


def test_a_request_document_brings_them_along() -> None:
    text = "{ to: gold, at: 2026-05-16 10:00, facts: { ticket: 7, channel: phone, gift: 2.50 EUR } }"
    request, problems = read_request(text, file="r.yaml", book=shop().document, subscription=PLAIN)
    assert not problems
    assert request is not None
    assert request.facts == (("channel", 1), ("billed", True), ("gift", 250), ("ticket", 7))
    assert request.at == AT


def test_what_is_wrong_in_a_document_has_its_place() -> None:
    text = "to: gold\nat: 2026-05-16 10:00\nfacts:\n  ticket: 0\n  chanel: phone\n"
    request, problems = read_request(text, file="r.yaml", book=shop().document, subscription=PLAIN)
    assert request is None
    assert [(problem.code, problem.span.line) for problem in problems] == [("PS105", 4), ("PS501", 5)]


def test_nobody_asks_for_a_renewal() -> None:
    decision = shop().renew(PLAIN, at=AT + 20 * 86_400)
    assert decision.direction == "renewal"
    assert decision.request.facts == ()


def test_fields_of_a_request_cannot_be_declared_again() -> None:
    with pytest.raises(InvalidBook) as caught:
        shop(POLICY.replace("channel:", "quantity:"))
    assert "PS503" in [problem.code for problem in caught.value.diagnostics]
