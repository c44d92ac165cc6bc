"""The reactions of a book at work: which fire for an event, because of what, and who found that out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

import structlog

from planshift.billing.money import Money
from planshift.book import Book
from planshift.decision.reasons import written
from planshift.execution.order import Order
from planshift.execution.reactions.child import Child, InChild
from planshift.execution.reactions.facts import situation_of
from planshift.execution.reactions.matching import Matcher, MatcherFaultError, Ruleset
from planshift.execution.reactions.rulesets import TooManyAlternativesError, rulesets_of
from planshift.rulebook.reactions import plain
from planshift.rulebook.reactions.book_reactions import BookReactions, Fact, Situation, Summary

MOST_FAULTS: Final = 20
"""How many faults in a row are borne before the plain evaluation serves for good."""

PLAIN: Final = "plain evaluation"
"""What serves where nothing else does."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A reaction that fires: its number in the book, from 1, what it asks for, and what else made it fire."""

    reaction: int
    text: str
    actions: tuple[str, ...]
    because: tuple[str, ...]


@final
class Reactions:
    """The reactions of one book. Whatever goes wrong while they are matched, every event gets its answer."""

    def __init__(self, book: Book, *, matcher: Matcher | None, why: str = "") -> None:
        self._rulebook = book.rulebook
        self.matcher = matcher
        """What finds the firings; None where the plain evaluation serves."""
        self._in_a_row = 0
        self.why = why
        """Why the plain evaluation serves; empty where it does not."""
        self.reactions = BookReactions(book.rulebook)
        """What the book says."""
        self.faults: deque[str] = deque(maxlen=MOST_FAULTS)
        """What went wrong last while matching; the plain evaluation has answered each time."""

    @classmethod
    def of(cls, book: Book, *, child: Child | None = None) -> Reactions:
        """The reactions of a book, matched by durable-rules where that is installed.

        With a child it is asked there, so that a fault in native code cannot end the process that asks.
        """
        found = BookReactions(book.rulebook).all
        if not found:
            return cls(book, matcher=None, why="the book has no reactions")
        lacking = why_not_durable()
        if lacking:
            return cls(book, matcher=None, why=lacking)
        try:
            rulesets = rulesets_of(found)
        except TooManyAlternativesError as error:
            return cls(book, matcher=None, why=str(error))
        matcher = _here(rulesets) if child is None else InChild(child, book.digest, rulesets=rulesets)
        return cls(book, matcher=matcher)

    @property
    def ran_by(self) -> str:
        """What matches: for `doctor`, and for whoever compares."""
        if self.matcher is None:
            return f"{PLAIN}: {self.why}" if self.why else PLAIN
        return self.matcher.name

    def firings(self, order: Order, event: str, *, at: int) -> tuple[Firing, ...]:
        """The reactions that fire when an event comes in for an order at an instant, in the order of the book."""
        if not self.reactions.naming(event):
            return ()
        situation = situation_of(order, at=at)
        summary = self.reactions.summary(event, situation)
        return tuple(self._firing(number, summary, situation) for number in self._fired(summary.fact))

    def _fired(self, fact: Fact) -> tuple[int, ...]:
        if self.matcher is not None:
            try:
                found = tuple(self.matcher.match(fact))
            except MatcherFaultError as error:
                self._fault(str(error))
            else:
                self._in_a_row = 0
                return found
        return plain.firing(self.reactions.all, fact)

    def _fault(self, why: str) -> None:
        """Put on record what went wrong; what goes wrong time and again is not asked any more."""
        self.faults.append(why)
        self._in_a_row += 1
        structlog.get_logger("planshift.reactions").warning(
            "reactions_fault", why=why, book=self._rulebook.digest, matcher=self.ran_by, answered_by=PLAIN
        )
        if self._in_a_row == MOST_FAULTS:
            self.matcher, self.why = None, f"it went wrong {MOST_FAULTS} times in a row: {why}"

    def _firing(self, number: int, summary: Summary, situation: Situation) -> Firing:
        reaction = self.reactions.all[number - 1]
        return Firing(
            reaction=number,
            text=reaction.text,
            actions=reaction.actions,
            because=tuple(self._because(number, summary, situation)),
        )

    def _because(self, number: int, summary: Summary, situation: Situation) -> Iterator[str]:
        """The other events that had happened, and what the `when` asked about with its values."""
        for event in self.reactions.all[number - 1].events:
            if event != summary.event and event in situation.happened:
                yield event
        currency = situation.subscription.currency
        decimals = self._rulebook.decimals[currency]
        for (name, shape), value in summary.reads[number]:
            told = written(value, part=shape, money=lambda v: Money(minor=v, currency=currency, decimals=decimals))
            yield f"{name}: {told}"


def why_not_durable() -> str:
    """Why durable-rules cannot serve here; empty where it can."""
    try:
        from planshift.execution.reactions import durable  # noqa: F401, PLC0415  # imports an optional extra
    except ImportError as error:
        return f"durable-rules is not installed ({error})"
    return ""


def _here(rulesets: tuple[Ruleset, ...]) -> Matcher:
    from planshift.execution.reactions.durable import Durable  # noqa: PLC0415  # as above

    return Durable(rulesets)
