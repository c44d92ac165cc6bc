"""A decision as plain data with its complete trace, for programs and for keeping.

Amounts are texts such as `9.00 EUR`, days are ISO dates, instants are epoch seconds, exact numbers are ratios such as
`25/2`. A place is a file with line and column, or null where no line of the policy speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from planshift.billing.calendar import from_day
from planshift.billing.changing import changed
from planshift.billing.json_text import compact
from planshift.billing.money import Money
from planshift.decision.answer import Line, Reason, ResolvedTerm
from planshift.decision.formula_text import told_formula, worked
from planshift.decision.places import Place, reason_place, road_places, switch_place
from planshift.decision.rule_inputs import fired_rules
from planshift.diagnostics.span import Span

if TYPE_CHECKING:
    from planshift.decision.decision import Decision

VERSION: Final = 1
"""The version of the form, under `decision`."""


def to_json(decision: Decision) -> dict[str, object]:
    """The decision as data that `json` can write."""
    return _with_terms(decision, {name: _term(term) for name, term in decision.terms.items()})


def to_text(decision: Decision) -> str:
    """The same as JSON without blanks, its terms last.

    The same few values of terms from the same few sources are told of every change, so their texts are kept.
    """
    rest = _with_terms(decision, {})
    del rest["terms"]
    return f'{compact(rest)[:-1]},"terms":{{{_terms_text(decision)}}}}}'


def _terms_text(decision: Decision) -> str:
    known: dict[int, tuple[ResolvedTerm, str]] = decision.reading.__dict__.setdefault("_term_texts", {})
    terms: list[str] = []
    for name, term in decision.terms.items():
        _, text = known.get(id(term)) or (term, compact(_term(term)))
        if not isinstance(term.value, Money):  # an amount is that of one change
            known[id(term)] = term, text
        terms.append(f'"{name}":{text}')
    return ",".join(terms)


def _term(term: ResolvedTerm) -> dict[str, object]:
    return {"text": term.text, "value": plain(term.value), "source": plain(term.source)}


def _with_terms(decision: Decision, terms: dict[str, object]) -> dict[str, object]:
    rulebook = decision.rulebook
    return {
        "decision": VERSION,
        "book": {"name": rulebook.name, "digest": rulebook.digest},
        "subscription": decision.subscription.id,
        "customer": decision.subscription.customer.id,
        "fingerprint": decision.fingerprint,
        "computed_at": decision.computed_at,
        "today": from_day(decision.today).isoformat(),
        "valid_until": decision.quote.valid_until if decision.quote is not None else None,
        "request": plain(decision.request),
        "verdict": decision.verdict,
        "allowed": decision.allowed,
        "direction": decision.direction,
        "label": decision.label or None,
        "labels": dict(decision.labels),
        "from": plain(decision.from_plan),
        "to": plain(decision.to_plan),
        "reasons": [_reason(decision, reason) for reason in decision.reasons],
        "warnings": [_reason(decision, reason) for reason in decision.warnings],
        "road": [_place(place) for place in road_places(decision)],
        "rules": [{**_place(rule.place), "reads": dict(rule.reads)} for rule in fired_rules(decision)],
        "terms": terms,
        **_dates(decision),
        "renewal": _renewal(decision) if decision.renews else None,
        "due_now": str(decision.due_now) if decision.priced else None,
        "lines": [_line(decision, line) for line in decision.lines],
        "flow": plain(decision.flow),
        "next_bill": _next_bill(decision),
        "extension": plain(decision.extension),
        "contract": plain(decision.contract),
        "moves": plain(decision.moves),
        "allowances": plain(decision.allowances),
        "limits": plain(decision.limits),
        "remedies": plain(decision.remedies),
    }


def plain(value: object) -> object:
    """A value of a decision as JSON can hold it."""
    kind = type(value)
    if kind is str or value is None or kind is int or kind is bool:
        return value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    way = _WAYS.get(kind)
    if way is not None:
        return way(value)
    names, values = _told(kind)  # type: ignore[arg-type]  # a type is hashable
    return dict(zip(names, map(plain, values(value)), strict=True))


def _span(span: Span) -> dict[str, object] | None:
    return {"file": span.file, "line": span.line, "column": span.column} if span.known else None


_WAYS: Final[dict[type, Callable[[Any], object]]] = {
    Money: str,
    Fraction: lambda value: f"{value.numerator}/{value.denominator}",
    date: date.isoformat,
    Span: _span,
}
"""How JSON holds what is neither one of its own kinds nor made of fields."""


@cache
def _told(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    """What the fields of a part of a decision are called, and their values."""
    assert is_dataclass(kind)  # the parts of a decision are made of nothing else
    names = tuple(each.name for each in fields(kind) if each.compare)
    told = tuple("place" if name == "span" else name for name in names)
    return told, attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, each) for each in names)


def _place(place: Place) -> dict[str, object]:
    return {"title": place.title, "place": plain(place.span)}


def _reason(decision: Decision, reason: Reason) -> dict[str, object]:
    return {
        "code": reason.code,
        "text": reason.text,
        "weight": reason.weight,
        "overridden": reason.overridden,
        "source": _place(reason_place(decision, reason)),
    }


def _line(decision: Decision, line: Line) -> dict[str, object]:
    data = plain(changed(line, formula=told_formula(decision, line)))
    assert isinstance(data, dict)  # a line is a dataclass
    return {**data, "worked": worked(decision, line)}


def _dates(decision: Decision) -> dict[str, object]:
    """The dates of the change; null where it is denied or has no such day."""
    priced = decision.priced
    credited = priced and decision.truth("gives_credit")
    charged = priced and decision.truth("bills")
    renews = priced and decision.to_plan is not None
    return {
        "effective_on": plain(decision.effective_on),
        "immediate": decision.immediate,
        "period": {"start": plain(decision.subscription.period.start), "end": plain(decision.subscription.period.end)},
        "credited": _days(decision, "stop", "credit_end") if credited else None,
        "charged": _days(decision, "begin", "bill_end") if charged else None,
        "bill_day": decision.value("bill_day") if renews else None,
        "cancellable_until": plain(decision.cancellable_until),
    }


def _renewal(decision: Decision) -> dict[str, object]:
    """What is particular to a renewal: the switch behind it, since when it is due, and the renewal after it."""
    switch = None if decision.switch is None else _place(switch_place(decision))
    return {
        "switch": switch,
        "due_from": decision.day("due_from").isoformat(),
        "renews_on": plain(decision.renews_on),
    }


def _days(decision: Decision, start: str, end: str) -> dict[str, object]:
    return {"start": plain(decision.day(start)), "end": plain(decision.day(end))}


def _next_bill(decision: Decision) -> dict[str, object] | None:
    bill = decision.next_bill
    if bill is None:
        return None
    return {
        "on": bill.on.isoformat(),
        "lines": [_line(decision, line) for line in bill.lines],
        "account_credit_used": str(bill.account_credit_used),
        "total": str(bill.total),
    }
