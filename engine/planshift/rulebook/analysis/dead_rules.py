"""Rules that never hold: their condition contradicts itself, the catalog, or every road of the book."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.expressions.printer import to_text
from planshift.expressions.typed import Typed, TypedRule
from planshift.rulebook.analysis.scene import Depth, conjuncts
from planshift.rulebook.analysis.scenes import Scenes, is_written_out
from planshift.rulebook.analysis.values import values_told
from planshift.rulebook.rules import speaks_of_renewals

_HELP = {
    Depth.ITSELF: "change one of them, or take the rule out",
    Depth.CATALOG: "no change between plans of the catalog is so: change the condition, or take the rule out",
    Depth.ROADS: "open a road for such a change, or take the rule out",
}


def find_dead_rules(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report each rule that can never hold, with the parts of its condition that are to blame."""
    for rule in scenes.draft.rules.rules:
        if rule.when is not None and rule.title in scenes.dead and not any(map(is_written_out, conjuncts(rule.when))):
            yield _dead(scenes, rule, rule.when)


def _dead(scenes: Scenes, rule: TypedRule, when: Typed) -> Diagnostic:
    parts = conjuncts(when)
    depth = next((each for each in Depth if scenes.impossible(rule, parts, depth=each)), Depth.ROADS)
    *others, last = _to_blame(scenes, rule, parts, depth=depth)
    named = [f"`{to_text(part.node)}`" for part in (*others, last)]
    told = _HELP[depth]
    if depth is Depth.ROADS:
        renews = speaks_of_renewals(rule)
        what = "no renewal, by a switch or without one," if renews else "no change that a road allows"
        message = f"{what} makes {_listed(named)} true{' together' if others else ''}"
        told = "change the condition, or take the rule out" if renews else told
    elif others:
        message = f"{_listed(named)} never hold together, so the rule never does"
    else:
        message = f"{named[0]} never holds, so the rule never does"
    return Diagnostic(
        code="PS411" if depth is Depth.ROADS else "PS410",
        message=message,
        span=last.node.span,
        labels=tuple(Label(span=part.node.span, text="not together with this") for part in others),
        help=(None if others else values_told(scenes, last, depth=depth)) or told,
        severity="warning",
        context=f'rule "{rule.title}"',
    )


def _to_blame(scenes: Scenes, rule: TypedRule, parts: tuple[Typed, ...], *, depth: Depth) -> tuple[Typed, ...]:
    """As few parts of a condition as never hold together."""
    for part in parts:
        fewer = tuple(each for each in parts if each is not part)
        if fewer and scenes.impossible(rule, fewer, depth=depth):
            return _to_blame(scenes, rule, fewer, depth=depth)
    return parts


def _listed(named: list[str]) -> str:
    *most, last = named
    return f"{', '.join(most)} and {last}" if most else last
