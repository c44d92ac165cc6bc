"""Terms with the places where they were set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from planshift.billing.catalog import Catalog, Plan
from planshift.diagnostics.diagnostic import Severity
from planshift.diagnostics.span import Span
from planshift.policy.document import ScopedTerms, SpokenTerm
from planshift.policy.located import Located, Mapping, follow, span_of
from planshift.policy.models import Document
from planshift.policy.places import Path
from planshift.policy.placing import Placing
from planshift.policy.term_models import ScopesModel, spoken
from planshift.policy.term_values import Names
from planshift.policy.terms import INTERVAL_SCOPES, SCOPES


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What the names of a policy are checked against, and where mistakes go.

    `named_plans` and `named_services` are those that the catalog names, some of which may have mistakes and be missing
    from `plans`; where nobody knows them they are None, and names are not checked. `listed` is the catalog as written.
    """

    placing: Placing
    catalog: Catalog
    plans: dict[str, Plan]
    named_plans: frozenset[str] | None
    named_services: frozenset[str] | None
    listed: Placing | None

    def known_plan(self, name: str, *, at: Path, on_key: bool = False, severity: Severity = "error") -> bool:
        """Return whether the catalog has the plan, if only as one with mistakes; report it when it has not."""
        known = self.named_plans
        if known is None or name in known:
            return True
        self.placing.unknown("PS201", "plan", name=name, known=known, path=at, on_key=on_key, severity=severity)
        return False

    def check_service(self, name: str, *, at: Path) -> None:
        """Report a service that the catalog does not have."""
        if self.named_services is not None and name not in self.named_services:
            self.placing.unknown("PS204", "service", name=name, known=self.named_services, path=at)

    def is_whole(self, *path: str | int) -> bool:
        """Return whether the catalog has no mistake of form in the value at `path`: then it says what it means."""
        return self.listed is None or not self.listed.was_cut(*path)


def read_scopes(model: ScopesModel | None, against: Against, *, at: Path) -> tuple[ScopedTerms, ...]:
    """Return the terms of each scope, in the order of `SCOPES`, each with its blocks behind it."""
    if model is None:
        return ()
    node = follow(against.placing.root, at).value
    found: list[ScopedTerms] = []
    for scope in SCOPES:
        terms: Document | None = getattr(model, scope)
        if terms is not None and isinstance(node, Mapping):
            found += read_scope(terms, node.entries[scope].value, scope=scope, against=against, at=(*at, scope))
    return tuple(found)


def read_scope(model: Document, node: Located, *, scope: str, against: Against, at: Path) -> Iterator[ScopedTerms]:
    """Yield the terms that the mapping at `at` sets, then those of its blocks, in the order of `INTERVAL_SCOPES`."""
    yield ScopedTerms(scope=scope, terms=_read_terms(model, node, against=against, at=at))
    for interval in INTERVAL_SCOPES:
        block: Document | None = getattr(model, interval, None)
        if block is not None and isinstance(node, Mapping):
            terms = _read_terms(block, node.entries[interval].value, against=against, at=(*at, interval))
            yield ScopedTerms(scope=scope, interval=interval, terms=terms)


def _read_terms(model: Document, node: Located, *, against: Against, at: Path) -> tuple[SpokenTerm, ...]:
    """Return the terms that the mapping at `at` sets."""
    found: list[SpokenTerm] = []
    for name, value in spoken(model):
        if name == "fee_taxed_as" and isinstance(value, Names):
            for service in value.names:
                against.check_service(service, at=(*at, name))
        found.append(SpokenTerm(name=name, value=value, span=_term_place(node, name)))
    return tuple(found)


def _term_place(node: Located, name: str) -> Span:
    """Return where a term's value stands, or its key where the value fills many lines."""
    key = None
    for step in name.split("."):
        if isinstance(node, Mapping):
            entry = node.entries[step]
            key, node = entry.key, entry.value
    one_line = key is None or node.start.line == node.stop.line
    return span_of(node) if one_line or key is None else span_of(key)
