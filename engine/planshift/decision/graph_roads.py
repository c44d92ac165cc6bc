"""The ladder of a book as data: which plan leads to which, how, and on what terms.

Nothing here reads the policy. Each pair of prices is put to a kernel of this book, built without rules and without
what is agreed with client groups and customers: what comes out holds for everybody else. Who may make it otherwise is
told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import final

from planshift.billing.catalog import Plan, Price
from planshift.billing.change import ChangeRequest
from planshift.billing.money import format_percent
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.billing.zones import midnight
from planshift.decision.decide import decide
from planshift.decision.decision import Decision
from planshift.expressions.form import Form
from planshift.policy.document import Switch
from planshift.policy.term_values import Fee
from planshift.rulebook.facts import Facts
from planshift.rulebook.ladder_values import Holders
from planshift.rulebook.roads import find_road
from planshift.rulebook.rulebook import Rulebook
from planshift.rulebook.sources import Statements
from planshift.rulebook.voices import Kind, Voice, intervals_of

CLOSED = frozenset(
    {
        "no_road",
        "same_level",
        "may_not_leave",
        "may_not_arrive",
        "not_adjacent",
        "same_module",
        "same_interval",
        "plan_not_sold",
        "price_retired",
    }
)
"""The reasons that lie in the book alone: no customer, no day and no request would change them."""

_BASES = {"to.price": "the new price", "from.price": "the old price", "charge_base": "what is charged"}

_SHOWN = ("timing", "fee")
_WEAKER = ("default", "any", "direction")
"""Who speaks more softly than a client group or a customer."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way from a plan to another one: its terms, and the pairs of prices for which they hold.

    `varies` names the rules, client groups and customers that may settle timing or fee otherwise, `refusals` the rules
    that may refuse it.
    """

    direction: str
    timing: str
    fee: str
    intervals: tuple[str, ...]
    prices: tuple[tuple[str, str], ...]
    path: str | None
    groups: tuple[str, ...]
    varies: tuple[str, ...]
    refusals: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RoadMap:
    """All plans of a book, the open ways between different ones by (from, to), and the switches."""

    title: str
    plans: tuple[Plan, ...]
    ways: dict[tuple[str, str], tuple[Way, ...]]
    directions: dict[tuple[str, str], str]
    """What a change between two plans would be, open or not."""
    groups: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    """Each group with its plans and their levels; by price, the levels follow from the directions."""
    switches: tuple[Switch, ...]
    currency: str
    decimals: dict[str, int]


def road_map(rulebook: Rulebook) -> RoadMap:
    """The ladder of a book."""
    ways: dict[tuple[str, str], tuple[Way, ...]] = {}
    directions: dict[tuple[str, str], str] = {}
    asked = _Asking(rulebook)
    for old, new in asked.joined():
        open_ways = list(asked.ways(old, new, directions))
        if open_ways:
            ways[old.name, new.name] = _together(open_ways)
    return RoadMap(
        title=rulebook.document.policy.title or rulebook.name,
        plans=rulebook.tables.catalog.plans,
        ways=ways,
        directions=directions,
        groups=tuple(_groups(rulebook, directions)),
        switches=rulebook.switches.switches,
        currency=rulebook.document.policy.currency,
        decimals=dict(rulebook.decimals),
    )


def _groups(
    rulebook: Rulebook, directions: dict[tuple[str, str], str]
) -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
    for group in rulebook.ladder.groups:
        plans = rulebook.tables.catalog.plans
        levels = [(plans[member.plan].name, member.level) for member in group.members]
        if group.direction.startswith(("by_price", "by_amount")):
            names = [name for name, _ in levels]
            levels = [(name, sum(directions.get((n, name)) == "upgrade" for n in names)) for name in names]
        yield group.name, tuple(levels)


def _together(found: list[Way]) -> tuple[Way, ...]:
    """Ways that differ in nothing but their prices, as one."""
    pairs: dict[Way, list[tuple[str, str]]] = {}
    for way in found:
        pairs.setdefault(replace(way, prices=()), []).extend(way.prices)
    return tuple(replace(way, prices=tuple(prices)) for way, prices in pairs.items())


@final
class _Asking:
    """Puts pairs of prices to the book, on the day it begins to hold and for nobody in particular."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.book = rulebook
        self.bare = replace(
            rulebook,
            holders=replace(rulebook.holders, client_groups=(), customers=()),
            lower_rules=lambda _, __: (),
            lower_promises=lambda _, __: (),
        )
        self.voices = [(title, Voice(said)) for title, said in _special(rulebook.holders)]
        first = rulebook.document.policy.effective_from or date(2026, 1, 1)
        self.period = Period(start=first, end=date(first.year + 1, first.month, 1))
        self.at = midnight(first.toordinal() - date(1970, 1, 1).toordinal(), rulebook.zone) + 43_200

    def joined(self) -> Iterator[tuple[Plan, Plan]]:
        """Different plans that stand in one group or at the ends of a path; the book has no road between others."""
        ladder, plans = self.book.ladder, self.book.tables.catalog.plans
        pairs = {(road.origin, road.target) for road in ladder.roads}
        for group in ladder.groups:
            members = [member.plan for member in group.members]
            pairs.update(product(members, members))
        for old, new in sorted(pairs):
            if old != new:
                yield plans[old], plans[new]

    def ways(self, old: Plan, new: Plan, directions: dict[tuple[str, str], str]) -> Iterator[Way]:
        """One way for each pair of prices that the book lets through; notes what each change would be."""
        for before, after in product(old.prices, new.prices):
            currency = self._currency(before, after)
            if currency is None:
                continue
            answer = self._ask(old, new, prices=(before, after), currency=currency)
            directions.setdefault((old.name, new.name), answer.direction)
            against = answer.reading.kernel.objections
            if any(each.code in CLOSED and answer.truth(f"objection.{k}") for k, each in enumerate(against)):
                continue
            yield self._way(answer, intervals_of(before.interval, after.interval))

    def _way(self, answer: Decision, intervals: tuple[str, ...]) -> Way:
        sold, kind = self.book.tables.prices, Kind(direction=answer.direction, intervals=intervals)
        before, after = answer.subscription, answer.request
        settling, refusing = self._rules.about(sold[before.plan, before.price], sold[after.plan, after.price])
        return Way(
            direction=answer.direction,
            timing=answer.word("timing"),
            fee=fee_words(answer.term("fee").value, answer),
            intervals=intervals,
            prices=((before.price, after.price),),
            path=answer.path,
            groups=answer.groups,
            varies=(*self._agreed(answer, kind), *settling),
            refusals=refusing,
        )

    def _currency(self, before: Price, after: Price) -> str | None:
        both = [code for code, _ in before.amounts if code in dict(after.amounts)]
        own = self.book.document.policy.currency
        return own if own in both else next(iter(both), None)

    def _ask(self, old: Plan, new: Plan, *, prices: tuple[Price, Price], currency: str) -> Decision:
        held = Subscription(
            id="anybody",
            plan=old.name,
            price=prices[0].id,
            currency=currency,
            period=self.period,
            customer=Customer(id=""),
        )
        request = ChangeRequest(at=self.at, plan=new.name, price=prices[1].id)
        return decide(self.bare, held, request=request, made_as=Decision)

    def _agreed(self, answer: Decision, kind: Kind) -> Iterator[str]:
        """The client groups and customers with whom another timing or fee is agreed."""
        settled = {term: answer.term(term) for term in _SHOWN}
        for title, voice in self.voices:
            said = voice.about(kind)
            if any(
                term in said and settled[term].source.kind in _WEAKER and said[term].value != settled[term].value
                for term in _SHOWN
            ):
                yield title

    @cached_property
    def _rules(self) -> _Rules:
        return _Rules(self.book)


