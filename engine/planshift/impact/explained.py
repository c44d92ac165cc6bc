"""Answers that differ, explained: the single decisions of both versions about one row, beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from planshift.billing.zones import format_instant
from planshift.book import Decision
from planshift.comparison.answers import moved, names_of_terms
from planshift.decision.trace import trace_of
from planshift.impact.columns import WORDING
from planshift.impact.impact import Affected, Explained
from planshift.population.deciding import Deciding
from planshift.population.dialects import quoted
from planshift.population.documents import document_of, request_facts_of

Row = Mapping[str, object]


def explained(old: Deciding, new: Deciding, *, affected: Sequence[Affected]) -> tuple[Explained, ...]:
    """Decide these rows one by one, by both versions."""
    numbers = [each.row for each in affected]
    rows = _rows(old, numbers), _rows(new, numbers)
    return tuple(_explained(each, (old, new), (rows[0][each.row], rows[1][each.row])) for each in affected)


def _explained(affected: Affected, asked: tuple[Deciding, Deciding], rows: tuple[Row, Row]) -> Explained:
    before, after = (_decided(deciding, row, affected) for deciding, row in zip(asked, rows, strict=True))
    sources = [f"sources.{name}" for name in names_of_terms(before, after) if name not in WORDING]
    return Explained(
        affected=affected, moved=moved(before, after, also=sources), old=trace_of(before), new=trace_of(after)
    )


def _rows(deciding: Deciding, numbers: Sequence[int]) -> dict[int, Row]:
    """Some rows of the data as they stand there, under our names."""
    if not numbers:
        return {}
    door = deciding.opened.door
    cells = ", ".join([door.row, *(f"{quoted(held.theirs)} AS {quoted(name)}" for name, held in door.fields.items())])
    listed = ", ".join(map(str, numbers))
    found = deciding.opened.engine.execute(f"SELECT {cells} FROM {door.source} WHERE {door.row} IN ({listed})")
    return {row[0]: dict(zip(door.fields, row[1:], strict=True)) for row in found.fetchall()}


def _decided(deciding: Deciding, row: Row, affected: Affected) -> Decision:
    """The decision of one version about one row."""
    door, request = deciding.opened.door, deciding.question.request
    subscription = door.book.subscription(document_of(door.book, row, columns=door.columns))
    if deciding.question.renews:
        return door.book.renew(subscription, at=request.at)
    given = request_facts_of(door.book, row, columns=door.columns)
    facts = door.book.request(subscription, at=format_instant(request.at, "UTC"), facts=given).facts
    asked = replace(request, plan=affected.to_plan, price=affected.to_price, facts=facts)
    return door.book.decide(subscription, asked)
