"""The door of a population: from somebody's data to the inputs of the form, and which rows are bad.

Three steps of SQL read each column as what it is, and nodes of the form make the inputs of it (`entries`). A row is bad
where a value is none of its column's kind or where it contradicts itself; it goes no further.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

from planshift.book import Book
from planshift.expressions.form import Form, Node
from planshift.population.checks import Checks
from planshift.population.columns import Column
from planshift.population.dialects import DUCKDB, SEPARATOR, DoorDialect, quoted, text
from planshift.population.entries import CURRENCY, PRICE, Entries, contradictions, given_name, inputs_of
from planshift.population.lists import keys_column, misfits, no_keys, parts_of, places_in
from planshift.population.sql import Query, emit
from planshift.population.typed import Given, Typing, limits

BAD = "bad?"
"""The column that says whether a row is bad."""

KEPT = ("id", "plan", "price", "currency", "timezone", "discount_code")
"""The columns that are passed on as they are told: of a price or a currency that is left out, the one that is meant."""


ROW = "row number"
"""The number of a row in the data, from 1 on."""


def cell_name(name: str) -> str:
    """The column that holds what stood in the data."""
    return f"~{name}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column of the data that stands for one of ours."""

    theirs: str
    given: Given
    value: str = ""
    """The SQL that reads it, where that is more than its name."""
    cell: str = ""
    """The SQL that reads what people see there, where that is another."""

    @property
    def read(self) -> str:
        """The SQL of its values, as they are given."""
        return self.value or quoted(self.theirs)

    @property
    def seen(self) -> str:
        """The SQL of what people see in it."""
        return self.cell or self.read


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Door:
    """The door of one book for some data: `fields` are the columns that the data has, by our names."""

    book: Book
    source: str
    columns: Mapping[str, Column]
    fields: Mapping[str, Field]
    zones: tuple[str, ...] = ()
    """The time zones that rows name and that there are."""
    row: str = "row_number() OVER ()"
    """The SQL that tells the number of a row of the source."""
    dialect: DoorDialect = DUCKDB
    """What the source is read in."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """What the door yields, where it is kept already: by time zone the table that has the rows and their numbers."""

    def query(
        self, zone: str, *, only: frozenset[str] | None = None, renews: bool = False, with_cells: bool = False
    ) -> Query:
        """The rows with their inputs (all, or `only` some), `BAD`, and what is passed on, in the calendar of a zone.

        `with_cells` passes on what stood in the data as well, and the number of the row.
        """
        if zone in self.kept and not with_cells:
            return Query(tables=(("kept", f"SELECT * FROM {self.kept[zone]}"),), last="kept")
        told = [*map(cell_name, self.fields), ROW] if with_cells else []
        outputs = self.outputs(Form(), zone, only=only, renews=renews)
        query = emit(outputs, source="checked", dialect=self.dialect, carried=self.carried(told), prefix="d")
        return Query(tables=(*self.steps(told), *query.tables), last=query.last)

    def outputs(
        self,
        form: Form,
        zone: str,
        *,
        only: frozenset[str] | None = None,
        renews: bool = False,
        renamed: Mapping[str, str] = MappingProxyType({}),
    ) -> dict[str, Node]:
        """The inputs of the kernel (all, or `only` some) and `BAD`, as nodes over what the steps check.

        `renamed` tells of columns that are called otherwise than `checks` calls them.
        """
        entries = Entries(
            form=form,
            columns={name: column for name, column in self.columns.items() if self._counts(column, renews)},
            present=frozenset(self.fields).difference(self._lists),
            tables=self.book.rulebook.tables,
            zone=zone,
            renamed=renamed,
        )
        inputs = inputs_of(entries)
        wanted: dict[str, Node] = {name: node for name, node in inputs.items() if only is None or name in only}
        return {**wanted, BAD: entries.flag(BAD) | contradictions(entries)}

    def steps(self, told: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """The steps that read, type and check each column; `told` are cells and row numbers that go along."""
        typed = self.typed_steps(told)
        checked = self.checks(told).step(typed[-1][0]) + self.dialect.fence
        return *typed, ("checked", checked)

    def typed_steps(self, told: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """The first of them: they read and type."""
        steps = [("raw", self._raw(told)), ("typed", self._typed(told))]
        parts = [part for name in self._lists if name in self.fields for part in parts_of(name, self.dialect).items()]
        if parts:
            listed = ", ".join(f"{items} AS {quoted(name)}" for name, items in parts)
            steps.append(("listed", f"SELECT *, {listed} FROM typed{self.dialect.fence}"))
        return tuple(steps)

    def carried(self, told: Sequence[str]) -> tuple[str, ...]:
        """What the steps pass on besides the inputs."""
        return (*(f"={name}" for name in KEPT), *map(keys_column, self._lists), *told)

    @property
    def _lists(self) -> tuple[str, ...]:
        return tuple(name for name, column in self.columns.items() if column.kind == "list")

    @staticmethod
    def _counts(column: Column, renews: bool) -> bool:
        """Whether a column is asked for: what belongs to a request has no place at a renewal."""
        return not (renews and column.path[0] == "request")

    def _raw(self, told: Sequence[str]) -> str:
        """Their columns under our names; an empty text says nothing."""
        columns = [
            f"nullif({held.read}, '') AS {quoted(name)}" if held.given == "text" else f"{held.read} AS {quoted(name)}"
            for name, held in self.fields.items()
        ]
        cells = {cell_name(name): held.seen for name, held in self.fields.items()} | {ROW: self.row}
        columns += [f"{cells[name]} AS {quoted(name)}" for name in told]
        return f"SELECT {', '.join(columns)} FROM {self.source}{self.dialect.fence}"

    def _typed(self, told: Sequence[str] = ()) -> str:
        """Each column as the value that it says, or nothing; and whether it said something."""
        typing = self._typing()
        columns: list[str] = [quoted(name) for name in told]
        for name, held in self.fields.items():
            value = typing.value(self.columns[name], quoted(name), given=held.given)
            columns += [f"{value} AS {quoted(name)}", f"{quoted(name)} IS NOT NULL AS {quoted(f'!{name}')}"]
        columns += [
            f"{self._told_currency()} AS {quoted('currency told')}",
            f"{self._told_price()} AS {quoted('price told')}",
        ]
        return f"SELECT {', '.join(columns)} FROM raw{self.dialect.fence}"

    def _told_currency(self) -> str:
        own = text(self.book.currency)
        return f"coalesce({quoted('currency')}, {own})" if "currency" in self.fields else own

    def _told_price(self) -> str:
        price = f"coalesce({quoted('price')}, '')" if "price" in self.fields else "''"
        return f"concat_ws(chr(31), coalesce({quoted('plan')}, ''), {price})"

    def _typing(self) -> Typing:
        """How cells are read: amounts in each row's currency."""
        decimals = self.book.rulebook.tables.decimals_by_currency
        code = self._told_currency()
        if len(set(decimals.values())) == 1:
            factor = str(10 ** next(iter(decimals.values())))
        else:
            branches = " ".join(f"WHEN {text(each)} THEN {10**places}" for each, places in decimals.items())
            factor = f"CASE {code} {branches} ELSE 1 END"
        return Typing(dialect=self.dialect, factor=factor, currency=code)

    def checks(self, told: Sequence[str] = (), *, prices: str = "prices") -> Checks:
        """The values inside of their bounds with their defaults, what is given, and whether something is wrong.

        `prices` is what the table of its prices is called.
        """
        columns, wrong = (
            {name: quoted(name) for name in told},
            [f"{self._currency_at()} IS NULL", f"{prices}.k IS NULL"],
        )
        for name in self.fields:
            column = self.columns[name]
            value = self._bounded(column)
            unread = f"{value} IS NULL"
            if column.kind == "list":
                unread += f" OR {misfits(name, services=self._services, dialect=self.dialect)}"
            else:
                columns[name] = f"coalesce({value}, {_default(column)})"
                columns[given_name(name)] = f"{value} IS NOT NULL"
            wrong.append(f"({quoted(f'!{name}')} AND ({unread}))")
        for name in self._lists:
            columns[keys_column(name)] = (places_in if name in self.fields else no_keys)(name, self.dialect)
        wrong += self._unknown_names()
        columns |= {PRICE: f"coalesce({prices}.k, 0)", CURRENCY: f"coalesce({self._currency_at()}, 0)"}
        columns |= {f"={name}": value for name, value in self._kept(prices).items()}
        columns[BAD] = f"({' OR '.join(wrong)})"
        return Checks(columns=columns, prices=self._prices(), called=prices)

    def _bounded(self, column: Column) -> str:
        name, bounds = quoted(column.name), limits(column)
        if bounds is None:
            return name
        return f"CAST(CASE WHEN {name} BETWEEN {bounds[0]} AND {bounds[1]} THEN {name} END AS BIGINT)"

    def _kept(self, prices: str) -> dict[str, str]:
        zone = quoted("timezone") if "timezone" in self.fields else "NULL"
        names = {
            "id": quoted("id") if "id" in self.fields else "NULL",
            "plan": f"{prices}.its_plan",
            "price": f"{prices}.its_price",
        }
        code = quoted("discount_code") if "discount_code" in self.fields else "NULL"
        return {**names, "currency": quoted("currency told"), "timezone": zone, "discount_code": code}

    def _currency_at(self) -> str:
        codes = self.book.rulebook.tables.currencies
        branches = " ".join(f"WHEN {text(code)} THEN {k}" for k, code in enumerate(codes))
        return f"CASE {quoted('currency told')} {branches} END"

    def _prices(self) -> str:
        """Every way to tell a price: plan and id, and the plan alone where it has one price."""
        rows = []
        for k, (plan, price) in enumerate(self.book.rulebook.tables.rows):
            ways = (price.id, "") if len(plan.prices) == 1 else (price.id,)
            told = (text(f"{plan.name}{SEPARATOR}{way}") for way in ways)
            rows += [f"({each}, {text(plan.name)}, {text(price.id)}, {k})" for each in told]
        return f"SELECT * FROM (VALUES {', '.join(rows)}) r(told, its_plan, its_price, k)"

    @property
    def _services(self) -> tuple[str, ...]:
        return tuple(service.name for service in self.book.catalog.services)

    def _unknown_names(self) -> Iterator[str]:
        """Names that the catalog or the calendar does not have."""
        plans = tuple(plan.name for plan in self.book.catalog.plans)
        known = {"contract_plan": plans, "contract_service": self._services, "timezone": self.zones}
        for name, names in known.items():
            if name in self.fields:
                listed = ", ".join(map(text, names)) or "NULL"
                yield f"({quoted(name)} IS NOT NULL AND NOT coalesce({quoted(name)} IN ({listed}), FALSE))"
        if {"pending_plan", "pending_price"} <= set(self.fields):
            told = f"concat_ws(chr(31), {quoted('pending_plan')}, {quoted('pending_price')})"
            pairs = ", ".join(text(f"{p.name}{SEPARATOR}{c.id}") for p, c in self.book.rulebook.tables.rows)
            yield f"({quoted('pending_plan')} IS NOT NULL AND {told} NOT IN ({pairs}))"


def _default(column: Column) -> str:
    """What is taken where nothing is given."""
    if column.kind in ("text", "name"):
        return text(str(column.default))
    return str(bool(column.default)).upper() if column.kind == "truth" else str(column.default)
