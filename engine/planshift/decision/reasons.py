"""Why a change is not simply allowed, in sentences a support person can read to a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from planshift.billing.calendar import from_day
from planshift.billing.money import Money, format_minor
from planshift.decision.answer import Reason
from planshift.decision.outcome import Outcome
from planshift.decision.people import DIRECTION_NAMES, title_of
from planshift.expressions.lower import Shown
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, MONTHS, NUMBER, PERCENT, Enum, Type
from planshift.policy.document import Switch
from planshift.rulebook.requirements import Objection
from planshift.rulebook.rule_nodes import RuleText
from planshift.rulebook.sources import Source
from planshift.rulebook.switches import BLOCKERS


def collect(outcome: Outcome) -> Iterator[Reason]:
    """All objections that hold, then the rules that deny or warn, in the order of the policy."""
    passed = outcome.request.override and outcome.request.by == "staff" and outcome.word("override") == "staff"
    for objection in outcome.objections:
        yield Reason(
            code=objection.code,
            text=sentence(outcome, objection),
            weight=objection.weight,
            source=_source(outcome, objection),
            overridden=passed and not objection.hard,
            detail=objection.detail,
            term=objection.term,
        )
    for k, rule in enumerate(outcome.reading.kernel.rules):
        if rule.texts and outcome.truth(f"rule.{k}"):
            for number, message in enumerate(outcome.reading.messages[k]):
                holes = message.holes.call(outcome.subscription, outcome.request, outcome.today)
                denies = message.text.kind == "deny"
                yield Reason(
                    code="rule" if denies else "warning",
                    text=fill(outcome, message.text, holes=holes),
                    weight="denial" if denies else "warning",
                    source=rule.source,
                    overridden=passed and denies,
                    said_by=(k, number),
                )
    yield from _limit_warnings(outcome)
    yield from _skipped_switch(outcome)


def _limit_warnings(outcome: Outcome) -> Iterator[Reason]:
    if outcome.word("limits") != "warn":
        return
    for resource in outcome.reading.kernel.resources:
        if outcome.value(f"excess.{resource}"):
            text = _over_limit(outcome, resource)
            yield Reason(code="over_limits", text=text, weight="warning", source=outcome.term("limits").source)


def _skipped_switch(outcome: Outcome) -> Iterator[Reason]:
    """The switch that is due and leads to what cannot be taken: the renewal goes on without it (S1.18)."""
    switch, blocker = outcome.due_switch, outcome.value("switch.blocker")
    if switch is not None and blocker:
        source = Source(kind="renewal", title=switch.title, span=switch.span)
        text = f"{switch.title} is skipped: {_BLOCKED[BLOCKERS[blocker]](outcome, switch)}"
        yield Reason(code="switch_skipped", text=text, weight="warning", source=source)


_BLOCKED: dict[str, Callable[[Outcome, Switch], str]] = {
    "no_such_plan": lambda _, s: f"there is no plan {s.to_plan} any more",
    "no_such_price": lambda o, s: f"{title_of(o, s.to_plan)} has no such price any more",
    "same_module": lambda o, s: f"{title_of(o, s.to_plan)} is run by another module",
    "plan_not_sold": lambda o, s: f"{title_of(o, s.to_plan)} is not sold any more",
    "price_retired": lambda o, s: f"this price of {title_of(o, s.to_plan)} is not sold any more",
    "price_not_sold_then": lambda o, s: f"this price of {title_of(o, s.to_plan)} is not on sale on {from_day(o.today)}",
    "no_price_in_currency": lambda o, s: f"{title_of(o, s.to_plan)} has no such price in {o.subscription.currency}",
    "out_of_stock": lambda o, s: f"{title_of(o, s.to_plan)} is out of stock",
    "too_many": lambda o, s: f"{title_of(o, s.to_plan)} is not sold in {o.subscription.quantity} pieces",
}
"""Why a switch is skipped, by the codes of `BLOCKERS`."""


def _source(outcome: Outcome, objection: Objection) -> Source | None:
    """The place of the term or rule that raised it."""
    if objection.term in outcome.reading.kernel.terms:
        return outcome.term(objection.term).source
    return next(
        (rule.source for rule in outcome.reading.kernel.rules if f'rule "{rule.title}"' == objection.term), None
    )


def fill(outcome: Outcome, text: RuleText, *, holes: tuple[int | bool | str, ...]) -> str:
    """The text with its holes filled."""
    values = iter(holes)
    return "".join(shown(outcome, next(values), part=part) if isinstance(part, Shown) else part for part in text.parts)


def shown(outcome: Outcome, value: int | bool | str, *, part: Shown) -> str:
    """A value of the compiled form as a person reads it."""
    return written(value, part=part, money=outcome.money)


def written(value: int | bool | str, *, part: Shown, money: Callable[[int], Money]) -> str:
    """The same where no decision is at hand; `money` makes an amount of minor units."""
    kind = part.type
    if isinstance(value, str):
        return value
    if part.divisor != 1 or kind in (NUMBER, PERCENT):
        return _number(Fraction(value, part.divisor), percent=kind == PERCENT)
    if isinstance(kind, Enum):
        return kind.members[value] if 0 <= value < len(kind.members) else "nothing"
    by_type: dict[Type, Callable[[int], str]] = {
        BOOL: lambda v: "yes" if v else "no",
        DATE: lambda v: from_day(v).isoformat(),
        MONEY: lambda v: str(money(v)),
        MONTHS: lambda v: f"{v} month" if v == 1 else f"{v} months",
        DAYS: lambda v: f"{v} day" if v == 1 else f"{v} days",
    }
    return by_type.get(kind, str)(value)


def _number(value: Fraction, *, percent: bool) -> str:
    """A number with at most six decimals."""
    millionths = round(value * (100 if percent else 1) * 1_000_000)
    text = format_minor(millionths, 6).rstrip("0").rstrip(".")
    return f"{text}%" if percent else text


def sentence(outcome: Outcome, objection: Objection) -> str:
    """One sentence for an objection."""
    return _SENTENCES[objection.code](outcome, objection)


def _over_limit(outcome: Outcome, resource: str) -> str:
    used, allowed = outcome.value(f"used.{resource}"), outcome.value(f"allowed.{resource}")
    return f"{resource}: {used} used, {allowed} allowed, {used - allowed} too many"


def _over_limits(outcome: Outcome, _: Objection) -> str:
    over = [r for r in outcome.reading.kernel.resources if outcome.value(f"excess.{r}")]
    what = "; ".join(_over_limit(outcome, resource) for resource in over)
    return f"present use does not fit {_to(outcome)} ({what})"


def _way(outcome: Outcome) -> str:
    return DIRECTION_NAMES.get(outcome.direction, f"a {outcome.direction}")


def _from(outcome: Outcome) -> str:
    return title_of(outcome, outcome.subscription.plan)


def _to(outcome: Outcome) -> str:
    return title_of(outcome, outcome.request.plan)


def _ends_before_renewal(outcome: Outcome) -> str:
    """What waits for a day that is not after the renewal."""
    pending = outcome.subscription.pending
    assert pending is not None  # or nothing would wait
    if not pending.to_plan:
        return f"the subscription is cancelled and ends on {pending.effective_on}"
    return f"the change to {title_of(outcome, pending.to_plan)} that waits for {pending.effective_on} comes first"


def _most(outcome: Outcome) -> int:
    plan = outcome.plan_named(outcome.request.plan)
    return plan.quantity_max if plan else 0


Sentence = Callable[[Outcome, Objection], str]

_SENTENCES: dict[str, Sentence] = {
    "no_road": lambda o, _: f"no path leads from {_from(o)} to {_to(o)}",
    "same_level": lambda o, _: f"{_from(o)} and {_to(o)} stand on the same level",
    "may_not_leave": lambda o, _: f"{_from(o)} may not be left by {_way(o)}",
    "may_not_arrive": lambda o, _: f"{_to(o)} may not be arrived at by {_way(o)}",
    "not_adjacent": lambda o, _: f"{_to(o)} is not the next level to {_from(o)}",
    "same_module": lambda o, _: f"{_from(o)} and {_to(o)} are run by different modules",
    "same_interval": lambda o, _: f"{_from(o)} and {_to(o)} are not billed at the same interval",
    "same_plan": lambda o, _: f"{_to(o)} at this price is what the subscription already is",
    "no_price_in_currency": lambda o, _: f"{_to(o)} has no such price in {o.subscription.currency}",
    "period_over": lambda o, _: f"the running period ended on {o.subscription.period.end}: renew it first",
    "period_not_begun": lambda o, _: (
        f"the running period begins on {o.subscription.period.start}: nothing can change before"
    ),
    "date_out_of_range": lambda o, _: (
        f"the wished day lies after the running period, which ends on {o.subscription.period.end}"
    ),
    "plan_not_sold": lambda o, _: f"{_to(o)} is not sold any more",
    "plan_for_staff_only": lambda o, _: f"only staff can change a subscription to {_to(o)}",
    "price_retired": lambda o, _: f"this price of {_to(o)} is not sold any more",
    "price_not_sold_then": lambda o, _: f"this price of {_to(o)} is not on sale on {from_day(o.today)}",
    "book_not_in_force": lambda o, _: f"this policy holds from {o.rulebook.document.policy.effective_from} on",
    "out_of_stock": lambda o, _: f"{_to(o)} is out of stock",
    "not_for_requester": lambda o, _: f"a {o.request.by} may not ask for this change",
    "backdated": lambda _o, _: "the change would take effect on a day that has passed",
    "day_not_open": lambda _o, _: "the day of this change is set by the policy, another one cannot be wished for",
    "too_many": lambda o, _: f"{_to(o)} is sold in at most {_most(o)} pieces",
    "change_pending": lambda o, _: _ends_before_renewal(o) if o.renews else "another change is already waiting",
    "unpaid": lambda _o, _: "there is an unpaid invoice",
    "too_frequent": lambda o, _: f"the plan was changed too often lately (at most {o.term('frequency').text})",
    "would_be_lost": lambda o, b: f"{b.detail} would be lost on {_to(o)}",
    "in_trial": lambda _o, _: "the trial is still running",
    "wrong_status": lambda o, b: f"the subscription is {o.subscription.status}, not {b.detail}",
    "approval_missing": lambda _o, b: f"{b.detail} has to approve this change",
    "over_limits": _over_limits,
    "renewal_not_due": lambda o, _: f"the renewal on {o.subscription.period.end} is due from {o.day('due_from')} on",
    "nothing_to_renew": lambda o, _: f"{_from(o)} is paid once and does not renew",
}

REASON_CODES = (*_SENTENCES, "rule")
"""Every code that a reason against a change can have; warnings have codes of their own."""
