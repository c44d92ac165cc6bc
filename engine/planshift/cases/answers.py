"""What an answer says under the names that cases use: `due_now`, `lines.fee`, `terms.timing`, `other_plans`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import get_args

from planshift.billing.money import Money
from planshift.book import Decision, Options
from planshift.cases.named import NAMED, NAMELESS, Aliases
from planshift.cases.offers import entry_name, halves, why_nothing
from planshift.cases.steps import STEPS, invoice_lines, invoice_of, invoice_part, plan_of
from planshift.decision.answer import LineKind
from planshift.policy.term_values import Fee
from planshift.policy.written_terms import term_data
from planshift.policy.written_yaml import Data

Value = str | int | date | Money | None
"""One thing that a decision says; None where it says nothing of the kind."""

LINE_KINDS: tuple[str, ...] = get_args(LineKind)
"""What lines can be for, in the order of an invoice."""

WHOLE: dict[str, Callable[[Decision], Value]] = {
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


PARTS: dict[str, Callable[[Decision, str], Value]] = {
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


def answered(decision: Decision, name: str) -> Data:
    """What a decision says under a name, as `expect` would say it."""
    head, _, inner = name.partition(".")
    if name in NAMED:
        return [_called(aliases) for aliases in NAMED[name](decision)]
    if name in STEPS:
        plan = plan_of(decision)
        return [action.kind for action in STEPS[name](plan)] if plan is not None else []
    if name == "invoice.lines":
        return [aliases[0] for aliases in invoice_lines(decision)]
    if name == "lines":
        return {kind: amount for kind, amount in lines_of(decision).items() if amount.minor}
    if head == "terms":
        return _term(decision, inner)
    if head == "sources":
        return decision.term(inner).source.title
    return PARTS[head](decision, inner) if inner else WHOLE[head](decision)


def _term(decision: Decision, name: str) -> Data:
    """The value of a term; of amounts that in the currency of the subscription, which is all that a case looks at."""
    value = decision.term(name).value
    if isinstance(value, Money):
        return value
    if isinstance(value, Fee) and not value.ppm:
        minor = dict(value.amounts).get(decision.subscription.currency, 0)
        return decision.money(minor) if minor else "none"
    return term_data(name, value, decimals=decision.decimals)


def lines_of(decision: Decision) -> Mapping[str, Money]:
    """The sums of the lines by their kinds."""
    kinds = dict.fromkeys(line.kind for line in decision.lines)
    sums = {kind: decision.amount(kind) for kind in sorted(kinds, key=LINE_KINDS.index)}
    return {kind: amount for kind, amount in sums.items() if amount is not None}


def _called(aliases: Aliases) -> str:
    """The shortest name of a thing that tells it from others: of what a rule says its sentence, not `rule`."""
    return aliases[-1] if aliases[0] in NAMELESS else aliases[0]


def offered(options: Options[Decision], name: str) -> Data:
    """What is offered, under a name, as `expect` would say it."""
    head, _, inner = name.partition(".")
    if head == "offered":
        return bool(options.entries)
    if head == "why":
        said = why_nothing(options)
        return said[0] if said else None
    if head == "hidden":
        found = [each for each in options.hidden if inner in {each.request.plan, entry_name(each)}]
        return list(dict.fromkeys(reason.code for each in found for reason in each.reasons)) or None
    return [entry_name(each) for each in halves(options, head).entries]
