"""How far a migration is, and what became of those whom it is about: read from its record and from its orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, final

from sqlalchemy import Connection, func, select

from planshift.billing.zones import format_instant
from planshift.decision.sheet import Block, Column, Pairs, Paragraph, Section, Sheet, Table, sheet_of
from planshift.execution.states import OPEN
from planshift.execution.store.tables import orders
from planshift.migration.record import Became, Migration, Outcome, load, load_all
from planshift.migration.tables import rows

LISTED: Final = 1_000
"""How many subscriptions without an order are listed."""

_SHOWN: Final = 10
"""How many of them a person is shown."""

_ORDERS: Final = ("done", "under way", "stuck", "cancelled", "failed")
_OUTCOMES: Final[tuple[tuple[Outcome, str], ...]] = (
    ("placed", "orders placed"),
    ("busy", "busy with another change"),
    ("changed", "changed since"),
    ("refused", "refused as they stand now"),
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A migration, what became of the subscriptions that it came to, and how far their orders are.

    `left` are those without an order, as many as are listed.
    """

    migration: Migration
    outcomes: Mapping[str, int]
    orders: Mapping[str, int]
    left: tuple[Became, ...]

    @property
    def to_do(self) -> int:
        """How many the policy allows it that no run has come to."""
        return max(0, self.migration.counts.allowed - sum(self.outcomes.values()))

    @property
    def through(self) -> bool:
        """Whether everybody whom the policy allows it has an order, and no row was set aside."""
        counted = sum(self.outcomes.get(name, 0) for name in ("busy", "changed", "refused"))
        return self.migration.state == "finished" and not counted and not self.migration.counts.set_aside

    def to_json(self) -> dict[str, object]:
        """The report as data."""
        found, counts = self.migration, self.migration.counts
        return {
            "name": found.name,
            "what": found.title,
            "kind": found.kind,
            "state": found.state,
            "book": {"name": found.book_name, "version": found.book},
            "data": {"source": found.source, "digest": found.data},
            "begun_at": format_instant(found.begun_at, found.zone),
            "last_run_at": format_instant(found.asked_at, found.zone),
            "subscriptions": counts.subscriptions,
            "set_aside": counts.set_aside,
            "refused_by_policy": counts.refused,
            "reasons": dict(counts.reasons),
            "allowed": counts.allowed,
            **{name: self.outcomes.get(name, 0) for name, _ in _OUTCOMES},
            "to_do": self.to_do,
            "orders": {name.replace(" ", "_"): self.orders.get(name, 0) for name in _ORDERS},
            "without_order": [
                {"subscription": each.subscription, "outcome": each.outcome, "why": each.why} for each in self.left
            ],
        }


def report_of(connection: Connection, name: str) -> Report:
    """The report of a migration.

    Raises:
        NoSuchMigration: there is none of that name.
    """
    migration = load(connection, name)
    of_it = rows.c.migration == name
    outcomes = select(rows.c.outcome, func.count()).where(of_it).group_by(rows.c.outcome)
    states = (
        select(orders.c.state, (orders.c.stuck != "").label("is_stuck"), func.count())
        .join(rows, rows.c.order == orders.c.id)
        .where(of_it, rows.c.outcome == "placed")
        .group_by(orders.c.state, "is_stuck")
    )
    left = (
        select(rows.c.subscription, rows.c.outcome, rows.c.why)
        .where(of_it, rows.c.outcome != "placed")
        .order_by(rows.c.outcome, rows.c.subscription)
        .limit(LISTED)
    )
    how_far: dict[str, int] = {}
    for state, stuck, count in connection.execute(states):
        word = "stuck" if stuck else "done" if state == "applied" else "under way" if state in OPEN else state
        how_far[word] = how_far.get(word, 0) + count
    return Report(
        migration=migration,
        outcomes={row[0]: row[1] for row in connection.execute(outcomes)},
        orders=how_far,
        left=tuple(
            Became(subscription=each.subscription, outcome=each.outcome, why=each.why)
            for each in connection.execute(left)
        ),
    )


def sheet_of_report(report: Report) -> Sheet:
    """The report as a sheet."""
    found = report.migration
    head = Pairs(
        pairs=(
            ("state", found.state),
            ("book", f"{found.book_name}, version {found.book[:12]}"),
            ("data", found.source),
            ("begun", _instant(found.begun_at, found.zone)),
            ("last run", _instant(found.asked_at, found.zone)),
        )
    )
    sections = [Section(blocks=(head,)), Section(heading="Subscriptions", blocks=(_counted(report),))]
    if found.counts.reasons:
        reasons = Pairs(pairs=tuple((code, f"{count:,}") for code, count in found.counts.reasons))
        sections.append(Section(heading="Refused by the policy, by reason", blocks=(reasons,)))
    if report.orders:
        how_far = tuple((name, f"{report.orders[name]:,}") for name in _ORDERS if name in report.orders)
        sections.append(Section(heading="Orders so far", blocks=(Pairs(pairs=how_far),)))
    if report.left:
        sections.append(Section(heading="Without an order", blocks=tuple(_left(report.left))))
    return sheet_of(f"{found.name}: {found.title}", sections)


def _counted(report: Report) -> Pairs:
    counts = report.migration.counts
    pairs = [("read", counts.subscriptions), ("set aside", counts.set_aside), ("refused by the policy", counts.refused)]
    pairs += [("allowed", counts.allowed)]
    pairs += [(words, report.outcomes[name]) for name, words in _OUTCOMES if report.outcomes.get(name)]
    pairs += [("still to do", report.to_do)] if report.to_do else []
    always = ("read", "allowed")
    return Pairs(pairs=tuple((name, f"{count:,}") for name, count in pairs if count or name in always))


def _left(left: tuple[Became, ...]) -> Iterator[Block]:
    words = dict(_OUTCOMES)
    columns = (Column(heading="subscription"), Column(heading="what"), Column(heading="why", wraps=True))
    shown = tuple((each.subscription, words[each.outcome], each.why) for each in left[:_SHOWN])
    yield Table(columns=columns, rows=shown)
    if len(left) > _SHOWN:
        yield Paragraph(text="There are more of them: --format json lists them.", tone="faint")


def sheet_of_all(connection: Connection) -> tuple[Sheet, list[dict[str, object]]]:
    """Every migration in one line each, as a sheet and as data."""
    found = [report_of(connection, each.name) for each in load_all(connection)]
    columns = (
        Column(heading="begun"),
        Column(heading="migration"),
        Column(heading="what", wraps=True),
        Column(heading="state"),
        Column(heading="placed", align="right"),
        Column(heading="done", align="right"),
        Column(heading="to do", align="right"),
    )
    lines = tuple(
        (
            _instant(each.migration.begun_at, each.migration.zone)[:10],
            each.migration.name,
            each.migration.title,
            each.migration.state,
            f"{each.outcomes.get('placed', 0):,}",
            f"{each.orders.get('done', 0):,}",
            f"{each.to_do:,}",
        )
        for each in found
    )
    block: Block = Table(columns=columns, rows=lines) if lines else Paragraph(text="There are none.")
    return sheet_of("Migrations", [Section(blocks=(block,))]), [each.to_json() for each in found]


def _instant(at: int, zone: str) -> str:
    return format_instant(at, zone)[:16].replace("T", " ")
