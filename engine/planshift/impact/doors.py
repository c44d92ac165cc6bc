"""One reading of the data for both versions of a book.

What the door makes of the rows is kept in a file and serves every later step. Where both versions type the cells in the
same way, they share one reading: a column that both check alike stands there once, the inputs of both are nodes of one
form, and equal nodes are one column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from planshift.expressions.form import Form
from planshift.population.checks import NEW
from planshift.population.deciding import Deciding
from planshift.population.dialects import DUCKDB, quoted, text
from planshift.population.door import ROW
from planshift.population.sql import Query, emit

_TOLD = (ROW,)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Doors:
    """The doors of both versions, whose rows are kept in a folder."""

    old: Deciding
    new: Deciding
    folder: Path

    def kept(self) -> tuple[Deciding, Deciding]:
        """Both versions with their rows kept: the one reading of the data."""
        zones = dict(self.old.zones()), dict(self.new.zones())
        found: tuple[dict[str, str], dict[str, str]] = {}, {}
        for zone in dict.fromkeys((*zones[0], *zones[1])):
            if zones[0].get(zone) == zones[1].get(zone) and self._alike:
                found[0][zone], found[1][zone] = self._keep_shared(zone, zones[0][zone])
                continue
            for side, deciding in enumerate((self.old, self.new)):
                if zone in zones[side]:
                    found[side][zone] = self._keep(deciding, zone, where=zones[side][zone], side=side)
        return _with(self.old, found[0]), _with(self.new, found[1])

    @property
    def _alike(self) -> bool:
        """Whether both versions read and type the cells in the same way."""
        old, new = self.old.opened.door, self.new.opened.door
        return old.typed_steps(_TOLD) == new.typed_steps(_TOLD) and old.carried(_TOLD) == new.carried(_TOLD)

    def _keep_shared(self, zone: str, where: str) -> tuple[str, str]:
        form, door, other = Form(), self.old.opened.door, self.new.opened.door
        checks = door.checks(_TOLD)
        more = other.checks(_TOLD)
        more = more if more.prices == checks.prices else other.checks(_TOLD, prices="new_prices")
        renamed, renews = checks.renamed(more), self.old.question.renews
        old = door.outputs(form, zone, only=self.old.inputs(zone), renews=renews)
        new = other.outputs(form, zone, only=self.new.inputs(zone), renews=renews, renamed=renamed)
        own = {f"{NEW}{name}": node for name, node in new.items() if old.get(name) is not node}
        passed = door.carried(_TOLD)
        every = dict.fromkeys((*passed, *(renamed.get(name, name) for name in passed)))
        query = emit({**old, **own}, source="checked", dialect=DUCKDB, carried=tuple(every), prefix="d")
        typed = door.typed_steps(_TOLD)
        steps = (*typed, ("checked", checks.step(typed[-1][0], more=more)))
        kept = self._write(steps, query, zone=zone, where=where)
        new_names = {name: f"{NEW}{name}" if f"{NEW}{name}" in own else name for name in new}
        return (
            _named(kept, {name: name for name in (*passed, *old)}),
            _named(kept, {name: renamed.get(name, name) for name in passed} | new_names),
        )

    def _keep(self, deciding: Deciding, zone: str, *, where: str, side: int) -> str:
        door = deciding.opened.door
        outputs = door.outputs(Form(), zone, only=deciding.inputs(zone), renews=deciding.question.renews)
        query = emit(outputs, source="checked", dialect=DUCKDB, carried=door.carried(_TOLD), prefix="d")
        return self._write(door.steps(_TOLD), query, zone=zone, where=where, name=("old", "new")[side])

    def _write(
        self, steps: tuple[tuple[str, str], ...], query: Query, *, zone: str, where: str, name: str = "both"
    ) -> str:
        """Write what a door yields, and say how it is read."""
        path = self.folder / f"{name}-{zone.replace('/', '-')}.parquet"
        whole = Query(tables=(*steps, *query.tables), last=query.last).text(more=f" WHERE {where}")
        self.old.opened.engine.execute(f"COPY ({whole}) TO {text(str(path))} (FORMAT parquet)")
        return f"read_parquet({text(str(path))})"


def _named(kept: str, columns: Mapping[str, str]) -> str:
    """Some columns of a file under the names of one version."""
    return f"(SELECT {', '.join(f'{quoted(held)} AS {quoted(name)}' for name, held in columns.items())} FROM {kept})"


def _with(deciding: Deciding, kept: dict[str, str]) -> Deciding:
    opened = deciding.opened
    return replace(deciding, opened=replace(opened, door=replace(opened.door, kept=kept)))


def tables_of(deciding: Deciding) -> Iterator[str]:
    """The kept rows of every time zone, as SQL."""
    yield from deciding.opened.door.kept.values()
