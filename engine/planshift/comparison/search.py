"""The search for witnesses: changes that two versions of a book answer differently, one for each difference.

The book's own subscriptions come first, because people know them; then worlds that were made for one difference; then
all others, on the routes that differences are about. Of several witnesses that is kept which shows most plainly: a
verdict, a day or an amount rather than a source; one difference rather than several at once; a known customer rather
than somebody; few things moved rather than many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.zones import format_instant
from planshift.book import Book, Decision
from planshift.cases.written import case_text, keys_of
from planshift.comparison.answers import moved, moved_offers, visibly_differ, written
from planshift.comparison.difference import SECTIONS, Difference, Moved, Sought, Witness
from planshift.comparison.own import subscriptions_of
from planshift.comparison.routes import routes
from planshift.comparison.world import Route, World, carried, fits, knows
from planshift.comparison.worlds import Worlds
from planshift.decision import decide as deciding
from planshift.diagnostics.errors import InvalidInput
from planshift.policy.written_documents import fields_over, request_fields, subscription_fields

Progress = Callable[[int, int], None]
"""Told how many changes were tried, and how many will be at most."""

_FOR_ONE = 120
"""So many worlds are made for one rule, of each version."""

_MOST_LOOKS = 24
"""So many witnesses of one difference are compared with each other."""

_MOST_OFFERS = 40
"""So many subscriptions are asked what they are offered."""

Score = tuple[bool, int, bool, bool, int]


@final
@dataclass(slots=True)
class _Seeking:
    """A difference, and the best witness so far."""

    sought: Sought
    score: Score | None = None
    found: tuple[World, tuple[Moved, ...], Decision] | None = None
    tried: int = 0
    looks: int = 0

    @property
    def settled(self) -> bool:
        """Whether nothing better is worth looking for among worlds that nobody knows."""
        if self.score is None:
            return False
        return self.sought.slight or (not self.score[0] and (self.score[1] == 1 or self.looks >= _MOST_LOOKS))

    def wants(self, score: tuple[bool, int, bool]) -> bool:
        """Whether a witness of this kind could be better than the one there is, and is worth looking at closely."""
        return self.looks < _MOST_LOOKS and (self.score is None or score <= self.score[:3])


@final
class Search:
    """One search over two versions."""

    def __init__(self, old: Book, new: Book, *, worlds: Worlds, tries: int, progress: Progress | None = None) -> None:
        self._old, self._new, self._worlds = old, new, worlds
        self._tries = tries
        self._progress = progress or (lambda *_: None)
        self._files = subscriptions_of(old)
        self.tried = 0

    def differences(self, sought: Iterable[Sought]) -> Iterator[Difference]:
        """The differences with their witnesses."""
        seeking = [_Seeking(sought=each) for each in sought]
        open_ones = [each for each in seeking if each.sought.shows is not None]
        if open_ones:
            self._look(open_ones)
        for each in seeking:
            if each.found is not None or not each.sought.doubtful:
                yield self._told(each)

    def _look(self, seeking: list[_Seeking]) -> None:
        for world in islice(self._worlds.own(), self._tries):
            self._try(world, seeking)
        for each in seeking:
            for world in self._made_for(each.sought) if self._tries else ():
                if each.settled:
                    break
                self._try(world, seeking, only=each)
        waiting = [each for each in seeking if not each.settled]
        if not waiting:
            return
        around = Worlds(self._new, self._old, on=self._routes(waiting), scene=self._worlds.scene)
        for world in islice(chain(around.plain(), around.varied(), around.turning()), self._tries):
            self._try(world, waiting)
            waiting = [each for each in waiting if not each.settled]
            if not waiting:
                return

    def _made_for(self, sought: Sought) -> Iterator[World]:
        yield from sought.worlds
        for title in sought.rules:
            yield from islice(self._worlds.of_rule(title), _FOR_ONE)
            before = Worlds(self._old, self._new, scene=replace(self._worlds.scene, book=self._old))
            for world in islice(before.of_rule(title), _FOR_ONE):
                there = carried(world, of=self._old, into=self._new)
                if knows(self._new, there) and fits(self._new, there):
                    yield there

    def _routes(self, seeking: list[_Seeking]) -> Iterable[Route]:
        """The routes of the new version that the differences are about."""
        named = dict.fromkeys(route for each in seeking for route in each.sought.routes)
        plans = frozenset(plan for each in seeking if not each.sought.routes for plan in each.sought.plans)
        anywhere = any(not each.sought.routes and not each.sought.plans for each in seeking)
        every = (r for r in routes(self._new) if anywhere or r.origin[0] in plans or r.target[0] in plans)
        return dict.fromkeys((*named, *islice(every, self._tries)))

    def _try(self, world: World, seeking: list[_Seeking], *, only: _Seeking | None = None) -> None:
        """Ask both versions, and see which differences the answers show; what was made for one is kept for it alone."""
        route = world.route
        about = [
            each for each in seeking if not each.sought.plans or each.sought.plans & {route.origin[0], route.target[0]}
        ]
        if not about:
            return
        self.tried += 1
        self._progress(self.tried, self._tries)
        new = deciding.decide(self._new.rulebook, world.subscription, request=world.request, made_as=Decision)
        there = carried(world, of=self._new, into=self._old)
        if world.named in self._files:  # a case that names a file is read with the file of the version
            there = replace(there, subscription=self._files[world.named])
        old = None
        if knows(self._old, there):
            old = deciding.decide(self._old.rulebook, there.subscription, request=there.request, made_as=Decision)
        for each in about:
            each.tried += 1
        hit = [each for each in about if each.sought.shows is not None and each.sought.shows(old, new)]
        if not hit:
            return
        seen = old is None or visibly_differ(old, new)
        mine = hit if only is None else [each for each in hit if each is only]
        wanting = [each for each in mine if each.wants((not seen, len(hit), not world.named))]
        if wanting and not new.broken_promises:  # a case that breaks a statement of the book would fail
            for each in wanting:
                self._weigh(each, world, old=old, new=new, shared=len(hit))

    @staticmethod
    def _weigh(seeking: _Seeking, world: World, *, old: Decision | None, new: Decision, shared: int) -> None:
        """Keep the world if it shows the difference better than the one before."""
        parts = (Moved(what="verdict", new=new.verdict),) if old is None else moved(old, new, also=seeking.sought.also)
        seen = old is None or visibly_differ(old, new)
        seeking.looks += seen
        score = (not seen, shared, not world.named, bool(world.told), len(parts))
        if parts and (seeking.score is None or score < seeking.score):
            seeking.score, seeking.found = score, (world, parts, new)

    def _told(self, seeking: _Seeking) -> Difference:
        """The difference with the best witness that was found."""
        difference = replace(seeking.sought.difference, tried=seeking.tried)
        if seeking.sought.offers:
            return self._offered(seeking.sought)
        if seeking.found is None:
            return difference
        world, parts, new = seeking.found
        usual = set(keys_of(new))
        case = case_text(
            _name(difference),
            new,
            book=self._new,
            subscription=world.subscription,
            request=world.request,
            also=[part.what for part in parts if part.what not in usual and not part.what.startswith("lines.")],
        )
        return replace(difference, witness=Witness(told=self._asked(world), moved=parts, case=self._timed(case, world)))

    def _timed(self, case: str, world: World) -> str:
        """The case, its instant written so that it is the same one in versions of different time zones."""
        if self._old.zone == self._new.zone or world.subscription.timezone is not None:
            return case
        return _NOW.sub(f"now: {format_instant(world.request.at, 'UTC')}", case, count=1)

    def _asked(self, world: World) -> str:
        """What is asked, by whom and when, in one line."""
        held, asked = world.subscription, world.request
        instant = format_instant(asked.at, held.timezone or self._new.zone).replace("T", " ")[:16]
        what = {
            "cancel": "ends the subscription",
            "renew": "renews",
            "start": f"starts {asked.plan} {asked.price}",
        }.get(asked.kind, f"asks for {asked.plan} {asked.price}")
        particular = self._particulars(world) if world.told and not world.told.startswith("as in") else world.told
        return f"{_who(world)} {what} at {instant}{f', {particular}' if particular else ''}"

    def _particulars(self, world: World) -> str:
        """What is not as it is with a plain customer, by the names that files use."""
        base, book = self._worlds.scene.plain(world.route), self._new.document
        if base is None:
            return world.told
        held = [subscription_fields(each.subscription, book) for each in (world, base)]
        asks = [request_fields(each.request, book, subscription=each.subscription) for each in (world, base)]
        over = fields_over(held[0], held[1]) | fields_over(asks[0], asks[1])
        said = [f"{name}: {written(value)}" for name, value in over.items()]
        return f"with {'; '.join(said)}" if said else ""

    def _offered(self, sought: Sought) -> Difference:
        """What is not there any more shows in what somebody is offered."""
        gone = sought.plans
        seen: set[object] = set()
        for world in chain(self._worlds.own(), self._worlds.plain()):
            held = world.subscription
            if held in seen or world.request.kind == "renew":
                continue
            seen.add(held)
            if len(seen) > _MOST_OFFERS:
                break
            request = ChangeRequest(at=world.request.at, facts=world.request.facts)
            there = carried(replace(world, request=request), of=self._new, into=self._old)
            try:
                old = self._old.options(there.subscription, there.request)
            except InvalidInput:
                continue
            new = self._new.options(held, request)
            kept = {(each.request.plan, each.request.price) for each in new.entries}
            if any(e.request.plan in gone and (e.request.plan, e.request.price) not in kept for e in old.entries):
                case = case_text(_name(sought.difference), new, book=self._new, subscription=held, request=request)
                told = f"{_who(world)} asks what there is"
                witness = Witness(told=told, moved=moved_offers(old, new), case=case)
                return replace(sought.difference, witness=witness, tried=len(seen))
        return replace(sought.difference, tried=len(seen))


_NOW = re.compile(r"(?m)now: .*$")


def _name(difference: Difference) -> str:
    return f"{SECTIONS[difference.section]}: {difference.title}"


def _who(world: World) -> str:
    held = world.subscription
    return world.named or f"a customer of {held.plan} {held.price}"
