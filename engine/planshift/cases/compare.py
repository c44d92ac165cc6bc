"""Comparing a decision with what a case expects of it."""

from __future__ import annotations

from planshift.billing.money import Money
from planshift.book import Decision
from planshift.cases.alike import alike
from planshift.cases.answers import PARTS, WHOLE, lines_of
from planshift.cases.named import NAMED, compare_named, reason_told
from planshift.cases.places import told
from planshift.cases.report import Difference
from planshift.cases.steps import STEPS, compare_invoice_lines, compare_steps
from planshift.decision.term_text import term_text
from planshift.policy.expectations import Expected, ExpectedValue
from planshift.policy.term_values import TermValue


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
    got = PARTS[head](decision, inner) if inner else WHOLE[head](decision)
    if got == value or (inner and _is_nothing(got) and _is_nothing(value)):
        return None
    return Difference(what=name, expected=_shown(value), got=_shown(got), why=_why(decision, head, inner))


def _is_nothing(value: ExpectedValue) -> bool:
    """Whether it is nothing, or an amount of nothing: a line of 0.00 is as good as none."""
    return value is None or (isinstance(value, Money) and not value.minor)


def _shown(value: ExpectedValue) -> str:
    return "none" if value is None else str(value)


_SETTLED_BY = {
    "timing": "timing",
    "effective_on": "timing",
    "due_held": "hold_credit_until",
    "next_bill_on": "anchor",
    "cancellable_until": "cancellable_until",
    "contract": "contract",
    "extension": "unused_credit",
    "flow": "unused_credit",
    "taxed_as": "fee_taxed_as",
    "excess": "limits",
}
"""The term to look at first where a part of a decision is not as expected."""

_LINE_SETTLED_BY = {
    "charge": "charge",
    "credit": "credit",
    "fee": "fee",
    "one_time": "one_time",
    "setup": "setup",
    "penalty": "early_termination",
    "remainder": "early_termination",
}
"""The same where a line is missing."""


def _why(decision: Decision, head: str, inner: str) -> tuple[str, ...]:
    """What made the decision say so: the objections, the source of a line, or the term to look at first."""
    if head == "verdict" or (head in _SETTLED_BY and not decision.priced):
        return tuple(map(reason_told, decision.reasons))
    if head in ("due_now", "due_later"):
        return _made_of(decision)
    lines = _why_line(decision, inner) if head == "lines" else ()
    name = _LINE_SETTLED_BY.get(inner) if head == "lines" else _SETTLED_BY.get(head)
    if lines or name is None:
        return lines
    term = decision.term(name)
    return (f"{name} is {term.text}: {told(term.source)}",)


def _made_of(decision: Decision) -> tuple[str, ...]:
    """The lines that make up what is due."""
    amounts = {kind: amount for kind, amount in lines_of(decision).items() if amount.minor}
    charged = " + ".join(f"{kind} {amount}" for kind, amount in amounts.items() if kind != "credit")
    credit = f" - credit {amounts['credit']}" if "credit" in amounts else ""
    return (f"from {charged or 'nothing'}{credit}",) if amounts else ()


def _lines(decision: Decision, expected: ExpectedValue) -> Difference | None:
    """Lines of kinds that the case does not name must come to nothing."""
    named = expected if isinstance(expected, tuple) else ()
    more = {kind: amount for kind, amount in lines_of(decision).items() if kind not in named and amount.minor}
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
    if alike(expected, got.value, currency=decision.subscription.currency):
        return None
    text = term_text(name, expected, decimals=decision.decimals)
    return Difference(what=f"terms.{name}", expected=text, got=got.text, why=(told(got.source),))


def _source(decision: Decision, name: str, *, expected: ExpectedValue) -> Difference | None:
    """The title of the source must be the one expected; for a rule, what stands in its quotes is enough."""
    source = decision.term(name).source
    if source.title in (expected, f'rule "{expected}"'):
        return None
    return Difference(what=f"sources.{name}", expected=_shown(expected), got=told(source))
