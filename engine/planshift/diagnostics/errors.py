"""The exceptions of planshift, one tree.

    PlanshiftError
    ├── InvalidBook      a book has mistakes; carries its diagnostics
    ├── InvalidInput     a subscription, request or facts have mistakes; carries their diagnostics
    ├── StaleQuote       a decision was made from a book or a subscription that has since moved
    ├── InvalidPlan      an action plan breaks an invariant and may not be executed
    └── InternalError    planshift itself is wrong; please report it

Mistakes in what people write are `Diagnostic` values and are gathered; these exceptions carry them out of the library.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from planshift.diagnostics.diagnostic import Diagnostic


@dataclass(eq=False)
class PlanshiftError(Exception):
    """Anything that planshift raises on purpose."""

    def __reduce__(self) -> tuple[type[PlanshiftError], tuple[object, ...]]:
        # the exception's own `args` are empty after keyword arguments, which would break copying to another process
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


@dataclass(eq=False)
class _Diagnosed(PlanshiftError):
    diagnostics: tuple[Diagnostic, ...]
    subject: ClassVar[str]

    def __str__(self) -> str:
        lines = [f"{self.subject} cannot be used"]
        lines += [f"{d.span}: {d.severity}[{d.code}]: {d.message}" for d in self.diagnostics]
        return "\n".join(lines)


@dataclass(eq=False)
class InvalidBook(_Diagnosed):
    """A book has mistakes; `diagnostics` holds all of them."""

    subject: ClassVar[str] = "the book"


@dataclass(eq=False)
class InvalidInput(_Diagnosed):
    """A subscription, a request or its facts have mistakes; `diagnostics` holds all of them."""

    subject: ClassVar[str] = "the input"


@dataclass(eq=False)
class StaleQuote(PlanshiftError):
    """A decision can no longer be executed, because `part` (the book, the subscription ...) moved after it was made.

    `quoted` and `found` are the part's fingerprints at the decision and now. Where `part` is the time, they are the
    times at which the quote holds and the time that it is.
    """

    part: str
    quoted: str
    found: str

    def __str__(self) -> str:
        if self.part == "time":
            return f"the quote is stale: it holds {self.quoted}, and it is {self.found}"
        moved = f"{self.quoted} then, {self.found} now"
        return f"the decision is stale: the {self.part} was changed after it was made ({moved})"


@dataclass(eq=False)
class InvalidPlan(PlanshiftError):
    """An action plan breaks invariants; `violations` holds one sentence for each."""

    violations: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(("the action plan must not be executed", *self.violations))


@dataclass(eq=False)
class InternalError(PlanshiftError):
    """Planshift itself is wrong; `doing` says what it was about."""

    doing: str

    def __str__(self) -> str:
        return f"planshift made a mistake while {self.doing}; please report it"
