"""What is counted and summed of everybody is what single decisions of both versions come to, row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import load_text
from planshift.impact.doors import Doors
from planshift.impact.json_form import to_data
from planshift.policy.document import ImpactLimits
from planshift.population.asking import Question
from tests.impact.edits import (
    AT,
    FEW,
    OPTIONS,
    RENEWAL,
    SHOP,
    Assessed,
    Change,
    Pair,
    assess,
    edited,
    hosting,
    one_by_one,
    people,
    sums,
    to,
)


@pytest.fixture(scope="module")
def shoppers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people(SHOP, tmp_path_factory.mktemp("shop") / "people.parquet", rows=100, columns=FEW)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people(hosting(), tmp_path_factory.mktemp("hosting") / "people.parquet", rows=150)


def agree(found: Assessed, data: Path, question: Question) -> None:
    """Compare with decisions one by one: who differs, how, and what it comes to."""
    pairs = one_by_one(found.books, data, question)
    impact, differing = found.impact, [pair for pair in pairs if pair.differs]
    both = [pair for pair in differing if pair.old is not None and pair.new is not None]
    assert sorted(str(row["row"]) for row in found.rows) == sorted(str(pair.row) for pair in differing)
    assert {row["row"] for row in found.rows if row["kind"] == "newly_refused"} == refused(both)
    assert impact.counts.refused == len(refused(both))
    assert impact.counts.dearer == len({pair.row for pair in both if first_year(pair) > 0})
    assert impact.counts.cheaper == len({pair.row for pair in both if first_year(pair) < 0})
    assert impact.compared.answers == len(pairs)
    assert impact.untouched == len({pair.row for pair in pairs} - {pair.row for pair in differing})
    wanted, told = sums(pairs), {each.currency: each for each in impact.sums}
    assert {c: {name: getattr(told[c], name).minor for name in held} for c, held in wanted.items()} == wanted
    for name, groups in impact.groups.items():
        assert sum(group.counts.answers for group in groups) == len(differing), name
        for currency in wanted:
            parts = [each.per_year.minor for group in groups for each in group.sums if each.currency == currency]
            assert sum(parts) == told[currency].per_year.minor, name


def refused(pairs: Sequence[Pair]) -> set[object]:
    return {pair.row for pair in pairs if pair.verdicts[0] != "denied" and pair.verdicts[1] == "denied"}


def first_year(pair: Pair) -> int:
    old, new = pair.amounts
    return new["first_year"] - old["first_year"]


FLAGSHIP: Mapping[str, tuple[Change, Question, str]] = {
    "fee and price raised": (
        {
            "policy.yaml": ("fee: [5 EUR, 6 USD, 800 JPY]", "fee: [8 EUR, 9 USD, 1200 JPY]"),
            "catalog.yaml": ('EUR: "59.00"', 'EUR: "64.00"'),
        },
        to("gold", "monthly"),
        "other_amounts",
    ),
    "road closed, rule added": (
        {
            "policy.yaml": ("gold:    { level: 3 }", "gold:    { level: 3, arrive: { up: false } }"),
            "policy.rules": (
                "# What is refused",
                'rule "Cards only" when from = trial and customer.pays_by = invoice deny "Pay by card."',
            ),
        },
        to("gold", "monthly"),
        "newly_refused",
    ),
}


@pytest.mark.parametrize("name", FLAGSHIP)
def test_edits_of_the_flagship_do_what_single_decisions_say(name: str, hosted: Path) -> None:
    change, question, kind = FLAGSHIP[name]
    found = assess((hosting(), edited(hosting(), change)), hosted, question)
    assert kind in {each.kind for each in found.impact.kinds}
    agree(found, hosted, question)


REMOVED: Change = {
    "policy.yaml": ("      medium: { level: 2 }\n", ""),
    "catalog.yaml": ('  medium: { prices: { monthly: { every: 1 month, EUR: "19.00", USD: "21.00" } } }\n', ""),
}

SMALL: Mapping[str, tuple[Change, Question, tuple[str, ...]]] = {
    "plan removed": (REMOVED, OPTIONS, ("set_aside", "withdrawn")),
    "switch turned": ({"policy.yaml": ("to: { plan: small }", "to: { plan: medium }")}, RENEWAL, ("other_target",)),
    "other notices, and a rule of another name": (
        {
            "policy.yaml": ("notify: [client]", "notify: [client, staff]"),
            "policy.rules": ("Not at once", "A year first"),
        },
        to("medium"),
        ("other_terms", "other_reasons"),
    ),
    "later, and refused no longer": (
        {"policy.yaml": ("timing: now", "timing: period_end"), "policy.rules": ("tenure < 12", "tenure < 3")},
        to("large", "monthly"),
        ("newly_allowed", "other_timing"),
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_edits_of_a_small_book_do_what_single_decisions_say(name: str, shoppers: Path) -> None:
    change, question, kinds = SMALL[name]
    found = assess((SHOP, edited(SHOP, change)), shoppers, question)
    assert set(kinds) <= {each.kind for each in found.impact.kinds}
    agree(found, shoppers, question)


def test_wording_is_no_difference(shoppers: Path) -> None:
    change = {"policy.yaml": ("label: Upgrade", "label: Get more")}
    found = assess((SHOP, edited(SHOP, change)), shoppers, to("medium"))
    assert (found.rows, found.impact.sums, found.impact.untouched) == ([], (), found.impact.compared.subscriptions)


def test_rows_are_told_apart_without_ids_and_without_a_shared_reading(
    shoppers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CSV whose ids are all the same, read by each version for itself, comes to the same."""
    change = {"policy.yaml": ("fee: [5 EUR, 6 USD]", "fee: [7 EUR, 6 USD]")}
    files = SHOP, edited(SHOP, change)
    limits = ImpactLimits(dearer=0, moved_per_year=(("EUR", 0),))
    wanted = to_data(assess(files, shoppers, to("medium"), segment="status", limits=limits).impact)
    table = pq.read_table(shoppers)
    same = table.set_column(table.column_names.index("id"), "id", pa.array(["s"] * len(table)))
    pc.write_csv(same, tmp_path / "people.csv")
    monkeypatch.setattr(Doors, "_alike", False)
    found = to_data(assess(files, tmp_path / "people.csv", to("medium"), segment="status", limits=limits).impact)
    for data in (wanted, found):
        for named in ("newly_refused", "hit_hardest"):
            data[named] = json.dumps(data[named]).count('"row"')
    assert found == wanted
    assert found["limits_passed"]
    assert found["customers"]


def test_a_regular_bill_is_reckoned_for_a_year() -> None:
    """What a year of regular bills comes to, for prices of every interval; the figures are worked out by hand."""
    odd = """  odd:
    prices:
      days: { every: 30 days, EUR: "9.00" }
      long: { every: 2 years, EUR: "101.01" }
      once: { every: once, EUR: "50.00" }
"""
    catalog = {"catalog.yaml": ("  large: {", f"{odd}  large: {{")}
    book = load_text(edited(SHOP, catalog))
    wanted = {("odd", "days"): 10_950, ("odd", "long"): 5_051, ("odd", "once"): 0, ("large", "yearly"): 39_000}
    held = book.subscription(
        {"id": "s", "plan": "small", "price": "monthly", "period": {"start": "2026-03-01", "end": "2026-04-01"}}
    )
    for (plan, price), year in wanted.items():
        decision = book.decide(held, ChangeRequest(at=AT, plan=plan, price=price))
        regular = decision.reading.kernel.regular
        read = decision.reading.computed((regular["old_year"], regular["new_year"]))
        assert tuple(read.call(held, decision.request, decision.today)) == (10_800, year), (plan, price)
