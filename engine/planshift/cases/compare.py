"""Comparing a decision with what a case expects of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import get_args

from planshift.billing.money import Money
from planshift.book import Decision
from planshift.cases.named import NAMED, compare_named
from planshift.cases.places import told
from planshift.cases.report import Difference
from planshift.cases.steps import STEPS, compare_invoice_lines, compare_steps, invoice_of, invoice_part
from planshift.decision.answer import LineKind
from planshift.decision.term_text import term_text
from planshift.policy.expectations import Expected, ExpectedValue
from planshift.policy.term_values import Fee, Names, Notices, Requirements, TermValue
from planshift.rulebook.sources import Computed

Value = str | int | date | Money | None
"""One thing that a decision says; None where it says nothing of the kind."""


def compare(decision: Decision, expected: Expected) -> Difference | None:
    """What is different from one expectation, or None."""
    name, value = expected.name, expected.value
    head, _, inner = name.partition(".")
    if name in NAMED:
        return compare_named(decision, name, expected=value)
    if name in STEPS:
        return compare_steps(decision, name, expected=value)
    if name == "invoice.lines":
        return compare_invoice_lines(decision, expected=value)
    if name == "lines":
        return _lines(decision, value)
    if head == "terms":
        return _term(decision, inner, expected=value)
    if head == "sources":
        return _source(decision, inner, expected=value)
    got = _PARTS[head](decision, inner) if inner else _WHOLE[head](decision)
    if got == value or (inner and _is_nothing(got) and _is_nothing(value)):
        return None
    why = _why_line(decision, inner) if head == "lines" else ()
    return Difference(what=name, expected=_shown(value), got=_shown(got), why=why)


def _is_nothing(value: ExpectedValue) -> bool:
    """Whether it is nothing, or an amount of nothing: a line of 0.00 is as good as none."""
    return value is None or (isinstance(value, Money) and not value.minor)


def _shown(value: ExpectedValue) -> str:
    return "none" if value is None else str(value)


_WHOLE: dict[str, Callable[[Decision], Value]] = {
    "verdict": lambda d: d.verdict,
    "to": lambda d: d.request.plan or None,
    "to_price": lambda d: d.request.price or None,
    "switch": lambda d: d.switch.title if d.switch else None,
    "renews_on": lambda d: d.renews_on,
    "direction": lambda d: d.direction,
    "path": lambda d: d.path,
    "timing": lambda d: d.term("timing").text,
    "effective_on": lambda d: d.effective_on,
    "due_on": lambda d: d.lines[0].due_on if d.lines else None,
    "due_now": lambda d: d.due_now,
    "due_later": lambda d: d.flow.due_later if d.flow else None,
    "due_held": lambda d: d.flow.due_held if d.flow else None,
    "next_bill_on": lambda d: d.next_bill.on if d.next_bill else None,
    "next_bill": lambda d: d.next_bill.total if d.next_bill else None,
    "cancellable_until": lambda d: d.cancellable_until,
    "contract": lambda d: None if d.contract is None or d.contract.outcome == "none" else d.contract.outcome,
    "extension": lambda d: d.extension.ends_on if d.extension else None,
    "invoice": lambda d: invoice.total if (invoice := invoice_of(d)) else None,
    "period": lambda d: str(d.subscription_after().period) if _leaves_one(d) else None,
}
"""What a case expects as one value; `contract`, `extension`, `invoice` and `period` only where it expects none."""


def _leaves_one(decision: Decision) -> bool:
    """Whether there is a subscription afterwards."""
    return decision.allowed and bool(decision.request.plan)


def _excess(decision: Decision, resource: str) -> int | None:
    return next((fit.excess for fit in decision.limits if fit.resource == resource), None)


def _taxed_as(decision: Decision, kind: str) -> str | None:
    services = dict.fromkeys(line.service for line in decision.lines if line.kind == kind and line.service)
    return ", ".join(service for service in services if service) or None


_PARTS: dict[str, Callable[[Decision, str], Value]] = {
    "lines": lambda d, kind: d.amount(kind),
    "taxed_as": _taxed_as,
    "flow": lambda d, part: getattr(d.flow, part) if d.flow else None,
    "contract": lambda d, part: getattr(d.contract, part) if d.contract else None,
    "extension": lambda d, part: getattr(d.extension, part) if d.extension else None,
    "excess": _excess,
    "invoice": invoice_part,
    "period": lambda d, part: getattr(d.subscription_after().period, part) if _leaves_one(d) else None,
}
"""What a case expects part by part."""


def _lines(decision: Decision, expected: ExpectedValue) -> Difference | None:
    """Lines of kinds that the case does not name must come to nothing."""
    named = expected if isinstance(expected, tuple) else ()
    kinds: tuple[str, ...] = get_args(LineKind)
    amounts = {kind: decision.amount(kind) for kind in kinds if kind not in named}
    more = {kind: amount for kind, amount in amounts.items() if amount is not None and amount.minor}
    if not more:
        return None
    got = ", ".join(f"{kind} {amount}" for kind, amount in more.items())
    why = tuple(dict.fromkeys(place for kind in more for place in _why_line(decision, kind)))
    return Difference(what="lines", expected="no others", got=got, why=why)


def _why_line(decision: Decision, kind: str) -> tuple[str, ...]:
    """The sources of the lines of a kind."""
    return tuple(dict.fromkeys(told(line.source) for line in decision.lines if line.kind == kind))


def _term(decision: Decision, name: str, *, expected: ExpectedValue) -> Difference | None:
    got = decision.term(name)
    assert isinstance(expected, TermValue)  # it was read as a value of this term
    if _alike(expected, got.value, currency=decision.subscription.currency):
        return None
    text = term_text(name, expected, decimals=decision.decimals)
    return Difference(what=f"terms.{name}", expected=text, got=got.text, why=(told(got.source),))


def _alike(expected: TermValue, got: TermValue | Computed | Money, *, currency: str) -> bool:
    """Whether a term has the value that a case expects; of amounts, that in the subscription's currency counts."""
    if isinstance(expected, Fee) and not expected.ppm:
        wanted = dict(expected.amounts).get(currency, 0)
        if isinstance(got, Money):
            return got.minor == wanted
        return isinstance(got, Fee) and not got.ppm and dict(got.amounts).get(currency, 0) == wanted
    if isinstance(expected, Names) and isinstance(got, Names):
        return set(expected.names) == set(got.names)
    if isinstance(expected, Requirements) and isinstance(got, Requirements):
        return set(expected.items) == set(got.items)
    if isinstance(expected, Notices) and isinstance(got, Notices):
        return set(expected.items) == set(got.items)
    return expected == got


def _source(decision: Decision, name: str, *, expected: ExpectedValue) -> Difference | None:
    """The title of the source must be the one expected; for a rule, what stands in its quotes is enough."""
    source = decision.term(name).source
    if source.title in (expected, f'rule "{expected}"'):
        return None
    return Difference(what=f"sources.{name}", expected=_shown(expected), got=told(source))
