"""What a search knows at one point: worlds that are left, truths, bounds of sums, words of texts, open alternatives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, final

from planshift.expressions.form import Bool, Text
from planshift.rulebook.analysis.linear import Terms

Claim: TypeAlias = tuple[Bool, bool]
"""A truth and whether it holds."""

Alternative: TypeAlias = tuple[Claim, ...]
"""Claims that hold together."""

Clause: TypeAlias = tuple[Alternative, ...]
"""Alternatives of which one holds."""

Bounds: TypeAlias = tuple[int, int]

Words: TypeAlias = tuple[frozenset[str] | None, frozenset[str]]
"""What a text can be (None: anything), and what it is not."""

ANY_WORD: Words = (None, frozenset())


class Contradiction(Exception):
    """What was assumed cannot be: the end of a branch of the search, never seen outside of it."""


@final
@dataclass(slots=True)
class State:
    """Everything that follows from what was assumed so far."""

    rows: list[int]
    """For each space the rows that are left."""
    truths: dict[Bool, bool] = field(default_factory=dict)
    bounds: dict[Terms, Bounds] = field(default_factory=dict)
    holes: dict[Terms, frozenset[int]] = field(default_factory=dict)
    words: dict[Text, Words] = field(default_factory=dict)
    clauses: list[Clause] = field(default_factory=list)

    def copy(self) -> State:
        """One that can go another way."""
        return State(
            rows=list(self.rows),
            truths=dict(self.truths),
            bounds=dict(self.bounds),
            holes=dict(self.holes),
            words=dict(self.words),
            clauses=list(self.clauses),
        )

    def bound(self, terms: Terms, bounds: Bounds) -> bool:
        """Keep a sum between bounds and off its holes; whether that says more than was known.

        Raises:
            Contradiction: nothing is left.
        """
        known = self.bounds.get(terms)
        low, high = bounds if known is None else (max(bounds[0], known[0]), min(bounds[1], known[1]))
        holes = self.holes.get(terms, frozenset())
        while low <= high and low in holes:
            low += 1
        while low <= high and high in holes:
            high -= 1
        if low > high:
            raise Contradiction
        self.bounds[terms] = low, high
        return known != (low, high)

    def exclude(self, terms: Terms, value: int, *, within: Bounds) -> None:
        """A sum, known to lie within bounds, is not this value.

        Raises:
            Contradiction: nothing is left.
        """
        self.holes[terms] = self.holes.get(terms, frozenset()) | {value}
        self.bound(terms, within)

    def say(self, text: Text, words: frozenset[str], *, among: bool) -> None:
        """A text is one of some words, or none of them.

        Raises:
            Contradiction: no word is left.
        """
        allowed, excluded = self.words.get(text, ANY_WORD)
        if among:
            allowed = (words if allowed is None else allowed & words) - excluded
        else:
            excluded |= words
            allowed = None if allowed is None else allowed - words
        if allowed is not None and not allowed:
            raise Contradiction
        self.words[text] = allowed, excluded
