"""What the versions say by rules: added, removed, renamed, in another order, stricter, looser, or doing something else.

A rule is known by its title. Its conditions in both versions stand in one form, so what is written otherwise and means
the same is no difference. Where they differ, worlds in which only one of them holds tell stricter from looser.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, islice, permutations
from typing import final

from planshift.book import Decision
from planshift.comparison.answers import differ, fired, names_of_terms
from planshift.comparison.conditions import Condition
from planshift.comparison.difference import Difference, Moved, Sign, Sought
from planshift.comparison.meaning import exclude, implies
from planshift.comparison.one_form import OneForm, read_in
from planshift.comparison.world import World
from planshift.comparison.worlds import Worlds
from planshift.diagnostics.span import NOWHERE, Span
from planshift.expressions import tree
from planshift.expressions.form import Bool
from planshift.expressions.lower import Shown
from planshift.expressions.printer import to_text
from planshift.expressions.typed import Typed, TypedLet, TypedRule, TypedRules, walk
from planshift.rulebook.rule_nodes import RuleNodes
from planshift.rulebook.sources import Computed, TermValue

_ENOUGH = 8
"""So many worlds of a rule are tried with approvals."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """What a rule means: when it holds, and what it does then; in another form when it renews."""

    holds: int
    does: object


@final
class _Both:
    """The rules of both versions, and what can be said about pairs of them."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds, self.new, old = worlds, worlds.book, worlds.also[0]
        new = self.new
        self.forms = (OneForm(old=old, new=new), OneForm(old=old, new=new, renews=True))
        self.before = {rule.title: rule for rule in old.rulebook.typed_rules.rules}
        self.after = {rule.title: rule for rule in new.rulebook.typed_rules.rules}
        self.readable: TypedRules = read_in(old, new)

    @cached_property
    def nodes(self) -> tuple[tuple[Mapping[str, RuleNodes], Mapping[str, RuleNodes]], ...]:
        """For changes and for renewals, the rules of the old and of the new version as nodes by title."""
        return tuple((form.rules(self.readable), form.rules(self.new.rulebook.typed_rules)) for form in self.forms)

    def meaning(self, title: str, *, of: int) -> object:
        """What a rule of the old (0) or new (1) version means; None where the new version cannot read it."""
        if title not in self.nodes[0][of]:
            return None
        return tuple(
            None if title not in sides[of] else _meaning(form, sides[of][title])
            for form, sides in zip(self.forms, self.nodes, strict=True)
        )


def _meaning(form: OneForm, nodes: RuleNodes) -> _Meaning:
    of = form.meanings.of

    def value(each: TermValue) -> object:
        return of(each.build("half_up")) if isinstance(each, Computed) else each

    def text(part: str | Shown) -> object:
        return (str(part.type), of(part.node), part.divisor) if isinstance(part, Shown) else part

    sets = frozenset((said.term, of(holds), value(said.value)) for holds, said in nodes.statements)
    texts = tuple((each.kind, tuple(text(part) for part in each.parts)) for each in nodes.texts)
    return _Meaning(holds=of(nodes.holds), does=(sets, frozenset(texts), frozenset(nodes.needs), nodes.denies))


def compare_rules(worlds: Worlds) -> Iterator[Sought]:
    """Every difference between the rules of two versions; `worlds` are those of the new one."""
    both = _Both(worlds)
    called = dict(_renamed(both))
    for title in both.after:
        if title in both.before:
            yield from _changed(both, title)
        elif title in called:
            yield _renaming(both, called[title], now=title)
        else:
            yield _one_sided(both, title, kind="rule_added")
    gone = (title for title in both.before if title not in both.after and title not in called.values())
    yield from (_one_sided(both, title, kind="rule_removed") for title in gone)
    yield from _reordered(both, called)


def _renamed(both: _Both) -> Iterator[tuple[str, str]]:
    """New titles with the old ones of rules that are the same in all else."""
    gone = [title for title in both.before if title not in both.after]
    for title in both.after:
        if title in both.before:
            continue
        meaning = both.meaning(title, of=1)
        match = next((each for each in gone if both.meaning(each, of=0) == meaning), None)
        if match is not None:
            gone.remove(match)
            yield title, match


def _span(rule: TypedRule | None) -> Span:
    return rule.rule.title.span if rule is not None else NOWHERE


def _difference(
    both: _Both, title: str, *, kind: str, sign: Sign = "~", moved: Sequence[Moved] = (), was: str = ""
) -> Difference:
    return Difference(
        section="rules",
        kind=kind,
        sign=sign,
        title=f'"{title}"',
        moved=tuple(moved),
        old=_span(both.before.get(was or title)),
        new=_span(both.after.get(title)),
    )


