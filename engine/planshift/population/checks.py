"""What a door checks of cells that were typed, column by column, and what two doors have in common of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from planshift.population.dialects import quoted

NEW = "new "
"""Begins the columns that only the second of two doors has."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """The columns that a door makes of typed cells, by name: SQL over the cells `r` and the table of its prices.

    `prices` yields that table, which the columns know as `called`.
    """

    columns: Mapping[str, str]
    prices: str
    called: str

    def step(self, source: str, *, more: Checks | None = None) -> str:
        """The step that makes the columns of what `source` holds; those of a second door in front of its own prices."""
        columns = [f"{value} AS {quoted(name)}" for name, value in self.columns.items()]
        joins = [self.join]
        if more is not None:
            columns += [f"{more.columns[name]} AS {quoted(other)}" for name, other in self.renamed(more).items()]
            joins += [more.join] if more.called != self.called else []
        return f"SELECT {', '.join(columns)} FROM {source} r {' '.join(joins)}"

    def renamed(self, other: Checks) -> dict[str, str]:
        """The columns that another door makes otherwise, and what they are called beside these."""
        return {name: f"{NEW}{name}" for name, value in other.columns.items() if self.columns.get(name) != value}

    @property
    def join(self) -> str:
        """What puts the price of each row beside it."""
        return f"LEFT JOIN ({self.prices}) {self.called} ON {self.called}.told = r.{quoted('price told')}"
