"""What customers read: amounts and days as their locale writes them, in the words of the book."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Book, Decision, load, load_text
from planshift.decision.told import told_offers
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from tests.cli.conftest import CATALOG, POLICY, RULES, SUBSCRIPTIONS

AT = 1773219600  # 2026-03-11 10:00 in Stockholm
HOSTING = load("policies/hosting")
ANNA = HOSTING.subscriptions["anna-bronze"]
BOOKS = ("hosting", "blesta", "business-manager", "engageip", "atomia")


def decided(book: Book) -> Iterator[Decision]:
    """Every change, cancellation and renewal of the subscriptions of a book."""
    for held in book.subscriptions.values():
        options = book.options(held, ChangeRequest(at=AT))
        yield from (*options.entries, *options.hidden)
        yield book.decide(held, ChangeRequest(at=AT, kind="cancel"))
        yield book.renew(held, at=AT)


def shop(*, language: str = "en", **messages: str) -> Book:
    files = {
        "policy.yaml": f"{POLICY}language: {language}\n",
        "catalog.yaml": CATALOG,
        "policy.rules": RULES,
        **{f"subscriptions/{name}.yaml": text for name, text in SUBSCRIPTIONS.items() if name != "broken"},
        **{f"messages/{locale.replace('_', '-')}.yaml": text for locale, text in messages.items()},
    }
    return load_text(files)


def refused(book: Book) -> Decision:
    return book.decide(book.subscriptions["carla"], ChangeRequest(at=AT, plan="silver", price="monthly"))


def test_a_change_in_german() -> None:
    told = HOSTING.decide(ANNA, ChangeRequest(at=AT, plan="gold", price="monthly")).told("de")
    assert told.title == "Von Bronze zu Gold"
    assert told.answer == "Ihr Wechsel zu Gold gilt ab heute, Mittwoch, 11. März 2026."
    assert [(line.what, line.amount) for line in told.bills[0].lines] == [
        ("Gold", "39,97\xa0€"),
        ("Umzugsgebühr", "17,70\xa0€"),
        ("Restzeit von Bronze", "-6,10\xa0€"),
    ]
    assert told.bills[0].lines[0].period == "11.03.2026 bis 31.03.2026"  # the last day, not the one after it
    assert told.bills[0].lines[0].sum == "59,00\xa0€ \u00d7 21 von 31 Tagen"
    assert told.bills[0].totals == (("Jetzt zu zahlen", "51,57\xa0€"),)
    assert "Im neuen Zeitraum enthalten: 2.000 GB Datenverkehr." in told.meaning
    assert told.subject == "Example Hosting: Von Bronze zu Gold"


def test_a_change_in_swedish() -> None:
    told = HOSTING.decide(ANNA, ChangeRequest(at=AT, plan="gold", price="monthly")).told("sv")
    assert told.answer == "Ditt byte till Gold gäller från i dag, 11 mars 2026."
    assert told.bills[0].lines[2].what == "Tid som är kvar av Bronze"
    assert told.bills[0].lines[2].amount == "-6,10\xa0€"
    assert told.bills[0].lines[1].what == "Avgift"  # the policy has a German and an English label, and no Swedish one


def test_a_region_writes_amounts_its_own_way() -> None:
    told = HOSTING.decide(ANNA, ChangeRequest(at=AT, plan="gold", price="monthly")).told("de_at")
    assert told.locale == "de-AT"
    assert told.bills[0].totals == (("Jetzt zu zahlen", "€\xa051,57"),)


def test_texts_of_rules_are_translated_with_their_holes() -> None:
    carla = HOSTING.subscriptions["carla-gold"]
    asked = ChangeRequest(at=AT, plan="silver", price="monthly")
    assert HOSTING.decide(carla, asked).told("de").reasons == (
        "Ihre Mindestlaufzeit dauert noch bis zum 1. September 2026.",
    )
    assert HOSTING.decide(carla, asked).told("en").reasons == ("Your commitment runs until September 1, 2026.",)


def test_what_is_not_translated_is_said_in_the_language_of_the_book() -> None:
    assert refused(shop()).told("fr").reasons[1] == "Your commitment runs until January 1, 2027."
    german = shop(language="de")
    assert refused(german).told("de").reasons[1] == "Your commitment runs until 1. Januar 2027."


def test_a_number_chooses_the_plural() -> None:
    text = 'reasons: { too_frequent: "{n, plural, =2 {zweimal} one {einmal} other {#-mal}} in {every}." }\n'
    for most, told in (("1", "einmal"), ("2", "zweimal"), ("3", "3-mal")):
        files = {
            "policy.yaml": POLICY.replace("override: staff", f"frequency: {most} per 30 days"),
            "catalog.yaml": CATALOG,
            "messages/de.yaml": text,
            "subscriptions/anna.yaml": SUBSCRIPTIONS["anna"] + "changes: [2026-03-02, 2026-03-03, 2026-03-04]\n",
        }
        book = load_text(files)
        found = book.decide(book.subscriptions["anna"], ChangeRequest(at=AT, plan="silver", price="monthly"))
        assert found.told("de").reasons == (f"{told} in 30 Tagen.",)


@pytest.mark.parametrize("locale", ["en", "de", "sv", "fr", "pl", "ja"])
@pytest.mark.parametrize("name", BOOKS)
def test_everything_can_be_told_in_every_locale(name: str, locale: str) -> None:
    for decision in decided(load(f"policies/{name}")):
        told = decision.told(locale)
        text = told.to_mail()
        assert told.title
        assert told.answer
        assert not re.search(r"[{}]|plural,", text), text
        assert len(told.reasons) >= (decision.verdict == "denied")


@pytest.mark.parametrize("name", BOOKS)
def test_customers_read_the_amounts_that_were_decided(name: str) -> None:
    for decision in decided(load(f"policies/{name}")):
        if not decision.priced:
            continue
        bill = decision.told("en").bills[0]
        assert [_minor(line.amount) for line in bill.lines] == [
            -line.amount.minor if line.kind == "credit" else line.amount.minor for line in decision.lines
        ]


def _minor(amount: str) -> int:
    return int(re.sub(r"[^0-9-]", "", amount.replace("\u2212", "-")))


def test_what_staff_passed_is_not_told() -> None:
    book = shop()
    asked = ChangeRequest(at=AT, plan="silver", price="monthly", by="staff", override=True, override_reason="promised")
    decision = book.decide(book.subscriptions["carla"], asked)
    assert decision.reasons
    assert decision.told("en").reasons == ()


def test_the_options_in_german() -> None:
    options = HOSTING.options(ANNA, ChangeRequest(at=AT))
    sheet, used = told_offers(options, HOSTING.rulebook.messages, locale="de", hidden=True)
    assert sheet.title == "Wohin Sie wechseln können"
    assert {message.locale for message in used} == {"de"}
    assert sheet.sections[1].heading == "Nicht verfügbar"


def test_only_what_was_said_counts_as_used() -> None:
    told = refused(shop()).told("de")
    assert {message.key for message in told.used} == {"titles.change", "answers.denied", "reasons.may_not_leave"}


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(InvalidInput, match="there is no locale `german`"):
        refused(shop()).told("german")


def test_messages_with_mistakes_spoil_what_is_told_and_nothing_else() -> None:
    book = shop(de='answers: { denied: "{nothing}" }\n')
    decision = refused(book)
    assert decision.verdict == "denied"
    with pytest.raises(InvalidBook, match="PS801"):
        decision.told("de")


def test_a_page_says_its_language() -> None:
    assert '<html lang="de-AT">' in refused(shop()).told("de-AT").to_html()
