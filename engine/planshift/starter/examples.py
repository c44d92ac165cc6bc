"""The example subscriptions of a starter book, and its cases with what the engine decides for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from textwrap import wrap
from typing import final, get_args

from planshift.billing.schedule import step_date
from planshift.book import Decision, load_text
from planshift.decision.answer import LineKind
from planshift.decision.formula_text import worked
from planshift.policy.written_yaml import written
from planshift.starter.answers import TRIAL, Answers

NOW = "2026-03-11 10:00"
"""When the cases are asked."""

_MONTH = (date(2026, 3, 1), date(2026, 4, 1))
_TRIAL_BEGINS = date(2026, 3, 11)
_WIDTH = 110
_ROOMY = 5
_FITTING = 2


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Example:
    """A case that is not decided yet."""

    name: str
    given: str
    when: str
    now: str = NOW


def subscriptions(answers: Answers) -> dict[str, str]:
    """The example subscriptions by file name."""
    lowest, highest = answers.offers[0], answers.offers[-1]
    files = {
        "subscriptions/ada.yaml": _subscription("ada", plan=lowest.name, period=_MONTH, paid=str(lowest.monthly)),
    }
    if answers.climbs:
        files["subscriptions/grace.yaml"] = _subscription(
            "grace", plan=highest.name, period=_MONTH, paid=str(highest.monthly), users=_ROOMY
        )
    if answers.trial is not None:
        period = (_TRIAL_BEGINS, step_date(_TRIAL_BEGINS, answers.trial))
        paid = str(lowest.monthly - lowest.monthly)
        files["subscriptions/tim.yaml"] = _subscription("tim", plan=TRIAL, price=TRIAL, period=period, paid=paid)
    return files


def _subscription(
    name: str, *, plan: str, period: tuple[date, date], paid: str, price: str = "monthly", users: int = _FITTING
) -> str:
    return "\n".join(
        (
            f"id: sub-{name}",
            f"customer: {{ id: {name}, since: 2025-09-01 }}",
            f"plan: {written(plan)}",
            f"price: {price}",
            f"period: {{ start: {period[0]}, end: {period[1]} }}",
            f"paid: {paid}",
            f"usage: {{ users: {users} }}",
            "",
        )
    )


def case_file(answers: Answers, files: Mapping[str, str]) -> str:
    """The cases of the book whose other files are given."""
    examples = tuple(_examples(answers))
    draft = _written(examples, expected=[["verdict: allowed"]] * len(examples), notes=[[]] * len(examples))
    book = load_text({**files, "cases/changes.yaml": draft})
    decisions: list[Decision] = []
    for case in book.cases[0].cases:
        assert case.asked is not None  # every example asks for something
        request, _ = case.asked.of(case.subscription)
        assert request is not None  # and what it asks for is known to the book
        decisions.append(book.decide(case.subscription, request))
    return _written(
        examples,
        expected=[list(_expected(decision)) for decision in decisions],
        notes=[list(_notes(decision)) for decision in decisions],
    )


def _examples(answers: Answers) -> Iterator[_Example]:
    lowest, highest = answers.offers[0], answers.offers[-1]
    if answers.climbs:
        higher = answers.offers[1]
        yield _Example(name=f"Up from {lowest.title} to {higher.title}", given="ada", when=_to(higher.name))
        down = f"Down from {highest.title} to {lowest.title}"
        grace = _Example(name=f"{down}, with more users than it takes", given="grace", when=_to(lowest.name))
        yield grace
        fits = f"grace, usage: {{ users: {_FITTING} }}"
        yield replace(grace, name=f"{down}, where it fits", given=fits)
        yield replace(grace, name=f"{down}, while an invoice is open", given=f"{fits}, unpaid_invoices: 1")
    if answers.yearly:
        when = f"{_to(lowest.name)}, price: yearly"
        yield _Example(name=f"{lowest.title}, from months to years", given="ada", when=when)
    yield _Example(name=f"{lowest.title} goes on", given="ada", when="kind: renew", now=f"{_MONTH[1]} 06:00")
    yield _Example(name=f"{lowest.title} is cancelled", given="ada", when="kind: cancel")
    if answers.trial is not None:
        when = f"{_to(lowest.name)}, price: monthly"
        yield _Example(name=f"From the trial to {lowest.title}, before it ends", given="tim", when=when)
        ends = step_date(_TRIAL_BEGINS, answers.trial)
        yield _Example(name="The trial ends", given="tim", when="kind: renew", now=f"{ends} 06:00")


def _to(plan: str) -> str:
    return f"to: {written(plan)}"


def _written(examples: tuple[_Example, ...], *, expected: list[list[str]], notes: list[list[str]]) -> str:
    lines = [
        "# Worked examples, as the policy answers them today. `planshift test .` fails when an edit changes one.",
        "# Where the new answer is the one you want, write it here; where it is not, you have found out in time.",
        f"now: {NOW}",
        "",
        "cases:",
    ]
    for example, wanted, told in zip(examples, expected, notes, strict=True):
        lines.append(f"  - name: {written(example.name)}")
        if example.now != NOW:
            lines.append(f"    now: {example.now}")
        lines += (f"    given: {{ subscription: {example.given} }}", f"    when: {{ {example.when} }}", "    expect:")
        lines += (f"      # {line}" for line in told)
        lines += (f"      {line}" for line in wanted)
        lines.append("")
    return "\n".join(lines)


def _notes(decision: Decision) -> Iterator[str]:
    """How each amount comes about, to be checked by hand."""
    for line in decision.lines if decision.allowed else ():
        if line.amount.minor:
            yield from wrap(f"{line.kind}: {worked(decision, line)}", _WIDTH, subsequent_indent="  ")


def _expected(decision: Decision) -> Iterator[str]:
    yield f"verdict: {decision.verdict}"
    if decision.reasons:
        yield f"reasons: [{', '.join(dict.fromkeys(reason.code for reason in decision.reasons))}]"
    excess = [f"{fit.resource}: {fit.excess}" for fit in decision.limits if fit.excess]
    if excess and not decision.allowed:
        yield f"excess: {{ {', '.join(excess)} }}"
    if decision.allowed:
        yield from _answer(decision)


def _answer(decision: Decision) -> Iterator[str]:
    """What happens when, and what it costs."""
    yield f"direction: {decision.direction}"
    if decision.request.kind == "renew":
        yield _to(decision.request.plan)
        yield f"to_price: {decision.request.price}"
        yield f"switch: {decision.switch.title if decision.switch else 'null'}"
    else:
        yield f"effective_on: {decision.effective_on}"
    amounts = {kind: decision.amount(kind) for kind in get_args(LineKind)}
    lines = [f"{kind}: {amount}" for kind, amount in amounts.items() if amount is not None and amount.minor]
    if lines:
        yield f"lines: {{ {', '.join(lines)} }}"
    if decision.extension is not None:
        yield f"extension: {{ ends_on: {decision.extension.ends_on} }}"
    yield f"due_now: {decision.due_now}"
    if decision.flow is not None and decision.flow.due_later.minor:
        yield f"due_later: {decision.flow.due_later}"
    if decision.next_bill is not None:
        yield f"next_bill_on: {decision.next_bill.on}"
        yield f"next_bill: {decision.next_bill.total}"
    if decision.renews_on is not None:
        yield f"renews_on: {decision.renews_on}"
