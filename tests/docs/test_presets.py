"""Each preset loads in a tiny book, has its page, and the page says what the preset says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planshift.book import load_text
from planshift.policy.located import Located, Mapping, OddNumber, Sequence, plain
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import preset_names, preset_text

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "presets"

FOUNDING = {"atomia", "blesta", "blesta-switching", "business-manager", "engageip"}
"""Presets whose pages come with their books under policies/, and tell the terms in words."""

SECTIONS = ("What it reproduces", "What it leaves to the book", "What it does not cover", "An example")
"""What every page has, in this order."""

CATALOG = """\
plans:
  a: { prices: { monthly: { every: 1 month, EUR: "1.00" }, yearly: { every: 1 year, EUR: "9.00" } } }
  b: { prices: { monthly: { every: 1 month, EUR: "2.00" } } }
"""
GROUP = "groups: { plans: { members: { a: { level: 1 }, b: { level: 2 } } } }"

Tree = dict[str, object]


def page(preset: str) -> str:
    return (PAGES / f"{preset}.md").read_text(encoding="utf-8")


def described() -> list[str]:
    return [name for name in preset_names() if name not in FOUNDING]


def meaning(node: Located | None) -> object:
    """What a piece of YAML means; numbers that are no whole ones stay as they are written."""
    if isinstance(node, Mapping):
        return {name: meaning(entry.value) for name, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [meaning(item) for item in node.items]
    value = None if node is None else plain(node)
    return value.text if isinstance(value, OddNumber) else value


def terms_of(preset: str) -> Tree:
    text, problems = preset_text(preset)
    assert text is not None, problems
    policy = meaning(read_yaml(text, file=preset)[0])
    assert isinstance(policy, dict)
    terms = policy["terms"]
    assert isinstance(terms, dict)
    return terms


def section(preset: str, title: str) -> str:
    _, _, rest = page(preset).partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def cells(preset: str, title: str) -> Iterator[str]:
    """The last cells of a section's table."""
    for line in section(preset, title).splitlines():
        if line.startswith("| "):
            yield line.rstrip(" |").split(" | ")[-1]


def snippets(preset: str, title: str) -> Iterator[tuple[str, Tree]]:
    """The pieces of YAML in the last cells, each with its text."""
    for cell in cells(preset, title):
        for text in re.findall(r"`([^`]+)`", cell):
            piece = meaning(read_yaml(text, file=preset)[0])
            if isinstance(piece, dict):
                yield text, piece


def leaves(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), str(value)


def placed(piece: Tree, scopes: set[str]) -> Tree:
    """The piece as it stands under `terms`: without a scope of its own it is for any change."""
    return piece if set(piece) <= scopes else {"any": piece}


@pytest.mark.parametrize("preset", preset_names())
def test_a_preset_loads_in_a_tiny_book(preset: str) -> None:
    policy = f"policy_language: 1\nbook: tiny\ncurrency: EUR\nextends: {preset}\n{GROUP}\n"
    assert load_text({"policy.yaml": policy, "catalog.yaml": CATALOG}).diagnostics == ()


def test_every_preset_has_its_page_and_stands_in_the_index() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| \[([\w-]+)\]\(\1\.md\) ", index, re.MULTILINE))
    assert listed == pages == set(preset_names())


@pytest.mark.parametrize("path", sorted(PAGES.glob("[!R]*.md")), ids=lambda path: path.stem)
def test_a_page_has_the_sections_of_all_pages(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Preset `{path.stem}`\n")
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)[: len(SECTIONS)]) == SECTIONS
    assert f"extends: {path.stem}\n" in text


SCOPES = {"any", "upgrade", "downgrade", "crossgrade", "term_change", "cancel", "renewal"}


@pytest.mark.parametrize("preset", described())
def test_what_a_page_reproduces_is_what_the_preset_says(preset: str) -> None:
    told: dict[tuple[str, ...], str] = {}
    for text, piece in snippets(preset, "What it reproduces"):
        found = dict(leaves(placed(piece, SCOPES)))
        assert told.keys().isdisjoint(found), f"{text} is told twice"
        told |= found
    assert told == dict(leaves(terms_of(preset)))


@pytest.mark.parametrize("preset", described())
def test_a_setting_can_be_set_as_the_page_says(preset: str) -> None:
    for text, piece in snippets(preset, "What it leaves to the book"):
        policy: Tree = {"policy_language": 1, "book": "tiny", "currency": "EUR", "extends": preset}
        known = {"groups", "paths", "timezone", "invoice_days_before"}
        policy |= piece if set(piece) <= known else {"terms": placed(piece, SCOPES)}
        names = set(re.findall(r"\b(basic|starter|business)\b", text))
        price = '{ prices: { monthly: { every: 1 month, EUR: "3.00" } } }'
        more = "".join(f"  {name}: {price}\n" for name in sorted(names))
        book = load_text({"policy.yaml": json.dumps(policy), "catalog.yaml": CATALOG + more})
        assert book.diagnostics == (), text
