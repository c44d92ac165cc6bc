"""Spoken terms of documents -> statements with their sources."""

from __future__ import annotations

from collections.abc import Iterable

from planshift.policy.document import ScopedTerms
from planshift.rulebook.sources import Scope, Source, SourceKind, Statement, Statements


def statements_of(terms: Iterable[ScopedTerms], *, kind: SourceKind, title: str) -> Statements:
    """What one holder says; the company's own `any` and directions are ranks of their own and are called so."""
    scopes: list[tuple[Scope, tuple[Statement, ...]]] = []
    for scoped in terms:
        words = (title, "" if scoped.scope == "any" else scoped.scope, scoped.interval.replace("_", " "))
        told = ", ".join(filter(None, words))
        rank: SourceKind = "direction" if kind == "any" and scoped.scope != "any" else kind
        said = tuple(
            Statement(term=term.name, value=term.value, source=Source(kind=rank, title=told, span=term.span))
            for term in scoped.terms
        )
        scopes.append((Scope(direction=scoped.scope, interval=scoped.interval), said))
    return Statements(scopes=tuple(scopes))
