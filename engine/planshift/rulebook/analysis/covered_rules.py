"""Rules, and terms in them, that never count because earlier rules always settle the same terms first.

For each term the first rule that holds and speaks of it settles it. Denials, warnings and needs are collected from all
rules, so a rule that has one of these always counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.expressions.form import Bool
from planshift.expressions.typed import TypedRule, TypedSet
from planshift.rulebook.analysis.scene import Reading, Scene
from planshift.rulebook.analysis.scenes import Scenes

_MOST_EARLIER = 40
"""More earlier rules than that are not taken together: only whether one of them covers a rule is asked."""

_MOST_LABELS = 3

Earlier = dict[str, TypedRule]
"""Rules by title, in the order of the file."""


def find_covered_rules(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report rules without any effect, and terms of other rules that never count."""
    for rule in scenes.draft.rules.rules:
        if rule.title in scenes.dead:
            continue
        covered = {effect: by for effect in rule.sets if (by := _covering(scenes, rule, effect)) is not None}
        if covered and len(covered) == len(rule.effects):
            yield _whole(rule, covered)
        else:
            for effect, by in covered.items():
                yield _single(rule, effect, by)


def _covering(scenes: Scenes, rule: TypedRule, effect: TypedSet) -> Earlier | None:
    """The earlier rules that settle a term wherever a rule sets it; None where they leave something."""
    found: Earlier = {}
    for scene, reading in scenes.readings(rule):
        earlier = [each for each in scene.setting[effect.term] if each.place < reading.place]
        for told, condition, _ in reading.leaves:
            if told is effect and scene.after(condition) is not None:
                by = _together(scene, condition, earlier)
                if by is None:
                    return None
                found |= {each.rule.title: each.rule for each in by}
    return found or None


def _together(scene: Scene, condition: Bool, earlier: Sequence[Reading]) -> tuple[Reading, ...] | None:
    """Of some rules as few as hold wherever a condition does; None where they do not."""
    holds = tuple(each.holds for each in earlier)
    found = scene.answer(("covered", condition, holds), lambda: _covers(scene, condition, holds))
    return None if found is None else tuple(earlier[place] for place in found)


def _covers(scene: Scene, condition: Bool, earlier: Sequence[Bool]) -> tuple[int, ...] | None:
    """The places of as few truths as hold wherever a condition does."""
    state = scene.after(condition)
    met = [place for place, each in enumerate(earlier) if state is not None and not scene.excludes(state, each)]

    def one_of(places: Sequence[int]) -> bool:
        return scene.impossible([(earlier[place], False) for place in places], given=condition)

    for place in met:
        if one_of((place,)):
            return (place,)
    if not 1 < len(met) <= _MOST_EARLIER or not one_of(met):
        return None
    for place in tuple(met):
        fewer = [other for other in met if other != place]
        if one_of(fewer):
            met = fewer
    return tuple(met)


def _whole(rule: TypedRule, covered: dict[TypedSet, Earlier]) -> Diagnostic:
    terms = [f"`{effect.term}`" for effect in covered]
    by = {title: None for rules in covered.values() for title in rules}
    return Diagnostic(
        code="PS412",
        message=f"the rule never counts: {_who(by)} {' and '.join(terms)} before it",
        span=rule.rule.title.span,
        labels=tuple(label for effect, rules in covered.items() for label in _labels(effect, rules)),
        help="of the rules that set a term the first that holds counts: move this one up, or take it out",
        severity="warning",
        context=f'rule "{rule.title}"',
    )


def _single(rule: TypedRule, effect: TypedSet, by: Earlier) -> Diagnostic:
    return Diagnostic(
        code="PS413",
        message=f"this never counts: {_who(by)} `{effect.term}` before it",
        span=effect.effect.span,
        labels=_labels(effect, by),
        help="of the rules that set a term the first that holds counts: move this rule up, or take the line out",
        severity="warning",
        context=f'rule "{rule.title}"',
    )


def _who(by: Collection[str]) -> str:
    return "an earlier rule always settles" if len(by) == 1 else "earlier rules always settle"


def _labels(effect: TypedSet, by: Earlier) -> tuple[Label, ...]:
    """Where the earlier rules set the term; of many only the first."""
    rules = list(by.values())
    rest = len(rules) - _MOST_LABELS
    text = "holds whenever that does" if len(rules) == 1 else "one of these always holds"
    said = [other.effect.span for rule in rules[:_MOST_LABELS] for other in rule.sets if other.term == effect.term]
    labels = [Label(span=span, text=text) for span in said]
    if rest > 0:
        labels[-1] = Label(span=labels[-1].span, text=f"{text}, and {rest} more")
    return tuple(labels)
