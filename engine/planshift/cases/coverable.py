"""What cases of a book could show: its rules, conditions, roads, terms, reasons, switches, reactions and statements.

Everything comes from the compiled form. What it knows to be impossible is not asked for: a condition that can only be
true for the plans there are, a term that a stronger place always settles, a reason that the book cannot give.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import final

from planshift.book import Book
from planshift.cases.coverage import Item, Kind, Mark
from planshift.decision.graph_roads import road_map
from planshift.decision.people import DIRECTION_NAMES
from planshift.diagnostics.span import NOWHERE, Span
from planshift.expressions import tree
from planshift.expressions.printer import to_text
from planshift.expressions.typed import TypedRule
from planshift.policy.document import Member
from planshift.policy.term_values import Choice
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.conditions import Truth, truths_of
from planshift.rulebook.passes import run_passes
from planshift.rulebook.requirements import REQUIREMENT_CODES, Objection
from planshift.rulebook.resolution import ResolvedTerm, possible_values
from planshift.rulebook.rulebook import Reading
from planshift.rulebook.sources import DIRECTIONS, Source, Statement, Statements

Key = tuple[Hashable, ...]
"""What a mark is about, as the one who watches the cases calls it."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Coverable:
    """An item none of whose marks is shown yet, and the key of each mark."""

    item: Item
    keys: tuple[Key, ...]


def coverable(book: Book) -> tuple[Coverable, ...]:
    """Everything that cases of a book could show, in the order of the book."""
    found = _Coverable(book)
    every = (
        *found.rules(),
        *found.conditions(),
        *found.roads(),
        *found.terms(),
        *found.reasons(),
        *found.switches(),
        *found.reactions(),
        *found.statements(),
    )
    return tuple(each for each in every if each.keys)


def _one(kind: Kind, text: str, *, at: Span, key: Key, shown: str, missing: str) -> Coverable:
    """An item with one mark."""
    return Coverable(item=Item(kind=kind, text=text, span=at, marks=(Mark(shown=shown, missing=missing),)), keys=(key,))


def objection_key(objection: Objection) -> Key:
    """What an objection is told apart by; one that a rule needs is that rule's."""
    return ("reason", objection.code, objection.detail, objection.term if objection.term.startswith("rule ") else "")


