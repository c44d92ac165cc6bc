"""What became of everybody, in numbers: read from the file of answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import final

from planshift.decision.sheet import Block, Column, Pairs, Section, Sheet, Table, sheet_of
from planshift.population.data import Opened
from planshift.population.dialects import text
from planshift.population.set_aside import SetAside


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many answers say something."""

    what: str
    answers: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the answers of one currency come to."""

    currency: str
    due_now: Decimal
    due_later: Decimal
    refunded: Decimal
    to_account: Decimal
    next_bill: Decimal


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Rows that were read and set aside, and what the answers about the others say."""

    subscriptions: int
    set_aside: int
    answers: int
    verdicts: tuple[Counted, ...]
    directions: tuple[Counted, ...]
    targets: tuple[Counted, ...]
    reasons: tuple[Counted, ...]
    sums: tuple[Sums, ...]
    switches: tuple[Counted, ...] = ()
    """Of renewals: as what they renew, an empty word standing for those that stay what they are."""
    skipped: tuple[Counted, ...] = ()
    """Of renewals: why a switch that is due is not taken."""
    why_aside: tuple[SetAside, ...] = ()
    """What is wrong with the rows that are set aside."""

    def to_json(self) -> dict[str, object]:
        """The same as data; amounts are text."""
        told: dict[str, object] = asdict(self)
        told["sums"] = [{name: str(value) for name, value in asdict(each).items()} for each in self.sums]
        return told


def summary_of(opened: Opened, out: Path, *, good: int, bad: int, why_aside: tuple[SetAside, ...] = ()) -> Summary:
    """Read a file of answers about some data."""
    engine, decimals = opened.engine, opened.door.book.rulebook.decimals
    answers = f"read_parquet({text(str(out))})"

    def counted(what: str, *, source: str = answers, where: str = "") -> tuple[Counted, ...]:
        found = engine.execute(f"SELECT {what}, count(*) FROM {source}{where} GROUP BY 1 ORDER BY 2 DESC, 1")
        return tuple(Counted(what=str(name), answers=rows) for name, rows in found.fetchall())

    verdicts = counted("verdict")
    allowed = " WHERE verdict = 'allowed'"
    names = ("due_now", "due_later", "refunded", "to_account", "next_bill")
    totals = ", ".join(f"sum({name})" for name in names)
    renews = bool(
        engine.execute(f"SELECT 1 FROM (DESCRIBE SELECT * FROM {answers}) WHERE column_name = 'switch'").fetchall()
    )
    sums = engine.execute(f"SELECT currency, {totals} FROM {answers}{allowed} GROUP BY 1 ORDER BY 1").fetchall()
    return Summary(
        subscriptions=good + bad,
        set_aside=bad,
        why_aside=why_aside,
        answers=sum(each.answers for each in verdicts),
        verdicts=verdicts,
        directions=counted("direction", where=allowed),
        targets=counted("to_plan", where=allowed),
        reasons=counted("reason", source=f"(SELECT unnest(list_distinct(reasons)) AS reason FROM {answers})"),
        sums=tuple(
            Sums(currency=c, **{n: _rounded_off(value, decimals[c]) for n, value in zip(names, found, strict=True)})
            for c, *found in sums
        ),
        switches=counted("switch", where=allowed) if renews else (),
        skipped=counted("switch_skipped", where=f"{allowed} AND switch_skipped <> ''") if renews else (),
    )


def _rounded_off(amount: Decimal | None, decimals: int) -> Decimal:
    """An amount with the decimals of its currency: in the file, all have those of the currency that has most."""
    return Decimal(amount or 0).quantize(Decimal(1).scaleb(-decimals))


def sheet_of_summary(title: str, summary: Summary) -> Sheet:
    """The summary as a sheet for the screen."""
    read = [("subscriptions", f"{summary.subscriptions:,}"), ("answers", f"{summary.answers:,}")]
    if summary.set_aside:
        read.append(("set aside", f"{summary.set_aside:,}"))
    sections = [
        Section(blocks=(Pairs(pairs=tuple(read)),)),
        Section(heading="Set aside", blocks=_aside(summary.why_aside)),
        Section(heading="Verdicts", blocks=_counts(summary.verdicts, summary.answers)),
        Section(heading="Reasons against", blocks=_counts(summary.reasons, summary.answers)),
        Section(heading="Allowed, by direction", blocks=_counts(summary.directions, summary.answers)),
    ]
    if summary.switches:
        sections += _renewals(summary)
    if len(summary.targets) > 1:
        sections.append(Section(heading="Allowed, by plan", blocks=_counts(summary.targets, summary.answers)))
    return sheet_of(title, [*sections, Section(heading="What the allowed ones come to", blocks=_sums(summary.sums))])


def _renewals(summary: Summary) -> Iterator[Section]:
    """Who renews as what, and whose switch is not taken."""
    allowed = sum(each.answers for each in summary.switches)
    told = (replace(each, what=each.what or "as they are") for each in summary.switches)
    yield Section(heading="Who renews", blocks=_counts(tuple(told), allowed))
    if summary.skipped:
        yield Section(heading="Switches that are due and cannot be taken", blocks=_counts(summary.skipped, allowed))


def _aside(found: Sequence[SetAside]) -> tuple[Block, ...]:
    """Why rows are set aside: the most frequent ones, and how many more there are."""
    if not found:
        return ()
    columns = (Column(heading="column"), Column(heading="rows", align="right"), Column(heading="such as"))
    rows = [(each.column or "the row", f"{each.rows:,}", each.such_as) for each in found[:_KINDS]]
    if len(found) > _KINDS:
        rows.append((f"{len(found) - _KINDS} more", f"{sum(each.rows for each in found[_KINDS:]):,}", ""))
    return (Table(columns=columns, rows=tuple(rows)),)


_KINDS = 10
"""As many kinds of mistakes are told."""


def _counts(counted: Sequence[Counted], answers: int) -> tuple[Block, ...]:
    if not counted:
        return ()
    columns = (Column(heading=""), Column(heading="answers", align="right"), Column(heading="", align="right"))
    rows = tuple((each.what, f"{each.answers:,}", _share(each.answers, answers)) for each in counted)
    return (Table(columns=columns, rows=rows),)


def _share(part: int, whole: int) -> str:
    tenths = (1000 * part + whole // 2) // whole
    return f"{tenths // 10}.{tenths % 10}%"


def _sums(sums: Sequence[Sums]) -> tuple[Block, ...]:
    if not sums:
        return ()
    headings = ("due now", "due later", "paid back", "to accounts", "next bills")
    columns = (Column(heading=""), *(Column(heading=heading, align="right") for heading in headings))
    rows = tuple(
        (
            each.currency,
            *(f"{value:,}" for value in (each.due_now, each.due_later, each.refunded, each.to_account, each.next_bill)),
        )
        for each in sums
    )
    return (Table(columns=columns, rows=rows),)
