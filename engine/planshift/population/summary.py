"""What became of everybody, in numbers: read from the file of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, final

from planshift.decision.sheet import Block, Column, Pairs, Section, Sheet, Table, sheet_of
from planshift.population.data import Opened
from planshift.population.dialects import DUCKDB, DoorDialect, text
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


def summary_of(
    opened: Opened,
    out: Path | str,
    *,
    good: int,
    bad: int,
    renews: bool = False,
    why_aside: tuple[SetAside, ...] = (),
) -> Summary:
    """Read the answers about some data: in a file, or in a table beside the data."""
    of_data = isinstance(out, str)
    return _Answers(
        source=out if isinstance(out, str) else f"read_parquet({text(str(out))})",
        dialect=opened.door.dialect if of_data else DUCKDB,
        fetched=opened.fetched if of_data else lambda query: opened.engine.execute(query).fetchall(),
        decimals=opened.door.book.rulebook.decimals,
    ).summary(good=good, bad=bad, renews=renews, why_aside=why_aside)


_ALLOWED = " WHERE verdict = 'allowed'"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """A table of answers, and who is asked about it."""

    source: str
    dialect: DoorDialect
    fetched: Callable[[str], list[tuple[Any, ...]]]
    decimals: Mapping[str, int]

    def summary(self, *, good: int, bad: int, renews: bool, why_aside: tuple[SetAside, ...]) -> Summary:
        """What they say."""
        verdicts = self._counted("verdict")
        reasons = f"({self.dialect.unnested('reasons', self.source)}) said"
        skipped = f"{_ALLOWED} AND switch_skipped <> ''"
        return Summary(
            subscriptions=good + bad,
            set_aside=bad,
            why_aside=why_aside,
            answers=sum(each.answers for each in verdicts),
            verdicts=verdicts,
            directions=self._counted("direction", where=_ALLOWED),
            targets=self._counted("to_plan", where=_ALLOWED),
            reasons=self._counted("item", source=reasons),
            sums=tuple(self._sums()),
            switches=self._counted("switch", where=_ALLOWED) if renews else (),
            skipped=self._counted("switch_skipped", where=skipped) if renews else (),
        )

    def _counted(self, what: str, *, source: str = "", where: str = "") -> tuple[Counted, ...]:
        found = self.fetched(f"SELECT {what}, count(*) FROM {source or self.source}{where} GROUP BY {what}")
        counted = (Counted(what=str(name), answers=rows) for name, rows in found)
        return tuple(sorted(counted, key=lambda each: (-each.answers, each.what)))

    def _sums(self) -> Iterator[Sums]:
        names = ("due_now", "due_later", "refunded", "to_account", "next_bill")
        totals = ", ".join(f"sum({name})" for name in names)
        found = self.fetched(f"SELECT currency, {totals} FROM {self.source}{_ALLOWED} GROUP BY currency")
        for currency, *sums in sorted(found, key=lambda row: str(row[0])):
            places = self.decimals[currency]
            yield Sums(currency=currency, **{n: _rounded_off(s, places) for n, s in zip(names, sums, strict=True)})


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