@final
class _Coverable:
    def __init__(self, book: Book) -> None:
        self._book = book
        self._rulebook = book.rulebook
        self._readings = (book.rulebook.reading(), book.rulebook.renewals())
        self._tried = tuple(book.rulebook.conditions(reading) for reading in self._readings)
        self._possible = Scenes(run_passes(book.document))
        self._rules = book.rulebook.typed_rules
        own = {span.file for span in self._spans()}
        self._own = frozenset(file for file in own if not file.startswith("presets/"))

    def _spans(self) -> Iterator[Span]:
        yield self._book.document.where("policy")
        yield from (each.span for each in self._rules.source.statements)

    def rules(self) -> Iterator[Coverable]:
        """The rules that can hold for any change at all."""
        for rule in self._rules.rules:
            if rule.title not in self._possible.dead:
                text, place = f'rule "{rule.title}"', rule.rule.title.span
                key = ("rule", rule.title)
                yield _one("rules", text, at=place, key=key, shown="held", missing="never held")

    def conditions(self) -> Iterator[Coverable]:
        """All that is true or false in a rule or in a `let`."""
        found: dict[int, Truth] = {}
        possible: set[Key] = set()
        for tried, scene in zip(self._tried, (self._possible.changes, self._possible.renewals), strict=True):
            again = truths_of(scene.draft.rules, scene.lowering, renewal=scene.renews)
            for truth, node in zip(tried.truths, again, strict=True):
                found.setdefault(id(truth.typed), truth)
                for outcome, seen in ((True, node.seen_true), (False, node.seen_false)):
                    if seen.literal is not False and not scene.impossible([(seen, True)]):
                        possible.add(("truth", id(truth.typed), outcome))
        for truth in sorted(found.values(), key=lambda each: each.typed.node.span.start):
            yield _condition(truth, possible)

    def roads(self) -> Iterator[Coverable]:
        """The ways that are open: paths by their targets, groups by how they let each plan leave and arrive."""
        ways, ladder = road_map(self._rulebook).ways, self._rulebook.ladder
        for road in ladder.roads:
            old, new = (self._rulebook.tables.catalog.plans[end].name for end in (road.origin, road.target))
            if any(way.path == road.title for way in ways.get((old, new), ())):
                key = ("road", road.title, old, new)
                yield _one("roads", f"{old} -> {new}", at=road.span, key=key, shown="was taken", missing="never taken")
        for group in self._book.document.policy.groups:
            within = [
                (ends, way.direction) for ends, found in ways.items() for way in found if group.name in way.groups
            ]
            for member in group.members:
                yield _member(group.name, member, within=within)

    def terms(self) -> Iterator[Coverable]:
        """The words on terms that can settle something, in the files of this book and not in those that it extends."""
        possible = {source.span for reading in self._readings for source in _possible_sources(reading)}
        said: dict[Span, Statement] = {}
        for statement in (*self._documents(), *self._effects()):
            if statement.source.span.file in self._own and statement.source.span in possible:
                said.setdefault(statement.source.span, statement)
        for span, statement in said.items():
            text = f"{statement.term} of {statement.source.title}"
            key = ("term", span)
            yield _one("terms", text, at=span, key=key, shown="settled", missing="never settled anything")

    def _documents(self) -> Iterator[Statement]:
        ladder, holders = self._rulebook.ladder, self._rulebook.holders
        speakers: tuple[Statements, ...] = (
            holders.company,
            *(said for _, said in (*holders.client_groups, *holders.customers)),
            *(said for _, said in (*holders.leaving, *holders.arriving)),
            *(group.statements for group in ladder.groups),
            *(road.statements for road in ladder.roads),
        )
        for statements in speakers:
            for _, spoken in statements.scopes:
                yield from spoken

    def _effects(self) -> Iterator[Statement]:
        for reading in self._readings:
            for rule in reading.kernel.rules:
                if rule.title not in self._possible.dead:
                    yield from (statement for holds, statement in rule.statements if holds.literal is not False)

    def reasons(self) -> Iterator[Coverable]:
        """Reasons that the product knows, those that rules bring along, and warnings."""
        needs = {f'rule "{rule.title}"': rule.needs for rule in self._rules.rules}
        found = {objection_key(each): each for reading in self._readings for each in reading.kernel.objections}
        for key, objection in found.items():
            if objection.code == "nothing_to_renew" and not self._sells_once():
                continue
            text = f"{objection.code} ({objection.detail})" if objection.detail else objection.code
            place = _need_place(needs.get(objection.term, ()), objection)
            yield _one("reasons", text, at=place, key=key, shown="was given", missing="never given")
        for rule in self._rules.rules:
            for message in (*rule.denials, *rule.warnings):
                text, place = to_text(message.effect), message.effect.span
                key = ("says", rule.title)
                yield _one("reasons", text, at=place, key=key, shown="was given", missing="never given")
        yield from self._warnings()

    def _sells_once(self) -> bool:
        """Whether there is a price without a next period, which a renewal refuses.

        The form cannot tell such a price from the nothing that stands behind the last one.
        """
        return any(price.interval.once for plan in self._book.catalog.plans for price in plan.prices)

    def _warnings(self) -> Iterator[Coverable]:
        """What the product warns of by itself; a switch that it has to skip is a slip, which `check` tells."""
        limits = [reading.kernel.terms["limits"] for reading in self._readings]
        if self._rulebook.tables.resources and any(_may_be(term, "warn") for term in limits):
            text, key = "over_limits (warning)", ("warning", "over_limits")
            yield _one("reasons", text, at=NOWHERE, key=key, shown="was given", missing="never given")

    def switches(self) -> Iterator[Coverable]:
        """The switches that are in force."""
        for switch in self._rulebook.switches.switches:
            key = ("switch", switch.number)
            yield _one(
                "switches", switch.title, at=switch.span, key=key, shown="carried out", missing="never carried out"
            )

    def reactions(self) -> Iterator[Coverable]:
        """The reactions."""
        for number, reaction in enumerate(self._rules.reactions):
            text = to_text(replace(reaction.reaction, actions=())).partition("\n")[0]
            key = ("reaction", number)
            place = reaction.reaction.span
            yield _one("reactions", text, at=place, key=key, shown="can come up", missing="comes up for no order")

    def statements(self) -> Iterator[Coverable]:
        """The `always` statements."""
        for number, promise in enumerate(self._readings[0].kernel.promises):
            key, place = ("statement", number), promise.source.span
            yield _one(
                "statements", promise.source.title, at=place, key=key, shown="spoke of", missing="never about a case"
            )


def _member(group: str, member: Member, *, within: Sequence[tuple[tuple[str, str], str]]) -> Coverable:
    """The directions in which a plan of a group is left, and in which it is arrived at."""
    marks: dict[Key, Mark] = {}
    for end, word in ((0, "left"), (1, "arrived at")):
        open_ways = {direction for ends, direction in within if ends[end] == member.plan}
        for direction in (each for each in DIRECTIONS if each in open_ways):
            told = f"{word} by {DIRECTION_NAMES[direction]}"
            marks["road", group, word, member.plan, direction] = Mark(shown=told, missing=f"never {told}")
    item = Item(kind="roads", text=f"{member.plan} in {group}", span=member.span, marks=tuple(marks.values()))
    return Coverable(item=item, keys=tuple(marks))


def _condition(truth: Truth, possible: Collection[Key]) -> Coverable:
    """What is true or false, with the outcomes that are possible."""
    within, number = truth.within, id(truth.typed)
    keys = [key for outcome in (True, False) if (key := ("truth", number, outcome)) in possible]
    words = ["true" if outcome else "false" for _, _, outcome in keys]
    item = Item(
        kind="conditions",
        text=to_text(truth.typed.node),
        span=truth.typed.node.span,
        marks=tuple(Mark(shown=f"was {word}", missing=f"never {word}") for word in words),
        within=f'rule "{within.title}"' if isinstance(within, TypedRule) else f"let {within.name}",
    )
    return Coverable(item=item, keys=tuple(keys))


def _may_be(term: ResolvedTerm, word: str) -> bool:
    values = (term.values[position] for position in possible_values(term.value))
    return any(isinstance(value, Choice) and value.word == word for value in values)


def _possible_sources(reading: Reading) -> Iterator[Source]:
    for term in reading.kernel.terms.values():
        yield from (reading.kernel.sources[position] for position in possible_values(term.source))


def _need_place(needs: Iterable[tree.Need], objection: Objection) -> Span:
    """Where a rule asks for what an objection is about; nowhere for those that no rule raises."""
    for need in needs:
        argument = need.argument.text if need.argument else ""
        if REQUIREMENT_CODES[need.kind.text] == objection.code and argument == objection.detail:
            return need.span
    return NOWHERE
