"""Cases as text: what an answer becomes reads back, has the layout of `fmt`, and passes where answers are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, load, load_text
from planshift.cases.run import run
from planshift.cases.written import case_file_text, case_text
from planshift.policy.format_yaml import format_yaml

BOOKS = sorted(path for path in Path("policies").iterdir() if path.is_dir())
EVERYTHING = (
    *("warnings", "group", "path", "timing", "due_on", "due_later", "moves", "remedies", "contract.outcome"),
    *(
        "steps",
        "later_steps",
        "undo",
        "invoice.total",
        "invoice.due_on",
        "invoice.lines",
        "taxed_as.fee",
        "flow.offset",
    ),
    *("sources.fee", "terms.fee", "terms.notify", "terms.requires", "terms.who", "terms.label", "terms.timing"),
    *("terms.proration.basis", "terms.frequency", "terms.payment_expires", "terms.hold_credit_until"),
)
OFFERS = ("other_plans", "other_terms", "offered", "why")


def texts(folder: Path) -> dict[str, str]:
    """The files of a book without its cases."""
    found = {
        file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*") if file.is_file()
    }
    return {name: text for name, text in found.items() if not name.startswith("cases/")}


def requests(book: Book, subscription: Subscription) -> Iterator[ChangeRequest]:
    """Every option of a subscription in the middle of its period, what is hidden, its end, its renewals."""
    period = subscription.period
    middle = book.request(subscription, kind="cancel", at=f"{period.start + (period.end - period.start) / 2} 10:00")
    options = book.options(subscription, middle)
    yield middle
    yield from (each.request for each in (*options.entries, *options.hidden))
    yield from (replace(each.request, by="staff", approvals=("finance",)) for each in options.entries)
    for day in (period.start, period.end):
        yield replace(book.request(subscription, kind="renew", at=f"{day} 06:00"), by="system")


def written(book: Book) -> list[str]:
    """A case for every answer that the book gives to those requests."""
    found = []
    for name, subscription in book.subscriptions.items():
        for number, request in enumerate(requests(book, subscription)):
            decision = book.decide(subscription, request)
            if decision.broken_promises:
                continue
            title = f"{name}, request {number}"
            found.append(
                case_text(
                    title,
                    decision,
                    book=book,
                    subscription=subscription,
                    request=request,
                    why="an example",
                    also=EVERYTHING,
                )
            )
        asked = book.request(subscription, by="staff", approvals=["finance"], at=f"{subscription.period.start} 10:00")
        options = book.options(subscription, asked)
        found.append(
            case_text(f"{name}, options", options, book=book, subscription=subscription, request=asked, also=OFFERS)
        )
    return found


@pytest.mark.parametrize("folder", BOOKS, ids=lambda folder: folder.name)
def test_every_answer_of_a_book_becomes_a_case_that_passes(folder: Path) -> None:
    book = load(folder)
    cases = written(book)
    text = case_file_text(cases, head="Written by a test.")
    assert format_yaml(text, file="cases/all.yaml") == (text, ())
    report = run(load_text({**texts(folder), "cases/all.yaml": text}))
    assert [result for result in report.results if not result.passed] == []
    assert len(report.results) == len(cases) > 10


def test_a_case_fails_in_a_book_that_answers_differently() -> None:
    folder = Path("policies/hosting")
    book, files = load(folder), texts(folder)
    request = book.request(book.subscriptions["anna-bronze"], to="silver", at="2026-03-11 10:00")
    anna = book.subscriptions["anna-bronze"]
    text = case_file_text([case_text("Up", book.decide(anna, request), book=book, subscription=anna, request=request)])
    dearer = {**files, "policy.yaml": files["policy.yaml"].replace("fee: [15 EUR", "fee: [16 EUR")}
    assert dearer != files
    failed = run(load_text({**dearer, "cases/all.yaml": text})).of("failed")
    assert failed
    assert {each.what for result in failed for each in result.differences} >= {"lines.fee", "due_now"}


def test_the_nearest_subscription_of_the_book_is_named() -> None:
    book = load(Path("policies/hosting"))
    anna = book.subscriptions["anna-bronze"]
    given = replace(anna, debt=900, paid=0, usage=(("disk_gb", 4), ("sites", 7)), resources=())
    request = book.request(given, to="silver", at="2026-03-11 10:00")
    text = case_text("Debt", book.decide(given, request), book=book, subscription=given, request=request)
    wanted = (
        "given: { subscription: anna-bronze, paid: 0.00 EUR, debt: 9.00 EUR, usage: { sites: 7 }, resources: null }"
    )
    assert wanted in text


def test_one_that_no_file_is_near_to_is_written_as_a_whole() -> None:
    book = load(Path("policies/hosting"))
    anna = book.subscriptions["anna-bronze"]
    given = replace(
        anna,
        id="x",
        plan="silver",
        customer=replace(anna.customer, id="y", since=None),
        period=replace(anna.period, starts_at=1772353805),
        resources=(),
        services=(),
        answers=(),
        renewals=0,
        paid=None,
    )
    request = book.request(given, to="gold", at="2026-03-11 10:00")
    text = case_text("Whole", book.decide(given, request), book=book, subscription=given, request=request)
    assert "subscription:" not in text
    assert "period: { start: 2026-03-01 09:30:05, end: 2026-04-01 }" in text
    read = load_text({**texts(Path("policies/hosting")), "cases/one.yaml": case_file_text([text])})
    assert read.cases[0].cases[0].subscription == given
