"""The whole trace of a decision: every reason, rule, date, line and term with its place in the policy."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.billing.zones import format_instant
from planshift.decision.answer import Line, ResolvedTerm
from planshift.decision.citing import Cited, Words
from planshift.decision.consequences import consequences
from planshift.decision.decision import Decision
from planshift.decision.formula_text import worked
from planshift.decision.places import NO_PLACE, Place, place_of, reason_place, road_places, term_place
from planshift.decision.rule_inputs import FiredRule, fired_rules
from planshift.decision.sheet import Block, Column, Pairs, Paragraph, Point, Points, Section, Sheet, Table, sheet_of
from planshift.decision.summary import TONES, opening, reason_text, remedies, said, verdict_text
from planshift.decision.words import title_text


def trace_of(decision: Decision) -> Sheet:
    """The sheet of everything that a decision was made from."""
    sections = [
        Section(blocks=(Pairs(pairs=(*opening(decision), *_versions(decision))),)),
        Section(heading="Verdict", blocks=tuple(_verdict(decision))),
        Section(heading="How the change was found", blocks=tuple(_road(decision))),
        Section(heading="Rules that fired", blocks=tuple(_rules(decision))),
    ]
    if decision.priced:
        sections += [
            Section(heading="Dates", blocks=tuple(_dates(decision))),
            Section(heading="Lines", blocks=_lines(decision, decision.lines)),
            Section(heading="Where the money goes", blocks=tuple(_flow(decision))),
            Section(heading="Next bill", blocks=tuple(_next_bill(decision))),
            Section(heading="What else it means", blocks=tuple(_meaning(decision))),
            Section(heading="Limits", blocks=tuple(_limits(decision))),
            Section(heading="What would make it fit", blocks=tuple(remedies(decision))),
        ]
    return sheet_of(title_text(decision), [*sections, *_all_terms(decision)])


def _all_terms(decision: Decision) -> Iterator[Section]:
    """Every term, by who settles it."""
    terms = decision.terms.values()
    itself = [term for term in terms if term.source.kind == "renewal"]
    defaults = [term for term in terms if term.source.kind == "default"]
    policy = [term for term in terms if term.source.kind not in ("renewal", "default")]
    yield Section(heading="Terms that the policy settles", blocks=_terms(policy))
    yield Section(heading="Terms that a renewal settles itself", blocks=_terms(itself))
    yield Section(heading="Terms with their built-in default", blocks=_terms(defaults))


def _versions(decision: Decision) -> Iterator[tuple[str, str]]:
    zone = decision.subscription.timezone or decision.rulebook.zone
    yield "computed for", format_instant(decision.computed_at, zone)
    yield "book", f"{decision.rulebook.name}, version {decision.rulebook.digest[:12]}"
    yield "fingerprint", decision.fingerprint


def _verdict(decision: Decision) -> Iterator[Block]:
    yield Paragraph(text=verdict_text(decision), tone=TONES[decision.verdict])
    points = [
        Point(text=f"{reason.code}: {reason_text(reason)}", notes=_told(reason_place(decision, reason)))
        for reason in decision.all_reasons
    ]
    points += said(decision)
    if points:
        yield Points(points=tuple(points))


def _told(place: Place) -> tuple[Words, ...]:
    """A place as notes: none for one that says nothing."""
    return () if place == NO_PLACE else (place.cited,)


def _here(place: Place) -> Words:
    """Where a place is, without what it is called."""
    return (Cited(text=str(place.span), span=place.span),)


def _road(decision: Decision) -> Iterator[Block]:
    points = [Point(text=place.title, notes=(_here(place),)) for place in road_places(decision)]
    old, new = decision.value("from_level"), decision.value("to_level")
    if decision.value("group") and old != new:
        points.append(Point(text=f"level {old} to level {new}"))
    points.append(Point(text=f"direction: {decision.direction}"))
    yield Points(points=tuple(points))


def _rules(decision: Decision) -> Iterator[Block]:
    rules = fired_rules(decision)
    if rules:
        yield Points(points=tuple(map(_rule_point, rules)))
    elif decision.reading.kernel.rules:
        yield Paragraph(text=f"None of the {len(decision.reading.kernel.rules)} rules of the book.", tone="faint")


def _rule_point(rule: FiredRule) -> Point:
    reads = ", ".join(f"{name} = {value}" for name, value in rule.reads)
    return Point(text=rule.place.title, notes=(_here(rule.place), *((f"it read {reads}",) if reads else ())))


def _dates(decision: Decision) -> Iterator[Block]:
    pairs = [
        ("running period", str(decision.subscription.period)),
        ("takes effect", f"{decision.effective_on}, timing {decision.term('timing').text}"),
    ]
    if decision.truth("gives_credit"):
        pairs.append(("credited", f"{decision.day('stop')} to {decision.day('credit_end')}"))
    if decision.truth("bills"):
        pairs.append(("charged", f"{decision.day('begin')} to {decision.day('bill_end')}"))
    if decision.to_plan is not None:
        pairs.append(("bill day", str(decision.value("bill_day"))))
        pairs.append(("next bill", str(decision.day("next_bill_on"))))
    if decision.renews:
        pairs.insert(1, ("renewal is due from", str(decision.day("due_from"))))
        pairs.append(("renews again", str(decision.renews_on or "never")))
    elif not decision.immediate:
        pairs.append(("can be called off", f"up to and including {decision.cancellable_until or 'no day'}"))
    yield Pairs(pairs=tuple(pairs))


def _lines(decision: Decision, lines: tuple[Line, ...]) -> tuple[Block, ...]:
    return (Points(points=tuple(_line_point(decision, line) for line in lines)),) if lines else ()


def _line_point(decision: Decision, line: Line) -> Point:
    amount = -line.amount if line.kind == "credit" else line.amount
    days = f"{line.start} to {line.end}" if line.start is not None and line.end is not None else ""
    service = f"taxed as {line.service}" if line.service else ""
    held = f"held until {', '.join(line.held_until)}" if line.held_until else ""
    told = ", ".join(part for part in (f"due {line.due_on}", f"for {days}" if days else "", service, held) if part)
    notes = (worked(decision, line), told, place_of(line.source).cited)
    return Point(text=f"{line.kind}: {line.title}, {amount}", notes=notes)


def _flow(decision: Decision) -> Iterator[Block]:
    flow = decision.flow
    assert flow is not None  # computed for every change that is not denied
    named = (
        ("charges", flow.charges),
        ("credit", flow.credit),
        ("- settles debt", flow.debt_reduced),
        ("- offsets charges", flow.offset),
        ("- to the account", flow.to_account),
        ("- paid back", flow.refunded),
        ("- to the next bill", flow.to_next_bill),
        ("- turned into time", flow.to_time),
        ("forfeited", flow.forfeited),
        ("paid by account credit", flow.account_used),
        ("due now", flow.due_now),
        ("due later", flow.due_later),
        ("due once the credit is released", flow.due_held),
    )
    rows = tuple((name, str(amount)) for name, amount in named if amount.minor or name == "due now")
    columns = (Column(heading="", wraps=True), Column(heading="", align="right"))
    yield Table(columns=columns, rows=rows)
    yield Paragraph(text=term_place(decision, "unused_credit").cited, tone="faint")


def _next_bill(decision: Decision) -> Iterator[Block]:
    bill = decision.next_bill
    if bill is None or not (bill.lines or bill.total.minor):
        return
    used = f", {bill.account_credit_used} of account credit used" if bill.account_credit_used.minor else ""
    yield Paragraph(text=f"{bill.total} on {bill.on}{used}.")
    yield from _lines(decision, bill.lines)


def _meaning(decision: Decision) -> Iterator[Block]:
    points = [Point(text=said.text, notes=_told(said.place), tone=said.tone) for said in consequences(decision)]
    if points:
        yield Points(points=tuple(points))


def _limits(decision: Decision) -> Iterator[Block]:
    if not decision.limits:
        return
    columns = (
        Column(heading="resource"),
        Column(heading="used", align="right"),
        Column(heading="allowed", align="right"),
        Column(heading="too many", align="right"),
    )
    rows = tuple(
        (fit.resource, str(fit.used), "unlimited" if fit.allowed is None else str(fit.allowed), str(fit.excess or ""))
        for fit in decision.limits
    )
    yield Table(columns=columns, rows=rows)
    yield Paragraph(text=term_place(decision, "limits").cited, tone="faint")


def _terms(terms: list[ResolvedTerm]) -> tuple[Block, ...]:
    if not terms:
        return ()
    columns = (Column(heading="term"), Column(heading="value", wraps=True), Column(heading="settled by", wraps=True))
    rows = tuple((term.name, term.text, _settled_by(place_of(term.source))) for term in terms)
    return (Table(columns=columns, rows=rows),)


def _settled_by(place: Place) -> Words:
    return place.cited if place.span.known else ""
