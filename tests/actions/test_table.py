"""Plans and their differences as people read them. Each golden table is meant to be read in a review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from planshift.actions.action import KINDS, UNDONE_BY, Action
from planshift.actions.diff import diff
from planshift.actions.money_actions import BillLine, IssueInvoice
from planshift.actions.plan import ActionPlan
from planshift.actions.table import to_table
from planshift.actions.wording import _WORDS
from planshift.billing.subscription import PendingChange
from tests.actions.shop import METERED, SILVER, plan, step

GOLDEN = Path(__file__).parent / "golden"
Golden = Callable[[Path, str], None]

PENDING = PendingChange(to_plan="gold", to_price="monthly", effective_on=date(2026, 4, 1))


def shown(text: str, *plans: ActionPlan) -> str:
    """The text with fixed fingerprints: the real ones move with the digest of the book."""
    for number, found in enumerate(plans, start=1):
        text = text.replace(found.quote.fingerprint[:12], f"fingerprint{number}")
    return text


def table(found: ActionPlan) -> str:
    return shown(to_table(found), found)


def upgrade(fee: str = "15 EUR", notify: str = "[client, bcc billing@example.com]") -> ActionPlan:
    return plan(f"fee: {fee}, fee_taxed_as: migration, notify: {notify}")


def test_an_upgrade_as_a_table(golden: Golden) -> None:
    golden(GOLDEN / "upgrade.txt", table(upgrade()))


def test_a_delayed_downgrade_as_a_table(golden: Golden) -> None:
    found = plan(
        "timing: period_end, apply: after_payment, payment_expires: 14 days",
        order=None,
        subscription=SILVER,
        plan="bronze",
        held={"account_credit": 300},
    )
    golden(GOLDEN / "delayed-downgrade.txt", table(found))


def test_a_held_credit_as_a_table(golden: Golden) -> None:
    found = plan("hold_credit_until: [rating.completed, job.completed]", subscription=METERED, kind="cancel")
    golden(GOLDEN / "held-credit.txt", table(found))


def test_a_table_cannot_steer_a_terminal() -> None:
    invoice = step(upgrade(), "issue_invoice")
    assert isinstance(invoice.action, IssueInvoice)
    first = invoice.action.lines[0]
    assert isinstance(first, BillLine)
    action = replace(invoice.action, lines=(replace(first, title="Silver\x1b[2J\n"),))
    text = to_table(replace(upgrade(), subscription="sub\x07", steps=(replace(invoice, action=action),)))
    assert not {"\x1b", "\x07"} & set(text)


def test_a_plan_that_queues_promises_no_figures() -> None:
    assert "decided again" in to_table(plan("pending: queue", held={"pending": PENDING}))


def test_the_difference_of_two_plans(golden: Golden) -> None:
    old, new = upgrade("none"), upgrade(notify="staff")
    golden(GOLDEN / "difference.txt", shown(f"{diff(old, new)}\n", old, new))


def test_the_difference_is_data() -> None:
    found = diff(upgrade("none"), upgrade(notify="staff"))
    assert [(each.symbol, each.step) for each in found.differences if each.step] == [
        ("~", "issue_invoice"),
        ("~", "ask_payment"),
        ("+", "send_notice:change_made:staff"),
        ("-", "send_notice:change_made:client"),
    ]
    assert (found.count("+"), found.count("~"), found.count("-"), found.unchanged) == (1, 2, 1, 5)


def test_a_plan_does_not_differ_from_itself() -> None:
    found = diff(upgrade(), upgrade())
    assert found.same
    assert str(found) == "No differences. Plan: 0 to add, 0 to change, 0 to remove, 8 unchanged."


def test_a_step_that_moved_into_a_schedule_is_a_changed_step() -> None:
    now, later = (
        plan(subscription=SILVER, plan="bronze"),
        plan("timing: period_end", subscription=SILVER, plan="bronze"),
    )
    changes = {each.step: each.changes for each in diff(now, later).differences}
    assert ("kept by", None, "schedule") in [(each.path, each.old, each.new) for each in changes["end_plan"]]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_action_has_words_and_says_what_undoes_it(kind: str) -> None:
    assert KINDS[kind] in _WORDS
    only_undoes = {"resume_plan", "withdraw_plan", "reschedule", "restore_allowance", "return_payment", "take_back"}
    assert (kind in UNDONE_BY) != (kind in only_undoes)
    assert UNDONE_BY.get(kind) is None or UNDONE_BY[kind] in KINDS


def test_a_kind_is_the_name_of_its_class() -> None:
    for action in get_args(Action):
        words = "".join(f"_{char.lower()}" if char.isupper() else char for char in action.__name__)
        assert action.kind == words.removeprefix("_")
        assert action.__doc__
