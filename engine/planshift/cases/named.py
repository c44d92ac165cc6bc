"""Comparing what is told by name, and always as a whole: reasons, warnings, what is lost, remedies, plans on offer.

A thing can have several names (a reason its code and its sentence); a case may use any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from planshift.book import Decision
from planshift.cases.places import told
from planshift.cases.report import Difference
from planshift.decision.answer import Move, Reason, Remedy
from planshift.policy.expectations import ExpectedValue

Aliases = tuple[str, ...]
"""The names of one thing; the first is how a report calls it."""


NAMELESS = frozenset({"rule", "warning"})
"""The codes that what any rule says has: its sentence tells it from what another one says."""


def of_reasons(reasons: Iterable[Reason]) -> list[Aliases]:
    """Reasons by their codes and sentences."""
    return [(reason.code, reason.text) for reason in reasons]


def _of_moves(moves: Iterable[Move]) -> list[Aliases]:
    return [(move.name,) for move in moves]


def _of_remedy(remedy: Remedy) -> Aliases:
    """A remedy by its name, and one that costs something also by how many and for how much."""
    return (remedy.name,) if remedy.price is None else (remedy.name, f"{remedy.quantity} {remedy.name} {remedy.price}")


NAMED: dict[str, Callable[[Decision], list[Aliases]]] = {
    "reasons": lambda d: of_reasons(d.reasons),
    "warnings": lambda d: of_reasons(d.warnings),
    "group": lambda d: [(name,) for name in d.groups],
    "moves": lambda d: _of_moves(move for move in d.moves if move.outcome == "moves"),
    "lost": lambda d: _of_moves(d.lost),
    "remedies": lambda d: [_of_remedy(remedy) for remedy in d.remedies],
}
"""The things of a decision that are told by name."""


def compare_named(decision: Decision, what: str, *, expected: ExpectedValue) -> Difference | None:
    """What is different from the expected set of one of `NAMED`, or None."""
    said = {"reasons": decision.reasons, "warnings": decision.warnings}.get(what, ())
    return difference(what, NAMED[what](decision), expected=expected, why=tuple(reason_told(each) for each in said))


def reason_told(reason: Reason) -> str:
    """A reason as a report tells it: where it comes from, and its sentence."""
    return f"{told(reason.source)}: {reason.text}" if reason.source else reason.text


def difference(
    what: str, found: Sequence[Aliases], *, expected: ExpectedValue, why: tuple[str, ...] = ()
) -> Difference | None:
    """What is different from an expected set, or None; each thing that was found may be called by any of its names."""
    wanted = expected if isinstance(expected, tuple) else ()
    known = {name for aliases in found for name in aliases}
    if all(set(wanted) & set(aliases) for aliases in found) and set(wanted) <= known:
        return None
    called = tuple(dict.fromkeys(next((name for name in aliases if name in wanted), aliases[0]) for aliases in found))
    rows: list[tuple[str | None, str | None]] = []
    if len(wanted) > 1 or len(called) > 1:
        rows += ((name, name if name in called else None) for name in wanted)
        rows += ((None, name) for name in called if name not in wanted)
    return Difference(
        what=what, expected=", ".join(wanted) or "none", got=", ".join(called) or "none", why=why, rows=tuple(rows)
    )
