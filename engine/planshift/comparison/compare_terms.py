"""What the versions say about terms: each place that speaks, compared by what it says about every kind of change.

How a place writes it down does not matter: `any` and the blocks of directions and intervals may be split or joined, as
long as every kind of change is told the same. Where the company is silent, the built-in default speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from planshift.book import Book, Decision
from planshift.comparison.answers import term_words
from planshift.comparison.difference import Difference, Moved, Shows, Sign, Sought
from planshift.comparison.routes import between
from planshift.comparison.world import Route
from planshift.decision.term_text import term_text
from planshift.diagnostics.span import NOWHERE, Span
from planshift.policy.term_values import Names, Notices, Requirements, Texts
from planshift.policy.terms import TERM
from planshift.rulebook.sources import DIRECTIONS, Source, Statement, Statements, TermValue
from planshift.rulebook.voices import EVERY_KIND, LONGER, OTHER, SHORTER, Kind, Voice

Holder = tuple[str, ...]
"""Who speaks: a rank, and the name or names that it goes by."""

_COMPANY: Holder = ("company",)

_PLURAL = {
    "upgrade": "upgrades",
    "downgrade": "downgrades",
    "crossgrade": "crossgrades",
    "term_change": "term changes",
    "cancel": "cancellations",
    "start": "starts",
    "renewal": "renewals",
}

_INTERVALS = {(): "of the same interval", OTHER: "to another interval", LONGER: "to a longer interval"}
_INTERVALS[SHORTER] = "to a shorter interval"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is said about some kinds of change by one place or several that say the same."""

    term: str
    kinds: tuple[Kind, ...]
    old: TermValue | None
    new: TermValue | None


def compare_terms(old: Book, new: Book) -> Iterator[Sought]:
    """Every term that some place settles otherwise; paths that say the same are told together."""
    before, after = (_holders(book) for book in (old, new))
    paths: dict[tuple[_Said, str], list[tuple[Holder, _Sources]]] = {}
    for holder in dict.fromkeys((*after, *before)):
        if not _in_both(holder, old, new) or _said(before.get(holder)) == _said(after.get(holder)):
            continue
        voices = [_Spoken(each.get(holder), company=holder == _COMPANY) for each in (before, after)]
        for said in _differences(*voices):
            sources = tuple(voice.sources(said) for voice in voices)
            found = (holder, (sources[0], sources[1]))
            if holder[0] == "path":
                paths.setdefault((said, holder[1]), []).append(found)
            else:
                yield _sought(said, [found], (old, new))
    for (said, _), found_paths in paths.items():
        yield _sought(said, found_paths, (old, new))


def _said(statements: Statements | None) -> object:
    """What a place says, as it is written there."""
    scopes = statements.scopes if statements is not None else ()
    return [(scope, [(said.term, said.value) for said in written]) for scope, written in scopes]


_Sources = tuple[frozenset[Source], frozenset[Source]]


@final
class _Spoken:
    """What one place says, if it is there at all."""

    def __init__(self, statements: Statements | None, *, company: bool) -> None:
        self._voice = Voice(statements or Statements())
        self._company = company

    @property
    def terms(self) -> frozenset[str]:
        """The terms that it speaks of."""
        return self._voice.terms

    def about(self, term: str, kind: Kind) -> Statement | None:
        """Its word on a term of a kind of change."""
        return self._voice.about(kind).get(term)

    def value(self, term: str, kind: Kind) -> TermValue | None:
        """The value of that word; where the company is silent, the built-in default."""
        said = self.about(term, kind)
        return said.value if said is not None else TERM[term].default if self._company else None

    def sources(self, said: _Said) -> frozenset[Source]:
        """Where it says something about these kinds of change."""
        found = (self.about(said.term, kind) for kind in said.kinds)
        return frozenset(each.source for each in found if each is not None)


def _differences(before: _Spoken, after: _Spoken) -> Iterator[_Said]:
    for term in TERM:
        if term not in before.terms | after.terms:
            continue
        ways: dict[tuple[object, object], list[tuple[Kind, TermValue | None, TermValue | None]]] = {}
        for kind in EVERY_KIND:
            old, new = before.value(term, kind), after.value(term, kind)
            if _meaning(old) != _meaning(new):
                ways.setdefault((_meaning(old), _meaning(new)), []).append((kind, old, new))
        for found in ways.values():
            yield _Said(term=term, kinds=tuple(kind for kind, _, _ in found), old=found[0][1], new=found[0][2])


def _meaning(value: TermValue | None) -> object:
    """A value without the order in which the things of a list stand."""
    match value:
        case Names(names=things):
            return frozenset(things)
        case Requirements(items=needs):
            return frozenset(needs)
        case Notices(items=notices):
            return frozenset(notices)
        case Texts(texts=texts):
            return frozenset(texts)
    return value


def _holders(book: Book) -> dict[Holder, Statements]:
    """Everybody who may speak of terms besides rules, by who they are."""
    ladder, holders, plans = book.rulebook.ladder, book.rulebook.holders, book.catalog.plans
    found: dict[Holder, Statements] = {_COMPANY: holders.company}
    found |= {("client group", name): said for name, said in holders.client_groups}
    found |= {("customer", name): said for name, said in holders.customers}
    found |= {("group", group.name): group.statements for group in ladder.groups}
    found |= {("leaving", plans[plan].name): said for plan, said in holders.leaving}
    found |= {("arriving at", plans[plan].name): said for plan, said in holders.arriving}
    return found | {
        ("path", plans[road.origin].name, plans[road.target].name): road.statements for road in ladder.roads
    }


