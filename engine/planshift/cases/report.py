"""What a run of a book's cases found, as values and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from textwrap import indent, wrap
from typing import Literal, final

from planshift.decision.condition_text import condition_text
from planshift.decision.condition_values import ConditionValues
from planshift.diagnostics.span import Span
from planshift.policy.case_tables import Table

Status = Literal["passed", "failed", "todo"]
"""`todo` marks a case whose file says that it is not to be run yet."""

_WORDS: dict[Status, str] = {"passed": "passed", "failed": "FAILED", "todo": "to do"}

_WIDTH = 80
_WIDEST = 44
"""Longer values of the two columns go on in the next line."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as expected, all as a person writes it; `why` tells what made the decision say so.

    `rows` are the same side by side, one pair to a line, where the order counts; None where one has nothing there.
    `rules` are those that decided it, or would have been needed for what is expected, with the values they saw.
    """

    what: str
    expected: str
    got: str
    why: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, str | None], ...] = ()
    moment: str = ""
    """The moment of a timeline that it is about, and its place."""
    span: Span | None = None
    rules: tuple[ConditionValues, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The outcome of one case, with the place of its name. `todo` says why it was not run."""

    name: str
    span: Span
    status: Status
    differences: tuple[Difference, ...] = ()
    todo: str = ""
    shows: tuple[str, ...] = ()
    table: Table | None = None
    """The table that it is a row of."""

    @property
    def row(self) -> str:
        """The name of the row; of a case that is none, its own."""
        return self.name.removeprefix(f"{self.table.name}: ") if self.table else self.name

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return self.status == "passed"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcomes of a book's cases, in the order of its files."""

    book: str
    results: tuple[CaseResult, ...]

    def of(self, status: Status) -> tuple[CaseResult, ...]:
        """The outcomes with this status."""
        return tuple(result for result in self.results if result.status == status)

    @property
    def ok(self) -> bool:
        """Whether no case failed."""
        return not self.of("failed")


def report_text(report: Report, *, verbose: bool = False) -> str:
    """The report as lines: each failing case with what was expected and what came out, then the counts.

    The rows of a table stand under its name. With `verbose` all cases come first, file by file.
    """
    blocks = [
        *([_all_cases(report)] if verbose else []),
        *("\n".join(_failed(list(together))) for _, together in groupby(report.results, key=_table_of)),
    ]
    blocks += [f"TODO {_head(result)}\n  {result.todo}" for result in report.of("todo")]
    return "\n\n".join((*filter(None, blocks), counts_text(report)))


def _table_of(result: CaseResult) -> tuple[str, str]:
    """What the rows of one table share; a case that stands alone is a table of its own."""
    return result.span.file, result.table.name if result.table is not None else result.name


def _failed(together: list[CaseResult]) -> Iterator[str]:
    """A failing case, or a table with each of its rows where one of them fails."""
    if all(result.status != "failed" for result in together):
        return
    table = together[0].table
    if table is None:
        for result in together:
            yield f"FAILED {_head(result)}"
            yield failure_table(result)
        return
    yield f"FAILED {table.name}  ({table.span.file}:{table.span.line})"
    for result in together:
        if result.status != "failed":
            yield f"  {result.row}: {_WORDS[result.status]}"
            continue
        yield f"  {result.row}: FAILED  (line {result.span.line})"
        yield indent(failure_table(result), "  ")


def _all_cases(report: Report) -> str:
    return "\n".join(_tree(report))


def _tree(report: Report) -> Iterator[str]:
    """Every case with what became of it, under its file and its table."""
    for file, in_file in groupby(report.results, key=lambda result: result.span.file):
        yield file
        for (_, table), together in groupby(in_file, key=_table_of):
            rows = list(together)
            if rows[0].table:
                yield f"  {table}"
            for result in rows:
                name = f"  {result.row}" if result.table else result.name
                yield f"  {name}: {_WORDS[result.status]}"


def counts_text(report: Report) -> str:
    """How many cases passed, failed, and were not run."""
    return f"{report.book}: {counts_line((report,))}"


def counts_line(reports: Iterable[Report]) -> str:
    """How many cases of all these books passed, failed, and were not run, without the names of the books."""
    seen = [result.status for report in reports for result in report.results]
    text = f"{seen.count('passed')} passed, {seen.count('failed')} failed"
    todo = seen.count("todo")
    return f"{text}, {todo} to do" if todo else text


def _head(result: CaseResult) -> str:
    return f"{result.name}  ({result.span.file}:{result.span.line})"


def failure_table(result: CaseResult) -> str:
    """The differences of a failing case as a table with two columns, beside what they are about, and its rules."""
    rules = dict.fromkeys(rule for each in result.differences for rule in each.rules)
    told = (indent(condition_text(rule, room=_WIDTH - 2), "  ") for rule in rules)
    return "\n\n".join(("\n".join(_failure(result)), *told))


def _failure(result: CaseResult) -> Iterator[str]:
    for (moment, span), together in groupby(result.differences, key=lambda each: (each.moment, each.span)):
        differences = list(together)
        if span is None:
            yield from _columns(differences)
            continue
        yield f"  {moment}  (line {span.line})"
        yield from (f"  {line}" for line in _columns(differences))


def _columns(differences: Sequence[Difference]) -> Iterator[str]:
    first = max(len(each.what) for each in differences)
    left = [text for each in differences for text in (_left(each) or [each.expected])]
    second = min(_WIDEST, max(len("expected"), *map(len, left)))
    yield f"  {'':{first}}  {'expected':{second}}  got"
    for each in differences:
        one, other = _left(each) or _cell(each.expected), _right(each) or _cell(each.got)
        rows = zip_longest([each.what], one, other, fillvalue="")
        yield from (f"  {what:{first}}  {left:{second}}  {right}".rstrip() for what, left, right in rows)
        yield from (f"  {'':{first}}  ^ {why}" for why in each.why)


def _cell(text: str) -> list[str]:
    return wrap(text, width=_WIDEST, break_on_hyphens=False) or [""]


def _left(difference: Difference) -> list[str]:
    return [one or "-" for one, _ in difference.rows]


def _right(difference: Difference) -> list[str]:
    """What came out, with a mark on each row that is not as expected."""
    return [other or "-" if one == other else f"{other or '-'}  <" for one, other in difference.rows]
