"""Comparing the steps that carry a decision out, and the invoice among them, with what a case expects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest

from planshift.actions.action import KINDS, Action
from planshift.actions.money_actions import AddToInvoiceRun, BillLine, IssueInvoice
from planshift.actions.plan import ActionPlan, placed
from planshift.actions.wording import words_of
from planshift.billing.money import Money
from planshift.book import Decision
from planshift.cases.named import Aliases, difference
from planshift.cases.report import Difference
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.expectations import ExpectedValue


def _undone_by(plan: ActionPlan) -> list[Action]:
    return [step.undo for step in reversed(plan.steps) if step.undo is not None]


STEPS: dict[str, Callable[[ActionPlan], list[Action]]] = {
    "steps": lambda plan: [step.action for step in plan.steps],
    "later_steps": lambda plan: [each.step.action for each in placed(plan.steps) if each.within],
    "undo": _undone_by,
}
"""The lists of steps that a case can expect."""


@lru_cache(maxsize=4)  # a case that expects steps mostly expects several things of them
def plan_of(decision: Decision) -> ActionPlan | None:
    """The steps that carry the decision out; None where it is not allowed."""
    return decision.plan() if decision.allowed else None


def invoice_of(decision: Decision) -> IssueInvoice | AddToInvoiceRun | None:
    """The first invoice among the steps, at once, later, or made by an invoice run."""
    plan = plan_of(decision)
    actions = (each.step.action for each in placed(plan.steps)) if plan is not None else iter(())
    return next((action for action in actions if isinstance(action, IssueInvoice | AddToInvoiceRun)), None)


def invoice_part(decision: Decision, part: str) -> Money | date | None:
    """What the invoice says of one thing; that of a run falls due on the day of the run."""
    found = invoice_of(decision)
    if isinstance(found, AddToInvoiceRun) and part == "due_on":
        return found.on
    value = getattr(found, part, None)
    return value if isinstance(value, Money | date) else None


def compare_steps(decision: Decision, what: str, *, expected: ExpectedValue) -> Difference | None:
    """What is different from the expected kinds of steps, in their order, or None."""
    plan = plan_of(decision)
    actions = STEPS[what](plan) if plan is not None else []
    wanted = expected if isinstance(expected, tuple) else ()
    got = tuple(action.kind for action in actions)
    if got == wanted:
        return None
    words = [f"{action.kind}: {words_of(action)}" for action in actions if action.kind not in wanted]
    unknown = [f"there is no step `{kind}`" + _advice(kind) for kind in wanted if kind not in KINDS]
    why = tuple(dict.fromkeys((*unknown, *words)))
    if plan is None:
        why = (f"the change is {decision.verdict.replace('_', ' ')}, so nothing is carried out",)
    expected_text, got_text = (", ".join(kinds) or "none" for kinds in (wanted, got))
    return Difference(what=what, expected=expected_text, got=got_text, why=why, rows=_side_by_side(wanted, got))


def _advice(kind: str) -> str:
    advice = did_you_mean(kind, KINDS)
    return f": {advice}" if advice else ""


def _side_by_side(wanted: Sequence[str], got: Sequence[str]) -> tuple[tuple[str | None, str | None], ...]:
    """Both lists with the steps that they share beside each other."""
    blocks = SequenceMatcher(a=wanted, b=got, autojunk=False).get_opcodes()
    return tuple(pair for kind, a, b, c, d in blocks for pair in _pairs(wanted[a:b], got[c:d], alike=kind == "equal"))


def _pairs(one: Sequence[str], other: Sequence[str], *, alike: bool) -> list[tuple[str | None, str | None]]:
    if alike:
        return list(zip(one, other, strict=True))
    return list(zip_longest(one, other))


def compare_invoice_lines(decision: Decision, *, expected: ExpectedValue) -> Difference | None:
    """What is different from the expected lines of the first invoice, or None."""
    return difference("invoice.lines", invoice_lines(decision), expected=expected)


def invoice_lines(decision: Decision) -> list[Aliases]:
    """The lines of the first invoice, each by its names."""
    invoice = invoice_of(decision)
    return [_names_of(line) for line in invoice.lines] if invoice is not None else []


def _names_of(line: BillLine) -> Aliases:
    return (f"{line.kind} {line.amount}", line.kind, line.title, f"{line.title} {line.amount}")