def _in_both(holder: Holder, old: Book, new: Book) -> bool:
    """Whether both versions have the plans that a place is about: what goes with a plan is told with the plan."""
    if holder[0] not in ("leaving", "arriving at", "path"):
        return True
    return all(name in book.rulebook.plans for name in holder[1:] for book in (old, new))


def _sought(said: _Said, found: list[tuple[Holder, _Sources]], books: tuple[Book, Book]) -> Sought:
    holders = [holder for holder, _ in found]
    sources = tuple(frozenset(source for _, each in found for source in each[side]) for side in (0, 1))
    texts = [
        None if value is None else term_text(said.term, value, decimals=book.rulebook.decimals)
        for value, book in zip((said.old, said.new), books, strict=True)
    ]
    sign: Sign = "+" if texts[0] is None else "-" if texts[1] is None else "~"
    difference = Difference(
        section="terms",
        kind="term_moved",
        sign=sign,
        title=f"{said.term} of {kinds_text(said.kinds)}{_whose(holders)}",
        moved=(Moved(what=said.term, old=texts[0], new=texts[1]),),
        old=_span(sources[0]),
        new=_span(sources[1]),
    )
    return Sought(
        difference=difference,
        shows=_settles(said.term, sources[0], now=sources[1]),
        plans=_plans(holders, books[1]),
        routes=_routes(holders, books[1]),
        also=(f"terms.{said.term}", f"sources.{said.term}"),
    )


def _span(sources: Iterable[Source]) -> Span:
    places = sorted((source.span for source in sources if source.span.known), key=lambda span: (span.file, span.line))
    return places[0] if places else NOWHERE


def _settles(term: str, was: frozenset[Source], *, now: frozenset[Source]) -> Shows:
    """Whether a term comes out otherwise, settled by one of the places that say something else."""

    def shows(old: Decision | None, new: Decision) -> bool:
        if old is None or term_words(old, term) == term_words(new, term):
            return False
        before, after = old.term(term).source, new.term(term).source
        silent = not (was and now)  # where one version is silent, its default or a weaker place speaks
        return before in was or after in now or (silent and "default" in (before.kind, after.kind))

    return shows


def _plans(holders: list[Holder], book: Book) -> frozenset[str]:
    rank = holders[0][0]
    if rank in ("leaving", "arriving at", "path"):
        return frozenset(name for holder in holders for name in holder[1:2])
    if rank == "group":
        group = next((each for each in book.rulebook.ladder.groups if each.name == holders[0][1]), None)
        return frozenset(book.catalog.plans[each.plan].name for each in group.members) if group else frozenset()
    return frozenset()


def _routes(holders: list[Holder], book: Book) -> tuple[Route, ...]:
    plans = book.rulebook.plans
    pairs = [(plans[holder[1]], plans[holder[2]]) for holder in holders if holder[0] == "path"]
    return tuple(route for origin, target in pairs for route in between(origin, target))


def _whose(holders: list[Holder]) -> str:
    rank, *names = holders[0]
    if rank == "company":
        return ""
    if rank == "path":
        return f", path {names[0]} -> {', '.join(holder[2] for holder in holders)}"
    return f", {rank} {names[0]}"


def kinds_text(kinds: Iterable[Kind]) -> str:
    """Kinds of change as a person calls them, as few words as possible."""
    found = frozenset(kinds)
    by_direction: Mapping[str, frozenset[Kind]] = {
        direction: frozenset(kind for kind in EVERY_KIND if kind.direction == direction) for direction in DIRECTIONS
    }
    whole = [direction for direction, every in by_direction.items() if every <= found]
    if len(whole) == len(DIRECTIONS):
        return "every change"
    missing = [direction for direction, every in by_direction.items() if not every & found]
    if len(whole) + len(missing) == len(DIRECTIONS) and 0 < len(missing) <= 2 < len(whole):
        return f"every change but {' and '.join(_PLURAL[each] for each in missing)}"
    told = [_PLURAL[direction] for direction in whole]
    by_intervals: dict[frozenset[tuple[str, ...]], list[str]] = {}
    for direction in DIRECTIONS:
        intervals = frozenset(kind.intervals for kind in found if kind.direction == direction)
        if intervals and direction not in whole:
            by_intervals.setdefault(intervals, []).append(_PLURAL[direction])
    for intervals, directions in by_intervals.items():
        words = (
            "changes"
            if len(directions) == sum(len(by_direction[d]) > 1 for d in DIRECTIONS)
            else " and ".join(directions)
        )
        told.append(f"{words} {_intervals_text(intervals)}")
    return " and ".join(told)


def _intervals_text(intervals: frozenset[tuple[str, ...]]) -> str:
    if intervals == {OTHER, LONGER, SHORTER}:
        return "to another interval"
    return " or ".join(words for scopes, words in _INTERVALS.items() if scopes in intervals)
