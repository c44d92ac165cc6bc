"""What holds for every action plan, as checks that can be run: by tests, by commands, and before anything is executed.

A plan may have been stored, edited or made by other code, so the checks trust nothing in it. `INVARIANTS` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planshift.actions.money_invariants import (
    amounts_are_not_negative,
    charges_are_billed_once,
    credit_goes_where_it_should,
    credit_was_paid,
    one_currency,
    totals_add_up,
)
from planshift.actions.order_invariants import (
    each_effect_once,
    each_step_once,
    nothing_in_the_past,
    order_respects_needs,
    quote_is_whole,
    steps_can_be_undone,
)
from planshift.actions.plan import ActionPlan
from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.errors import InvalidPlan, StaleQuote
from planshift.diagnostics.span import NOWHERE

Finding = tuple[str, str]
"""A code and a sentence."""

Invariant = Callable[[ActionPlan], Iterator[str]]
"""Yields a sentence for each way in which a plan breaks it."""

INVARIANTS: tuple[tuple[str, Invariant], ...] = (
    ("PS710", totals_add_up),
    ("PS711", credit_goes_where_it_should),
    ("PS712", charges_are_billed_once),
    ("PS713", credit_was_paid),
    ("PS714", amounts_are_not_negative),
    ("PS715", one_currency),
    ("PS716", each_step_once),
    ("PS717", each_effect_once),
    ("PS718", order_respects_needs),
    ("PS719", steps_can_be_undone),
    ("PS720", nothing_in_the_past),
    ("PS721", quote_is_whole),
)
"""All invariants with the codes that tell of them."""

STALE = "PS722"


def check(plan: ActionPlan, *, current: str | None = None) -> tuple[Diagnostic, ...]:
    """Everything that speaks against executing a plan; empty when nothing does.

    `current` is the fingerprint of the same request decided again now. One that differs from the plan's makes its
    figures stale: the book or the subscription has moved since.
    """
    found = [_diagnostic(code, sentence) for code, invariant in INVARIANTS for sentence in invariant(plan)]
    if current is not None and current != plan.quote.fingerprint:
        sentence = "the plan was made from a quote that is stale: the book or the subscription has moved since"
        found.append(_diagnostic(STALE, sentence, help_text="decide again, and show the new figures to whoever agreed"))
    return sort_diagnostics(found)


def ensure(plan: ActionPlan, *, current: str | None = None) -> ActionPlan:
    """Return the plan, which may be executed; `current` is as for `check`.

    Raises:
        StaleQuote: the book or the subscription has moved since the plan was made.
        InvalidPlan: the plan breaks invariants.
    """
    violations = tuple(f"{diagnostic.code}: {diagnostic.message}" for diagnostic in check(plan))
    if violations:
        raise InvalidPlan(violations)
    if current is not None and current != plan.quote.fingerprint:
        raise StaleQuote("book or the subscription", plan.quote.fingerprint, current)
    return plan


def _diagnostic(code: str, sentence: str, *, help_text: str | None = None) -> Diagnostic:
    return Diagnostic(code=code, message=sentence, span=NOWHERE, help=help_text)
