"""The reactions of a book, and the one flat fact that sums an order up for them.

Everything that is not matching is computed here, by the compiled form: counts, ages, amounts and comparisons end as one
truth per reaction. What is left to match are truths, joined by `and` and `or`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.expressions import tree
from planshift.expressions.printer import to_text
from planshift.expressions.scalar import ScalarFunction
from planshift.expressions.typed import TypedReaction
from planshift.rulebook.conditions import ReactionNodes
from planshift.rulebook.order_facts import OrderFacts
from planshift.rulebook.reads import Read
from planshift.rulebook.rulebook import Rulebook

Fact = dict[str, bool]
"""An order in one flat fact: what has happened, whom the event concerns, and whose `when` holds."""

Value = int | bool | str
"""A value of the compiled form."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A reaction of a book by its number, from 1 in the order of the book, and the events that it names.

    `text` is how it is written, without its actions: how people know it, since it has no title.
    """

    number: int
    typed: TypedReaction
    events: tuple[str, ...]
    text: str

    @property
    def actions(self) -> tuple[str, ...]:
        """What it asks for."""
        return self.typed.actions


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """An order when an event comes in for it: all that reactions may ask about.

    `subscription` and `request` are those that the change was decided on; `today` is the local day of the event as a
    day number, `order` what has become of the change by then, and `happened` every event up to now.
    """

    subscription: Subscription
    request: ChangeRequest
    today: int
    order: OrderFacts
    happened: frozenset[str]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The flat fact of an event, and for each reaction that it concerns what its `when` read, by number."""

    event: str
    fact: Fact
    reads: dict[int, tuple[tuple[Read, Value], ...]]


@cache  # asked for with every event that comes in
def happened_key(event: str) -> str:
    """The property that says whether an event has happened."""
    return f"happened_{event.replace('.', '_')}"


@cache
def arrived_key(number: int) -> str:
    """The property that says whether the event that came in is one that a reaction names."""
    return f"arrived_{number}"


@cache
def when_key(number: int) -> str:
    """The property that says whether the `when` of a reaction holds."""
    return f"when_{number}"


@final
class BookReactions:
    """The reactions of one book; safe to share between threads."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self.all: tuple[Reaction, ...] = tuple(
            _reaction(number, typed) for number, typed in enumerate(rulebook.typed_rules.reactions, start=1)
        )
        """Every reaction, in the order of the book."""
        self.events = tuple(dict.fromkeys(event for each in self.all for event in each.events))
        """The events that any of them names."""
        self._naming = {event: tuple(each for each in self.all if event in each.events) for event in self.events}
        self._functions: dict[tuple[str | None, bool, str], tuple[ScalarFunction, tuple[ReactionNodes, ...]]] = {}

    def naming(self, event: str) -> tuple[Reaction, ...]:
        """The reactions that name an event: no other one can fire when it comes in."""
        return self._naming.get(event, ())

    def summary(self, event: str, situation: Situation) -> Summary:
        """An order in one flat fact, with every property that any reaction of the book could ask for."""
        concerned = self.naming(event)
        function, nodes = self._function(event, situation)
        values = iter(
            function.call(situation.subscription, situation.request, situation.today, situation.order.by_name())
        )
        happened = situation.happened | {event}
        fact = {happened_key(each): each in happened for each in self.events}
        for each in self.all:
            fact[arrived_key(each.number)] = fact[when_key(each.number)] = False
        reads: dict[int, tuple[tuple[Read, Value], ...]] = {}
        for reaction, node in zip(concerned, nodes, strict=True):
            fact[arrived_key(reaction.number)] = True
            fact[when_key(reaction.number)] = bool(next(values))
            reads[reaction.number] = tuple((read, next(values)) for read in node.reads)
        return Summary(event=event, fact=fact, reads=reads)

    def _function(self, event: str, situation: Situation) -> tuple[ScalarFunction, tuple[ReactionNodes, ...]]:
        """What computes each `when` that an event concerns, followed by what that read; compiled once."""
        zone, renews = situation.subscription.timezone, situation.request.kind == "renew"
        found = self._functions.get((zone, renews, event))
        if found is None:
            rulebook = self._rulebook
            conditions = rulebook.conditions(rulebook.renewals(zone) if renews else rulebook.reading(zone))
            nodes = tuple(conditions.reactions[each.number - 1] for each in self.naming(event))
            outputs = [node for each in nodes for node in (each.holds, *(shown.node for _, shown in each.reads))]
            found = self._functions[zone, renews, event] = (conditions.of_order(outputs), nodes)
        return found


def _reaction(number: int, typed: TypedReaction) -> Reaction:
    events = tuple(dict.fromkeys(name.text for name in tree.names_in(typed.events)))
    text = to_text(replace(typed.reaction, actions=())).partition("\n")[0]
    return Reaction(number=number, typed=typed, events=events, text=text)
