"""Coverage for people and programs: a sheet with counts and with all that no case shows, and the same as data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from planshift.cases.coverage import KINDS, Coverage, Item, Kind
from planshift.decision.citing import Cited
from planshift.decision.sheet import Block, Column, Paragraph, Point, Points, Section, Sheet, Table, sheet_of
from planshift.diagnostics.span import Span


def headline(coverage: Coverage) -> str:
    """How much of a book its cases exercise, in a line."""
    cases = "one case" if coverage.cases == 1 else f"{coverage.cases} cases"
    verb = "exercises" if coverage.cases == 1 else "exercise"
    return f"{coverage.book}: {cases} {verb} {coverage.tally().per_cent}% of the policy"


def coverage_sheet(coverage: Coverage) -> Sheet:
    """The counts by kind, and everything that no case shows with its place."""
    missing = [(kind, [item for item in coverage.of(kind) if item.missing]) for kind in KINDS]
    return sheet_of(
        headline(coverage),
        (
            Section(blocks=(_counts(coverage), *_nothing_missing(coverage))),
            *(Section(heading=_heading(kind), blocks=(_points(coverage, items),)) for kind, items in missing if items),
        ),
    )


def _counts(coverage: Coverage) -> Table:
    columns = (
        Column(heading="kind", wraps=True),
        Column(heading="shown", align="right"),
        Column(heading="of", align="right"),
        Column(heading="per cent", align="right"),
    )
    rows = tuple(_row(coverage, kind) for kind in KINDS if coverage.of(kind))
    return Table(columns=columns, rows=rows, totals=(_row(coverage, None),))


def _row(coverage: Coverage, kind: Kind | None) -> tuple[str, str, str, str]:
    tally = coverage.tally(kind)
    return kind or "all", str(tally.covered), str(tally.total), f"{tally.per_cent}%"


def _nothing_missing(coverage: Coverage) -> Iterator[Block]:
    if not coverage.uncovered:
        yield Paragraph(text="Every piece of the policy is exercised by a case.", tone="good")


def _heading(kind: Kind) -> str:
    return f"Not exercised: {kind}"


def _points(coverage: Coverage, items: list[Item]) -> Points:
    """What is missing by place; parts of one line of a condition are told together."""
    groups = (tuple(group) for _, group in groupby(items, key=_together))
    return Points(points=tuple(_point(coverage, group) for group in groups))


def _together(item: Item) -> tuple[object, ...]:
    return (item.span.file, item.span.line, item.within or item.text)


def _point(coverage: Coverage, items: tuple[Item, ...]) -> Point:
    """What is missing of items on one line, and under it the line as it stands there, where that says more."""
    texts: dict[str, list[str]] = {}
    for item in items:
        texts.setdefault(item.missing, []).append(item.text)
    words = "; ".join(f"{', '.join(told)}, {missing}" for missing, told in texts.items())
    first = items[0]
    words += f" ({first.within})" if first.within else ""
    if not first.span.known:
        return Point(text=words)
    line = line_of(coverage, first.span)
    place = Cited(text=f"{first.span.file}:{first.span.line}", span=first.span)
    return Point(text=(place, f": {words}"), notes=(line,) if line not in ("", first.text) else ())


def line_of(coverage: Coverage, span: Span) -> str:
    """The line that a place is on, without what surrounds it; empty where there is none."""
    lines = coverage.sources.get(span.file, "").split("\n")
    text = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
    return text.partition(" #")[0].strip()


def coverage_data(coverage: Coverage) -> dict[str, object]:
    """The coverage as data that `json` can write: counts by kind, and every item with its marks."""
    return {
        "book": coverage.book,
        "cases": coverage.cases,
        "covered": coverage.tally().covered,
        "total": coverage.tally().total,
        "per_cent": coverage.tally().per_cent,
        "kinds": {kind: _tally_data(coverage, kind) for kind in KINDS},
        "items": [_item_data(item) for item in coverage.items],
    }


def _tally_data(coverage: Coverage, kind: Kind) -> dict[str, int]:
    tally = coverage.tally(kind)
    return {"covered": tally.covered, "total": tally.total, "per_cent": tally.per_cent}


def _item_data(item: Item) -> dict[str, object]:
    place = {"file": item.span.file, "line": item.span.line, "column": item.span.column}
    return {
        "kind": item.kind,
        "text": item.text,
        "within": item.within or None,
        "place": place if item.span.known else None,
        "missing": item.missing or None,
        "marks": [{"shown": each.shown, "cases": each.cases, "first": each.first or None} for each in item.marks],
    }


def by_line(items: tuple[Item, ...], file: str) -> dict[int, tuple[Item, ...]]:
    """The items of a file by the line they begin on."""
    here = sorted((item for item in items if item.span.file == file), key=lambda item: item.span.start)
    return {line: tuple(group) for line, group in groupby(here, key=lambda item: item.span.line)}
