"""Whether truths of the form can hold together: a small search that is sound and knows when to stop.

`impossible` is answered with yes only where it is proven. Finite truths cut the sets of worlds; comparisons become
bounds of sums; what is left of choices is tried one by one. Beyond the bounds below the answer is no: perhaps it is
possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import final

from planshift.expressions.form import Bool, Int, Text
from planshift.rulebook.analysis.choices import COMPARED, MOST_CASES, alternatives_of, pushed, truths_of, values_of
from planshift.rulebook.analysis.linear import Sum, Terms, joined, normal, summed
from planshift.rulebook.analysis.space import Space
from planshift.rulebook.analysis.state import ANY_WORD, Alternative, Bounds, Claim, Contradiction, State

MOST_BRANCHES = 400
"""After so many tried alternatives a search ends undecided."""

_ROUNDS = 6
_DEEP = 12


@final
class Solver:
    """Searches over the worlds of some spaces, each with columns of its own; `bounds` hold in all of them."""

    def __init__(self, spaces: Sequence[Space] = (), *, bounds: Mapping[Int, Bounds] | None = None) -> None:
        self.spaces = tuple(spaces)
        self._bounds: dict[Terms, Bounds] = {((node, 1),): within for node, within in (bounds or {}).items()}
        self._places: dict[Bool | Int, int | None] = {}
        self._sums: dict[Int, Sum] = {}
        self._differences: dict[Bool, tuple[Terms, int, int]] = {}
        self._choices: dict[Bool, tuple[Bool, ...]] = {}

    def start(self) -> State:
        """Nothing is assumed: every world is left."""
        return State(rows=[space.left for space in self.spaces], bounds=dict(self._bounds))

    def impossible(self, claims: Iterable[Claim], *, given: State | None = None) -> bool:
        """Whether it is proven that these claims cannot hold together, where those of a state hold."""
        state = self.assumed(claims, given=given)
        return state is None or self.exhausted(state)

    def exhausted(self, state: State) -> bool:
        """Whether none of the ways that a state leaves open can be gone."""
        return not self._search(state, [MOST_BRANCHES])

    def assumed(self, claims: Iterable[Claim], *, given: State | None = None) -> State | None:
        """What follows at once from claims; None where they contradict each other."""
        state = self.start() if given is None else given.copy()
        return state if all(state.rows) and self._follows(state, claims) else None

    def _follows(self, state: State, claims: Iterable[Claim]) -> bool:
        """Put claims into a state; whether it can still be."""
        try:
            for claim in claims:
                self._claim(state, claim)
            self._follow(state)
        except Contradiction:
            return False
        return True

    def excludes(self, state: State, node: Bool) -> bool:
        """Whether it is seen at once that a truth does not hold in a state."""
        try:
            return self.known(state, node) is False
        except Contradiction:
            return True

    def interval(self, state: State, node: Int) -> Bounds:
        """Between what an integer lies in a state."""
        found = self._sum(node)
        low, high = self._interval(state, found.terms)
        return low + found.constant, high + found.constant

    def _search(self, state: State, left: list[int]) -> bool:
        """Whether something may be possible; `left` counts the alternatives that may still be tried."""
        if not state.clauses:
            return True
        clause = min(state.clauses, key=len)
        others = [each for each in state.clauses if each is not clause]
        for alternative in clause:
            left[0] -= 1
            if left[0] < 0:
                return True
            branch = state.copy()
            branch.clauses = list(others)
            if self._follows(branch, alternative) and self._search(branch, left):
                return True
        return False

    # what is claimed

    def _claim(self, state: State, claim: Claim) -> None:
        waiting = [claim]
        while waiting:
            node, holds = waiting.pop()
            if node.op == "not":
                waiting += [(part, not holds) for part in truths_of(node)]
                continue
            known = node.literal if node.literal is not None else state.truths.get(node)
            if known is not None:
                if known != holds:
                    raise Contradiction
                continue
            state.truths[node] = holds
            place = self._place(node)
            if place is not None:
                self._keep(state, place, self.spaces[place].where(node), holds=holds)
            elif node.op in ("and", "or") and (node.op == "and") == holds:
                waiting += [(part, holds) for part in truths_of(node)]
            elif node.op in ("and", "or"):
                state.clauses.append(tuple(((part, holds),) for part in truths_of(node)))
            else:
                waiting += [(branched, holds) for branched in self._branched(node)]
                self._atom(state, node, holds=holds)

    def _branched(self, node: Bool) -> tuple[Bool, ...]:
        """A comparison of a choice as a choice of comparisons, of which each branch can be followed by itself."""
        if node not in self._choices:
            sides = node.args if node.op in COMPARED else ()
            choices = (side for side in sides if isinstance(side, Int) and self._is_choice(side))
            self._choices[node] = tuple(pushed(node, choice) for choice in islice(choices, 1))
        return self._choices[node]

    def _is_choice(self, side: Int) -> bool:
        """Whether a side is a short choice between things that are worth being told apart."""
        if side.op != "case" or self._place(side) is not None:
            return False
        values = values_of(side)
        return len(values) <= MOST_CASES and all(
            value.op in ("lit", "input", "case") or self._place(value) is not None for value in values
        )

    def _keep(self, state: State, place: int, rows: int, *, holds: bool = True) -> None:
        left = state.rows[place] & (rows if holds else ~rows)
        if not left:
            raise Contradiction
        state.rows[place] = left

    def _atom(self, state: State, node: Bool, *, holds: bool) -> None:
        if node.op == "case":
            clause = alternatives_of(node, holds=holds)
            if clause is not None:
                state.clauses.append(clause)
        elif node.op in COMPARED:
            terms, constant, factor = self._compared(node)
            if node.op == "less":  # factor * terms + constant < 0, or not
                self._bounded(state, terms, factor, (None, -constant - 1) if holds else (-constant, None))
            elif holds:
                self._bounded(state, terms, factor, (-constant, -constant))
            elif constant % factor == 0:
                state.exclude(terms, -constant // factor, within=self._interval(state, terms))
        elif node.op == "within":
            text, words = node.args
            assert isinstance(text, Text)  # made by Text.within
            assert isinstance(words, tuple)  # as above
            state.say(text, frozenset(str(word) for word in words), among=holds)

    def _bounded(self, state: State, terms: Terms, factor: int, bounds: tuple[int | None, int | None]) -> None:
        """Keep `factor * terms` between bounds."""
        low, high = bounds if factor > 0 else (bounds[1], bounds[0])
        lowest, highest = self._interval(state, terms)
        if low is not None:
            lowest = max(lowest, -(-low // factor))
        if high is not None:
            highest = min(highest, high // factor)
        state.bound(terms, (lowest, highest))

    # what follows

    def _follow(self, state: State) -> None:
        for _ in range(_ROUNDS):
            moved = self._tighten(state)
            if not (self._settle(state) or moved):
                return

    def _tighten(self, state: State) -> bool:
        """Bounds of sums from those of their integers, and the other way round; worlds that lie outside go."""
        moved = False
        for terms in tuple(state.bounds):
            if len(terms) == 1 and terms[0][0].op == "input" and self._place(terms[0][0]) is None:
                continue  # nothing but its own bounds is known of it
            moved |= state.bound(terms, self._interval(state, terms))
            low, high = state.bounds[terms]
            if len(terms) == 1:
                node, _ = terms[0]
                place = self._place(node)
                if place is not None:
                    before = state.rows[place]
                    self._keep(state, place, self.spaces[place].within(node, (low, high)))
                    moved |= state.rows[place] != before
                continue
            for node, count in terms:
                rest = self._added(state, tuple(term for term in terms if term[0] is not node))
                ends = (low - rest[1], high - rest[0])
                ends = ends if count > 0 else (ends[1], ends[0])
                wanted = (-(-ends[0] // count), ends[1] // count)
                known = self._range(state, node)
                if wanted[0] > known[0] or wanted[1] < known[1]:
                    moved |= state.bound(((node, 1),), (max(wanted[0], known[0]), min(wanted[1], known[1])))
        return moved

    def _settle(self, state: State) -> bool:
        """Drop alternatives that are out; what is left of one alternative holds."""
        moved, waiting = False, state.clauses
        state.clauses = []
        for clause in waiting:
            left = tuple(each for each in clause if self._told(state, each) is not False)
            if not left:
                raise Contradiction
            if any(self._told(state, each) for each in left):
                continue
            if len(left) == 1:
                for claim in left[0]:
                    self._claim(state, claim)
                moved = True
            else:
                state.clauses.append(left)
        return moved

    def _told(self, state: State, alternative: Alternative) -> bool | None:
        """Whether an alternative holds, as far as is known."""
        certain = True
        for node, holds in alternative:
            known = self.known(state, node)
            if known is not None and known != holds:
                return False
            certain = certain and known is not None
        return certain or None

    def known(self, state: State, node: Bool, *, depth: int = 0) -> bool | None:
        """Whether a truth holds in a state; None where that is open."""
        found = node.literal if node.literal is not None else state.truths.get(node)
        place = self._place(node)
        if found is not None or depth > _DEEP:
            return found
        if place is not None:
            rows = state.rows[place] & self.spaces[place].where(node)
            return False if not rows else True if rows == state.rows[place] else None
        if node.op in ("not", "and", "or"):
            return self._joined(state, node, depth=depth + 1)
        if node.op in COMPARED:
            return self._comparison(state, node)
        if node.op == "within":
            return _among(state, node)
        return None

    def _joined(self, state: State, node: Bool, *, depth: int) -> bool | None:
        parts = (self.known(state, part, depth=depth) for part in truths_of(node))
        if node.op == "not":
            found = next(parts)
            return None if found is None else not found
        settles, certain = node.op == "or", True
        for found in parts:
            if found is settles:
                return settles
            certain = certain and found is not None
        return not settles if certain else None

    def _comparison(self, state: State, node: Bool) -> bool | None:
        terms, constant, factor = self._compared(node)
        low, high = self._interval(state, terms)
        ends = sorted((factor * low + constant, factor * high + constant))
        if node.op == "less":
            return True if ends[1] < 0 else False if ends[0] >= 0 else None
        if ends == [0, 0]:
            return True
        apart = ends[0] > 0 or ends[1] < 0 or constant % factor
        return False if apart or -constant // factor in state.holes.get(terms, ()) else None

    # integers

    def _compared(self, node: Bool) -> tuple[Terms, int, int]:
        """The difference of both sides of a comparison: `factor * terms + constant`."""
        if node not in self._differences:
            self._differences[node] = self._difference(node)
        return self._differences[node]

    def _difference(self, node: Bool) -> tuple[Terms, int, int]:
        left, right = node.args
        assert isinstance(left, Int)  # integers are compared with integers
        assert isinstance(right, Int)  # as above
        difference = joined(self._sum(left), self._sum(right), times=-1)
        terms, factor = normal(difference.terms) if difference.terms else ((), 1)
        return terms, difference.constant, factor

    def _sum(self, node: Int) -> Sum:
        if node not in self._sums:
            self._sums[node] = summed(node, lambda each: self._place(each) is not None)
        return self._sums[node]

    def _interval(self, state: State, terms: Terms) -> Bounds:
        """Between what a sum lies: its own bounds, and those of its integers."""
        low, high = self._added(state, terms)
        known = state.bounds.get(terms)
        return (low, high) if known is None else (max(low, known[0]), min(high, known[1]))

    def _added(self, state: State, terms: Terms) -> Bounds:
        low = high = 0
        for node, count in terms:
            ends = [end * count for end in self._range(state, node)]
            low, high = low + min(ends), high + max(ends)
        return low, high

    def _range(self, state: State, node: Int, depth: int = 0) -> Bounds:
        """Between what an integer lies in a state."""
        low, high = node.lo, node.hi
        place = self._place(node)
        if place is not None:
            low, high = self.spaces[place].extremes(node, state.rows[place])
        elif node.op == "case" and depth <= _DEEP:
            low, high = self._chosen(state, node, depth + 1)
        known = state.bounds.get(((node, 1),))
        if known is not None:
            low, high = max(low, known[0]), min(high, known[1])
        if low > high:
            raise Contradiction
        return low, high

    def _chosen(self, state: State, node: Int, depth: int) -> Bounds:
        """The bounds of the branches of a choice that can still be taken."""
        conditions, values = node.args
        assert isinstance(conditions, tuple)  # made by Form.make_case
        assert isinstance(values, tuple)  # as above
        reached: list[Bounds] = []
        for k, value in enumerate(values):
            condition = conditions[k] if k < len(conditions) else node.form.truth(True)
            assert isinstance(condition, Bool)  # made by Form.make_case
            assert isinstance(value, Int)  # the values of an integer choice are integers
            holds = self.known(state, condition, depth=depth)
            if holds is not False:
                reached.append(self._range(state, value, depth))
            if holds:
                break
        return min(low for low, _ in reached), max(high for _, high in reached)

    def _place(self, node: Bool | Int) -> int | None:
        """The space that a node's value is known in."""
        if node not in self._places:
            found = (k for k, space in enumerate(self.spaces) if space.knows(node))
            self._places[node] = next(found, None)
        return self._places[node]


def _among(state: State, node: Bool) -> bool | None:
    text, words = node.args
    assert isinstance(text, Text)  # made by Text.within
    assert isinstance(words, tuple)  # as above
    wanted = frozenset(str(word) for word in words)
    allowed, excluded = state.words.get(text, ANY_WORD)
    if wanted <= excluded or (allowed is not None and not allowed & wanted):
        return False
    return True if allowed is not None and allowed <= wanted else None
