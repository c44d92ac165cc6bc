"""Each invariant: the plan that breaks it alone, and the silence when nobody holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest

from planshift.actions import invariants
from planshift.actions.action import Action, HoldCredit, Schedule, Step
from planshift.actions.invariants import INVARIANTS, STALE, check, ensure
from planshift.actions.money_actions import (
    IssueCredit,
    IssueInvoice,
    PostLines,
    ReduceDebt,
    TakeBack,
)
from planshift.actions.order_actions import SendNotice
from planshift.actions.plan import ActionPlan, step_key
from planshift.billing.money import Money, money
from planshift.diagnostics.codes import CODES
from planshift.diagnostics.errors import InvalidPlan, StaleQuote
from tests.actions.shop import METERED, SILVER, decide, plan, step

A = TypeVar("A", bound=Action)
Break = Callable[[], ActionPlan]

UPGRADE = plan("fee: 15 EUR, notify: client")
GATED = plan("apply: after_payment, payment_expires: 14 days")
DOWNGRADE = plan("unused_credit: account_credit", subscription=SILVER, plan="bronze")
DELAYED = plan("timing: period_end", subscription=SILVER, plan="bronze")
HELD = plan("hold_credit_until: job.completed", subscription=METERED, plan="bronze")
EVEN = plan("credit: full, charge: full", held={"plan": "metered", "paid": 4000}, plan="gold")
CONTRACT = plan(plan="gold")
COLLECTED = plan("collect: next_invoice")
TOLD = plan("notify: [client, staff]")


def euro(minor: int) -> Money:
    return money(minor, "EUR")


def keyed(found: ActionPlan, steps: tuple[Step, ...]) -> ActionPlan:
    """The plan with other steps, each with the key of its place."""

    def with_keys(rows: tuple[Step, ...], prefix: str) -> Iterator[Step]:
        for number, row in enumerate(rows, start=1):
            position = f"{prefix}{number}"
            action = row.action
            if isinstance(action, Schedule | HoldCredit):
                action = replace(action, steps=tuple(with_keys(action.steps, f"{position}.")))
            key = step_key(position, order=found.order, fingerprint=found.quote.fingerprint)
            yield replace(row, key=key, action=action)

    return replace(found, steps=tuple(with_keys(steps, "")))


def changed(found: ActionPlan, name: str, **fields: Any) -> ActionPlan:  # noqa: ANN401  # the fields of a step
    """The plan with one step changed, wherever it stands."""

    def walk(rows: tuple[Step, ...]) -> tuple[Step, ...]:
        done = []
        for row in rows:
            new = replace(row, **fields) if row.id == name else row
            if new.action is row.action and isinstance(row.action, Schedule | HoldCredit):
                new = replace(new, action=replace(row.action, steps=walk(row.action.steps)))
            done.append(new)
        return tuple(done)

    return replace(found, steps=walk(found.steps))


def acting(found: ActionPlan, name: str, **fields: Any) -> ActionPlan:  # noqa: ANN401  # the fields of an action
    """The plan with one action changed."""
    return changed(found, name, action=replace(step(found, name).action, **fields))


def action_of(found: ActionPlan, name: str, kind: type[A]) -> A:
    action = step(found, name).action
    assert isinstance(action, kind)
    return action


def with_lines(found: ActionPlan, name: str, *, first: int) -> ActionPlan:
    """The plan with another amount on the first line of a bill."""
    action = step(found, name).action
    assert isinstance(action, IssueInvoice | PostLines | IssueCredit)
    line = replace(action.lines[0], amount=euro(first))
    return acting(found, name, lines=(line, *action.lines[1:]))


def with_step(found: ActionPlan, new: Action, *, id: str = "more", undo: Action | None = None) -> ActionPlan:  # noqa: A002  # as in Step
    return keyed(found, (*found.steps, Step(id=id, key="", action=new, undo=undo)))


def without(found: ActionPlan, name: str) -> ActionPlan:
    """The plan without a step and without the wait for it."""
    rest = (each for each in found.steps if each.id != name)
    steps = tuple(replace(each, needs=tuple(need for need in each.needs if need != name)) for each in rest)
    return keyed(found, steps)


def as_credit(found: ActionPlan) -> ActionPlan:
    """The plan with an invoice's charge called a credit, and nothing charged."""
    invoice = action_of(found, "issue_invoice", IssueInvoice)
    credit = step(found, "issue_credit").action
    assert isinstance(credit, IssueCredit)
    extra = replace(credit.lines[0], amount=invoice.lines[0].amount)
    less = replace(invoice.lines[0], amount=-invoice.lines[0].amount)
    found = without(without(found, "ask_payment"), "issue_invoice")
    found = acting(found, "issue_credit", lines=(*credit.lines, extra, less))
    return flowing(found, charges=677)


