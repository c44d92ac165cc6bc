"""The options of a subscription as a sheet and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planshift.billing.subscription import Subscription
from planshift.decision.citing import Cited, Words, joined
from planshift.decision.decide import Made, Options
from planshift.decision.decision import Decision
from planshift.decision.explain_json import to_json as decision_json
from planshift.decision.places import NO_PLACE, Place, reason_place
from planshift.decision.sheet import Block, Column, Paragraph, Point, Points, Section, Sheet, Table, sheet_of
from planshift.decision.summary import reason_text

_DIRECTIONS = {"crossgrade": "equal plan", "term_change": "other term"}

_NEEDS = {"over_limits": "less use", "approval_missing": "approval"}


def offers_of(options: Options[Made], *, of: Subscription, hidden: bool = False) -> Sheet:
    """What a subscription can change to; with `hidden`, also what it cannot and why."""
    sections = [Section(blocks=tuple(_offered(options)))]
    if hidden:
        sections.append(Section(heading="Not offered", blocks=tuple(_hidden(options))))
    return sheet_of(f"{of.id}: what it can change to", sections)


def to_json(options: Options[Made], *, hidden: bool = False) -> dict[str, object]:
    """The options as data that `json` can write, each a whole decision; other plans and other prices stand apart."""
    told: dict[str, object] = {
        "other_plans": [decision_json(entry) for entry in options.other_plans],
        "other_terms": [decision_json(entry) for entry in options.other_terms],
        "reason": options.reason or None,
    }
    return told | ({"hidden": [decision_json(entry) for entry in options.hidden]} if hidden else {})


def _offered(options: Options[Made]) -> Iterator[Block]:
    if not options.entries:
        yield Paragraph(text=f"{options.reason[:1].upper()}{options.reason[1:].rstrip('.')}.", tone="wait")
        return
    yield offered(options.entries)


def offered(entries: Iterable[Decision]) -> Table:
    """Changes that are not denied, each with its day and amounts."""
    columns = (
        Column(heading="to", wraps=True),
        Column(heading="price"),
        Column(heading="change"),
        Column(heading="when"),
        Column(heading="due now", align="right"),
        Column(heading="next bill", align="right", wraps=True),
        Column(heading="needs", wraps=True),
    )
    return Table(columns=columns, rows=tuple(_row(entry) for entry in entries))


def _row(entry: Decision) -> tuple[str, ...]:
    target, bill, flow = entry.to_plan, entry.next_bill, entry.flow
    assert target is not None  # options are plans and prices
    assert flow is not None  # and are not denied
    when = "now" if entry.immediate else str(entry.effective_on)
    needs = [_NEEDS.get(reason.code, reason.text) for reason in entry.reasons if not reason.overridden]
    direction = _DIRECTIONS.get(entry.direction, entry.direction)
    next_bill = f"{bill.total}, {bill.on}" if bill is not None else ""
    return (target.title, target.price, direction, when, str(flow.due_now), next_bill, ", ".join(dict.fromkeys(needs)))


def _hidden(options: Options[Made]) -> Iterator[Block]:
    if not options.hidden:
        yield Paragraph(text="Everything is offered.")
        return
    yield Points(points=tuple(_refused(entry) for entry in options.hidden))


def _refused(entry: Decision) -> Point:
    target = entry.to_plan
    assert target is not None  # options are plans and prices
    notes = tuple(
        joined(reason_text(reason), _line(reason_place(entry, reason)))
        for reason in entry.reasons
        if not reason.overridden
    )
    return Point(text=f"{target.title}, {target.price}", notes=notes)


def _line(place: Place) -> Words:
    return "" if place == NO_PLACE else (" (", Cited(text=place.line, span=place.span), ")")