def _renaming(both: _Both, was: str, *, now: str) -> Sought:
    moved = (Moved(what="title", old=f'"{was}"', new=f'"{now}"'),)
    difference = _difference(both, now, kind="rule_renamed", moved=moved, was=was)

    def shows(before: Decision | None, after: Decision) -> bool:
        return before is not None and fired(after, now) and fired(before, was)

    return Sought(difference=difference, shows=shows, rules=(now,), also=_sources_set(both.after[now]), slight=True)


def _sources_set(*rules: TypedRule | None) -> tuple[str, ...]:
    terms = dict.fromkeys(effect.term for rule in rules if rule is not None for effect in rule.sets)
    return tuple(name for term in terms for name in (f"terms.{term}", f"sources.{term}"))


def _one_sided(both: _Both, title: str, *, kind: str) -> Sought:
    added = kind == "rule_added"
    rule = (both.after if added else both.before)[title]
    said = [("when", _when(rule)), *((what, text) for what, text in _effects(rule).items())]
    moved = [Moved(what=what, new=text) if added else Moved(what=what, old=text) for what, text in said if text]
    difference = _difference(both, title, kind=kind, sign="+" if added else "-", moved=moved)

    def shows(before: Decision | None, after: Decision) -> bool:
        if before is None or not fired(after if added else before, title):
            return False
        return _tells(before, after, rule)

    return Sought(difference=difference, shows=shows, rules=(title,), also=_sources_set(rule))


def _tells(before: Decision, after: Decision, *rules: TypedRule | None) -> bool:
    """Whether the answers differ in what these rules have to do with."""
    if any(rule is not None and (rule.denials or rule.warnings or rule.needs) for rule in rules):
        return differ(before, after)
    terms = {effect.term for rule in rules if rule is not None for effect in rule.sets}
    return any(name in terms for name in names_of_terms(before, after)) or _sources(before, terms) != _sources(
        after, terms
    )


def _sources(decision: Decision, terms: Iterable[str]) -> list[str]:
    return [decision.term(term).source.title for term in sorted(terms)]


def _when(rule: TypedRule) -> str:
    return "always" if rule.when is None else to_text(rule.when.node)


def _effects(rule: TypedRule) -> dict[str, str]:
    """What a rule does, each by a name that is its own."""
    found: dict[str, str] = {f"set {effect.term}": to_text(effect.value.node) for effect in rule.sets}
    for number, said in enumerate((*rule.denials, *rule.warnings), start=1):
        word = "deny" if isinstance(said.effect, tree.Deny) else "warn"
        found[word if word not in found else f"{word} {number}"] = to_text(said.text.node)
    for need in rule.needs:
        argument = f' by "{need.argument.text}"' if need.argument else ""
        found[f"need {need.kind.text}{argument}"] = "asked for"
    return found


def _changed(both: _Both, title: str) -> Iterator[Sought]:
    """A rule that both versions have: its condition, and what it does."""
    before, after = both.before[title], both.after[title]
    meanings = both.meaning(title, of=0), both.meaning(title, of=1)
    if meanings[0] == meanings[1]:
        return
    pairs = [
        (sides[0].get(title), sides[1].get(title), form) for sides, form in zip(both.nodes, both.forms, strict=True)
    ]
    same = [
        a is not None and b is not None and form.meanings.of(a.holds) == form.meanings.of(b.holds)
        for a, b, form in pairs
    ]
    readable = [pair for pair, alike in zip(pairs, same, strict=True) if (pair[0] or pair[1]) and not alike]
    if readable:
        yield _condition(both, title, [(a, b, form) for a, b, form in readable])
    first, second = _effects(before), _effects(after)
    moved = [
        Moved(what=what, old=first.get(what), new=second.get(what))
        for what in dict.fromkeys((*second, *first))
        if first.get(what) != second.get(what)
    ]
    if not moved and not readable:
        moved = list(_lets(before, after))
    if not moved:
        return

    def shows(one: Decision | None, other: Decision) -> bool:
        return one is not None and fired(one, title) and fired(other, title) and _tells(one, other, before, after)

    difference = _difference(both, title, kind="rule_changed", moved=moved)
    worlds = tuple(_approved(both, title, rules=(before, after)))
    yield Sought(difference=difference, shows=shows, rules=(title,), worlds=worlds, also=_sources_set(before, after))


def _approved(both: _Both, title: str, *, rules: tuple[TypedRule, TypedRule]) -> Iterator[World]:
    """Worlds of a rule with the approval of each role that it asks for in one of the versions."""
    needs = (need for rule in rules for need in rule.needs if need.argument is not None)
    roles = dict.fromkeys(need.argument.text for need in needs if need.argument is not None)
    for world in islice(both.worlds.of_rule(title), _ENOUGH) if roles else ():
        for role in roles:
            yield world.but(f"approved by {role}", request=replace(world.request, approvals=(role,)))


