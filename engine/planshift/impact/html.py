"""An impact as a page of its own: figures, charts, tables, and those who are hit hardest with both decisions.

The page asks nobody for anything and has no script; it serves a screen by day and by night, and paper.
"""

from __future__ import annotations

from collections.abc import Iterator

from planshift.decision.html import page, sections_to_html, told
from planshift.decision.sheet import Section, Sheet
from planshift.diagnostics.span import Span
from planshift.impact.charts import STYLE, Bar, bars, share
from planshift.impact.impact import Dimension, Explained, Impact
from planshift.impact.kinds import KINDS
from planshift.impact.sheets import (
    HEADINGS,
    MOST_GROUPS,
    groups_section,
    headline,
    key_text,
    overview,
    parts_table,
    refused_section,
    title_of,
    told_of,
)
from planshift.impact.words import grouped, percentage


def to_html(impact: Impact) -> str:
    """The impact as a page."""
    return page(title_of(impact), _body(impact), style=STYLE)


def _body(impact: Impact) -> Iterator[str]:
    yield f"<h1>{told(title_of(impact))}</h1>"
    yield from _sections("answer", overview(impact))
    yield from _charts(impact)
    yield from _sections("groups", (groups_section(impact, name) for name in HEADINGS))
    yield from _sections("refused", iter([refused_section(impact)]))
    yield from _hardest(impact)


def _nowhere(_: Span) -> None:
    """The page is passed on by itself: the files of the book are not beside it."""


def _sections(anchor: str, sections: Iterator[Section]) -> Iterator[str]:
    kept = tuple(section for section in sections if section.blocks)
    yield from sections_to_html(Sheet(title="", sections=kept), links=_nowhere, anchor=anchor)


def _charts(impact: Impact) -> Iterator[str]:
    """What a glance should show."""
    if not impact.counts.customers:
        return
    yield '<section id="charts"><h2>At a glance</h2>'
    yield from share(headline(impact), impact.counts.customers, whole=impact.compared.subscriptions)
    kinds = [
        Bar(
            label=KINDS[each.kind],
            value=each.answers,
            text=f"{each.answers:,} ({percentage(each.answers, impact.compared.answers)})",
        )
        for each in impact.kinds
    ]
    yield from bars("Answers that differ, by kind", kinds)
    for sums in impact.sums:
        yield from _money(impact, sums.currency)
    months = sorted(impact.groups.get("month", ()), key=lambda each: each.key)[:MOST_GROUPS]
    shown = [
        Bar(label=key_text(each.key), value=each.counts.customers, text=f"{each.counts.customers:,}") for each in months
    ]
    yield from bars("Customers, by the month in which it takes effect", shown)
    yield "</section>"


def _money(impact: Impact, currency: str) -> Iterator[str]:
    """What moves in a year, by change; where nothing does, what moves now."""
    for measure, called in (("per_year", "a year"), ("now", "now")):
        name: Dimension = "path"
        shown = [
            Bar(label=key_text(group.key), value=amount.minor, text=grouped(amount, signed=True))
            for group in impact.groups.get(name, ())[:MOST_GROUPS]
            for sums in group.sums
            if sums.currency == currency and (amount := getattr(sums, measure)).minor
        ]
        if shown:
            shown.sort(key=lambda bar: -abs(bar.value))
            yield from bars(f"Money moved {called}, in {currency}, by change", shown, signed=True)
            return


def _hardest(impact: Impact) -> Iterator[str]:
    if not impact.hardest:
        return
    yield '<section id="hardest"><h2>Hit hardest</h2>'
    for number, each in enumerate(impact.hardest):
        yield from _explained(each, number)
    yield "</section>"


def _explained(explained: Explained, number: int) -> Iterator[str]:
    yield f"<details{' open' if number == 0 else ''}><summary>{told(told_of(explained.affected))}</summary>"
    parts = Sheet(title="", sections=(Section(blocks=(parts_table(explained),)),))
    yield from sections_to_html(parts, links=_nowhere)
    yield "<details><summary>Both decisions in full</summary>"
    yield '<div class="pair">'
    for side, sheet in (("old version", explained.old), ("new version", explained.new)):
        yield f"<div><h2>{told(side)}</h2>"
        yield from sections_to_html(sheet, links=_nowhere, anchor=f"hit-{number + 1}-{side.partition(' ')[0]}")
        yield "</div>"
    yield "</div></details></details>"
