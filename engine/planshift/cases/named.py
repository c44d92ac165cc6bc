"""Comparing what is told by name, and always as a whole: reasons, warnings, what is lost, remedies, plans on offer.

A thing can have several names (a reason its code and its sentence); a case may use any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from planshift.book import Decision, Options
from planshift.cases.places import told
from planshift.cases.report import Difference
from planshift.decision.answer import Move, Reason
from planshift.policy.expectations import ExpectedValue

Aliases = tuple[str, ...]
"""The names of one thing; the first is how a report calls it."""


def _of_reasons(reasons: Iterable[Reason]) -> list[Aliases]:
    return [(reason.code, reason.text) for reason in reasons]


def _of_moves(moves: Iterable[Move]) -> list[Aliases]:
    return [(move.name,) for move in moves]


NAMED: dict[str, Callable[[Decision], list[Aliases]]] = {
    "reasons": lambda d: _of_reasons(d.reasons),
    "warnings": lambda d: _of_reasons(d.warnings),
    "moves": lambda d: _of_moves(move for move in d.moves if move.outcome == "moves"),
    "lost": lambda d: _of_moves(d.lost),
    "remedies": lambda d: [(remedy.name,) for remedy in d.remedies],
}
"""The things of a decision that are told by name."""


def compare_named(decision: Decision, what: str, *, expected: ExpectedValue) -> Difference | None:
    """What is different from the expected set of one of `NAMED`, or None."""
    said = {"reasons": decision.reasons, "warnings": decision.warnings}.get(what, ())
    return _difference(what, NAMED[what](decision), expected=expected, why=tuple(_sentence(each) for each in said))


def _sentence(reason: Reason) -> str:
    return f"{told(reason.source)}: {reason.text}" if reason.source else reason.text


def compare_options(options: Options[Decision], expected: ExpectedValue) -> Difference | None:
    """What is different from the expected set of plans on offer, or None; a plan stands for all of its prices."""
    offered = [(f"{each.request.plan} {each.request.price}", each.request.plan) for each in options.entries]
    return _difference("options", offered, expected=expected, why=(options.reason,) if options.reason else ())


def _difference(
    what: str, found: Sequence[Aliases], *, expected: ExpectedValue, why: tuple[str, ...]
) -> Difference | None:
    wanted = expected if isinstance(expected, tuple) else ()
    known = {name for aliases in found for name in aliases}
    if all(set(wanted) & set(aliases) for aliases in found) and set(wanted) <= known:
        return None
    called = dict.fromkeys(next((name for name in aliases if name in wanted), aliases[0]) for aliases in found)
    return Difference(what=what, expected=", ".join(wanted) or "none", got=", ".join(called) or "none", why=why)
