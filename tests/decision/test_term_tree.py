"""The exceptions of a term: everybody who speaks of it is there, and the last one that is heard settles it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Book, load
from planshift.decision.html import to_html
from planshift.decision.markdown import to_markdown
from planshift.decision.sheet import to_text
from planshift.decision.term_tree import decided_tree, sheet_of_tree, term_tree, tree_json, tree_mermaid
from planshift.policy.terms import TERM
from planshift.rulebook.exceptions import exceptions_of

AT = 1773219600  # 2026-03-11 10:00 in Stockholm
BOOKS = ("hosting", "blesta", "business-manager", "engageip", "atomia")
HOSTING = load("policies/hosting")


@pytest.mark.parametrize("name", BOOKS)
def test_what_settled_a_term_is_the_last_word_that_is_heard(name: str) -> None:
    book = load(f"policies/{name}")
    exceptions = {term: exceptions_of(book.rulebook, term) for term in TERM}
    compared = 0
    for held in book.subscriptions.values():
        if held.timezone is not None:
            continue
        options = book.options(held, ChangeRequest(at=AT))
        for decision in (*options.entries, *options.hidden, book.decide(held, ChangeRequest(at=AT, kind="cancel"))):
            for term, found in exceptions.items():
                heard = found.heard(held, decision.request, today=decision.today)
                last = max(k for k, truth in enumerate(heard) if truth)
                assert found.words[last].source == decision.term(term).source, (held.id, decision.request.plan, term)
                compared += 1
    assert compared > 500


def picture(book: Book, term: str, **narrowed: str) -> list[str]:
    return [node.word.source.title for node in term_tree(book.rulebook, term, **narrowed).nodes]


def test_everybody_who_speaks_of_a_term_is_in_the_picture() -> None:
    assert picture(HOSTING, "fee") == [
        "built-in default",
        "terms, upgrade",
        "client group resellers",
        "group name-servers",
        "path 1 from trial",
        "path 2 from bronze",
        "path 3 from business",
        'rule "A year on invoice has a price"',
        'rule "More of the same costs nothing extra"',
        'rule "A big jump costs a share of the new price"',
        'rule "Loyal customers move up free"',
    ]


def test_the_picture_of_two_plans_has_only_what_concerns_them() -> None:
    told = picture(HOSTING, "fee", origin="bronze", target="silver")
    assert "path 2 from bronze" in told
    assert not {"path 1 from trial", "path 3 from business", "group name-servers"} & set(told)
    timing = picture(HOSTING, "timing", origin="silver", target="gold")
    assert "terms, upgrade" in timing
    assert not {"terms, term_change, shorter interval", "terms, cancel"} & set(timing)


@pytest.mark.parametrize("target", ["silver", "gold", "dns", "classic", "bronze"])
def test_what_the_picture_leaves_out_is_never_heard(target: str) -> None:
    anna = HOSTING.subscriptions["anna-bronze"]
    options = HOSTING.options(anna, ChangeRequest(at=AT))
    entries = [each for each in (*options.hidden, *options.entries) if each.request.plan == target]
    assert entries
    for term in ("fee", "timing", "anchor", "fee_label", "carry.coupons", "hold_credit_until", "backdating"):
        shown = picture(HOSTING, term, origin="bronze", target=target)
        found = exceptions_of(HOSTING.rulebook, term)
        for entry in entries:
            heard = found.heard(anna, entry.request, today=entry.today)
            told = [word.source.title for word, truth in zip(found.words, heard, strict=True) if truth]
            assert set(told) <= set(shown)


def test_a_decision_shows_what_was_heard_and_what_settled_it() -> None:
    anna = HOSTING.subscriptions["anna-bronze"]
    decision = HOSTING.decide(anna, ChangeRequest(at=AT, plan="gold", price="monthly"))
    tree = decided_tree(decision, "fee")
    (winner,) = [node for node in tree.nodes if node.settles]
    assert winner.word.source == decision.term("fee").source
    assert winner.condition == "when upgrade and from != trial and to.level - from.level >= 2"
    loyal = replace(anna, customer=replace(anna.customer, since=None))
    assert [node.heard for node in decided_tree(HOSTING.decide(loyal, decision.request), "fee").nodes][-1] is False


def test_all_renderings_show_the_picture() -> None:
    tree = term_tree(HOSTING.rulebook, "timing")
    sheet = sheet_of_tree(tree)
    for told in (to_text(sheet, width=200), to_markdown(sheet), to_html(sheet), tree_mermaid(tree)):
        assert "terms, downgrade" in told
        assert "period" in told
    assert "policies/hosting/policy.yaml#L" in to_html(sheet)
    assert to_text(sheet).count("└── ") >= 3
    places = [source["place"] for source in tree_json(tree)["sources"]]  # type: ignore[attr-defined]  # plain data
    assert places[0] is None
    assert all(place["file"].endswith((".yaml", ".rules")) for place in places[1:])


def test_a_mermaid_label_is_text() -> None:
    tree = term_tree(HOSTING.rulebook, "fee_label")
    assert all(line.count('"') in (0, 2) for line in tree_mermaid(tree).splitlines())
