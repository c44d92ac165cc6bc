"""Which columns of some data stand for which of ours, and what is wrong with them as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from planshift.billing.zones import is_zone
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file
from planshift.population.columns import Column
from planshift.population.door import Field

_MOST_ZONES = 2_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The data `where`, and how it calls our columns where it calls them otherwise."""

    where: str
    called: Mapping[str, str]

    def name_of(self, column: str) -> str:
        """What the data calls a column of ours."""
        return self.called.get(column, column)

    def check_names(self, columns: Mapping[str, Column]) -> None:
        """See that whoever tells other names tells them of columns that there are.

        Raises:
            InvalidInput: there is no such column.
        """
        unknown = [name for name in self.called if name not in columns]
        if unknown:
            raise InvalidInput(
                diagnostics=tuple(
                    Diagnostic(
                        code="PS501",
                        message=f"there is no column `{name}`",
                        span=whole_file(self.where),
                        help=did_you_mean(name, columns),
                    )
                    for name in unknown
                )
            )

    def check_fields(self, columns: Mapping[str, Column], fields: Mapping[str, Field], *, held: Sequence[str]) -> None:
        """See that the data has what every row needs, and no amounts that are not exact.

        Raises:
            InvalidInput: a column is missing that is needed, or one holds inexact amounts.
        """
        problems = [*self._missing(columns, fields, held), *self._inexact(columns, fields)]
        if problems:
            raise InvalidInput(diagnostics=tuple(problems))

    def _missing(
        self, columns: Mapping[str, Column], fields: Mapping[str, Field], held: Sequence[str]
    ) -> list[Diagnostic]:
        """Columns that every row would lack."""
        lacking = [c for c in columns.values() if c.needed and c.name not in fields and c.path[0] != "request"]
        return [
            Diagnostic(
                code="PS102",
                message=f"the data has no column `{self.name_of(column.name)}`: {column.meaning}",
                span=whole_file(self.where),
                help=did_you_mean(column.name, held) or f"name the column that it is: --map {column.name}=THEIRS",
            )
            for column in lacking
        ]

    def _inexact(self, columns: Mapping[str, Column], fields: Mapping[str, Field]) -> list[Diagnostic]:
        """Amounts that are no longer exact."""
        return [
            Diagnostic(
                code="PS112",
                message=f"the column `{field.theirs}` holds amounts as binary fractions, which are not exact",
                span=whole_file(self.where),
                help="write it as a DECIMAL or as text",
            )
            for name, field in fields.items()
            if columns[name].kind in ("money", "percent") and field.given == "float"
        ]


def zones_in(
    source: str, fields: Mapping[str, Field], *, fetched: Callable[[str], list[tuple[Any, ...]]]
) -> tuple[str, ...]:
    """The time zones that the rows of a source name and that there are."""
    if "timezone" not in fields:
        return ()
    theirs = fields["timezone"].read
    found = fetched(f"SELECT DISTINCT {theirs} FROM {source} WHERE {theirs} IS NOT NULL LIMIT {_MOST_ZONES}")
    return tuple(sorted(zone for (zone,) in found if isinstance(zone, str) and zone and is_zone(zone)))
