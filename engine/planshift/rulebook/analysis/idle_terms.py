"""Terms that have no effect: read only where another term has a value that nobody gives it, or said where nobody asks.

`NEEDS` declares which term is read only beside which words of another one, `NOT_OF_AN_END` what no cancellation reads.
They are no second meaning: a test alters each term where its word is missing, and no decision and no action plan may
come out otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.policy.term_values import Choice
from planshift.policy.terms import TERM
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.analysis.spoken import costs, is_own, possible_values, spoken, words_of
from planshift.rulebook.draft import Draft
from planshift.rulebook.renewals import settled_always
from planshift.rulebook.sources import DIRECTIONS, Scope, Statement, TermValue


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The term that has to be one of some words, for a term to be read; `only` are the words of the term that need it.

    Without them all do, but those of `besides`.
    """

    other: str
    words: tuple[str, ...]
    only: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()

    def concerns(self, value: TermValue) -> bool:
        """Whether a value of the term is read only so."""
        word = value.word if isinstance(value, Choice) else ""
        return word in self.only if self.only else word not in self.besides


_EXTENDS = Need(other="unused_credit", words=("extend_time",))
_COUNTED = Need(other="proration.unit", words=tuple(w for w in TERM["proration.unit"].shape.words if w != "none"))
_DUE_AT_ONCE = ("now", "invoice_run")

NEEDS: Mapping[str, Need] = {
    "extend.unit": _EXTENDS,
    "extend.rounding": _EXTENDS,
    "extend.starts": _EXTENDS,
    "extend.period_days": _EXTENDS,
    "extend.rate_scale": _EXTENDS,
    "proration.basis": _COUNTED,
    "proration.part_day": Need(other="proration.unit", words=("day",)),
    "unused_credit": Need(other="credit", words=("prorated", "full"), besides=("extend_time",)),
    "account_credit": Need(other="collect", words=_DUE_AT_ONCE),
    "apply": Need(other="collect", words=_DUE_AT_ONCE, only=("after_payment",)),
    "payment_expires": Need(other="apply", words=("after_payment",)),
    "credit_basis": Need(other="credit", words=("prorated", "full")),
    "cancellable_until": Need(
        other="timing", words=tuple(word for word in TERM["timing"].shape.words if word != "now")
    ),
    "rounding.side_scale": Need(other="rounding.place", words=("net",)),
}
"""The terms that are read only where another one is one of these words."""

NOT_OF_AN_END = ("anchor", "one_time", "setup", "contract", "limits")
"""The terms that no cancellation reads: they are about what comes after a change."""

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
        if is_own(draft, statement) and statement.value != TERM[statement.term].default:
            why = _why(draft, scope, statement)
            if why is not None:
                message = f"`{statement.term}` has no effect: {why[0]}"
                yield _warning("PS430", statement, message=message, help_text=f"{why[1]}, or take the line out")


def _why(draft: Draft, scope: Scope, statement: Statement) -> tuple[str, str] | None:
    """Why a term is never read, and what would make it count."""
    term = statement.term
    where = "" if scope.direction == "any" else f" for {_called(scope.direction)}"
    need = NEEDS.get(term)
    if need is not None and need.concerns(statement.value):
        possible = words_of(possible_values(draft, need.other, direction=scope.direction))
        if not possible & {*need.words}:
            return f"{_told(need, possible)}{where}", f"set `{need.other}`"
    if scope.direction == "cancel" and term in NOT_OF_AN_END:
        return "nothing of it is left to settle for a cancellation", "say it for other changes"
    if term in OF_A_FEE and not any(map(costs, possible_values(draft, "fee", direction=scope.direction))):
        return f"nothing sets a `fee`{where}", "set a `fee`"
    if term == OF_A_BUCKET and not any(plan.usage_bucket for plan in draft.tables.catalog.plans):
        return "no plan of the catalog has a `usage_bucket`", "give one to the plan whose usage is rated afterwards"
    return None


def _told(need: Need, possible: frozenset[str]) -> str:
    """What is missing: the words that are needed or, where they are many, the one that stands instead."""
    if len(need.words) <= 2 or len(possible) != 1:
        return f"`{need.other}` is never {' or '.join(f'`{word}`' for word in need.words)}"
    return f"`{need.other}` is always `{next(iter(possible))}`"


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
        if scope.direction == "renewal" and statement.term in settled_always() and is_own(scenes.draft, statement):
            message = f"`{statement.term}` has no effect for renewals: they settle it themselves"
            yield _warning("PS432", statement, message=message, help_text="take the line out")


def _called(direction: str) -> str:
    word = {"cancel": "cancellation", "term_change": "change of the price"}.get(direction, direction)
    return f"{'an' if word == 'upgrade' else 'a'} {word}"


def _warning(code: str, statement: Statement, *, message: str, help_text: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        span=statement.source.span,
        help=help_text,
        severity="warning",
        context=statement.source.title,
    )
