"""A decision as a support person reads it to a customer: whether, when, for what amounts, and what else it means.

Each thing that the policy settled bears a number; the last section says which line of the policy that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from planshift.billing.money import Money
from planshift.billing.zones import format_instant
from planshift.decision.answer import Line, Reason, Remedy
from planshift.decision.citing import Cited, Words, joined
from planshift.decision.consequences import consequences
from planshift.decision.decision import Decision
from planshift.decision.formula_text import brief
from planshift.decision.people import DIRECTION_NAMES
from planshift.decision.places import NO_PLACE, Place, place_of, reason_place, switch_place, term_place
from planshift.decision.sheet import (
    Block,
    Column,
    Pairs,
    Paragraph,
    Point,
    Points,
    Section,
    Sheet,
    Table,
    Tone,
    sheet_of,
)
from planshift.decision.totals import TotalKey, bill_to_tell, billed_later, totals_of
from planshift.decision.words import (
    listed,
    plan_text,
    quantities,
    renewal_text,
    title_text,
    when_text,
)

TONES: dict[str, Tone] = {"allowed": "good", "denied": "bad", "needs_remedy": "wait", "needs_approval": "wait"}

_LONG_PLACE = 48


@final
class Notes:
    """Numbers the places that a sheet refers to, in the order in which it does."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def mark(self, place: Place) -> Words:
        """The number of a place, as `[3]`; places on one line of a file share it."""
        if place == NO_PLACE:
            return ""
        self._places.setdefault(place.line, place)
        text = f"[{list(self._places).index(place.line) + 1}]"
        return (Cited(text=text, span=place.span),)

    def after(self, text: str, place: Place) -> Words:
        """The text with the number of a place behind it."""
        mark = self.mark(place)
        return joined(text, " ", mark) if mark else text

    def section(self) -> Section:
        """All places with their numbers."""
        rows = tuple(
            (f"[{number}]", (Cited(text=line, span=place.span),) if place.span.known else "", place.title)
            for number, (line, place) in enumerate(self._places.items(), start=1)
        )
        long = any(len(line) > _LONG_PLACE for line in self._places)
        columns = (Column(heading=""), Column(heading="", wraps=long), Column(heading="", wraps=True))
        table = Table(columns=columns, rows=rows, tone="faint")
        return Section(heading="Where it comes from", blocks=(table,) if rows else ())


def summary_of(decision: Decision) -> Sheet:
    """The sheet of a decision."""
    notes = Notes()
    told = [
        Section(blocks=(Pairs(pairs=tuple(opening(decision))),)),
        Section(blocks=tuple(_verdict(decision, notes))),
    ]
    if decision.priced:
        told += [
            Section(heading=_amounts_heading(decision), blocks=tuple(amounts(decision, notes))),
            Section(heading="Next bill", blocks=tuple(next_bill(decision))),
            Section(heading="What else it means", blocks=tuple(_meaning(decision, notes))),
            Section(heading="What would make it fit", blocks=tuple(remedies(decision))),
        ]
    return sheet_of(title_text(decision), (*told, notes.section()))


def opening(decision: Decision) -> Iterator[tuple[str, str]]:
    """What is asked of what."""
    old, new = decision.from_plan, decision.to_plan
    before, after = quantities(decision)
    if old is not None:
        yield "from", plan_text(old, quantity=before)
    if new is not None:
        yield "to", plan_text(new, quantity=after)
    if decision.label.casefold() not in ("", decision.direction):  # what it is, the verdict tells
        yield "called", decision.label
    customer = decision.subscription.customer.id
    if customer != decision.subscription.id:
        yield "customer", customer
    zone = decision.subscription.timezone or decision.rulebook.zone
    at = format_instant(decision.request.at, zone).replace("T", " ")[:16]
    by = {"customer": "the customer", "system": "the system"}.get(decision.request.by, decision.request.by)
    by += f" ({decision.request.person})" if decision.request.person else ""
    yield ("as of", f"{at} ({zone})") if decision.renews else ("asked", f"by {by}, {at} ({zone})")


def verdict_text(decision: Decision) -> str:
    """The answer in a sentence."""
    if decision.renews:
        return renewal_text(decision)
    change = DIRECTION_NAMES[decision.direction]
    if decision.verdict == "denied":
        unknown = any(reason.code == "no_road" for reason in decision.reasons)
        return "Denied." if unknown else f"Denied. It would be {change}."
    when = when_text(decision)
    if decision.verdict == "needs_approval":
        return f"Needs approval. It would be {change}, {when}."
    if decision.verdict == "needs_remedy":
        return f"Not yet. It would be {change}, {when}."
    passed = any(reason.overridden for reason in decision.reasons)
    return f"Allowed{' because staff passed what stands against it' if passed else ''}: {change}, {when}."


def reason_text(reason: Reason) -> str:
    """A reason or a warning as one sentence."""
    text = f"{reason.text[:1].upper()}{reason.text[1:]}"
    text += "" if text.endswith((".", "!", "?")) else "."
    return f"Passed by staff: {text}" if reason.overridden else text


def _verdict(decision: Decision, notes: Notes) -> Iterator[Block]:
    settled = switch_place(decision) if decision.renews else term_place(decision, "timing")
    text = notes.after(verdict_text(decision), settled if decision.priced else NO_PLACE)
    yield Paragraph(text=text, tone=TONES[decision.verdict])
    points = [
        Point(
            text=notes.after(reason_text(reason), reason_place(decision, reason)),
            tone="wait" if reason.weight == "warning" else "plain",
        )
        for reason in decision.all_reasons
    ]
    points += said(decision)
    if points:
        yield Points(points=tuple(points))


