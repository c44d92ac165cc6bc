"""Presets and other books are taken over key by key, and every value remembers its file."""

from __future__ import annotations

import pytest

from planshift.policy.from_yaml import read_book_text
from planshift.policy.shelf import join, preset_names
from planshift.policy.term_values import Choice
from tests.policy import shop

COMMON = """
policy_language: 1
book: common
currency: EUR
terms:
  any: { timing: now, charge: full, proration: { unit: second, basis: fixed 30 } }
groups:
  hosting: { require: [same_interval], members: { bronze: { level: 1 } } }
"""
OWN = """
policy_language: 1
book: own
currency: EUR
extends: ../common
terms:
  any: { charge: prorated, timing: , proration: { unit: day } }
groups:
  hosting: { members: { silver: { level: 2 } } }
"""


def terms(texts: dict[str, str]) -> dict[str, tuple[object, str]]:
    document = shop.book(texts)
    return {
        term.name: (term.value, term.span.file)
        for scoped in document.policy.terms
        for term in scoped.terms
        if scoped.scope == "any"
    }


def test_values_are_taken_over_key_by_key() -> None:
    found = terms(shop.files(policy=OWN) | {"../common/policy.yaml": COMMON})
    assert found == {
        "charge": (Choice(word="prorated"), "policy.yaml"),
        "proration.unit": (Choice(word="day"), "policy.yaml"),
        "proration.basis": (Choice(word="fixed", number=30), "../common/policy.yaml"),
    }


def test_members_are_joined_and_names_are_not_taken_over() -> None:
    document = shop.book(shop.files(policy=OWN) | {"../common/policy.yaml": COMMON})
    (group,) = document.policy.groups
    assert [member.plan for member in group.members] == ["silver", "bronze"]
    assert group.require == ("same_interval",)
    assert document.policy.book == "own"


def test_the_catalog_and_the_rules_of_another_book_are_taken_over() -> None:
    texts = shop.files(policy="policy_language: 1\nbook: own\ncurrency: EUR\nextends: ../common\n")
    texts["../common/policy.yaml"] = "policy_language: 1\n"
    texts["../common/catalog.yaml"] = 'plans: { dns: { prices: { m: { every: 1 month, EUR: "1.00" } } } }\n'
    texts["../common/policy.rules"] = 'rule "Last"\n  set fee = 1 EUR\n'
    document = shop.book(texts)
    assert [plan.name for plan in document.catalog.plans] == ["trial", "bronze", "silver", "dns"]
    assert [rule.title.text for rule in document.rules.rules] == ["Loyal customers move up free", "Last"]
    assert str(document.where("catalog", "plans", "dns")) == "../common/catalog.yaml:1:10"


def test_the_later_of_two_wins_and_the_book_over_both() -> None:
    own = "policy_language: 1\ncurrency: EUR\nextends: [./one.yaml, ./two.yaml]\nterms: { any: { limits: warn } }\n"
    texts = shop.files(policy=own)
    texts["one.yaml"] = "policy_language: 1\nterms: { any: { timing: period_end, charge: full, limits: ignore } }\n"
    texts["two.yaml"] = "policy_language: 1\nterms: { any: { timing: now } }\n"
    found = terms(texts)
    assert found["timing"] == (Choice(word="now"), "two.yaml")
    assert found["charge"] == (Choice(word="full"), "one.yaml")
    assert found["limits"] == (Choice(word="warn"), "policy.yaml")


@pytest.mark.parametrize("name", preset_names())
def test_a_shipped_preset_can_be_extended(name: str) -> None:
    texts = shop.files(policy=f"policy_language: 1\ncurrency: EUR\nextends: {name}\n")
    document, problems, sources = read_book_text(texts)
    assert problems == ()
    assert document is not None
    files = {term.span.file for scoped in document.policy.terms for term in scoped.terms}
    assert f"presets/{name}.yaml" in files
    assert all(file.startswith("presets/") for file in files)
    assert f"presets/{name}.yaml" in sources


def test_books_that_extend_each_other_in_a_circle_end() -> None:
    texts = shop.files(policy="policy_language: 1\ncurrency: EUR\nextends: ../a\n")
    texts["../a/policy.yaml"] = "policy_language: 1\nextends: ../b\n"
    texts["../b/policy.yaml"] = "policy_language: 1\nextends: ../a\n"
    assert shop.codes_of(texts) == ["PS012"]


def test_a_long_row_of_books_ends() -> None:
    texts = shop.files(policy="policy_language: 1\ncurrency: EUR\nextends: ../b0\n")
    texts |= {f"../b{n}/policy.yaml": f"policy_language: 1\nextends: ../b{n + 1}\n" for n in range(50)}
    assert shop.codes_of(texts) == ["PS012"]


@pytest.mark.parametrize(
    "name, relative, joined",
    [
        ("policy.yaml", "../common/policy.yaml", "../common/policy.yaml"),
        ("../a/policy.yaml", "../b/policy.yaml", "../b/policy.yaml"),
        ("a/b/policy.yaml", "./c/../d.yaml", "a/b/d.yaml"),
        ("policy.yaml", "/etc/passwd", None),
        ("policy.yaml", "C:\\x", None),
        ("policy.yaml", "../" * 9 + "x", None),
    ],
)
def test_names_are_joined_without_the_file_system(name: str, relative: str, joined: str | None) -> None:
    assert join(name, relative) == joined


def test_a_thicket_of_books_is_read_once_each() -> None:
    names = [[f"../b{depth}-{number}" for number in range(8)] for depth in range(6)]
    texts = shop.files(policy=f"policy_language: 1\ncurrency: EUR\nextends: [{', '.join(names[0])}]\n")
    for depth, row in enumerate(names):
        for name in row:
            below = f"extends: [{', '.join(names[depth + 1])}]\n" if depth + 1 < len(names) else ""
            texts[f"{name}/policy.yaml"] = f"policy_language: 1\n{below}terms: {{ any: {{ timing: now }} }}\n"
            texts[f"{name}/policy.rules"] = f'rule "{name}"\n  set fee = 0 EUR\n'
    document = shop.book(texts)
    assert len(document.rules.rules) == 1 + 8 * 6
    assert len(document.texts) == 1 + 1 + 8 * 6


def test_only_so_many_books_are_extended_at_once() -> None:
    text = f"policy_language: 1\ncurrency: EUR\nextends: [{', '.join(['stripe'] * 9)}]\n"
    assert shop.codes_of(shop.files(policy=text)) == ["PS012"]
