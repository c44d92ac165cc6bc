"""What a rule may ask for with `need`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from planshift.diagnostics.fix import Instead, instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.syntax_errors import either

NEEDS: Final = {
    "approval": '`need approval by "finance"`',
    "nothing_unpaid": "`need nothing_unpaid`",
    "not_in_trial": "`need not_in_trial`",
    "status": "`need status active`",
    "stock": "`need stock`",
}
"""Each kind of need, and how it is written."""

_WITH_ARGUMENT = {"approval": "whose", "status": "which"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFlaw:
    """What is wrong with a need."""

    message: str
    span: Span
    advice: str | None
    instead: Instead | None = None


def need_flaw(need: tree.Need) -> NeedFlaw | None:
    """Return what is wrong with a need, or None."""
    kind = need.kind.text
    if kind not in NEEDS:
        advice = did_you_mean(kind, NEEDS) or f"it can be {either([f'`{name}`' for name in NEEDS])}"
        message, instead = f"there is no need called `{kind}`", instead_of(kind, NEEDS)
        return NeedFlaw(message=message, span=need.kind.span, advice=advice, instead=instead)
    written = f"it is written {NEEDS[kind]}"
    if kind in _WITH_ARGUMENT and need.argument is None:
        return NeedFlaw(message=f"`need {kind}` does not say {_WITH_ARGUMENT[kind]}", span=need.span, advice=written)
    if kind not in _WITH_ARGUMENT and need.argument is not None:
        return NeedFlaw(message=f"`need {kind}` stands alone", span=need.argument.span, advice=written)
    if need.argument is not None and need.quoted != (kind == "approval"):
        return NeedFlaw(message=f"`need {kind}` is written otherwise", span=need.argument.span, advice=written)
    return None
