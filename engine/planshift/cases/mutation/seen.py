"""What a customer, a support person or a biller sees of a decision, under the names that cases use where there is one.

Where a value comes from is no part of it, nor are terms that came to nothing: two books with the same verdicts,
reasons, dates, amounts, things that move and steps mean the same. Of a change that is denied only the verdict and its
reasons are seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from planshift.actions.plan import placed
from planshift.actions.wording import words_of
from planshift.book import Decision
from planshift.decision.answer import Flow

Seen = Mapping[str, object]
"""The parts of an answer with what they say, the most telling first."""

_DUE: Final = ("due_now", "due_later", "due_held")
FLOW: Final = (
    "debt_reduced",
    "offset",
    "to_account",
    "refunded",
    "to_next_bill",
    "to_time",
    "forfeited",
    "account_used",
)
"""Where credit goes, as cases call it."""


def seen_of(decision: Decision) -> Seen:
    """The parts of an answer; those that say nothing are left out."""
    parts = chain(_verdict(decision), _money(decision), _rest(decision)) if decision.priced else _verdict(decision)
    return {name: value for name, value in parts if value not in (None, (), "", 0)}


def _verdict(decision: Decision) -> Iterator[tuple[str, object]]:
    yield "verdict", decision.verdict
    yield "reasons", tuple(_said(each.code, each.text) + ", passed" * each.overridden for each in decision.reasons)
    yield "direction", decision.direction
    yield "to", decision.request.plan
    yield "to_price", decision.request.price
    yield "warnings", tuple(_said(each.code, each.text) for each in decision.warnings)


def _said(code: str, text: str) -> str:
    return f"{code} ({text})"


def _money(decision: Decision) -> Iterator[tuple[str, object]]:
    lines = [line for line in decision.lines if line.amount.minor]  # to a case, a line of nothing is as good as none
    yield from ((f"lines.{kind}", decision.amount(kind)) for kind in dict.fromkeys(line.kind for line in lines))
    yield "invoice.lines", tuple(line.title for line in lines)
    yield "taxed_as", tuple(f"{line.title} as {line.service}" for line in lines if line.service)
    yield "due_on", tuple(dict.fromkeys(line.due_on for line in lines))
    flow = decision.flow
    if isinstance(flow, Flow):
        yield from ((name, amount) for name in _DUE if (amount := getattr(flow, name)).minor)
        yield from ((f"flow.{name}", amount) for name in FLOW if (amount := getattr(flow, name)).minor)
    bill = decision.next_bill
    if bill is not None:
        yield "next_bill", bill.total
        yield "next_bill_on", bill.on


def _rest(decision: Decision) -> Iterator[tuple[str, object]]:
    contract, extension = decision.contract, decision.extension
    yield "effective_on", decision.effective_on
    yield "cancellable_until", decision.cancellable_until
    yield "renews_on", decision.renews_on
    if contract is not None and contract.outcome != "none":
        yield "contract", (contract.outcome, contract.ends_on, contract.penalty, contract.remainder)
    if extension is not None:
        yield "extension", (extension.units, extension.unit, extension.starts_on, extension.ends_on)
    yield "moves", tuple(f"{each.name} as {each.new_name}" for each in decision.moves if each.outcome == "moves")
    yield "lost", tuple(each.name for each in decision.lost)
    yield "allowances", tuple(f"{each.name} {each.total}" for each in decision.allowances)
    for fit in decision.limits:
        if fit.excess:
            yield f"excess.{fit.resource}", fit.excess
    yield "remedies", tuple(f"{each.quantity} {each.name} {each.price or ''}".strip() for each in decision.remedies)
    yield "terms.label", tuple(f"{locale} {text}".strip() for locale, text in sorted(decision.labels.items()))
    yield "terms.quote_valid", decision.term("quote_valid").text if decision.allowed else None
    yield "terms.hold_credit_until", tuple(dict.fromkeys(event for line in decision.lines for event in line.held_until))


def steps_of(decision: Decision) -> Seen:
    """The steps that carry a change out, in words; nothing where it is not allowed."""
    if not decision.allowed:
        return {}
    steps = tuple(each.step.action for each in placed(decision.plan().steps))
    return {"steps": tuple(f"{action.kind} {words_of(action)}" for action in steps)}


def told_apart(before: Seen, after: Seen) -> tuple[tuple[str, str, str], ...]:
    """The parts that are not alike, each with what it says before and after, short enough for a line."""
    names = sorted(dict.fromkeys((*before, *after)), key=_rank)
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple((name, *_apart(one, two)) for name, one, two in pairs if one != two)


def _rank(name: str) -> int:
    """How much a part tells at a glance."""
    heads = ("verdict", "reasons", "direction", "to", "lines", "due_now", "due_later", "effective_on", "next_bill")
    head = name.partition(".")[0]
    return heads.index(head) if head in heads else len(heads)


def _apart(before: object, after: object) -> tuple[str, str]:
    """Two values in the words in which they are not alike."""
    if isinstance(before, tuple) and isinstance(after, tuple):
        only = tuple(each for each in before if each not in after), tuple(each for each in after if each not in before)
        before, after = only if any(only) else (before, after)
    return _told(before), _told(after)


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_told(each) for each in value if each is not None) or "nothing"
    return "nothing" if value is None else str(value)
