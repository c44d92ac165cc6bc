"""What the passes hand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions.typed import TypedRules
from planshift.policy.document import BookDocument
from planshift.rulebook.catalog_tables import CatalogTables, currencies_of
from planshift.rulebook.kept_checks import KeptChecks
from planshift.rulebook.ladder_values import Holders, Ladder, Road
from planshift.rulebook.symbols import Known, known_names


@final
@dataclass(slots=True)
class Draft:
    """A book on its way to being compiled. Passes fill it in; nothing outside of the passes changes it."""

    document: BookDocument
    tables: CatalogTables
    names: dict[str, Known]
    on: date | None = None
    """The day on which the book is checked; None where it is compiled, which no day may change."""
    ladder: Ladder = field(default_factory=Ladder)
    roads: dict[tuple[int, int], list[Road]] = field(default_factory=dict)
    """What each path says of each pair of plans that it joins; the ladder has one road for each pair."""
    holders: Holders = field(default_factory=Holders)
    rules: TypedRules = field(default_factory=TypedRules)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    kept: KeptChecks = field(default_factory=KeptChecks)
    """What the passes made of the book before, if they did."""

    @classmethod
    def of(cls, document: BookDocument, *, on: date | None = None, kept: KeptChecks | None = None) -> Draft:
        """The draft of a document that was read without errors."""
        kept = kept or KeptChecks()
        basis = document.catalog, document.policy.currency, document.facts
        named = kept.names.of(basis)
        if named is None:
            currencies = currencies_of(document.catalog, document.policy.currency)
            tables = CatalogTables(catalog=document.catalog, currencies=currencies)
            named = kept.names.keep(basis, (tables, known_names(tables, document.facts)))
        return cls(document=document, tables=named[0], names=named[1], on=on, kept=kept)
