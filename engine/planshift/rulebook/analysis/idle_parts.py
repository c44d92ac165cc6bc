"""Parts of conditions and values that do nothing: what always holds, and alternatives that never do.

What the catalog or the roads make always true is left alone: it can be there for plans to come.
"""

from __future__ import annotations

from collections.abc import Iterator

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions import tree
from planshift.expressions.printer import to_text
from planshift.expressions.typed import Typed, TypedRule, TypedSet
from planshift.rulebook.analysis.scene import Depth, conjuncts
from planshift.rulebook.analysis.scenes import Scenes, is_written_out
from planshift.rulebook.analysis.values import values_told


def find_idle_parts(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report parts of rules that could be left out without changing anything."""
    for rule in scenes.draft.rules.rules:
        if rule.title not in scenes.dead:
            if rule.when is not None:
                yield from _always(scenes, rule, conjuncts(rule.when))
                yield from _alternatives(scenes, rule, conjuncts(rule.when))
            for effect in rule.sets:
                yield from _values(scenes, rule, effect)


def _always(scenes: Scenes, rule: TypedRule, parts: tuple[Typed, ...]) -> Iterator[Diagnostic]:
    readings = scenes.readings(rule)
    for place, part in enumerate(parts):
        if is_written_out(part):
            continue
        if all(scene.always(reading.parts[place][1]) for scene, reading in readings):
            advice = "leave it out" if len(parts) > 1 else "leave out `when`, or ask for what was meant"
            told = values_told(scenes, part, depth=Depth.ITSELF)
            yield Diagnostic(
                code="PS414",
                message=f"`{to_text(part.node)}` always holds",
                span=part.node.span,
                help=f"{told}: {advice}" if told else advice,
                severity="warning",
                context=f'rule "{rule.title}"',
            )


def _alternatives(scenes: Scenes, rule: TypedRule, parts: tuple[Typed, ...]) -> Iterator[Diagnostic]:
    """Items of an `or` that stands in the rule itself; one in a `let` is there for other rules, too."""
    for part in parts:
        if isinstance(part.node, tree.Junction) and part.node.operator == "or":
            others = tuple(each for each in parts if each is not part)
            for item in part.parts:
                if not is_written_out(item) and scenes.impossible(rule, (*others, item), depth=Depth.ROADS):
                    where = " where the rest of the condition does" if others else ""
                    yield Diagnostic(
                        code="PS415",
                        message=f"the alternative `{to_text(item.node)}` never holds{where}",
                        span=item.node.span,
                        help="leave it out, or write what was meant",
                        severity="warning",
                        context=f'rule "{rule.title}"',
                    )


def _values(scenes: Scenes, rule: TypedRule, effect: TypedSet) -> Iterator[Diagnostic]:
    """Values behind an `if` that no change comes to."""
    alive: dict[Typed, bool] = {}
    for scene, reading in scenes.readings(rule):
        for told, condition, leaf in reading.leaves:
            if told is effect:
                holds = condition is reading.holds or scene.after(condition) is not None
                alive[leaf] = alive.get(leaf, False) or holds
    for leaf, holds in alive.items():
        if not holds:
            yield Diagnostic(
                code="PS415",
                message=f"`{effect.term}` is never set to `{to_text(leaf.node)}` here",
                span=leaf.node.span,
                help="where the rule holds, the condition before it always comes out the other way",
                severity="warning",
                context=f'rule "{rule.title}"',
            )
