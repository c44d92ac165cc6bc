"""What a run of small edits found, as values, as text and as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, final

from planshift.billing.zones import format_instant
from planshift.book import Book
from planshift.cases.mutation.edit import Edit
from planshift.cases.mutation.judge import Judged, Judgement, Witness
from planshift.cases.written import case_text
from planshift.diagnostics.span import Span

_MOST_LINES: Final = 6
_WIDEST: Final = 96
_NOW: Final = re.compile(r"now: .*")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MutationReport:
    """What became of each edit of a book, in the order of its files.

    `texts` are the files that were edited, by their names in the book; `files` tells for each how messages call it.
    `cases` counts the cases that were asked.
    """

    book: Book
    judged: tuple[Judged, ...]
    texts: Mapping[str, str]
    files: Mapping[str, str]
    cases: int

    def of(self, judgement: Judgement) -> tuple[Judged, ...]:
        """Those of one kind."""
        return tuple(each for each in self.judged if each.judgement == judgement)

    @property
    def name(self) -> str:
        """The name of the book."""
        return self.book.name

    @property
    def score(self) -> int:
        """How many of 1,000 edits that change an answer are noticed, rounded down; 1,000 where there is none."""
        noticed, missed = len(self.of("noticed")), len(self.of("unnoticed"))
        return 1000 * noticed // (noticed + missed) if noticed + missed else 1000

    def is_below(self, percent: int) -> bool:
        """Whether less than that many of a hundred are noticed."""
        return self.score < percent * 10

    def span(self, edit: Edit) -> Span:
        """The place of an edit, its file as messages call it."""
        return Span(
            file=self.files[edit.file],
            line=edit.line,
            column=edit.column,
            end_line=edit.line,
            end_column=edit.column + 1,
        )

    def lines(self, edit: Edit) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The lines of an edit before and after."""
        return edit.lines(self.texts[edit.file])


def score_text(score: int) -> str:
    """Thousandths as a percentage."""
    return f"{score // 10}.{score % 10} %"


def mutation_text(report: MutationReport) -> str:
    """The edits that no case notices, with what each would change and a case that would notice; then the counts."""
    blocks = ["\n".join(_unnoticed(report, each)) for each in report.of("unnoticed")]
    same = report.of("same")
    if same:
        blocks.append("\n".join(_same(report, same)))
    return "\n\n".join((*blocks, summary_text(report)))


def summary_text(report: MutationReport) -> str:
    """How many of the edits that change an answer are noticed, and how many edits there were besides."""
    noticed, missed = len(report.of("noticed")), len(report.of("unnoticed"))
    same, broken = len(report.of("same")), len(report.of("unloadable"))
    told = f"{report.name}: {noticed} of {_count(noticed + missed, 'edit')} noticed by {_count(report.cases, 'case')}"
    beside = [f"{_count(same, 'edit')} that changed no answer"] * bool(same)
    beside += [f"{_count(broken, 'edit')} that made no valid book"] * bool(broken)
    return f"{told}, {score_text(report.score)}" + (f"\nnot counted: {', '.join(beside)}" if beside else "")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _unnoticed(report: MutationReport, judged: Judged) -> Iterator[str]:
    yield f"UNNOTICED {place(report, judged.edit)}"
    yield from changed_lines(report, judged.edit)
    if judged.witness is not None:
        yield f"  {witness_text(judged.witness)}"
        for name, before, after in judged.witness.differences[:3]:
            yield f"    {name}: {_cut(before)} -> {_cut(after)}"
        if judged.witness.names:
            yield "  a case that would notice:"
            yield from (f"    {line}".rstrip() for line in witness_case(report, judged).rstrip("\n").split("\n"))


def _same(report: MutationReport, same: tuple[Judged, ...]) -> Iterator[str]:
    least = min(each.compared for each in same)
    yield f"NO ANSWER CHANGES, as far as {_count(least, 'sampled change')} or more show for each:"
    for each in same:
        before, after = report.lines(each.edit)
        yield f"  {place(report, each.edit)}"
        yield f"    {' -> '.join(_cut(line.strip()) for line in (before[:1] + after[:1]))}"


def place(report: MutationReport, edit: Edit) -> str:
    """File, line and kind of an edit."""
    span = report.span(edit)
    return f"{span.file}:{span.line}: {edit.kind}"


def changed_lines(report: MutationReport, edit: Edit) -> Iterator[str]:
    """The lines of an edit, marked as in a difference; of many the first few."""
    for mark, lines in zip("-+", report.lines(edit), strict=True):
        yield from (f"  {mark} {line}" for line in lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            yield f"  {mark} ... {_count(len(lines) - _MOST_LINES, 'more line')}"


def witness_text(witness: Witness) -> str:
    """The change that shows an edit, in a line."""
    held, request = witness.subscription, witness.request
    who = witness.name or f"a customer of {held.plan} {held.price}"
    targets = {"cancel": "cancelling", "renew": "renewing"}
    asked = targets.get(request.kind, f"asking for {request.plan} {request.price}")
    by = "" if request.by in {"customer", "system"} else f", by {request.by}"
    return f"shows for {who} {asked}{by}:"


def witness_case(report: MutationReport, judged: Judged) -> str:
    """The case that nobody has written yet: with what the book as it is says, for somebody to look at."""
    witness = judged.witness
    assert witness is not None  # asked of edits that have one
    answer = report.book.decide(witness.subscription, witness.request)
    written = case_text(
        f"{judged.edit.kind[:1].upper()}{judged.edit.kind[1:]} in line {judged.edit.line} of {judged.edit.file}",
        answer,
        book=report.book,
        subscription=witness.subscription,
        request=witness.request,
        also=witness.names,
    )
    if judged.edit.kind != "zone":
        return written
    # an instant in the zone of the book would move with it
    at = format_instant(witness.request.at, "UTC").partition("+")[0]
    return _NOW.sub(f"now: {at}Z", written, count=1)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."


def mutation_data(report: MutationReport) -> dict[str, object]:
    """The report as data."""
    return {
        "book": report.name,
        "score": score_text(report.score).removesuffix(" %"),
        "cases": report.cases,
        "noticed": len(report.of("noticed")),
        "unloadable": len(report.of("unloadable")),
        "unnoticed": [_data(report, each) for each in report.of("unnoticed")],
        "same": [_data(report, each) for each in report.of("same")],
    }


def _data(report: MutationReport, judged: Judged) -> dict[str, object]:
    span = report.span(judged.edit)
    before, after = report.lines(judged.edit)
    data: dict[str, object] = {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "kind": judged.edit.kind,
        "before": list(before),
        "after": list(after),
    }
    if judged.witness is None:
        return data | {"compared": judged.compared}
    differences = [{"what": name, "before": old, "after": new} for name, old, new in judged.witness.differences]
    case = witness_case(report, judged) if judged.witness.names else None
    return data | {"differences": differences, "case": case}