def flowing(found: ActionPlan, **amounts: int) -> ActionPlan:
    return replace(found, flow=replace(found.flow, **{name: euro(minor) for name, minor in amounts.items()}))


def quoted(found: ActionPlan, **fields: Any) -> ActionPlan:  # noqa: ANN401  # the fields of a quote
    """The plan with another quote, and the keys that go with it."""
    return keyed(replace(found, quote=replace(found.quote, **fields)), found.steps)


# One row per way to break a plan: the code, the sentence, and the broken plan.

TOTALS: list[tuple[str, str, Break]] = [
    (
        "PS710",
        "of `issue_invoice` 21.78 EUR is to pay, but `ask_payment` says 1.00 EUR",
        lambda: acting(UPGRADE, "ask_payment", amount=euro(100)),
    ),
    (
        "PS710",
        "`ask_payment` is about the invoice `nothing`, which the plan does not issue",
        lambda: acting(UPGRADE, "ask_payment", invoice="nothing"),
    ),
    (
        "PS710",
        "the lines of `issue_invoice` come to 21.78 EUR, but its total is 21.79 EUR",
        lambda: acting(UPGRADE, "issue_invoice", total=euro(2179)),
    ),
    (
        "PS710",
        "of `issue_invoice` 6.68 EUR is to pay, but `await_payment` says 6.78 EUR",
        lambda: acting(acting(GATED, "issue_invoice", credit_used=euro(10)), "ask_payment", amount=euro(668)),
    ),
    (
        "PS710",
        "the lines of `issue_credit` come to 13.55 EUR, but its amount is 13.54 EUR",
        lambda: acting(flowing(DOWNGRADE, to_account=1354, offset=1, due_now=676), "issue_credit", amount=euro(1354)),
    ),
    (
        "PS710",
        "the lines of `post_lines` do not cancel out",
        lambda: with_lines(flowing(EVEN, charges=4001, due_now=1), "post_lines", first=4001),
    ),
    (
        "PS710",
        "the steps that `hold_credit` keeps give 27.10 EUR, but it holds 27.11 EUR",
        lambda: acting(acting(HELD, "hold_credit", amount=euro(2711)), "release_credit", amount=euro(2711)),
    ),
    (
        "PS710",
        "`release_credit` does not release what `end_plan` holds",
        lambda: acting(HELD, "release_credit", hold="end_plan"),
    ),
]

