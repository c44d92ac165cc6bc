"""A word that is said never to count counts for nobody.

Every holder of a drawn book speaks of the same few terms, in scopes that overlap: much of it never counts.
"""

from __future__ import annotations

import json
from random import Random  # noqa: TID251  # seeded: same seed, same words
from typing import Any

import pytest

from planshift.book import Book, load_text
from planshift.policy.terms import TERM
from planshift.rulebook.analysis.overridden import find_overridden_terms
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.passes import run_passes
from tests.properties.strategies import asked, book_of
from tests.properties.test_analysis import CLOSED

BLOCKS, BOOKS, REQUESTS = 3, 8, 60
CROWDED = ("collect", "anchor", "setup")
SCOPES = ("any", "upgrade", "downgrade", "crossgrade", "term_change", "cancel")
INTERVALS = ("", "", "other_interval", "longer_interval", "shorter_interval")


def crowd(chance: Random, scopes: dict[str, Any], *, word: int) -> None:
    """Let a holder say the same word of some terms in some scopes; holders of one rank must not disagree."""
    for term in CROWDED:
        for scope in SCOPES:
            if chance.random() < 0.6:
                block, interval = scopes.setdefault(scope, {}), chance.choice(INTERVALS) if scope != "cancel" else ""
                words = TERM[term].shape.words
                (block.setdefault(interval, {}) if interval else block)[term] = words[word % len(words)]


def crowded(seed: int) -> Book:
    drawn, _ = book_of(seed)
    chance = Random(f"{seed}/crowd")  # noqa: S311  # chance for tests, not for secrets
    policy = json.loads(json.dumps(drawn.policy))
    held = [group.setdefault("terms", {}) for group in policy.get("groups", {}).values()]
    for plan in policy["plans"].values() if "plans" in policy else ():
        plan.pop("arriving", None)
    for plan in json.loads(json.dumps(drawn.catalog))["plans"]:
        policy.setdefault("plans", {}).setdefault(plan, {})["terms"] = {}
    holders = {
        0: [policy.setdefault("terms", {})],
        1: held,
        2: [plan["terms"] for plan in policy["plans"].values() if chance.random() < 0.5],
        3: [path.setdefault("terms", {}) for path in policy.get("paths", ())],
    }
    for word, each in holders.items():
        for scopes in each:
            crowd(chance, scopes, word=word)
    rule = f'rule "Crowd" {chance.choice(("", "when upgrade "))}set {chance.choice(("collect = now", "setup = skip"))}'
    rules = [drawn.rules, rule] if chance.random() < 0.4 else [drawn.rules]
    return load_text(drawn.files() | {"policy.yaml": json.dumps(policy), "policy.rules": "\n".join(rules)})


def found(book: Book) -> set[tuple[int, int]]:
    """The places of the words that are said never to count."""
    problems = find_overridden_terms(Scenes(run_passes(book.document)))
    return {(problem.span.line, problem.span.column) for problem in problems}


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_change_is_settled_by_a_word_that_never_counts(block: int) -> None:
    told = settled = 0
    for seed in range(6000 + block * BOOKS, 6000 + (block + 1) * BOOKS):
        book = crowded(seed)
        idle = found(book)
        told += len(idle)
        for subscription, request in asked(book, seed, times=REQUESTS):
            decision = book.decide(subscription, request)
            if not {reason.code for reason in decision.reasons} & CLOSED:
                settled += 1
                for name in CROWDED:
                    span = decision.terms[name].source.span
                    assert (span.line, span.column) not in idle, (seed, name, subscription, request)
    assert told > 20
    assert settled > 100


PLANS = {plan: {"prices": {"monthly": {"every": "1 month", "EUR": "9.00"}}} for plan in ("small", "large", "alone")}
LADDER = {"members": {"small": {"level": 1}, "large": {"level": 2}}}


@pytest.mark.parametrize(
    "policy, rules, never",
    [
        # a group settles all that its plans can do, and nobody else can move
        ({"terms": {"upgrade": {"fee": "1 EUR"}}, "group": {"upgrade": {"fee": "2 EUR"}}}, "", 1),
        # the same said twice does no harm
        ({"terms": {"upgrade": {"fee": "2 EUR"}}, "group": {"upgrade": {"fee": "2 EUR"}}}, "", 0),
        # more pieces of a plan outside of the group are an upgrade, too
        ({"terms": {"upgrade": {"fee": "1 EUR"}}, "group": {"upgrade": {"fee": "2 EUR"}}, "plans": "alone"}, "", 0),
        # `any` is for cancellations and beginnings, too
        ({"terms": {"any": {"fee": "1 EUR"}}, "group": {"any": {"fee": "2 EUR"}}}, "", 0),
        # customers are weaker than groups
        ({"for": {"upgrade": {"fee": "1 EUR"}}, "group": {"upgrade": {"fee": "2 EUR"}}}, "", 1),
        ({"terms": {"upgrade": {"fee": "1 EUR"}}, "for": {"upgrade": {"fee": "2 EUR"}}}, "", 0),
        # a rule that asks for nothing, or for the direction alone, is stronger than all; any other can fail to hold
        ({"terms": {"upgrade": {"fee": "1 EUR"}}}, 'rule "R" set fee = 2 EUR', 1),
        ({"group": {"upgrade": {"fee": "1 EUR"}}}, 'rule "R" when upgrade set fee = 2 EUR', 1),
        ({"group": {"upgrade": {"fee": "1 EUR"}}}, 'rule "R" when downgrade set fee = 2 EUR', 0),
        ({"group": {"upgrade": {"fee": "1 EUR"}}}, 'rule "R" when upgrade and contract.active set fee = 2 EUR', 0),
        # two intervals can differ and be equally long
        (
            {"group": {"upgrade": {"other_interval": {"fee": "1 EUR"}, "longer_interval": {"fee": "2 EUR"}}}},
            'rule "R" when upgrade and shorter_interval set fee = 2 EUR',
            0,
        ),
        # a renewal settles its own fee whatever anybody says
        ({"terms": {"renewal": {"notify": ["client"]}}, "group": {"renewal": {"notify": ["staff"]}}}, "", 1),
    ],
)
def test_what_is_told_and_what_is_not(policy: dict[str, Any], rules: str, never: int) -> None:
    more = policy.get("plans", "")
    catalog = {"plans": {plan: held for plan, held in PLANS.items() if plan in ("small", "large", more)}}
    files = {
        "policy.yaml": json.dumps(
            {
                "policy_language": 1,
                "book": "tiny",
                "currency": "EUR",
                "groups": {"ladder": LADDER | {"terms": policy.get("group", {})}},
                "terms": policy.get("terms", {}),
                "for": [{"client_group": "resellers", "terms": policy["for"]}] if "for" in policy else [],
            }
        ),
        "catalog.yaml": json.dumps(catalog),
        "policy.rules": rules,
    }
    assert len(found(load_text(files))) == never
