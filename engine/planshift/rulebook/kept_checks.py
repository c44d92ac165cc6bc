"""What the passes made of a book the last time, for whoever checks it again after an edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions.check import KeptTypes
from planshift.expressions.kept import Kept, KeptOne
from planshift.rulebook.catalog_tables import CatalogTables
from planshift.rulebook.ladder_values import Road
from planshift.rulebook.symbols import Known


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KeptChecks:
    """The names of the book; the roads of each path, the types of each rule, and what is wrong with its values."""

    names: KeptOne[tuple[CatalogTables, dict[str, Known]]] = field(default_factory=KeptOne)
    roads: Kept[tuple[Road, ...]] = field(default_factory=Kept)
    types: KeptTypes = field(default_factory=Kept)
    values: Kept[tuple[Diagnostic, ...]] = field(default_factory=Kept)
