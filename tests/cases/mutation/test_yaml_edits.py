"""Every kind of edit of a YAML file, as the line before and after."""

from __future__ import annotations

import pytest

from planshift.cases.mutation.edit import Edit
from planshift.cases.mutation.yaml_edits import yaml_edits
from planshift.policy.read_yaml import read_yaml


def edits(text: str, *, document: str = "policy") -> list[Edit]:
    root, problems = read_yaml(text, file="policy.yaml")
    assert root is not None, problems
    return list(yaml_edits(root, text, document=document))


def told(text: str, *, document: str = "policy") -> list[tuple[str, str]]:
    """Each edit as its kind and what the whole text becomes, in one line."""
    return [(each.kind, " ".join(each.applied(text).split())) for each in edits(text, document=document)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("invoice_days_before: 5", [("number", "invoice_days_before: 6"), ("number", "invoice_days_before: 4")]),
        ("timezone: Europe/Stockholm", [("zone", "timezone: UTC")]),
        ("timezone: UTC", [("zone", "timezone: Asia/Tokyo")]),
        (
            "effective_from: 2026-03-01",
            [("date", "effective_from: 2026-03-02"), ("date", "effective_from: 2026-02-28")],
        ),
        (
            "terms: { any: { proration: { change_day: old } } }",
            [("value", "terms: { any: { proration: { change_day: new } } }")],
        ),
        (
            "terms: { any: { fee: 15 EUR } }",
            [("setting removed", "terms: { any: { } }"), ("amount", "terms: { any: { fee: 16 EUR } }")],
        ),
        (
            "terms: { any: { fee: { percent: 10%, at_most: 50 EUR } } }",
            [
                ("percentage", "terms: { any: { fee: { percent: 11%, at_most: 50 EUR } } }"),
                ("percentage", "terms: { any: { fee: { percent: 9%, at_most: 50 EUR } } }"),
                ("setting removed", "terms: { any: { fee: { at_most: 50 EUR } } }"),
                ("setting removed", "terms: { any: { fee: { percent: 10% } } }"),
                ("bound", "terms: { any: { fee: { percent: 10%, at_most: 55 EUR } } }"),
                ("bound", "terms: { any: { fee: { percent: 10%, at_most: 45 EUR } } }"),
            ],
        ),
        (
            "terms: { any: { frequency: 2 per 30 days } }",
            [
                ("setting removed", "terms: { any: { } }"),
                ("bound", "terms: { any: { frequency: 3 per 30 days } }"),
                ("bound", "terms: { any: { frequency: 1 per 30 days } }"),
                ("duration", "terms: { any: { frequency: 2 per 31 days } }"),
                ("duration", "terms: { any: { frequency: 2 per 29 days } }"),
            ],
        ),
        (
            "terms: { any: { notify: [client, staff] } }",
            [
                ("setting removed", "terms: { any: { } }"),
                ("item removed", "terms: { any: { notify: [staff] } }"),
                ("item removed", "terms: { any: { notify: [client] } }"),
            ],
        ),
        ("terms: { any: { label: { en: Up } } }", [("setting removed", "terms: { any: { } }")]),
        ("title: Shop\nbook: shop\ncurrency: EUR\npolicy_language: 1", []),
    ],
)
def test_a_setting_has_the_values_next_to_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(told(f"{text}\n")) == sorted(expected)


def test_a_path_and_each_of_its_targets_can_go() -> None:
    text = "paths:\n  - from: trial\n    upgrades: [silver, gold]\n  - from: silver\n    upgrades: [gold]\n"
    found = told(text)
    assert ("road removed", "paths: - from: silver upgrades: [gold]") in found
    assert ("road removed", "paths: - from: trial upgrades: [silver, gold]") in found
    assert ("road removed", "paths: - from: trial upgrades: [gold] - from: silver upgrades: [gold]") in found


def test_a_member_can_go_move_and_lose_a_way() -> None:
    found = told("groups:\n  ladder:\n    members:\n      gold: { level: 2 }\n      silver: { level: 1 }\n")
    head = "groups: ladder: members:"
    assert ("road removed", f"{head} silver: {{ level: 1 }}") in found
    assert ("number", f"{head} gold: {{ level: 3 }} silver: {{ level: 1 }}") in found
    assert ("flag", f"{head} gold: {{ level: 2, arrive: {{ up: false }} }} silver: {{ level: 1 }}") in found
    assert ("flag", f"{head} gold: {{ level: 2, leave: {{ down: false }} }} silver: {{ level: 1 }}") in found