def said(decision: Decision) -> Iterator[Point]:
    """What people said to it, which is kept on record."""
    request = decision.request
    if request.override_reason:
        yield Point(text=f"Reason given for the override: {request.override_reason}")
    if request.approvals:
        yield Point(text=f"Approved by {' and '.join(request.approvals)}.")


def _amounts_heading(decision: Decision) -> str:
    later = billed_later(decision)
    return "Amounts" if later is None else f"Amounts, billed on {later}"


def amounts(decision: Decision, notes: Notes) -> Iterator[Block]:
    """The lines of the change and what they come to."""
    flow = decision.flow
    assert flow is not None  # computed for every change that is not denied
    if not decision.lines:
        yield Paragraph(text="Nothing is charged and nothing is given back.")
    else:
        columns = (
            Column(heading="what", wraps=True),
            Column(heading="from"),
            Column(heading="until"),
            Column(heading="how", wraps=True),
            Column(heading="amount", align="right"),
            Column(heading=""),
        )
        rows = tuple(_row(decision, line, notes) for line in decision.lines)
        totals = tuple(
            (_TOTALS[total.key].format(on=total.on), "", "", "", str(total.amount), "") for total in totals_of(decision)
        )
        yield Table(columns=columns, rows=rows, totals=totals)
    if not decision.immediate and decision.lines and not decision.renews:
        yield Paragraph(text="Nothing is due now.")
    if flow.forfeited.minor:
        told = f"Unused time worth {flow.forfeited} is forfeited."
        yield Paragraph(text=notes.after(told, term_place(decision, "unused_credit")))


def _row(decision: Decision, line: Line, notes: Notes) -> tuple[Words, ...]:
    mark = notes.mark(place_of(line.source))
    return (line.title, *_days(line), brief(decision, line), str(_signed(line)), mark)


def _days(line: Line) -> tuple[str, str]:
    """From when until when a line is for, where it is for a time."""
    timed = line.end is not None or line.kind == "renewal"
    return str(line.start or "") if timed else "", str(line.end or "")


def _signed(line: Line) -> Money:
    """What a line adds to a bill."""
    return -line.amount if line.kind == "credit" else line.amount


_TOTALS: dict[TotalKey, str] = {
    "debt_reduced": "settles what is still open",
    "to_account": "stays as account credit",
    "refunded": "is paid back",
    "to_next_bill": "is kept for the next bill",
    "to_time": "buys time",
    "account_credit_used": "account credit used",
    "due_now": "due now",
    "due_now_by_run": "due now, on the next daily invoice",
    "due_on": "due on {on}",
    "due_with_next_bill": "due with the next bill, {on}",
    "due_held": "due once the credit is released",
    "to_pay_on": "to pay on {on}",
}


def next_bill(decision: Decision) -> Iterator[Block]:
    """The next bill, where it is another one than was told already."""
    bill = bill_to_tell(decision)
    if bill is None:
        return
    used = bill.account_credit_used
    if len(bill.lines) == 1 and not used.minor:
        yield Paragraph(text=f"{bill.total} on {bill.on}, for {bill.lines[0].title}.")
        return
    rows = [(line.title, *_days(line), str(_signed(line))) for line in bill.lines]
    rows += [("account credit used", "", "", str(-used))] if used.minor else []
    columns = (
        Column(heading="what", wraps=True),
        Column(heading="from"),
        Column(heading="until"),
        Column(heading="amount", align="right"),
    )
    yield Table(columns=columns, rows=tuple(rows), totals=((f"to pay on {bill.on}", "", "", str(bill.total)),))


def _meaning(decision: Decision, notes: Notes) -> Iterator[Block]:
    points = [Point(text=notes.after(said.text, said.place), tone=said.tone) for said in consequences(decision)]
    if points:
        yield Points(points=tuple(points))


def remedies(decision: Decision) -> Iterator[Block]:
    """What would help where present use is over a limit."""
    if not any(fit.excess for fit in decision.limits):
        return
    chosen, alone = remedies_to_tell(decision)
    points = [Point(text=_remedy_text(each, decision.remedies)) for each in chosen]
    points += [Point(text=f"nothing on offer helps with {listed(alone)}: use less of it")] if alone else []
    yield Points(points=tuple(points))


def remedies_to_tell(decision: Decision) -> tuple[tuple[Remedy, ...], tuple[str, ...]]:
    """What would help, each thing once, and the resources with which nothing helps."""
    once = {(each.kind, each.name, each.quantity): each for each in decision.remedies}
    helped = {remedy.resource for remedy in decision.remedies}
    over = (fit.resource for fit in decision.limits if fit.excess)
    return tuple(once.values()), tuple(resource for resource in over if resource not in helped)


def _remedy_text(remedy: Remedy, among: tuple[Remedy, ...]) -> str:
    """What can be done, with all that it is good for."""
    alike = (remedy.kind, remedy.name, remedy.quantity)
    gains = [f"{each.gains} {each.resource}" for each in among if (each.kind, each.name, each.quantity) == alike]
    times = f"{remedy.quantity} x " if remedy.quantity != 1 else ""
    price = f" for {remedy.price}" if remedy.price is not None else ""
    named = remedy.title if remedy.title == remedy.name else f"{remedy.title} ({remedy.name})"
    verb, effect = ("add", "raises by") if remedy.kind == "add_addon" else ("end", "frees")
    return f"{verb} {times}{named}{price}: {effect} {listed(tuple(gains))}"
