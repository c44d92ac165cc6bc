"""Everybody whom a migration is about: their rows, kept so that they stay what they are while it is decided and placed.

The columnar reading says whom the policy allows it; their rows are handed on in the order of their ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final, final

from planshift.migration.wish import Wish
from planshift.population.data import Opened
from planshift.population.deciding import BadRow, Deciding, Slice
from planshift.population.dialects import quoted, text
from planshift.population.documents import Flaw
from planshift.population.engines import Engine
from planshift.population.set_aside import SetAside
from planshift.population.summary import Summary, summary_of

_NUMBER: Final = quoted("~row number")
_BATCH: Final = 500


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the columnar reading says of a subscription: what it becomes, from when on, and for how much now."""

    to_plan: str
    to_price: str
    effective_on: date
    due_now: Decimal


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A subscription that the policy allows it: its id, its row by our columns, and the answer."""

    id: str
    row: Mapping[str, object]
    answer: Answer


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Everybody:
    """The rows of those whom a migration is about.

    `twice` are rows of one id, of which nobody says which one counts.
    """

    deciding: Deciding
    twice: tuple[BadRow, ...]

    @property
    def opened(self) -> Opened:
        """Their rows, as opened data."""
        return self.deciding.opened

    def aside(self, slices: tuple[Slice, ...]) -> int:
        """How many rows are set aside."""
        return self.deciding.aside(slices) + len(self.twice)

    def bad_rows(self, slices: tuple[Slice, ...]) -> Iterator[BadRow]:
        """The rows that are set aside, each with what is wrong with it."""
        yield from self.twice
        yield from self.deciding.bad_rows(slices)

    def summary(self, slices: tuple[Slice, ...], answers: Path, *, why_aside: tuple[SetAside, ...] = ()) -> Summary:
        """What the answers in a file come to."""
        good = sum(part.good for part in slices)
        return summary_of(
            self.opened,
            answers,
            good=good,
            bad=self.aside(slices),
            renews=self.deciding.question.renews,
            why_aside=why_aside,
        )

    def digest(self) -> str:
        """What tells these rows from others, whatever file they come from and in whatever order."""
        theirs = sorted(quoted(field.theirs) for field in self.opened.door.fields.values())
        cells = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in theirs)
        row = f"concat_ws(chr(31), {cells})"
        parts = f"count(*), sum(md5_number_lower({row})), sum(md5_number_upper({row}))"
        found = self.opened.engine.execute(f"SELECT {parts} FROM people").fetchall()
        return sha256(json.dumps([theirs, *map(str, found[0])]).encode()).hexdigest()

    def candidates(self, answers: Path, *, without: Iterable[str], folder: Path) -> Candidates:
        """Those whom the answers in a file allow it, but for some that are settled; `folder` is free to write to."""
        file = folder / "settled.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps({"id": each}) + "\n" for each in without)
        known = f"read_json({text(str(file))}, format = 'newline_delimited', columns = {{id: 'VARCHAR'}})"
        self.opened.engine.execute(f"CREATE OR REPLACE TABLE settled AS SELECT id FROM {known}")
        return Candidates(everybody=self, answers=answers)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Those whom the policy allows it and of whom nothing is recorded yet."""

    everybody: Everybody
    answers: Path

    def __len__(self) -> int:
        """How many they are."""
        found = self.everybody.opened.engine.execute(f"SELECT count(*) {self._found}").fetchall()
        return int(found[0][0])

    def __iter__(self) -> Iterator[Candidate]:
        """They themselves, in the order of their ids."""
        names = list(self.everybody.opened.door.fields)
        cells = [f"p.{quoted(self.everybody.opened.door.fields[name].theirs)}" for name in names]
        told = ", ".join(["a.id", "a.to_plan", "a.to_price", "a.effective_on", "a.due_now", *cells])
        cursor = self.everybody.opened.engine.cursor()
        cursor.execute(f"SELECT {told} {self._found} ORDER BY a.id")
        while rows := cursor.fetchmany(_BATCH):
            for name, to_plan, to_price, effective_on, due_now, *values in rows:
                answer = Answer(to_plan=to_plan, to_price=to_price, effective_on=effective_on, due_now=due_now)
                yield Candidate(id=name, row=dict(zip(names, values, strict=True)), answer=answer)

    @property
    def _found(self) -> str:
        theirs = quoted(self.everybody.opened.door.fields["id"].theirs)
        rows = f"read_parquet({text(str(self.answers))}) a JOIN people p ON CAST(p.{theirs} AS VARCHAR) = a.id"
        return f"FROM {rows} WHERE a.verdict = 'allowed' AND a.id NOT IN (SELECT id FROM settled)"


def gathered(opened: Opened, wish: Wish, *, engine: Engine) -> Everybody:
    """The rows that a wish is about. One whose plan nobody can read may be about it, and is among them."""
    door = opened.door
    plan, name = quoted(door.fields["plan"].theirs), quoted(door.fields["id"].theirs)
    of_plan = f" WHERE coalesce(CAST({plan} AS VARCHAR), '') IN ('', {text(wish.of_plan)})" if wish.of_plan else ""
    run = opened.engine.execute
    run("SET preserve_insertion_order = true")
    numbered = f"(SELECT *, row_number() OVER () AS {_NUMBER} FROM {door.source})"
    run(f"CREATE TABLE people AS SELECT * FROM {numbered}{of_plan}")
    run("SET preserve_insertion_order = false")
    several = f"{name} IN (SELECT {name} FROM people GROUP BY {name} HAVING count(*) > 1)"
    found = run(f"SELECT {_NUMBER}, CAST({name} AS VARCHAR) FROM people WHERE {several} ORDER BY 1").fetchall()
    if found:
        run(f"DELETE FROM people WHERE {several}")
    kept = replace(opened, door=replace(door, source="people", row=_NUMBER))
    return Everybody(
        deciding=Deciding(opened=kept, question=wish.question, engine=engine),
        twice=tuple(BadRow(number=opened.place(number), id=each, flaws=(_TWICE,)) for number, each in found),
    )


_TWICE: Final = Flaw(code="PS514", at="id", message="the id stands in several rows, and which one counts is not said")
