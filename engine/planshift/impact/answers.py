"""The answers of both versions to one question, each in a file of whole numbers.

What is the same constant in both versions for everybody is proven equal by that, and is compared without being written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from planshift.impact.columns import Answer, Dictionary, dictionary_of, part_of
from planshift.impact.doors import Doors
from planshift.population.deciding import Deciding, Slice
from planshift.population.dialects import quoted, text
from planshift.population.door import ROW
from planshift.population.engines import Work
from planshift.rulebook.kernel import Kernel

HEAD = {"=id": "id", "=plan": "plan", "=price": "price", "=currency": "currency"}
"""What an answer is about, as the door has it and as it is told."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Work:
    """What one version decides of one part of the data."""

    deciding: Deciding
    part: Slice
    kernel: Kernel


@final
class Answers:
    """Both versions asked about all of the data; the old one may be asked alone where the new one lacks the target."""

    def __init__(self, old: Deciding, new: Deciding, *, folder: Path) -> None:
        self.folder = folder
        self.old, self.new = Doors(old=old, new=new, folder=folder).kept()
        self.slices = self.old.slices(), self.new.slices()

    @cached_property
    def files(self) -> tuple[Path, Path]:
        """The answers of the old and of the new version."""
        return self._write(0, self.folder / "answers-old.parquet"), self._write(1, self.folder / "answers-new.parquet")

    @cached_property
    def codes(self) -> Dictionary:
        """What the codes in the answers stand for."""
        works = [work for side in self._works for work in side]
        return dictionary_of([(work.deciding.opened.door.book, work.kernel) for work in works])

    @cached_property
    def constants(self) -> Mapping[str, str]:
        """The columns that are the same constant in both versions, for everybody."""
        every = [columns for side in self._columns for columns in side]
        first = every[0]
        return {
            name: sql for name, sql in first.items() if _is_number(sql) and all(c.get(name) == sql for c in every[1:])
        }

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The columns of the files besides what an answer is about."""
        names = dict.fromkeys(name for side in self._columns for columns in side for name in columns)
        silent = {f"source {name.partition(' ')[2]}" for name in self.constants if name.startswith("term ")}
        silent.discard("source fee")  # it is compared by what it comes to
        return tuple(name for name in names if name not in self.constants and name not in silent)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The columns by which answers are compared, constants among them."""
        names = dict.fromkeys((*self.constants, *self.written))
        return tuple(name for name in names if part_of(name) is not None)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What makes an answer one of its own: the row, and of options the target."""
        options = self.old.question.kind == "options"
        return (ROW, "to_plan", "to_price") if options else (ROW,)

    @property
    def targeted(self) -> bool:
        """Whether a target is asked for; a renewal finds its own."""
        return not self.old.question.renews

    @cached_property
    def _works(self) -> tuple[tuple[_Work, ...], tuple[_Work, ...]]:
        old, new = (
            tuple(
                _Work(deciding=deciding, part=part, kernel=deciding.narrowed(part))
                for part in [part for part in slices if part.good] or slices[:1]
            )
            for deciding, slices in zip((self.old, self.new), self.slices, strict=True)
        )
        return old, new

    @cached_property
    def _columns(self) -> tuple[tuple[dict[str, str], ...], ...]:
        codes = self.codes
        return tuple(
            tuple(
                Answer(book=work.deciding.opened.door.book, kernel=work.kernel, codes=codes).columns() for work in side
            )
            for side in self._works
        )

    def _write(self, side: int, out: Path) -> Path:
        parts = [
            self._query(work, columns) for work, columns in zip(self._works[side], self._columns[side], strict=True)
        ]
        whole = " UNION ALL BY NAME ".join(f"({part})" for part in parts)
        self.old.opened.engine.execute(f"COPY ({whole}) TO {text(str(out))} (FORMAT parquet)")
        return out

    def _query(self, work: _Work, columns: Mapping[str, str]) -> str:
        head = [f"{quoted(name)} AS {called}" for name, called in HEAD.items()]
        targets = ["to_plan", "to_price"] if self.targeted else []
        told = [f"{columns.get(name, '0')} AS {quoted(name)}" for name in self.written]
        needed = Answer(book=work.deciding.opened.door.book, kernel=work.kernel, codes=self.codes).needed()
        return Work(
            steps=work.deciding.asked(work.part),
            outputs=needed,
            carried=(ROW, *HEAD, *targets),
            told=", ".join([quoted(ROW), *head, *targets, *told]),
        ).query()


def _is_number(sql: str) -> bool:
    return sql.removeprefix("-").isdecimal()
