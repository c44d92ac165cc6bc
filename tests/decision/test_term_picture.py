"""The picture of a term: everybody who speaks of it is drawn within it, and nothing that a book says is markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from planshift.book import Book, load, load_text
from planshift.decision.term_picture import MOST_ROWS, term_svg
from planshift.decision.term_tree import decided_tree, ranks_of, term_tree
from planshift.policy.terms import TERM

HOSTING = load("policies/hosting")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("1")</script>&amp;'


def drawn(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  # written just now


def said(picture: ET.Element) -> list[str]:
    return [each.text or "" for each in picture.iter(f"{SVG}text")]


def many(rules: int) -> Book:
    catalog = 'plans: { a: { prices: { m: { every: 1 month, EUR: "1.00" } } } }'
    text = "\n".join(f'rule "{n}" when subscription.renewals = {n} set fee = {n} EUR' for n in range(1, rules + 1))
    return load_text(
        {
            "policy.yaml": "policy_language: 1\nbook: many\ncurrency: EUR\n",
            "catalog.yaml": catalog,
            "policy.rules": text,
        }
    )


@pytest.mark.parametrize("term", ["fee", "timing", "carry.addons", "requires"])
def test_whoever_speaks_of_a_term_is_drawn_in_the_rank_that_is_an_exception_of_the_one_before(term: str) -> None:
    tree = term_tree(HOSTING.rulebook, term)
    picture = drawn(term_svg(tree))
    words = " ".join(said(picture))
    for name, nodes in ranks_of(tree):
        assert name in words
        for node in nodes:
            assert node.word.source.kind == "default" or node.word.source.title in words
            assert " ".join(node.value.split()) in words
    assert len(picture.findall(f"{SVG}path")) == len(ranks_of(tree)) - 1


def test_nothing_leaves_the_picture() -> None:
    for term in TERM:
        picture = drawn(term_svg(term_tree(HOSTING.rulebook, term)))
        width, height = int(picture.get("width", 0)), int(picture.get("height", 0))
        cards = picture.findall(f"{SVG}rect")
        for card in cards:
            assert int(card.get("x", 0)) + int(card.get("width", 0)) <= width
            assert int(card.get("y", 0)) + int(card.get("height", 0)) <= height
        assert all(0 < int(text.get("y", 0)) < height for text in picture.findall(f"{SVG}text"))


def test_what_settled_a_term_of_a_decision_is_marked_and_what_was_not_heard_is_faint() -> None:
    anna = HOSTING.subscriptions["anna-bronze"]
    decision = HOSTING.decide(anna, HOSTING.request(anna, to="gold", at="2026-03-11 10:00"))
    picture = drawn(term_svg(decided_tree(decision, "fee")))
    good = [each.text for each in picture.iter(f"{SVG}text") if "good" in each.get("class", "")]
    off = [each.text for each in picture.iter(f"{SVG}text") if "off" in each.get("class", "").split()]
    assert good[0] == 'rule "A big jump costs a share of the new price"'
    assert good[-1] == "settles it"
    assert "client group resellers" in off
    assert len([card for card in picture.iter(f"{SVG}rect") if card.get("class") == "won"]) == 1


def test_of_many_words_some_are_drawn_and_the_rest_is_counted() -> None:
    words = said(drawn(term_svg(term_tree(many(MOST_ROWS + 5).rulebook, "fee"))))
    assert "and 5 more" in words
    assert len([word for word in words if word.startswith("rule ")]) == MOST_ROWS


def test_what_a_book_says_is_text() -> None:
    book = many(1)
    files = dict(book.sources)
    title = HOSTILE.replace('"', "'")
    text = term_svg(term_tree(load_text(files | {"policy.rules": f'rule "{title}" set fee = 1 EUR'}).rulebook, "fee"))
    assert not re.search("<script", text)
    assert any("<script>" in word for word in said(drawn(text)))
