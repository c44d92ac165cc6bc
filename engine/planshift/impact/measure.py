"""Counts and sums of the differences, read from their file by SQL: amounts are added up, and nothing is decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from planshift.billing.money import Money
from planshift.impact.answers import Answers
from planshift.impact.impact import Affected, Compared, Counts, Dimension, Group, KindCount, Sums
from planshift.impact.kinds import KINDS
from planshift.population.data import Connection
from planshift.population.dialects import quoted, text

SHOWN = 10
"""So many of those who are refused are named, and so many of those who are hit hardest are explained."""

_KEYS: Mapping[Dimension, tuple[str, ...]] = {
    "cause": ("cause",),
    "plan": ("plan",),
    "path": ("plan", "to_plan"),
    "segment": ("segment",),
    "month": ("strftime(coalesce(new_effective_on, old_effective_on), '%Y-%m')",),
}

_MORE = "new_first_year - old_first_year"

_TOLD = (
    *("row", "id", "plan", "price", "to_plan", "to_price"),
    *("kind", "cause", "old_verdict", "new_verdict", "new_reasons", "more", "currency"),
)
"""What is told of one difference."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Measuring:
    """The file of the differences, with the column of the data that divides customers into segments."""

    answers: Answers
    file: Path
    segment: str

    @property
    def _engine(self) -> Connection:
        return self.answers.old.opened.engine

    @cached_property
    def _found(self) -> str:
        """The differences, each with its segment: put together once, and read for each figure."""
        found = f"read_parquet({text(str(self.file))})"
        if not self.segment:
            return found
        door = self.answers.old.opened.door
        rows = f"SELECT {door.row} AS at, CAST({quoted(self.segment)} AS VARCHAR) AS segment FROM {door.source}"
        divided = f"SELECT f.*, coalesce(s.segment, '') AS segment FROM {found} f LEFT JOIN ({rows}) s ON s.at = f.row"
        out = self.file.with_stem("divided")
        self._engine.execute(f"COPY ({divided}) TO {text(str(out))} (FORMAT parquet)")
        return f"read_parquet({text(str(out))})"

    def compared(self) -> Compared:
        """How much was compared."""
        answers = self.answers
        set_aside = answers.old.aside(answers.slices[0]), answers.new.aside(answers.slices[1])
        only_new = self._one(f"SELECT count(*) FROM {self._found} WHERE kind IN ('taken_in', 'offered')")
        return Compared(
            subscriptions=sum(part.good for part in answers.slices[0]) + set_aside[0],
            set_aside=set_aside,
            answers=self._one(f"SELECT count(*) FROM {self._old}") + only_new,
            columns=len(answers.compared),
        )

    @property
    def _old(self) -> str:
        return f"read_parquet({text(str(self.answers.files[0]))})"

    def kinds(self) -> tuple[KindCount, ...]:
        """How many differences there are of each kind."""
        main, every = (
            {str(kind): _whole(answers) for kind, answers in self._rows(query)}
            for query in (
                f"SELECT kind, count(*) FROM {self._found} GROUP BY 1",
                f"SELECT unnest(kinds), count(*) FROM {self._found} GROUP BY 1",
            )
        )
        return tuple(
            KindCount(kind=kind, answers=main.get(kind, 0), anywhere=every[kind]) for kind in KINDS if kind in every
        )

    def total(self) -> tuple[Counts, tuple[Sums, ...]]:
        """All differences together."""
        groups = self._grouped(())
        return (groups[0].counts, groups[0].sums) if groups else (_NOBODY, ())

    def groups(self) -> dict[Dimension, tuple[Group, ...]]:
        """The differences by everything that they are put together by, the largest first."""
        return {name: self._grouped(keys) for name, keys in _KEYS.items() if name != "segment" or self.segment}

    def _grouped(self, keys: tuple[str, ...]) -> tuple[Group, ...]:
        named = [f"coalesce({key}, '') AS k{number}" for number, key in enumerate(keys)]
        by = ", ".join([*(f"k{number}" for number in range(len(keys))), "currency"])
        options = len(self.answers.keys) > 1
        # of options, a customer has several answers, who counts once
        who = "count(DISTINCT row){}" if options else "count(*){}"
        refused, dearer, cheaper = "kind = 'newly_refused'", f"{_MORE} > 0", f"{_MORE} < 0"
        counts = [who.format(""), *(who.format(f" FILTER ({each})") for each in (refused, dearer, cheaper)), "count(*)"]
        deltas = [f"new_{name} - old_{name}" for name in ("now", "next_bill", "per_year")]
        sums = [
            f"coalesce(sum({delta}), 0)"
            for delta in (*deltas, f"greatest({deltas[2]}, 0)", f"greatest(-({deltas[2]}), 0)")
        ]
        found = f"SELECT {', '.join([*named, '*'])} FROM {self._found}"
        query = f"SELECT {by}, {', '.join([*counts, *sums])} FROM ({found}) GROUP BY ALL"
        groups: dict[tuple[str, ...], list[tuple[str, Counts, Sums]]] = {}
        for row in self._rows(query):
            key, currency, figures = tuple(map(str, row[: len(keys)])), str(row[len(keys)]), row[len(keys) + 1 :]
            customers, refusals, more, less, answers, *amounts = map(_whole, figures)
            counted = Counts(customers=customers, answers=answers, refused=refusals, dearer=more, cheaper=less)
            money = [self._money(amount, currency) for amount in amounts]
            told = Sums(
                currency=currency,
                now=money[0],
                next_bill=money[1],
                per_year=money[2],
                more_per_year=money[3],
                less_per_year=money[4],
            )
            groups.setdefault(key, []).append((currency, counted, told))
        sizes = self._sizes(keys)
        whole = [_group(key, held, of=sizes.get(key, 0)) for key, held in groups.items()]
        return tuple(sorted(whole, key=lambda group: (-group.counts.customers, group.key)))

    def _sizes(self, keys: tuple[str, ...]) -> dict[tuple[str, ...], int]:
        """How many answers of the old version there are of each group, as far as answers say what groups them."""
        if keys == ("segment",):
            door = self.answers.old.opened.door
            query = (
                f"SELECT coalesce(CAST({quoted(self.segment)} AS VARCHAR), ''), count(*) FROM {door.source} GROUP BY 1"
            )
        elif keys in (("plan",), ("plan", "to_plan")) and (len(keys) == 1 or self.answers.targeted):
            query = f"SELECT {', '.join(keys)}, count(*) FROM {self._old} GROUP BY ALL"
        else:
            return {}
        return {tuple(map(str, row[:-1])): _whole(row[-1]) for row in self._rows(query)}

    def refused(self) -> tuple[Affected, ...]:
        """Some of those who are newly refused: of every plan and reason somebody, before there are two of one."""
        return self._affected("kind = 'newly_refused'", order="variety, row", alike="plan, to_plan, cause")

    def hardest(self) -> tuple[Affected, ...]:
        """Those who pay most more in the first year, of each currency in turn; then those who are newly refused."""
        dear = self._affected(
            f"{_MORE} > 0",
            order=f"rank() OVER (PARTITION BY currency ORDER BY more DESC, variety, row), {_MORE} DESC, row",
            alike=f"currency, {_MORE}, plan, to_plan, cause",
        )
        others = [each for each in self.refused() if each.row not in {hit.row for hit in dear}]
        return (*dear, *others)[:SHOWN]

    def _affected(self, where: str, *, order: str, alike: str) -> tuple[Affected, ...]:
        """Differences, one for each customer; among those that are `alike` the first in the data comes first."""
        heaviest = "row_number() OVER (PARTITION BY row ORDER BY more DESC NULLS LAST, to_plan, to_price) = 1"
        chosen = f"SELECT *, {_MORE} AS more FROM {self._found} WHERE {where}"
        once = f"SELECT * FROM ({chosen}) QUALIFY {heaviest}"
        varied = f"SELECT *, row_number() OVER (PARTITION BY {alike} ORDER BY row) AS variety FROM ({once})"
        found = self._rows(f"SELECT {', '.join(_TOLD)} FROM ({varied}) ORDER BY {order} LIMIT {SHOWN}")
        return tuple(self._one_of(row) for row in found)

    def _one_of(self, row: tuple[object, ...]) -> Affected:
        number, name, plan, price, to_plan, to_price, kind, cause, old, new, reasons, more, currency = row
        return Affected(
            row=_whole(number),
            id=str(name),
            plan=str(plan),
            price=str(price),
            to_plan=str(to_plan or ""),
            to_price=str(to_price or ""),
            kind=str(kind),
            cause=str(cause),
            old_verdict=str(old or ""),
            new_verdict=str(new or ""),
            reasons=tuple(map(str, reasons)) if isinstance(reasons, list) else (),
            first_year=None if more is None else self._money(_whole(more), str(currency)),
        )

    def _money(self, minor: int, currency: str) -> Money:
        decimals = self.answers.new.opened.door.book.rulebook.decimals
        known = decimals if currency in decimals else self.answers.old.opened.door.book.rulebook.decimals
        return Money(minor=minor, currency=currency, decimals=known[currency])

    def _rows(self, query: str) -> Iterator[tuple[object, ...]]:
        yield from self._engine.execute(query).fetchall()

    def _one(self, query: str) -> int:
        (found,) = next(self._rows(query))
        return _whole(found)


def _whole(cell: object) -> int:
    """A count or a sum, which an engine may hold in one of several types."""
    assert isinstance(cell, int)  # counts and sums of whole numbers are whole numbers
    return cell


_NOBODY = Counts(customers=0, answers=0, refused=0, dearer=0, cheaper=0)


def _group(key: tuple[str, ...], held: list[tuple[str, Counts, Sums]], *, of: int) -> Group:
    """A group of several currencies; a customer has one, so that customers add up."""
    names = ("customers", "answers", "refused", "dearer", "cheaper")
    added = {name: sum(getattr(counts, name) for _, counts, _ in held) for name in names}
    sums = tuple(told for _, _, told in sorted(held, key=lambda each: each[0]))
    return Group(key=key, of=of, counts=Counts(**added), sums=sums)