def test_a_flag_is_turned_round_and_its_neighbour_is_not_asked_twice() -> None:
    text = "groups: { ladder: { members: { gold: { level: 1, arrive: { up: false } } } } }\n"
    flags = [after for kind, after in told(text) if kind == "flag"]
    assert "groups: { ladder: { members: { gold: { level: 1, arrive: { up: true } } } } }" in flags
    assert not any(after.count("arrive") > 1 for after in flags)


def test_the_order_of_a_mere_list_is_turned_round() -> None:
    found = told("groups: { ladder: { members: [silver, gold] } }\n")
    assert ("order", "groups: { ladder: { members: [gold, silver] } }") in found


def test_a_switch_can_go_and_wait_longer() -> None:
    text = "switches:\n  - from: { plan: trial, every: 15 days }\n    to: { plan: bronze }\n    after_renewals: 0\n"
    found = told(text)
    assert ("road removed", "switches:") in found
    assert ("number", text.replace("renewals: 0", "renewals: 1").replace("\n", " ").strip().replace("   ", " ")) in [
        (kind, after) for kind, after in found if "renewals: 1" in after
    ] or any("after_renewals: 1" in after for _, after in found)
    assert any("every: 16 days" in after for _, after in found)


def test_of_declared_facts_only_the_default_moves() -> None:
    text = (
        "facts: { customer: { type: object, properties: { vip: { type: boolean, default: false },"
        " pays: { type: string, enum: [card, bill], default: card } } } }\n"
    )
    assert [kind for kind, _ in told(text)] == ["flag", "value"]
    assert "default: true" in told(text)[0][1]
    assert "default: bill" in told(text)[1][1]


@pytest.mark.parametrize(
    "text, expected",
    [
        ('plans: { gold: { prices: { m: { every: 1 month, EUR: "9.00" } } } }', ("amount", 'EUR: "9.90"')),
        ('plans: { gold: { prices: { m: { every: 1 month, EUR: "0.00" } } } }', ("amount", 'EUR: "1.00"')),
        ('plans: { gold: { prices: { m: { every: 1 month, JPY: "800" } } } }', ("amount", 'JPY: "880"')),
        ('plans: { gold: { prices: { m: { every: 1 month, EUR: "9.00" } } } }', ("duration", "every: 2 months")),
        ("plans: { gold: { limits: { sites: 5 } } }", ("number", "sites: 4")),
        ("plans: { gold: { limits: { sites: unlimited } } }", ("setting removed", "limits: { }")),
        ("plans: { gold: { status: inactive } }", ("value", "status: restricted")),
        ("plans: { gold: { usage_bucket: true } }", ("flag", "usage_bucket: false")),
        ("plans: { gold: { addons: [disk, sites] } }", ("item removed", "addons: [sites]")),
        ("plans: { gold: { contract: { term: 12 months } } }", ("setting removed", "gold: { }")),
        ("plans: { gold: { contract: { penalty: 50 EUR } } }", ("amount", "penalty: 55 EUR")),
    ],
)
def test_the_catalog_is_edited_as_well(text: str, expected: tuple[str, str]) -> None:
    kind, part = expected
    assert any(found == kind and part in after for found, after in told(f"{text}\n", document="catalog"))


def test_a_comment_behind_a_setting_goes_with_it_and_one_above_stays() -> None:
    text = "terms:\n  any:\n    # why\n    fee: 5 EUR   # how much\n    timing: now\n"
    removed = next(each for each in edits(text) if each.kind == "setting removed")
    assert removed.applied(text) == "terms:\n  any:\n    # why\n    timing: now\n"
    assert removed.lines(text) == (("    fee: 5 EUR   # how much",), ())


def test_the_first_key_of_an_item_is_taken_out_without_the_dash() -> None:
    text = "for:\n  - terms: { any: { fee: none } }\n    client_group: resellers\n"
    fee = next(each for each in edits(text) if each.kind == "setting removed" and each.line == 2)
    assert fee.applied(text) == "for:\n  - terms: { any: {  } }\n    client_group: resellers\n"
