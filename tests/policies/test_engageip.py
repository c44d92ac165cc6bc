"""Upgrade components that come and go, and the words on the button: what single cases of the book cannot show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planshift import Book, ChangeRequest, load_text
from planshift.actions.json_form import from_json, to_json

FOLDER = Path(__file__).parents[2] / "policies" / "engageip"
FILES = {name: (FOLDER / name).read_text("utf-8") for name in ("catalog.yaml", "policy.yaml", "policy.rules")} | {
    f"subscriptions/{path.name}": path.read_text("utf-8") for path in FOLDER.joinpath("subscriptions").iterdir()
}
AT = 1_770_040_800
"""2026-02-02 09:00 in Toronto."""
TO_SILVER = ChangeRequest(at=AT, plan="internet-silver", price="monthly", by="staff")
COMPONENT = """\
  - from: internet-bronze
    to: [internet-silver]
    fee: 10 CAD
    fee_taxed_as: administration

"""


def edited(old: str, new: str) -> Book:
    assert FILES["policy.yaml"].count(old) == 1
    return load_text(FILES | {"policy.yaml": FILES["policy.yaml"].replace(old, new)})


BOOK = load_text(FILES)
WITHOUT = edited(COMPONENT, "")


def targets(book: Book, subscription: str) -> list[str]:
    options = book.options(book.subscriptions[subscription], ChangeRequest(at=AT, by="staff"))
    return [entry.request.plan for entry in options.entries]


@pytest.mark.shows("S3.19")
def test_an_upgrade_component_can_be_deleted() -> None:
    ivy = BOOK.subscriptions["ivy-bronze"]
    assert BOOK.decide(ivy, TO_SILVER).allowed
    after = WITHOUT.decide(WITHOUT.subscriptions["ivy-bronze"], TO_SILVER)
    assert (after.verdict, [reason.code for reason in after.reasons]) == ("denied", ["no_road"])
    assert targets(BOOK, "ivy-bronze") == ["internet-silver", "internet-gold"]
    assert targets(WITHOUT, "ivy-bronze") == ["internet-gold"]


@pytest.mark.shows("S3.19")
def test_an_upgrade_component_can_be_added() -> None:
    added = edited("paths:\n", "paths:\n  - { from: mailbox, to: [internet-bronze], fee: 1 CAD }\n")
    assert targets(BOOK, "may-mailbox") == []
    assert targets(added, "may-mailbox") == ["internet-bronze"]
    request = ChangeRequest(at=AT, plan="internet-bronze", price="monthly", by="staff")
    decision = added.decide(added.subscriptions["may-mailbox"], request)
    assert str(decision.amount("fee")) == "1.00 CAD"
    assert targets(added, "ivy-bronze") == targets(BOOK, "ivy-bronze")


@pytest.mark.shows("S3.25")
def test_deleting_a_component_leaves_the_upgrades_alone_that_were_made() -> None:
    decision = BOOK.decide(BOOK.subscriptions["ivy-bronze"], TO_SILVER)
    made = to_json(decision.plan(order="up-1"))
    upgraded = decision.subscription_after()

    # What was decided, and what is on its way, is the same after the edit as before it.
    assert WITHOUT.digest != BOOK.digest
    kept = from_json(json.loads(json.dumps(made)))
    assert to_json(kept) == made == to_json(decision.plan(order="up-1"))
    assert [step.action.kind for step in kept.steps] == [
        "end_plan",
        "start_plan",
        "change_package",
        "move_answers",
        "issue_invoice",
        "ask_payment",
    ]

    # The user-package is Silver in the edited book, too, and is upgraded further by its own components.
    further = ChangeRequest(at=AT + 86_400, plan="internet-gold", price="monthly", by="staff")
    again = WITHOUT.decide(upgraded, further)
    # 54.00 were billed for 27 days, 26 are left: 52.00. Gold costs 84.00 x 26/28 = 78.00, its component 15.00.
    amounts = {kind: str(again.amount(kind)) for kind in ("credit", "charge", "fee")}
    assert amounts == {"credit": "52.00 CAD", "charge": "78.00 CAD", "fee": "15.00 CAD"}
    assert str(again.due_now) == "41.00 CAD"


@pytest.mark.shows("S3.13")
def test_the_bucket_of_the_new_package_begins_full() -> None:
    to_500 = ChangeRequest(at=AT, plan="voice-500", price="monthly", by="staff")
    before = BOOK.subscriptions["vic-voice-100"]
    after = BOOK.decide(before, to_500).subscription_after()
    assert (dict(before.allowances), dict(after.allowances)) == ({"minutes": 40}, {"minutes": 500})


@pytest.mark.shows("S3.18")
def test_the_button_is_called_upgrade_until_it_is_renamed() -> None:
    renamed = edited("for:\n", "terms: { any: { label: { en: Upgrade / Downgrade, fr: Changer } } }\n\nfor:\n")
    down = ChangeRequest(at=AT, plan="internet-bronze", price="monthly", by="staff")
    for request, subscription in ((down, "sid-silver"), (TO_SILVER, "ivy-bronze")):
        before = BOOK.decide(BOOK.subscriptions[subscription], request)
        after = renamed.decide(renamed.subscriptions[subscription], request)
        assert (before.label, after.label) == ("Upgrade", "Upgrade / Downgrade")
        assert dict(after.labels) == {"en": "Upgrade / Downgrade", "fr": "Changer"}
        assert after.due_now == before.due_now  # nothing but the word is different
