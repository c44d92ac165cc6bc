"""Every cell of an answer to everybody is what a single decision says, and who settled each term is the same place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision, load
from planshift.decision.places import place_of
from planshift.diagnostics.errors import InvalidInput
from planshift.policy.request_documents import default_price
from planshift.population.asking import Question
from planshift.population.columns import Column, columns_of
from planshift.population.data import connect, open_data
from planshift.population.deciding import Deciding
from planshift.population.documents import document_of
from planshift.population.making import Making
from planshift.population.told import LINES, TOTALS
from planshift.rulebook.sources import Computed
from tests.population.rows import row_of, table_of_rows
from tests.properties.strategies import asked, book_of

AT = 1_773_223_200
"""2026-03-11, 10:00 UTC."""

ON_A_LEAP_DAY = 1_709_200_800
"""2024-02-29, 10:00 UTC."""


def answers(book: Book, data: Path, question: Question) -> dict[tuple[str, str, str], dict[str, object]]:
    """The answers by subscription and target."""
    with connect(threads=1) as engine:
        deciding = Deciding(opened=open_data(engine, book, where=str(data)), question=question)
        slices = deciding.slices()
        deciding.write(slices, data.with_suffix(".answers"), with_terms=True)
    found = pq.read_table(data.with_suffix(".answers")).to_pylist()
    return {(row["id"], row["to_plan"], row["to_price"]): row for row in found}


def wanted(decision: Decision) -> dict[str, object]:
    """What a single decision says in the same columns."""
    decimals = set(decision.rulebook.decimals.values())
    places = max(decimals)

    def amount(minor: int) -> Decimal:
        return (
            Decimal(minor)
            .scaleb(-decision.decimals[decision.subscription.currency])
            .quantize(Decimal(1).scaleb(-places))
        )

    sums = {kind: decision.amount(kind) for kind in (*LINES, "waiting", "renewal")}
    lines = {f"line_{kind}": amount(found.minor if found else 0) for kind, found in sums.items() if kind != "renewal"}
    if decision.renews:
        lines["line_charge"] = amount(sums["renewal"].minor if sums["renewal"] else 0)
    kernel = decision.reading.kernel
    terms: dict[str, object] = {}
    for name, term in decision.terms.items():
        value = kernel.terms[name].values[decision.value(f"term.{name}")]
        place = place_of(term.source)
        terms[f"term_{name.replace('.', '_')}"] = value.text if isinstance(value, Computed) else term.text
        terms[f"source_{name.replace('.', '_')}"] = f"{place.line}, {place.title}" if place.span.known else place.title
    return {
        "plan": decision.subscription.plan,
        "price": decision.subscription.price,
        "currency": decision.subscription.currency,
        "verdict": decision.verdict,
        "reasons": [reason.code for reason in decision.reasons],
        "direction": decision.direction,
        "timing": decision.term("timing").text,
        "effective_on": decision.effective_on,
        "next_bill_on": decision.day("next_bill_on") if decision.priced else None,
        "immediate": decision.immediate,
        **lines,
        **{name: amount(decision.value(name) if decision.priced else 0) for name in TOTALS},
        **terms,
    }


def agree(book: Book, held: list[Subscription], question: Question, folder: Path) -> int:
    """Compare everything, and say how many answers there were."""
    data = folder / "data.parquet"
    pq.write_table(table_of_rows([row_of(book, each) for each in held]), data)
    found = answers(book, data, question)
    compared = 0
    for subscription in held:
        for decision in decisions(book, subscription, question):
            target = (subscription.id, decision.request.plan, decision.request.price)
            row = found.pop(target)
            told = wanted(decision)
            assert {name: row[name] for name in told} == told, (subscription, decision.request)
            compared += 1
    assert not found
    return compared


def decisions(book: Book, held: Subscription, question: Question) -> list[Decision]:
    request = question.request
    if question.kind == "renewal":
        return [book.renew(held, at=request.at)]
    if question.kind == "options":
        options = book.options(held, request)
        return [*options.entries, *options.hidden]
    price = request.price or default_price(book.document, held, plan=request.plan)
    return [] if price is None else [book.decide(held, replace(request, price=price))]


def people(book: Book, seed: int, *, times: int) -> list[Subscription]:
    """Subscriptions that a document can hold, numbered."""
    found: list[Subscription] = []
    for subscription, request in asked(book, seed, times=times):
        if request.kind != "start":
            try:
                found.append(
                    replace(
                        book.subscription(document_of(book, row_of(book, subscription), columns=_columns(book))),
                        id=f"s{len(found)}",
                    )
                )
            except InvalidInput:
                continue
    return found


def _columns(book: Book) -> Mapping[str, Column]:
    return {column.name: column for column in columns_of(book)}


@pytest.mark.parametrize("seed", range(2))
def test_random_books_decide_everybody_as_one_by_one(seed: int, tmp_path: Path) -> None:
    _, book = book_of(seed)
    held = people(book, seed, times=80)
    plan = book.catalog.plans[seed % len(book.catalog.plans)]
    staff = ChangeRequest(at=ON_A_LEAP_DAY, plan=plan.name, by="staff", override=True, approvals=("finance",))
    assert agree(book, held, Question(kind="change", request=staff), tmp_path) > 20
    assert agree(book, held, Question(kind="renewal", request=ChangeRequest(at=ON_A_LEAP_DAY, by="system")), tmp_path)


def test_each_option_is_that_of_single_subscriptions(tmp_path: Path) -> None:
    _, book = book_of(4)
    held = people(book, 4, times=40)
    assert agree(book, held, Question(kind="options", request=ChangeRequest(at=ON_A_LEAP_DAY)), tmp_path) > 100


@pytest.mark.parametrize("name", ["hosting", "atomia"])
def test_made_up_customers_of_a_founding_book_are_decided_as_one_by_one(name: str, tmp_path: Path) -> None:
    book = load(f"policies/{name}")
    data = tmp_path / "made.parquet"
    with connect(threads=1) as engine:
        Making(book=book, rows=250, seed=7, day=20_523).write(engine, data)
    held = [
        book.subscription(document_of(book, row, columns=_columns(book))) for row in pq.read_table(data).to_pylist()
    ]
    plan = book.catalog.plans[2].name
    assert agree(book, held, Question(kind="change", request=ChangeRequest(at=AT, plan=plan)), tmp_path) > 50
