"""Client groups of subscriptions: a slip of the keyboard is told, and nothing that may well be meant."""

from __future__ import annotations

import pytest

from planshift.book import load_text
from planshift.policy.subscription_documents import read_subscription
from tests.cases.test_language import ANNA, CATALOG, POLICY, RULES

GROUPS = "for:\n" + "".join(
    f"  - {{ client_group: {group}, terms: {{ any: {{ fee: 0 EUR }} }} }}\n"
    for group in ("resellers", "partners", "vip-1", "vip-2")
)
FRIENDS = '\nrule "friends" when customer.client_group == "partner" set fee = 0 EUR\n'


@pytest.mark.parametrize(
    "group, told",
    [
        ("reselers", "did you mean `resellers`?"),
        ("resellers", None),
        ("general", None),  # most groups have no terms of their own
        ("partner", None),  # a rule speaks of it
        ("vip-3", None),  # beside two that differ by a letter it may be a third
    ],
)
def test_only_slips_of_the_keyboard_are_told(group: str, told: str | None) -> None:
    book = load_text({"policy.yaml": POLICY + GROUPS, "catalog.yaml": CATALOG, "policy.rules": RULES + FRIENDS})
    text = f"{ANNA.rstrip()}\ncustomer: {{ id: anna, client_group: {group} }}\n"
    _, problems = read_subscription(text, file="anna", book=book.document)
    assert [(each.code, each.help) for each in problems] == ([("PS534", told)] if told else [])
