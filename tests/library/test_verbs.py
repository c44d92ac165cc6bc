"""Subscriptions and requests from files, mappings and keywords, with places on everything that is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from planshift import InvalidInput, load
from planshift.billing.zones import parse_instant

HOSTING = Path(__file__).parents[2] / "policies" / "hosting"
BOOK = load(HOSTING)
BO = BOOK.subscriptions["bo-silver"]
AT = parse_instant("2026-03-11 10:00", "Europe/Stockholm")

FIELDS: dict[str, object] = {
    "id": "4711",
    "plan": "bronze",
    "price": "monthly",
    "paid": "9.00 EUR",
    "period": {"start": date(2026, 3, 1), "end": "2026-04-01"},
    "customer": {"id": "c-1", "facts": {"pays_by": "invoice"}},
    "services": [{"id": "blog", "title": "Blog", "uses": {"sites": 1}}],
}


def mistakes(fields: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        BOOK.subscription(fields)
    return [(str(problem.span), problem.code) for problem in caught.value.diagnostics]


def test_a_subscription_comes_from_a_file_or_a_mapping() -> None:
    assert BOOK.subscription(HOSTING / "subscriptions" / "bo-silver.yaml") == BO
    assert BOOK.subscription((HOSTING / "subscriptions" / "bo-silver.yaml").as_posix()) == BO
    read = BOOK.subscription(FIELDS)
    assert (read.plan, read.paid, read.period.start, read.currency) == ("bronze", 900, date(2026, 3, 1), "EUR")
    assert read.checked_by == BOOK.digest


@pytest.mark.parametrize(
    "changed, found",
    [
        ({"plan": "bronce"}, [("plan", "PS520")]),
        ({"paid": 9.5}, [("paid", "PS112")]),
        ({"paid": float("nan")}, [("paid", "PS112")]),
        ({"paid": object()}, [("paid", "PS103")]),
        ({"custmer": {}}, [("custmer", "PS101")]),
        ({"customer": {"id": "c", "facts": {"pays_by": "gold"}}}, [("customer.facts.pays_by", "PS104")]),
        ({"services": [{"id": "a", "title": "A"}, {"id": "a", "title": "B"}]}, [("services[1].id", "PS514")]),
        ({"customer": {7: "c"}}, [("customer", "PS006")]),
    ],
)
def test_a_mistake_has_the_path_to_it(changed: dict[str, object], found: list[tuple[str, str]]) -> None:
    assert mistakes({**FIELDS, **changed}) == found


def test_what_lies_too_deep_is_refused() -> None:
    deep: object = "x"
    for _ in range(2000):
        deep = {"a": deep}
    assert [code for _, code in mistakes({**FIELDS, "customer": deep})] == ["PS003"]


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        BOOK.subscription("nowhere.yaml")
    assert [problem.code for problem in caught.value.diagnostics] == ["PS001"]


def test_a_request_comes_from_keywords_a_mapping_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"to": "gold", "at": "2026-03-11T10:00"}', encoding="utf-8")
    stated = BOOK.request(BO, to="gold", at="2026-03-11T10:00")
    assert (stated.plan, stated.price, stated.at) == ("gold", "monthly", AT)
    assert BOOK.request(BO, {"to": "gold", "at": "2026-03-11T09:00:00Z"}) == stated
    assert BOOK.request(BO, to="gold", at=datetime.fromtimestamp(AT, UTC)) == stated
    assert BOOK.request(BO, file) == stated


def test_a_request_without_a_plan_is_for_the_options() -> None:
    offered = BOOK.options(BO, BOOK.request(BO, at="2026-03-11T10:00", by="staff"))
    assert offered.entries
    assert {entry.request.by for entry in offered.entries} == {"staff"}


def test_mistakes_of_a_request_have_their_paths() -> None:
    with pytest.raises(InvalidInput) as caught:
        BOOK.request(BO, to="gould", at="2026-03-11T10:00", remedies={"add": [{"name": "nothing"}]})
    found = [(str(problem.span), problem.code) for problem in caught.value.diagnostics]
    assert found == [("to", "PS520"), ("remedies.add[0].name", "PS517")]


def test_a_request_says_when() -> None:
    with pytest.raises(InvalidInput, match="`at` is missing"):
        BOOK.request(BO, to="gold")
