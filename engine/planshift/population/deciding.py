"""Deciding everybody: the rows of some data through the door, the kernel and into a file, without holding them.

The data is read three times at most: to learn what lies in its columns, to tell what is wrong with bad rows, where
there are any, and to decide. What lies in the columns makes the kernel: what is the same for every row folds, and
numbers are no wider than they have to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.expressions.form import Bool, Form, Int
from planshift.population.asking import TO_PRICE, Asking, Question
from planshift.population.data import Opened
from planshift.population.dialects import quoted, text
from planshift.population.documents import NO_OBJECT, NOT_WRITTEN_SO, Flaw, flaws_of
from planshift.population.door import BAD, ROW, cell_name
from planshift.population.engines import ASKED, BUILT_IN, Engine, Tick, Work
from planshift.population.numbers import NotExact
from planshift.population.told import Telling
from planshift.rulebook.kernel import Kernel

Bounds = Mapping[str, tuple[int, int]]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that is set aside: its number in the data (in a file of JSON, its line), its id where it has one, and why.

    A line that is no row at all has the number 0.
    """

    number: int
    id: str
    flaws: tuple[Flaw, ...]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Slice:
    """The rows of one time zone: how many are good and bad, and what lies in their inputs."""

    zone: str
    where: str
    good: int
    bad: int
    bounds: Bounds


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Deciding:
    """One question to everybody in some data."""

    opened: Opened
    question: Question
    engine: Engine = BUILT_IN

    def slices(self) -> tuple[Slice, ...]:
        """What lies in the data, by time zone: the first reading.

        Raises:
            InvalidInput: the book needs a fact of the request that nobody says.
        """
        self._ensure_facts()
        return tuple(self._slices())

    def _ensure_facts(self) -> None:
        """Said once, not of every row."""
        columns, fields = self.opened.door.columns, self.opened.door.fields
        missing = tuple(
            Diagnostic(
                code="PS102",
                message=f"the fact `{column.path[1]}` of the request is missing, and the data has no column `{name}`",
                span=whole_file(""),
                help=f"say it with --fact {column.path[1]}=VALUE, or name its column: --map {name}=THEIRS",
            )
            for name, column in columns.items()
            if column.path[0] == "request" and column.needed and name not in fields and not self.question.renews
        )
        if missing:
            raise InvalidInput(diagnostics=missing)

    def _slices(self) -> Iterator[Slice]:
        for zone, where in self.zones():
            yield self._measured(zone, where)

    def zones(self) -> Iterator[tuple[str, str]]:
        """The time zones to decide in, each with the SQL that says which rows are decided in it."""
        own = self.opened.door.book.zone
        zone = quoted("=timezone")
        others = [name for name in self.opened.door.zones if name != own]
        listed = ", ".join(map(text, others))
        yield own, f"({zone} IS NULL OR {zone} NOT IN ({listed}))" if others else "TRUE"
        yield from ((name, f"{zone} = {text(name)}") for name in others)

    def _measured(self, zone: str, where: str) -> Slice:
        kernel = self._kernel(zone, {})
        only = frozenset(kernel.facts.access)
        query = self.opened.door.query(zone, only=only, renews=self.question.renews)
        columns = self._numbers(zone, only)
        aside = f"({quoted(BAD)} OR {self._unmeant(zone)})"
        measures = [aside, "count(*)"]
        for name, is_truth in columns.items():
            number = f"CAST({quoted(name)} AS INTEGER)" if is_truth else quoted(name)
            measures += [f"{which}({number})" for which in ("min", "max")]
        counts: dict[bool, int] = {}
        bounds: dict[str, tuple[int, int]] = {}
        found = self.opened.fetched(query.text(", ".join(measures), more=f" WHERE {where} GROUP BY {aside}"))
        for is_aside, rows, *extremes in found:
            counts[is_aside] = rows
            if not is_aside:
                pairs = zip(columns, extremes[::2], extremes[1::2], strict=True)
                bounds = {name: (int(low), int(high)) for name, low, high in pairs}
        return Slice(zone=zone, where=where, good=counts.get(False, 0), bad=counts.get(True, 0), bounds=bounds)

    def _unmeant(self, zone: str) -> str:
        """Whether no price of the plan asked for is meant for a row: it has several, and none is billed as often."""
        asking = Asking(book=self.opened.door.book, question=self.question, zone=zone)
        if self.question.kind != "change" or self.question.request.price:
            return "FALSE"
        at = (
            f"{quoted('from.price.index')} * {len(asking.book.rulebook.tables.currencies)} + {quoted('currency.index')}"
        )
        unmeant = [str(k) for k, target in enumerate(asking.by_price()) if target is None]
        return f"({at}) IN ({', '.join(unmeant)})" if unmeant else "FALSE"

    def _numbers(self, zone: str, only: frozenset[str]) -> dict[str, bool]:
        """The inputs that the door yields as numbers or truths, and whether as truths."""
        yielded = self.opened.door.outputs(Form(), zone, only=only, renews=self.question.renews)
        numbers = {name: node for name, node in yielded.items() if name != BAD and isinstance(node, (Int, Bool))}
        return {name: isinstance(node, Bool) for name, node in numbers.items()}

    def _kernel(self, zone: str, within: Bounds) -> Kernel:
        rulebook = self.opened.door.book.rulebook
        if not within:
            reading = rulebook.renewals if self.question.renews else rulebook.reading
            return reading(None if zone == rulebook.zone else zone).kernel
        return rulebook.kernel(zone, renews=self.question.renews, within=within)

    def narrowed(self, part: Slice) -> Kernel:
        """The kernel for what lies in a part."""
        asking = Asking(book=self.opened.door.book, question=self.question, zone=part.zone)
        general = self._kernel(part.zone, {})
        bounds = {**part.bounds, **{name: (value, value) for name, value in asking.constants(general).items()}}
        if "subscription.quantity" in part.bounds and "request.quantity" not in bounds:
            bounds["request.quantity"] = part.bounds["subscription.quantity"]
        targets = asking.targets()
        if targets:
            bounds[TO_PRICE] = (min(targets), max(targets))
        return self._kernel(part.zone, bounds)

    def asked(self, part: Slice) -> tuple[tuple[str, str], ...]:
        """The steps of SQL that end with `ASKED`: the rows of a part to decide, once for each target."""
        door = self.opened.door
        asking = Asking(book=door.book, question=self.question, zone=part.zone, dialect=door.dialect)
        at_door = door.query(part.zone, only=self.inputs(part.zone), renews=self.question.renews)
        meant = f"{part.where} AND NOT {self._unmeant(part.zone)}"
        return *at_door.tables, (ASKED, asking.query(self._kernel(part.zone, {}), last=at_door.last, where=meant))

    def inputs(self, zone: str) -> frozenset[str]:
        """The inputs that the door has to yield for the question."""
        return frozenset((*self._kernel(zone, {}).facts.access, *self._allowances()))

    def query(self, part: Slice, *, with_terms: bool) -> str:
        """The query of the engine that has the data: it decides the good rows of a part and tells the answers."""
        return self.work(part, with_terms=with_terms).query()

    def work(self, part: Slice, *, with_terms: bool) -> Work:
        """What is computed for the good rows of a part."""
        door = self.opened.door
        telling = Telling(book=door.book, kernel=self.narrowed(part), with_terms=with_terms, dialect=door.dialect)
        return Work(
            steps=self.asked(part),
            outputs=telling.needed(),
            carried=("=id", "=plan", "=price", "=currency", *(() if self.question.renews else ("to_plan", "to_price"))),
            told=", ".join(f"{column.sql} AS {quoted(column.name)}" for column in telling.columns()),
            dialect=door.dialect,
        )

    def _allowances(self) -> tuple[str, ...]:
        names = {name for plan in self.opened.door.book.catalog.plans for name, _ in plan.allowances}
        return tuple(f"allowance {name}" for name in sorted(names))

    def write(self, slices: tuple[Slice, ...], out: Path, *, with_terms: bool, tick: Tick = lambda _: None) -> None:
        """Decide the good rows into a Parquet file; `tick` is told of rows as `Work` tells of them.

        Raises:
            InvalidInput: the engine cannot compute this book exactly.
        """
        works = self.works(slices, with_terms=with_terms, tick=tick)
        with self.exactly():
            self.engine.write(works, out, door=self.opened)

    def works(self, slices: tuple[Slice, ...], *, with_terms: bool, tick: Tick = lambda _: None) -> tuple[Work, ...]:
        """What is computed for the good rows of every part."""
        kept = [part for part in slices if part.good] or slices[:1]  # of nobody, the columns are told all the same
        return tuple(replace(self.work(part, with_terms=with_terms), tick=tick) for part in kept)

    @contextmanager
    def exactly(self) -> Iterator[None]:
        """Tell whoever asked where the engine cannot compute this book exactly.

        Raises:
            InvalidInput: it cannot.
        """
        try:
            yield
        except NotExact as error:
            where = whole_file(f"--engine {self.engine.name}")
            help_text = "look for an amount or a quantity that nobody has; an engine with wider numbers may do it"
            found = Diagnostic(code="PS541", message=str(error), span=where, help=help_text)
            raise InvalidInput(diagnostics=(found,)) from None

    def questions(self, slices: tuple[Slice, ...]) -> int:
        """How many questions there are at most: of options, each price is asked about."""
        prices = len(self.opened.door.book.rulebook.tables.rows) if self.question.kind == "options" else 1
        return prices * sum(part.good for part in slices)

    def aside(self, slices: tuple[Slice, ...]) -> int:
        """How many rows are set aside, with the lines that are none."""
        return sum(part.bad for part in slices) + sum(1 for _ in self.opened.unread())

    def bad_rows(self, slices: tuple[Slice, ...]) -> Iterator[BadRow]:
        """The rows that are set aside, each with what is wrong with it."""
        for line in self.opened.unread():
            flaw = Flaw(code="PS001", at="", message=f"line {line.line} is no row: {line.why}")
            yield BadRow(number=0, id="", flaws=(flaw,))
        door = self.opened.door
        if not any(part.bad for part in slices):
            return
        names = list(door.fields)
        unmeant = self._unmeant(door.book.zone)
        cells = ", ".join([quoted(ROW), unmeant, *(quoted(cell_name(name)) for name in names)])
        query = door.query(door.book.zone, only=_PRICE_INPUTS, renews=self.question.renews, with_cells=True)
        rows = self.opened.streamed(query.text(cells, more=f" WHERE {quoted(BAD)} OR {unmeant}"))
        for number, is_unmeant, *values in rows:
            row = dict(zip(names, values, strict=True))
            flaws = self._flaws(row, is_unmeant=is_unmeant)
            yield BadRow(number=self.opened.place(number), id=str(row.get("id") or ""), flaws=flaws)

    def _flaws(self, row: Mapping[str, object], *, is_unmeant: bool) -> tuple[Flaw, ...]:
        if self.opened.form == "json" and all(value is None for value in row.values()):
            return (NO_OBJECT,)
        door = self.opened.door
        flaws = flaws_of(door.book, row, columns=door.columns)
        return flaws or ((self._price_missing(),) if is_unmeant else (NOT_WRITTEN_SO,))

    def _price_missing(self) -> Flaw:
        plan = self.question.request.plan
        return Flaw(
            code="PS102", at="price", message=f"`{plan}` has several prices, and none is billed as often as now"
        )


_PRICE_INPUTS = frozenset({"from.price.index", "currency.index"})
