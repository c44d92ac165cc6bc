"""The functions of the rule language: what they take and what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.expressions.types import DATE, DAYS, MONTHS, Plain


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function: how many arguments it takes, and what kind.

    `takes` None means any values that can be compared by size, all of one type, which is then the type of the result.
    """

    name: str
    doc: str
    least: int
    most: int
    takes: Plain | None = None
    gives: Plain | None = None
    signed: bool = False


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function(name="min", doc="the smallest of the values", least=2, most=16),
        Function(name="max", doc="the largest of the values", least=2, most=16),
        Function(name="abs", doc="the value without its sign", least=1, most=1, signed=True),
        Function(
            name="days", doc="the days from the first date to the second", least=2, most=2, takes=DATE, gives=DAYS
        ),
        Function(
            name="months",
            doc="the whole months from the first date to the second",
            least=2,
            most=2,
            takes=DATE,
            gives=MONTHS,
        ),
    )
}
"""Every function by its name."""
