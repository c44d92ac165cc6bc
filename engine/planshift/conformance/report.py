"""What a run of conformance cases found, as values and as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, final

Status = Literal["passed", "failed", "out_of_scope"]


class Difference(NamedTuple):
    """One figure that is not as expected, all as a person writes them."""

    field: str
    expected: str
    got: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The outcome of one case. `why` says why it is out of scope, or why it could not be run at all.

    `preset` is the one that it was decided through, where its system has one and the kind asks for decisions; `beside`
    are the terms that its book had to set beside it, with their values.
    """

    id: str
    kind: str
    status: Status
    differences: tuple[Difference, ...] = ()
    why: str = ""
    preset: str = ""
    beside: tuple[tuple[str, str], ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcomes of a file's cases, in the order of the file."""

    file: str
    results: tuple[CaseResult, ...]

    def of(self, status: Status) -> tuple[CaseResult, ...]:
        """The outcomes with this status."""
        return tuple(result for result in self.results if result.status == status)

    @property
    def ok(self) -> bool:
        """Whether no case failed."""
        return not self.of("failed")


def report_text(report: Report) -> str:
    """The report as lines: each failing case with expected and got, what is out of scope and why, the counts."""
    return "\n".join((*_failures(report), *_exclusions(report), *_presets(report), counts_text(report)))


def counts_text(report: Report) -> str:
    """How many cases passed, failed and are out of scope."""
    passed, failed, outside = (len(report.of(status)) for status in ("passed", "failed", "out_of_scope"))
    return f"{passed} passed, {failed} failed, {outside} out of scope"


def _failures(report: Report) -> Iterator[str]:
    for result in report.of("failed"):
        differences = [f"{each.field}: expected {each.expected}, got {each.got}" for each in result.differences]
        where = f"{result.kind}, through {result.preset}" if result.preset else result.kind
        yield f"FAILED {result.id} ({where}): " + "; ".join((*differences, *filter(None, (result.why,))))


def _exclusions(report: Report) -> Iterator[str]:
    outside = report.of("out_of_scope")
    for kind in dict.fromkeys(result.kind for result in outside):
        alike = [result for result in outside if result.kind == kind]
        yield f"out of scope: {len(alike)} x {kind}: {alike[0].why}"


def _presets(report: Report) -> Iterator[str]:
    through = Counter(result.preset for result in report.results if result.preset)
    if through:
        yield "decided through presets: " + ", ".join(f"{count} x {name}" for name, count in sorted(through.items()))