CREDIT: list[tuple[str, str, Break]] = [
    (
        "PS711",
        "the parts of the credit come to 13.55 EUR, but it is 13.56 EUR",
        lambda: flowing(DOWNGRADE, credit=1356),
    ),
    (
        "PS711",
        "the steps `reduce_debt` move 0.01 EUR, but 0.00 EUR of the credit goes there",
        lambda: with_step(DOWNGRADE, ReduceDebt(amount=euro(1)), undo=TakeBack(step="more")),
    ),
    (
        "PS711",
        "the steps `issue_credit` move 0.00 EUR, but 13.55 EUR of the credit goes there",
        lambda: without(DOWNGRADE, "issue_credit"),
    ),
    (
        "PS711",
        "the steps give 20.32 EUR, but the credit is 13.55 EUR",
        lambda: as_credit(DOWNGRADE),
    ),
    (
        "PS712",
        "what is offset and what is due come to 28.56 EUR, but the charges are 28.55 EUR",
        lambda: flowing(UPGRADE, due_now=2179),
    ),
    (
        "PS712",
        "the steps bill 29.55 EUR, but the charges are 28.55 EUR",
        lambda: acting(
            acting(with_lines(UPGRADE, "issue_invoice", first=1455), "issue_invoice", total=euro(2278)),
            "ask_payment",
            amount=euro(2278),
        ),
    ),
    (
        "PS713",
        "the plan gives back 13.55 EUR, but only 13.54 EUR was paid and not given back yet",
        lambda: replace(DOWNGRADE, returnable=euro(1354)),
    ),
    (
        "PS714",
        "`penalty` of `start_contract` is -0.01 EUR",
        lambda: acting(CONTRACT, "start_contract", penalty=euro(-1)),
    ),
    ("PS714", "`forfeited` is -0.01 EUR", lambda: flowing(UPGRADE, forfeited=-1)),
    (
        "PS715",
        "the plan mixes amounts of different currencies (EUR with 2 decimals, USD with 2 decimals)",
        lambda: acting(CONTRACT, "start_contract", penalty=money(2500, "USD")),
    ),
    (
        "PS715",
        "the plan mixes amounts of different currencies (EUR with 2 decimals, EUR with 4 decimals)",
        lambda: acting(CONTRACT, "start_contract", penalty=Money(minor=2500, currency="EUR", decimals=4)),
    ),
]

STEPS: list[tuple[str, str, Break]] = [
    (
        "PS716",
        "2 steps have the id `send_notice:change_made:client`",
        lambda: changed(TOLD, "send_notice:change_made:staff", id="send_notice:change_made:client"),
    ),
    (
        "PS716",
        "the key of `end_plan` is not the one that its place in the plan gives",
        lambda: changed(UPGRADE, "end_plan", key=UPGRADE.steps[1].key),
    ),
    (
        "PS717",
        "`more` does again what `send_notice:change_made:client` does",
        lambda: with_step(UPGRADE, SendNotice(about="change_made", to="client")),
    ),
    (
        "PS718",
        "`end_plan` needs `record_override`, which is not there",
        lambda: changed(UPGRADE, "end_plan", needs=("record_override",)),
    ),
    (
        "PS718",
        "`issue_invoice` needs `send_notice:change_made:client`, which comes later and needs it in turn",
        lambda: changed(UPGRADE, "issue_invoice", needs=("send_notice:change_made:client",)),
    ),
    (
        "PS718",
        "`end_plan` needs `ask_payment`, which comes later",
        lambda: changed(changed(UPGRADE, "ask_payment", needs=()), "end_plan", needs=("ask_payment",)),
    ),
    (
        "PS718",
        "`end_plan` needs `end_plan`, which comes later and needs it in turn",
        lambda: changed(UPGRADE, "end_plan", needs=("end_plan",)),
    ),
    (
        "PS718",
        "`end_plan` needs `schedule`, which is not there",
        lambda: changed(DELAYED, "end_plan", needs=("schedule",)),
    ),
    (
        "PS719",
        "`end_plan` is undone by nothing, but `resume_plan` undoes an `end_plan`",
        lambda: changed(UPGRADE, "end_plan", undo=None),
    ),
    (
        "PS719",
        "`send_notice:change_made:client` is undone by `take_back`, but nothing undoes a `send_notice`",
        lambda: changed(UPGRADE, "send_notice:change_made:client", undo=TakeBack(step="end_plan")),
    ),
    (
        "PS719",
        "`more` is a step, but `take_back` only undoes one",
        lambda: with_step(UPGRADE, TakeBack(step="end_plan")),
    ),
]

