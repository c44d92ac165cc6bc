"""Of any edit, everybody at once says what decisions one by one say of both versions."""

from __future__ import annotations

from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same edits

import pytest

from planshift.book import load_text
from planshift.diagnostics.errors import InvalidBook
from tests.impact.edits import FEW, OPTIONS, RENEWAL, SHOP, assess, edited, people, to
from tests.impact.test_impact import agree

PIECES: dict[str, dict[str, tuple[str, ...]]] = {
    "policy.yaml": {
        "fee: [5 EUR, 6 USD]": ("fee: [7 EUR, 6 USD]", "fee: [0 EUR, 9 USD]", "fee: none"),
        "timing: now": ("timing: period_end", "timing: now, override: none"),
        "unused_credit: account_credit": ("unused_credit: forfeit", "unused_credit: refund"),
        "small: { level: 1 }": ("small: { level: 3 }", "small: { level: 1, leave: { up: false } }"),
        "large: { level: 3 }": ("large: { level: 2 }", "large: { level: 3, arrive: { up: false } }"),
        "to: { plan: small }": ("to: { plan: medium }", "to: { plan: large, price: yearly }"),
        "notify: [client]": ("notify: [client, staff]", "notify: [client], proration: { unit: none }"),
        "timezone: UTC": ("timezone: America/New_York",),
        "invoice_days_before: 30": ("invoice_days_before: 2",),
    },
    "catalog.yaml": {
        'EUR: "9.00", USD: "10.00"': ('EUR: "11.00", USD: "9.00"', 'EUR: "9.00"'),
        'EUR: "39.00"': ('EUR: "33.00"', 'EUR: "39.00", USD: "43.00"'),
        'yearly: { every: 1 year, EUR: "390.00"': ('yearly: { every: 2 years, EUR: "390.00"',),
        '"19.00", USD: "21.00" } } }': ('"19.00", USD: "21.00" } }, status: inactive }',),
    },
    "policy.rules": {
        "tenure < 12": ("tenure < 3", "tenure < 30"),
        'deny "Stay a year first."': ("set fee = [3 EUR, 4 USD]", 'need approval by "sales"'),
        "when upgrade": ("when downgrade", "when upgrade and customer.tenure > 1 month"),
    },
}
"""By file what is written, and what may be written in its place."""

QUESTIONS = (to("medium"), to("large", "monthly"), to("small"), OPTIONS, RENEWAL)


def drawn(chance: Random, files: dict[str, str]) -> dict[str, str]:
    """A version of the shop with some pieces written otherwise; drawn again where it would be no book."""
    while True:
        places = [(file, piece) for file, pieces in PIECES.items() for piece in pieces]
        found = files
        for file, piece in chance.sample(places, chance.randint(0, 3)):
            found = edited(found, {file: (piece, chance.choice(PIECES[file][piece]))})
        try:
            load_text(dict(found))
        except InvalidBook:
            continue
        return found


@pytest.fixture(scope="module")
def shoppers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people(SHOP, tmp_path_factory.mktemp("drawn") / "people.parquet", rows=40, columns=FEW)


def test_drawn_pairs_of_versions_do_what_single_decisions_say(shoppers: Path) -> None:
    differing = 0
    for seed, question in enumerate(QUESTIONS):
        chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
        found = assess((drawn(chance, SHOP), drawn(chance, SHOP)), shoppers, question)
        agree(found, shoppers, question)
        differing += bool(found.rows)
    assert differing >= len(QUESTIONS) // 2  # most edits are about somebody