def _special(holders: Holders) -> Iterator[tuple[str, Statements]]:
    yield from ((f"client group {name}", said) for name, said in holders.client_groups)
    yield from ((f"customer {name}", said) for name, said in holders.customers)


@final
class _Rules:
    """Which rules can hold between two prices: those whose condition does not fold to false once both are known."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.none = not book.typed_rules.rules

    def about(self, old: int, new: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The titles of the rules that may settle the timing or the fee of the change, and of those that may refuse."""
        if self.none:
            return (), ()
        carry_map = self.book.document.policy.carry_map
        facts = Facts(Form(), self.book.tables, zone=self.book.zone, carry_map=carry_map, between=(old, new))
        rules = [
            rule
            for rule in self.book.lower_rules(facts, find_road(facts, self.book.ladder))
            if rule.holds.literal is not False
        ]
        settling = [
            f"rule {rule.title}"
            for rule in rules
            if any(said.term in _SHOWN and holds.literal is not False for holds, said in rule.statements)
        ]
        return tuple(settling), tuple(f"rule {rule.title}" for rule in rules if rule.denies)


def fee_words(value: object, answer: Decision) -> str:
    """A fee in the currency that was asked in; empty where there is none."""
    if not isinstance(value, Fee):
        return str(value)
    currency = answer.subscription.currency
    amount = dict(value.amounts).get(currency, 0)
    if not value.ppm:
        return str(answer.money(amount)) if amount else ""
    text = f"{format_percent(value.ppm)} of {_BASES[value.of]}"
    for words, bound in (("at least", value.at_least), ("at most", value.at_most)):
        if currency in dict(bound):
            text += f", {words} {answer.money(dict(bound)[currency])}"
    return text
