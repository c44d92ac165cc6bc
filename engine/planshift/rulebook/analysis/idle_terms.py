"""Terms that have no effect: read only where another term has a value that nobody gives it, or said where nobody asks.

`NEEDS` declares which term is read only beside which words of another one. It is no second meaning: a test alters each
term where its word is missing, and no decision and no action plan may come out otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.policy.terms import TERM
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.analysis.spoken import costs, possible_values, spoken, words_of
from planshift.rulebook.draft import Draft
from planshift.rulebook.renewals import settled_always
from planshift.rulebook.sources import DIRECTIONS, Scope, Statement

NEEDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "extend.unit": ("unused_credit", ("extend_time",)),
    "extend.rounding": ("unused_credit", ("extend_time",)),
    "extend.starts": ("unused_credit", ("extend_time",)),
    "extend.period_days": ("unused_credit", ("extend_time",)),
    "extend.rate_scale": ("unused_credit", ("extend_time",)),
    "payment_expires": ("apply", ("after_payment",)),
    "credit_basis": ("credit", ("prorated", "full")),
    "rounding.side_scale": ("rounding.place", ("net",)),
}
"""The terms that are read only where another one is one of these words."""

OF_A_FEE = ("fee_label", "fee_taxed_as")
"""The terms that are read only where there is a fee."""

_ASKED = frozenset(DIRECTIONS) - {"renewal"}
"""The directions of what somebody asks for."""

OF_A_BUCKET = "hold_credit_until"
"""The term that is read only where a plan has usage that is rated afterwards."""


def find_idle_terms(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report what the book itself says of terms that are never read; what it takes over is there for others, too."""
    draft = scenes.draft
    for scope, statement in spoken(draft):
        if _is_own(draft, statement) and statement.value != TERM[statement.term].default:
            why = _why(draft, scope, statement)
            if why is not None:
                message = f"`{statement.term}` has no effect: {why[0]}"
                yield _warning("PS430", statement, message=message, help_text=f"{why[1]}, or take the line out")


def _why(draft: Draft, scope: Scope, statement: Statement) -> tuple[str, str] | None:
    """Why a term is never read, and what would make it count."""
    term = statement.term
    where = "" if scope.direction == "any" else f" for {_called(scope.direction)}"
    if term in NEEDS:
        other, words = NEEDS[term]
        if not words_of(possible_values(draft, other, direction=scope.direction)) & {*words}:
            listed = " or ".join(f"`{word}`" for word in words)
            return f"`{other}` is never {listed}{where}", f"set `{other}`"
    if term in OF_A_FEE and not any(map(costs, possible_values(draft, "fee", direction=scope.direction))):
        return f"nothing sets a `fee`{where}", "set a `fee`"
    if term == OF_A_BUCKET and not any(plan.usage_bucket for plan in draft.tables.catalog.plans):
        return "no plan of the catalog has a `usage_bucket`", "give one to the plan whose usage is rated afterwards"
    return None


def find_misplaced_terms(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report terms for changes that their place never has: those of a path for a direction that it does not lead in."""
    for path in scenes.draft.document.policy.paths:
        kinds = {"upgrade": path.upgrades, "downgrade": path.downgrades, "crossgrade": path.crossgrades}
        misplaced = (
            scoped for scoped in path.terms if scoped.scope in _ASKED and not (path.to or kinds.get(scoped.scope))
        )
        for scoped in misplaced:
            for term in scoped.terms:
                yield Diagnostic(
                    code="PS431",
                    message=f"`{term.name}` is set for {_called(scoped.scope)}, and none goes this path",
                    span=term.span,
                    labels=(Label(span=path.span, text="this path"),),
                    help="put it under a direction of the path, or beside its other terms",
                    severity="warning",
                    context=f"path {path.number}",
                )


def find_terms_of_renewals(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report terms for renewals that every renewal settles itself."""
    for scope, statement in spoken(scenes.draft):
        if scope.direction == "renewal" and statement.term in settled_always() and _is_own(scenes.draft, statement):
            message = f"`{statement.term}` has no effect for renewals: they settle it themselves"
            yield _warning("PS432", statement, message=message, help_text="take the line out")


def _called(direction: str) -> str:
    word = {"cancel": "cancellation", "term_change": "change of the price"}.get(direction, direction)
    return f"{'an' if word == 'upgrade' else 'a'} {word}"


def _is_own(draft: Draft, statement: Statement) -> bool:
    """Whether the book itself says it, and not a book or a preset that it extends."""
    own = next((file for kind, file, _ in draft.document.texts if kind == "policy"), None)
    return statement.source.span.file == own


def _warning(code: str, statement: Statement, *, message: str, help_text: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        span=statement.source.span,
        help=help_text,
        severity="warning",
        context=statement.source.title,
    )