def _condition(both: _Both, title: str, pairs: list[tuple[RuleNodes | None, RuleNodes | None, OneForm]]) -> Sought:
    """A condition that is another one: worlds in which only the old or only the new one holds."""
    before, after = both.before[title], both.after[title]
    only_old: list[World] = []
    only_new: list[World] = []
    for first, second, form in pairs:
        holds = [each.holds if each is not None else form.facts.form.truth(False) for each in (first, second)]
        for (this, that), found in zip(permutations(holds), (only_old, only_new), strict=True):
            if not implies(this, that):
                found.extend(_worlds(both, form, this & that.negate()))
    words = {(True, False): "rule_stricter", (False, True): "rule_looser"}
    kind = words.get((bool(only_old), bool(only_new)), "rule_changed")
    moved = [Moved(what="when", old=_when(before), new=_when(after))] if _when(before) != _when(after) else []
    difference = _difference(both, title, kind=kind, moved=[*moved, *_lets(before, after)])

    def shows(one: Decision | None, other: Decision) -> bool:
        return one is not None and fired(one, title) != fired(other, title) and _tells(one, other, before, after)

    return Sought(
        difference=difference,
        shows=shows,
        rules=(title,),
        worlds=(*only_old, *only_new),
        also=_sources_set(before, after),
    )


def _lets(before: TypedRule, after: TypedRule) -> Iterator[Moved]:
    """The `let`s that a rule uses in both versions and that stand for something else."""
    first, second = (_lets_of(rule) for rule in (before, after))
    for name, text in second.items():
        if name in first and first[name] != text:
            yield Moved(what=f"let {name}", old=first[name], new=text)


def _lets_of(rule: TypedRule) -> dict[str, str]:
    return lets_of([*(effect.value for effect in rule.sets), *([] if rule.when is None else [rule.when])])


def lets_of(used: Iterable[Typed]) -> dict[str, str]:
    """The `let`s that expressions use, with what they stand for."""
    parts = (part.meaning for each in used for part in walk(each))
    return {let.name: to_text(let.value.node) for let in parts if isinstance(let, TypedLet)}


def _worlds(both: _Both, form: OneForm, node: Bool) -> Iterator[World]:
    """Worlds of the new version in which a condition of the one form holds."""
    if node.literal is False:
        return
    condition = Condition(book=both.new, facts=form.facts, node=node, day=both.worlds.scene.day)
    yield from both.worlds.meeting(condition)


def _reordered(both: _Both, called: Mapping[str, str]) -> Iterator[Sought]:
    """Pairs of rules that changed places, set one term to different values, and may both hold."""
    order = {called.get(title, title): place for place, title in enumerate(both.after)}
    places = {title: place for place, title in enumerate(both.before)}
    now = {was: title for title, was in called.items()}
    by_term: dict[str, list[str]] = {}
    for title, rule in both.before.items():
        for effect in rule.sets:
            if title in order:
                by_term.setdefault(effect.term, []).append(title)
    told: set[tuple[str, str]] = set()
    for term, titles in by_term.items():
        for first, second in combinations(dict.fromkeys(titles), 2):
            swapped = (places[first] < places[second]) != (order[first] < order[second])
            if (
                swapped
                and (first, second) not in told
                and _collide(both, (now.get(first, first), now.get(second, second)), term=term)
            ):
                told.add((first, second))
                yield _swap(both, (now.get(first, first), now.get(second, second)), term=term)


def _collide(both: _Both, titles: tuple[str, str], *, term: str) -> bool:
    for _, nodes in both.nodes:
        pair = [nodes[title] for title in titles if title in nodes]
        if (
            len(pair) == 2
            and not exclude(pair[0].holds, pair[1].holds)
            and _values(pair[0], term) != _values(pair[1], term)
        ):
            return True
    return False


def _values(rule: RuleNodes, term: str) -> object:
    return [
        said.value.text if isinstance(said.value, Computed) else said.value
        for _, said in rule.statements
        if said.term == term
    ]


def _swap(both: _Both, titles: tuple[str, str], *, term: str) -> Sought:
    first, second = titles
    moved = (Moved(what=f"tried first for {term}", old=f'"{first}"', new=f'"{second}"'),)
    difference = _difference(both, second, kind="rule_reordered", moved=moved)

    def shows(before: Decision | None, after: Decision) -> bool:
        if before is None or not (fired(after, first) and fired(after, second)):
            return False
        return term in names_of_terms(before, after)

    worlds = tuple(islice(_together(both, titles), _ENOUGH))
    return Sought(
        difference=difference,
        shows=shows,
        rules=titles,
        worlds=worlds,
        also=(f"terms.{term}", f"sources.{term}"),
    )


def _together(both: _Both, titles: tuple[str, str]) -> Iterator[World]:
    for form, (_, nodes) in zip(both.forms, both.nodes, strict=True):
        if all(title in nodes for title in titles):
            yield from _worlds(both, form, nodes[titles[0]].holds & nodes[titles[1]].holds)