DAYS: list[tuple[str, str, Break]] = [
    (
        "PS720",
        "`schedule` waits for 2026-03-11, which is not after 2026-03-11",
        lambda: acting(DELAYED, "schedule", on=date(2026, 3, 11), cancellable_until=None),
    ),
    (
        "PS720",
        "`schedule` can be called off until 2026-04-02, which is not between 2026-03-11 and 2026-04-01",
        lambda: acting(DELAYED, "schedule", cancellable_until=date(2026, 4, 2)),
    ),
    (
        "PS720",
        "`schedule` can be called off until 2026-03-10, which is not between 2026-03-11 and 2026-04-01",
        lambda: acting(DELAYED, "schedule", cancellable_until=date(2026, 3, 10)),
    ),
    (
        "PS720",
        "`issue_invoice` falls due on 2026-03-31, before 2026-04-01",
        lambda: acting(DELAYED, "issue_invoice", due_on=date(2026, 3, 31)),
    ),
    (
        "PS720",
        "`issue_invoice` falls due on 2026-03-10, before 2026-03-11",
        lambda: acting(UPGRADE, "issue_invoice", due_on=date(2026, 3, 10)),
    ),
    (
        "PS720",
        "`add_to_next_invoice` is for a bill of 2026-03-10, before 2026-03-11",
        lambda: acting(COLLECTED, "add_to_next_invoice", on=date(2026, 3, 10)),
    ),
    (
        "PS720",
        "`await_payment` runs out on 2026-03-10, before 2026-03-11",
        lambda: acting(GATED, "await_payment", expires_on=date(2026, 3, 10)),
    ),
    ("PS721", "the plan does not tell which decision it was made from", lambda: quoted(UPGRADE, fingerprint="")),
    ("PS721", "the plan does not tell for which instant it was decided", lambda: quoted(UPGRADE, computed_at=-1)),
    (
        "PS721",
        "the plan says that it was decided on 2026-03-09, which is not the day of its instant",
        lambda: quoted(UPGRADE, decided_on=date(2026, 3, 9)),
    ),
]

BROKEN = [*TOTALS, *CREDIT, *STEPS, *DAYS]


@pytest.mark.parametrize("code,sentence,broken", BROKEN, ids=[row[1] for row in BROKEN])
def test_a_broken_plan_is_caught(code: str, sentence: str, broken: Break) -> None:
    found = check(broken())
    assert {diagnostic.code for diagnostic in found} == {code}
    assert sentence in [diagnostic.message for diagnostic in found]
    with pytest.raises(InvalidPlan) as caught:
        ensure(broken())
    assert f"{code}: {sentence}" in caught.value.violations


@pytest.mark.parametrize("code,sentence,broken", BROKEN, ids=[row[1] for row in BROKEN])
def test_nothing_else_would_catch_it(code: str, sentence: str, broken: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sentence
    monkeypatch.setattr(invariants, "INVARIANTS", tuple(pair for pair in INVARIANTS if pair[0] != code))
    assert check(broken()) == ()


def test_every_invariant_has_a_plan_that_breaks_it() -> None:
    assert {code for code, _ in INVARIANTS} == {code for code, _, _ in BROKEN}
    assert {code for code, _ in INVARIANTS} | {STALE} <= CODES.keys()


@pytest.mark.parametrize("whole", [UPGRADE, GATED, DOWNGRADE, DELAYED, HELD, EVEN, CONTRACT, COLLECTED, TOLD])
def test_a_plan_as_it_was_made_may_be_executed(whole: ActionPlan) -> None:
    assert check(whole) == ()
    assert ensure(whole) is whole


def test_a_plan_is_stale_once_the_decision_would_be_another() -> None:
    current = decide("fee: 16 EUR, notify: client").fingerprint
    assert [diagnostic.code for diagnostic in check(UPGRADE, current=current)] == [STALE]
    with pytest.raises(StaleQuote) as caught:
        ensure(UPGRADE, current=current)
    assert caught.value.quoted == UPGRADE.quote.fingerprint
    assert caught.value.found == current


def test_a_plan_is_fresh_while_the_decision_is_the_same() -> None:
    current = decide("fee: 15 EUR, notify: client").fingerprint
    assert ensure(UPGRADE, current=current) is UPGRADE


def test_everything_that_is_wrong_is_told_at_once() -> None:
    broken = changed(flowing(UPGRADE, due_now=0), "end_plan", undo=None)
    with pytest.raises(InvalidPlan) as caught:
        ensure(broken)
    assert [violation[:5] for violation in caught.value.violations] == ["PS712", "PS719"]
