"""An impact as a sheet: what text, Markdown and the page say in common, in order and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from planshift.billing.money import format_percent
from planshift.comparison.difference import Moved
from planshift.decision.sheet import Block, Column, Pairs, Paragraph, Point, Points, Section, Sheet, Table, sheet_of
from planshift.impact.impact import Affected, Dimension, Explained, Group, Impact, Sums
from planshift.impact.kinds import KINDS
from planshift.impact.words import grouped, percentage

MOST_GROUPS = 12
"""So many groups are told of each sort; JSON has all of them."""

_MOST_PARTS = 10
_SETTLED = "sources."

HEADINGS: Final[Mapping[Dimension, str]] = {
    "cause": "By what settles it",
    "path": "By change",
    "plan": "By present plan",
    "segment": "By {segment}",
    "month": "By month in which it takes effect",
}
"""How differences are put together, in the order in which it is told."""

_NAMES: Final[Mapping[Dimension, str]] = {
    "cause": "what settles it", "path": "change", "plan": "plan", "segment": "{segment}", "month": "month"
}  # fmt: skip


def sheet_of_impact(impact: Impact) -> Sheet:
    """Everything, for a screen."""
    return sheet_of(
        title_of(impact),
        [
            *overview(impact),
            *(groups_section(impact, name) for name in HEADINGS),
            refused_section(impact),
            hardest_section(impact),
        ],
    )


def title_of(impact: Impact) -> str:
    """What it is about."""
    return f"{impact.title}: what the edit does"


def overview(impact: Impact) -> Iterator[Section]:
    """Versions, question, answer, money and kinds: what everybody reads."""
    versions = (("old version", impact.old.name), ("new version", impact.new.name))
    yield Section(blocks=(Pairs(pairs=(*versions, ("everybody asks", f"{impact.question}, {impact.at}"))),))
    yield Section(blocks=tuple(_answer(impact)))
    yield Section(heading="Money moved", blocks=_money(impact.sums))
    yield Section(heading="Kinds of difference", blocks=_kinds(impact))


def headline(impact: Impact) -> str:
    """The answer in a sentence."""
    counts, rows = impact.counts, impact.compared.subscriptions
    if not counts.customers:
        return f"No customer of {rows:,} gets another answer."
    share = percentage(counts.customers, rows)
    verb = "gets" if counts.customers == 1 else "get"
    return f"{counts.customers:,} of {rows:,} customers ({share}) {verb} another answer."


def meaning(impact: Impact) -> Iterator[str]:
    """What the other answers mean to customers, a sentence each."""
    counts = impact.counts
    if counts.customers:
        allowed = next((each.anywhere for each in impact.kinds if each.kind == "newly_allowed"), 0)
        told = (
            f"{counts.refused:,} {'is' if counts.refused == 1 else 'are'} newly refused",
            f"{allowed:,} no longer refused",
            f"{counts.dearer:,} {'pays' if counts.dearer == 1 else 'pay'} more in the first year",
            f"{counts.cheaper:,} less",
        )
        yield f"Of them {told[0]} and {told[1]}; {told[2]} and {told[3]}."
    yield certainty(impact)
    before, after = impact.compared.set_aside
    if before or after:
        aside = f"{before:,} {_rows(before)} {'was' if before == 1 else 'were'} set aside by the old version"
        yield f"{aside} and {after:,} by the new one; planshift decide-all says why."


def certainty(impact: Impact) -> str:
    """Why those who are untouched are."""
    compared = impact.compared
    untouched = f"{impact.untouched:,} {'is' if impact.untouched == 1 else 'are'} untouched"
    return (
        f"{untouched}: both versions decided every row, and all {compared.columns} columns of {compared.answers:,} "
        f"answers were compared, {compared.cells:,} pairs of values. Nothing was sampled."
    )


def _rows(number: int) -> str:
    return "row" if number == 1 else "rows"


def _answer(impact: Impact) -> Iterator[Block]:
    yield Paragraph(text=headline(impact), tone="good" if not impact.counts.customers else "wait")
    yield from (Paragraph(text=text) for text in meaning(impact))
    if impact.passed:
        yield Paragraph(text="The edit does more than it may.", tone="bad")
        yield Points(points=tuple(Point(text=f"{text}.", tone="bad") for text in impact.passed))
    elif limits_text(impact):
        yield Paragraph(text=f"Within the limits: {limits_text(impact)}.", tone="good")


def limits_text(impact: Impact) -> str:
    """The limits that there are; empty without any."""
    limits = impact.limits
    told = [f"at most {format_percent(limits.refused)} newly refused"] if limits.refused is not None else []
    told += [f"at most {format_percent(limits.dearer)} pay more"] if limits.dearer is not None else []
    known = {each.currency: each.now for each in impact.sums}
    for currency, minor in limits.moved_per_year:
        if currency in known:
            most = type(known[currency])(minor=minor, currency=currency, decimals=known[currency].decimals)
            told.append(f"at most {grouped(most)} moved a year")
    return ", ".join(told)


def _money(sums: Sequence[Sums]) -> tuple[Block, ...]:
    if not sums:
        return ()
    headings = ("now", "next bill", "per year", "of it more", "less")
    columns = (Column(heading=""), *(Column(heading=heading, align="right") for heading in headings))
    rows = tuple((each.currency, *_amounts(each), *_sides(each)) for each in _that_move(sums))
    return (Table(columns=columns, rows=rows),)


def _amounts(sums: Sums) -> tuple[str, str, str]:
    now, bill, year = (grouped(each, signed=True) for each in (sums.now, sums.next_bill, sums.per_year))
    return now, bill, year


def _sides(sums: Sums) -> tuple[str, str]:
    return grouped(sums.more_per_year, signed=True), grouped(-sums.less_per_year)


def _kinds(impact: Impact) -> tuple[Block, ...]:
    if not impact.kinds:
        return ()
    columns = (
        Column(heading=""),
        Column(heading="answers", align="right"),
        Column(heading="of all", align="right"),
        Column(heading="also in", align="right"),
    )
    rows = tuple(
        (
            KINDS[each.kind],
            f"{each.answers:,}",
            percentage(each.answers, impact.compared.answers),
            f"{each.anywhere - each.answers:,}" if each.anywhere > each.answers else "",
        )
        for each in impact.kinds
    )
    return (Table(columns=columns, rows=rows),)


def groups_section(impact: Impact, name: Dimension) -> Section:
    """The differences put together in one way."""
    heading = heading_of(impact, name)
    return Section(heading=heading, blocks=tuple(groups_blocks(impact, name)))


def heading_of(impact: Impact, name: Dimension) -> str:
    """What the table of such groups is called."""
    return HEADINGS[name].format(segment=impact.segment.replace("_", " "))


def groups_blocks(impact: Impact, name: Dimension) -> Iterator[Block]:
    """A table of groups, and how many more there are."""
    groups = impact.groups.get(name, ())
    if not groups:
        return
    shown = tuple(sorted(groups, key=lambda each: each.key)) if name == "month" else groups
    columns = (
        Column(heading=_NAMES[name].format(segment=impact.segment.replace("_", " ")), wraps=True),
        Column(heading="customers", align="right"),
        Column(heading="of", align="right"),
        Column(heading="refused", align="right"),
        Column(heading="now", align="right"),
        Column(heading="next bill", align="right"),
        Column(heading="per year", align="right"),
    )
    kept = [k for k, column in enumerate(columns) if _tells(column.heading, groups)]
    rows = [row for group in shown[:MOST_GROUPS] for row in _group_rows(group)]
    yield Table(columns=tuple(columns[k] for k in kept), rows=tuple(tuple(row[k] for k in kept) for row in rows))
    if len(groups) > MOST_GROUPS:
        rest = shown[MOST_GROUPS:]
        customers = sum(each.counts.customers for each in rest)
        yield Paragraph(text=f"{len(rest):,} more, with {customers:,} customers: --format json has all.", tone="faint")


def _tells(heading: str, groups: Sequence[Group]) -> bool:
    """Whether a column says something of any group."""
    if heading == "of":
        return any(group.of for group in groups)
    return heading != "refused" or any(group.counts.refused for group in groups)


def _group_rows(group: Group) -> Iterator[tuple[str, ...]]:
    """A line for each currency; the first says what the group is."""
    counts = group.counts
    told = (key_text(group.key), f"{counts.customers:,}", f"{group.of:,}" if group.of else "", f"{counts.refused:,}")
    for number, sums in enumerate(_that_move(group.sums)):
        yield (*(told if number == 0 else ("", "", "", "")), *_amounts(sums))


def _that_move(sums: Sequence[Sums]) -> Sequence[Sums]:
    """The currencies in which anything moves; where nothing does, the first."""
    moving = [each for each in sums if any((each.now.minor, each.next_bill.minor, each.moved_per_year.minor))]
    return moving or sums[:1]


def key_text(key: tuple[str, ...]) -> str:
    """What a group is called."""
    if len(key) > 1 and len(set(key)) == 1:
        return f"{key[0]}, another price"
    return " to ".join(part or "none" for part in key)


def refused_section(impact: Impact) -> Section:
    """Who is newly refused, and why."""
    return Section(heading="Newly refused", blocks=tuple(refused_blocks(impact)))


def refused_blocks(impact: Impact) -> Iterator[Block]:
    """Some of those who are newly refused."""
    if not impact.refused:
        return
    columns = (Column(heading="customer"), Column(heading="change"), Column(heading="because", wraps=True))
    rows = tuple((each.id, change_text(each), ", ".join(each.reasons)) for each in impact.refused)
    yield Table(columns=columns, rows=rows)
    more = impact.counts.refused - len(impact.refused)
    if more > 0:
        yield Paragraph(text=f"{more:,} more: --out FILE has all of them.", tone="faint")


def parts_table(explained: Explained) -> Table:
    """What is different between both decisions, side by side."""
    columns = (Column(heading="what", wraps=True), Column(heading="old", wraps=True), Column(heading="new", wraps=True))
    rows = tuple((name_of(part), part.old or "none", part.new or "none") for part in parts_of(explained))
    return Table(columns=columns, rows=rows)


def hardest_section(impact: Impact) -> Section:
    """Those who are hit hardest, each with what is different."""
    points = tuple(
        Point(text=f"{told_of(each.affected)}", notes=tuple(part_text(part) for part in parts_of(each)))
        for each in impact.hardest
    )
    return Section(heading="Hit hardest", blocks=(Points(points=points),) if points else ())


def told_of(affected: Affected) -> str:
    """Who it is, and how it is hit."""
    money = affected.first_year
    hit = "newly refused" if affected.kind == "newly_refused" or money is None else ""
    hit = hit or f"{grouped(money, signed=True) if money else ''} in the first year"
    return f"{affected.id}, {change_text(affected)}: {hit} ({affected.cause})"


def change_text(affected: Affected) -> str:
    """The change that was asked about."""
    if not affected.to_plan:
        return affected.plan
    return f"{affected.plan} to {affected.to_plan}{f' {affected.to_price}' if affected.to_price else ''}"


def parts_of(explained: Explained) -> tuple[Moved, ...]:
    """What is different between both decisions; what says who settled it comes last."""
    return tuple(sorted(explained.moved, key=lambda part: part.what.startswith(_SETTLED)))[:_MOST_PARTS]


def name_of(part: Moved) -> str:
    """What a part of an answer is called."""
    if part.what.startswith(_SETTLED):
        return f"{part.what.removeprefix(_SETTLED)} is settled by"
    return part.what.removeprefix("lines.").replace("_", " ")


def part_text(part: Moved) -> str:
    """A difference on one line."""
    return f"{name_of(part)}: {part.old or 'none'} -> {part.new or 'none'}"
