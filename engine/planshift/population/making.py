"""A population that nobody has: customers of a book, drawn from a seed, spread as those of real companies are.

Most customers have a small plan, pay what is listed and owe nothing; some have coupons, commitments, add-ons, open
invoices or a change that waits. Every column of the schema is there, and every row is one that the door takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

import duckdb

from planshift.billing import calendar
from planshift.billing.catalog import Plan, Price
from planshift.billing.money import format_minor
from planshift.book import Book
from planshift.population.columns import Column, columns_of
from planshift.population.dialects import quoted, text

_WEIGHTS = (8, 5, 3, 2)
"""How often plans are held, by their order in the catalog; the last stands for all the others."""

_FORMATS = {".parquet": "FORMAT parquet, COMPRESSION zstd", ".csv": "FORMAT csv, HEADER", ".jsonl": "FORMAT json"}


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Making:
    """A population of `rows` customers on a day (a day number), drawn from a seed."""

    book: Book
    rows: int
    seed: int
    day: int

    def write(self, engine: duckdb.DuckDBPyConnection, out: Path) -> None:
        """Write it; the ending of the file says how."""
        kind = _FORMATS[out.suffix]
        engine.execute("SET preserve_insertion_order = true")
        engine.execute(f"COPY ({self.query()}) TO {text(str(out))} ({kind})")

    def query(self) -> str:
        """The query that draws it."""
        columns = columns_of(self.book)
        told = ", ".join(f"{self._typed(self._value(column), column)} AS {quoted(column.name)}" for column in columns)
        return (
            f"WITH held AS ({self._held()}),\n"
            f"drawn AS (SELECT i, {self._chance('plan', self._weight())} AS lot FROM range({self.rows}) r(i)),\n"
            "running AS (SELECT drawn.i, held.* FROM drawn JOIN held ON lot >= held.first AND lot < held.past),\n"
            f"dated AS (SELECT *, {self._starts()} AS starts FROM running),\n"
            "person AS (SELECT *, CAST(CASE WHEN months > 0 THEN starts + to_months(months) "
            "ELSE starts + to_days(greatest(days, 30)) END AS DATE) AS ends FROM dated)\n"
            f"SELECT {told} FROM person"
        )

    def _chance(self, name: str, below: int) -> str:
        """A number from 0 to below a limit, of its own for each row and name."""
        return f"CAST(hash(i, {text(f'{self.seed}/{name}')}) % {below} AS BIGINT)"

    def _held(self) -> str:
        """What can be held: plan, price and currency, with limits and amounts, each with its share of the lots."""
        rows: list[str] = []
        first = 0
        for order, plan in enumerate(self.book.catalog.plans):
            for price in plan.prices:
                for currency, amount in price.amounts:
                    past = first + _WEIGHTS[min(order, len(_WEIGHTS) - 1)]
                    cells = (str(first), str(past), *self._cells(plan, price, currency=currency, amount=amount))
                    rows.append(f"({', '.join(cells)})")
                    first = past
        names = ["first", "past", "plan", "price", "currency", "months", "days", "listed", "commits"]
        names += [quoted(f"limit {name}") for name in self.book.rulebook.tables.resources]
        names += [quoted(f"holds {addon.name}") for addon in self.book.catalog.addons]
        return f"SELECT * FROM (VALUES {', '.join(rows)}) r({', '.join(names)})"

    def _cells(self, plan: Plan, price: Price, *, currency: str, amount: int) -> Iterator[str]:
        """What stands beside a price's share of the lots."""
        tables = self.book.rulebook.tables
        decimals = tables.decimals_by_currency[currency]
        yield from (text(plan.name), text(price.id), text(currency))
        yield from (str(price.interval.months), str(price.interval.days))
        yield f"CAST({text(format_minor(amount, decimals))} AS DECIMAL(18, {decimals}))"
        yield str(int(plan.contract is not None))
        limits = dict(plan.limits)
        yield from (str(limits.get(name, -1)) for name in tables.resources)
        yield from (str(int(addon.name in plan.addons)) for addon in tables.catalog.addons)

    def _typed(self, value: str, column: Column) -> str:
        """A value in the type of its column: also one that is nothing for every row."""
        amount = f"DECIMAL(18, {max(self.book.rulebook.tables.decimals)})"
        kinds = {"date": "DATE", "money": amount, "percent": "BIGINT", "whole": "BIGINT", "truth": "BOOLEAN"}
        kinds |= {"months": "BIGINT", "days": "BIGINT", "instant": "TIMESTAMPTZ"}
        return f"CAST({value} AS {kinds.get(column.kind, 'VARCHAR')})"

    def _weight(self) -> int:
        return sum(
            _WEIGHTS[min(order, len(_WEIGHTS) - 1)] * sum(len(price.amounts) for price in plan.prices)
            for order, plan in enumerate(self.book.catalog.plans)
        )

    def _starts(self) -> str:
        """The first day of a period that the day lies in; a once-only price has one of thirty days."""
        longest = "CASE WHEN months > 0 THEN months * 28 ELSE greatest(days, 30) END"
        before = f"CAST({self._chance('start', 10**9)} % ({longest}) AS INTEGER)"
        return f"DATE {text(str(calendar.from_day(self.day)))} - {before}"

    def _value(self, column: Column) -> str:
        known = dict(self._plain())
        if column.name in known:
            return known[column.name]
        if column.path[0] == "usage":
            limit = quoted(f"limit {column.path[1]}")
            part = self._chance(column.name, 108)  # some use more than they may
            return f"CASE WHEN {limit} < 0 THEN {self._chance(column.name, 500)} ELSE {limit} * {part} // 100 END"
        if column.path[0] == "addons":
            some = f"{quoted(f'holds {column.path[1]}')} = 1 AND {self._chance(column.name, 12)} = 0"
            return f"CASE WHEN {some} THEN 1 + {self._chance(f'{column.name} n', 3)} ELSE 0 END"
        if column.path[0] == "allowances":
            return self._chance(column.name, 300)
        if column.name.startswith(("customer_", "usage_", "request_")) and column.path[-1] != "since":
            return self._fact(column)
        return "NULL"

    def _fact(self, column: Column) -> str:
        """A declared fact: any of its words, or a number from its smallest on."""
        often = self._chance(column.name, 4)
        match column.kind:
            case "choice":
                words = ", ".join(map(text, column.members))
                return f"[{words}][1 + {self._chance(column.name, len(column.members))}]"
            case "truth":
                return f"{often} = 0"
            case "whole":
                most = max(1, min(column.high - column.low + 1, 50))
                return (
                    f"{column.low} + {self._chance(column.name, most)}" if column.needed else self._seldom(column, most)
                )
            case "months" | "days":
                return f"1 + {self._chance(column.name, 48)}"
            case "date":
                return f"starts - CAST({self._chance(column.name, 900)} AS INTEGER)"
            case "money":
                return f"CAST({self._chance(column.name, 100)} AS DECIMAL(18, 0))" if column.needed else "NULL"
            case _:
                return text("x" * max(column.low, 1)) if column.needed else "NULL"

    def _seldom(self, column: Column, most: int) -> str:
        drawn = f"{column.low} + {self._chance(f'{column.name} n', most)}"
        return f"CASE WHEN {self._chance(column.name, 10)} = 0 THEN {drawn} END"

    def _plain(self) -> Iterator[tuple[str, str]]:
        """The columns that every book has, as far as anything is drawn for them."""
        chance = self._chance
        groups = [c.client_group for c in self.book.document.policy.clients if c.client_group]
        listed = ", ".join(["NULL"] * (4 * len(groups) + 1) + [text(group) for group in dict.fromkeys(groups)])
        owes = f"{chance('owes', 40)} = 0"
        yield "id", "concat('s', i + 1)"
        yield "customer_id", f"concat('c', 1 + {chance('customer', max(1, self.rows * 4 // 5))})"
        yield "client_group", f"CAST([{listed}] AS VARCHAR[])[1 + {chance('group', 5 * len(groups) + 1)}]"
        yield "customer_since", f"starts - CAST({chance('tenure', 2200)} AS INTEGER)"
        yield from (("plan", "plan"), ("price", "price"), ("currency", "currency"))
        yield "quantity", "1"
        yield from (("period_start", "starts"), ("period_end", "ends"))
        yield "status", f"CASE WHEN {chance('status', 50)} = 0 THEN 'suspended' ELSE 'active' END"
        yield "started_on", f"starts - CAST({chance('tenure', 2200)} // 2 AS INTEGER)"
        yield "renewals", f"{chance('tenure', 2200)} // 60"
        yield "amount", f"CASE WHEN {chance('agreed', 25)} = 0 THEN listed - CAST(listed // 10 AS DECIMAL(18, 0)) END"
        yield "paid", f"CASE WHEN {owes} THEN CAST(0 AS DECIMAL(18, 0)) END"
        yield "debt", f"CASE WHEN {owes} AND {chance('agreed', 25)} <> 0 THEN listed END"
        yield "unpaid_invoices", f"CASE WHEN {owes} THEN 1 ELSE 0 END"
        yield (
            "account_credit",
            f"CASE WHEN {chance('credit', 20)} = 0 THEN CAST({chance('credit n', 40)} AS DECIMAL(18, 0)) END",
        )
        yield "discount_percent", f"CASE WHEN {chance('coupon', 14)} = 0 THEN 5 * (1 + {chance('coupon n', 5)}) END"
        yield "contract_starts_on", f"CASE WHEN {self._commits()} THEN starts - 60 END"
        yield "contract_ends_on", f"CASE WHEN {self._commits()} THEN starts - 60 + CAST(365 AS INTEGER) END"
        yield "pending_on", f"CASE WHEN {chance('pending', 60)} = 0 THEN ends END"
        day = f"concat('[\"', starts - CAST({chance('changed n', 90)} AS INTEGER), '\"]')"
        yield "changes", f"CASE WHEN {chance('changed', 10)} = 0 THEN {day} END"

    def _commits(self) -> str:
        return f"commits = 1 AND {self._chance('commits', 3)} > 0"


def file_endings() -> tuple[str, ...]:
    """The endings of files that a population can be written to."""
    return tuple(_FORMATS)
