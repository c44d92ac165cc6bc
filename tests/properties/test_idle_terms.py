"""A term that is said to have no effect has none: altering it changes no decision and no action plan.

The books are drawn catalogs under a policy that settles nothing else. Where the other term that a term needs has none
of its words, both books must answer everybody alike, but for the term itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random  # noqa: TID251  # seeded: same seed, same people

import pytest

from planshift.actions.json_form import to_json
from planshift.book import Book, Decision, load_text
from planshift.policy.term_values import Choice
from planshift.policy.terms import TERM
from planshift.rulebook.analysis.idle_terms import NEEDS, NOT_OF_AN_END, OF_A_BUCKET, OF_A_FEE
from planshift.rulebook.renewals import settled_always
from tests.properties.people import draw_renewal, draw_subscription
from tests.properties.strategies import asked, book_of
from tests.properties.terms import Data
from tests.reference.answer import read

KEPT = ("policy_language", "book", "currency", "timezone", "facts", "decimals", "invoice_days_before")
VALUES: dict[str, tuple[Data, Data]] = {
    "payment_expires": ("1 day", "9 days"),
    "fee": ("0 EUR", "7 EUR"),
    "fee_label": ({"en": "One"}, {"en": "Two"}),
    "fee_taxed_as": ("hosting", "mail"),
    "hold_credit_until": (["rating.completed"], []),
    "frequency": ("unlimited", "1 per 90 days"),
    "requires": ([], ["nothing_unpaid"]),
    "who": (["staff"], ["customer", "staff", "system"]),
    "extend.period_days": ("actual", 7),
    "extend.rate_scale": ("exact", 6),
    "rounding.side_scale": ("exact", 6),
}
"""Two values of the terms that are not one word of a list."""

COUNTED: dict[str, tuple[str, ...]] = {
    "anchor": ("day 15",),
    "proration.basis": ("fixed 30", "months of 30"),
    "cancellable_until": ("3 days before",),
}
"""Values with a number besides the words."""


def every_value(term: str) -> tuple[Data, ...]:
    return VALUES.get(term) or (*TERM[term].shape.words, *COUNTED.get(term, ()))


def values(term: str) -> tuple[Data, ...]:
    """The values of a term that must come to the same where what they need is missing: its default and all those."""
    need, default = NEEDS.get(term), TERM[term].default
    if need is None or not isinstance(default, Choice) or term in VALUES:
        return every_value(term)
    needing = (word for word in every_value(term) if need.concerns(Choice(word=str(word))))
    return tuple(dict.fromkeys((default.word, *needing)))


def said(term: str, value: Data) -> dict[str, Data]:
    """A term as a document has it."""
    group, _, name = term.rpartition(".")
    return {group: {name: value}} if group else {name: value}


def book(seed: int, terms: dict[str, Data], *, scope: str = "any") -> Book:
    """The catalog of a drawn book under a policy of these terms alone."""
    drawn, _ = book_of(seed)
    catalog = json.loads(json.dumps(drawn.catalog))
    for plan in catalog["plans"].values():
        plan.pop("usage_bucket", None)
    policy = {key: value for key, value in drawn.policy.items() if key in KEPT}
    policy |= {
        "groups": {"all": {"direction": "by_list", "members": list(catalog["plans"])}},
        "terms": {scope: terms},
    }
    return load_text({"policy.yaml": json.dumps(policy), "catalog.yaml": json.dumps(catalog)})


def told(decision: Decision, term: str) -> tuple[object, ...]:
    """Everything about a decision and its action plan but the term, and what identifies the book."""
    answer = read(decision)
    terms = {name: (value, rank) for name, (value, rank, _) in answer.terms.items() if name != term}
    plan = json.dumps(to_json(decision.plan(order="order"))) if decision.verdict == "allowed" else ""
    return answer.verdict, answer.reasons, terms, answer.moves, answer.priced, re.sub("[0-9a-f]{12,}", "#", plan)


def others(term: str) -> Iterator[dict[str, Data]]:
    """The other term without the words that are needed."""
    need = NEEDS.get(term)
    if need is None:
        yield {}
        return
    for word in TERM[need.other].shape.words:
        if word not in need.words:
            yield said(need.other, word)


@pytest.mark.parametrize("term", [*NEEDS, *OF_A_FEE, OF_A_BUCKET])
def test_a_term_without_what_it_needs_changes_nothing(term: str) -> None:
    for seed, other in enumerate(others(term)):
        first, *rest = (book(seed, merged(other, said(term, value))) for value in values(term))
        for subscription, request in asked(first, seed, times=40):
            if request.kind != "renew":
                answer = told(first.decide(subscription, request), term)
                for altered in rest:
                    assert told(altered.decide(subscription, request), term) == answer, (seed, subscription, request)


@pytest.mark.parametrize("term", NOT_OF_AN_END)
def test_no_cancellation_reads_what_is_about_afterwards(term: str) -> None:
    first, *rest = (book(7, said(term, value), scope="cancel") for value in values(term))
    ends = 0
    for subscription, request in asked(first, 7, times=300):
        if request.kind == "cancel":
            ends += 1
            answer = told(first.decide(subscription, request), term)
            assert all(told(altered.decide(subscription, request), term) == answer for altered in rest), subscription
    assert ends > 20


def merged(first: dict[str, Data], second: dict[str, Data]) -> dict[str, Data]:
    found = dict(first)
    for name, value in second.items():
        known = found.get(name)
        found[name] = known | value if isinstance(known, dict) and isinstance(value, dict) else value
    return found


@pytest.mark.parametrize("term", sorted(settled_always()))
def test_a_renewal_settles_its_own_terms_whatever_a_policy_says(term: str) -> None:
    first, second = (book(3, said(term, value), scope="renewal") for value in every_value(term)[:2])
    chance = Random(term)  # noqa: S311  # chance for tests, not for secrets
    for _ in range(15):
        subscription = draw_subscription(chance, first.catalog, zone=first.zone)
        request = draw_renewal(chance, subscription, zone=first.zone)
        decisions = first.decide(subscription, request), second.decide(subscription, request)
        assert decisions[0].terms[term].source.kind == "renewal"
        assert told(decisions[0], term) == told(decisions[1], term)
