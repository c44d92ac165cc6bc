"""Diagnostics as text for people and as data for tools; both are made from the same values and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import final

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic, Label, sort_diagnostics
from planshift.diagnostics.excerpt import Mark, Row, printable, rows
from planshift.diagnostics.fix import Fix
from planshift.diagnostics.span import Span

Sources = Mapping[str, str] | Callable[[str], str | None]
"""The text of each file by its name: a mapping, or a function that returns None for a file it does not know."""

_PLAIN = {"error": "", "warning": "", "gutter": "", "help": "", "strong": "", "end": ""}
_COLORED = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "gutter": "\x1b[1;34m",
    "help": "\x1b[1;36m",
    "strong": "\x1b[1m",
    "end": "\x1b[0m",
}


def to_text(diagnostics: Iterable[Diagnostic], sources: Sources, *, color: bool = False, repairs: bool = True) -> str:
    """Return all diagnostics in reading order as text with excerpts, closed by a line that counts them.

    With `repairs` it marks those that `--fix` repairs, for readers who can say that. The answer ends with a newline,
    or is empty when there is nothing to say.
    """
    ordered = sort_diagnostics(diagnostics)
    if not ordered:
        return ""
    page = _Page(sources, color=color, repairs=repairs)
    blocks = ["\n".join(page.block(diagnostic)) for diagnostic in ordered]
    return "\n\n".join([*blocks, count_line(ordered, repairs=repairs)]) + "\n"


def to_json(diagnostics: Iterable[Diagnostic], sources: Sources | None = None) -> list[dict[str, object]]:
    """Return all diagnostics in reading order as plain data.

    Each has `severity`, `code`, `summary` (the code's title), `detail` (the message), `context`, `range`, `labels`,
    `help` and `fixes`; `snippet` holds the source line and the offsets to highlight in it when `sources` knows the
    file.
    """
    texts = Lines(sources if sources is not None else {})
    return [_as_data(diagnostic, texts) for diagnostic in sort_diagnostics(diagnostics)]


def count_line(diagnostics: Iterable[Diagnostic], *, repairs: bool = True) -> str:
    """Return the closing line, such as `found 2 errors and 1 warning; 1 can be repaired with --fix`."""
    told = tuple(diagnostics)
    seen = [diagnostic.severity for diagnostic in told]
    counts = [(seen.count("error"), "error"), (seen.count("warning"), "warning")]
    parts = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    mended = sum(1 for diagnostic in told if diagnostic.repair) if repairs else 0
    return f"found {' and '.join(parts) or 'nothing'}{f'; {mended} can be repaired with --fix' if mended else ''}"


@final
class Lines:
    """The lines of each file, split once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._split: dict[str, tuple[str, ...]] = {}

    def of(self, file: str) -> tuple[str, ...]:
        """Return the lines of a file; those of a text that nobody has are one empty line."""
        if file not in self._split:
            text = self._sources(file) if callable(self._sources) else self._sources.get(file)
            # only a line feed ends a line here: the readers that made the spans count the same way
            self._split[file] = tuple(line.removesuffix("\r") for line in (text or "").split("\n"))
        return self._split[file]


@final
class _Page:
    """The text rendering of diagnostics over one set of sources."""

    def __init__(self, sources: Sources, *, color: bool, repairs: bool) -> None:
        self._lines = Lines(sources)
        self._repairs = repairs
        self._paint = _COLORED if color else _PLAIN

    def block(self, diagnostic: Diagnostic) -> Iterator[str]:
        yield self._headline(diagnostic)
        files = list(dict.fromkeys([diagnostic.span.file, *(label.span.file for label in diagnostic.labels)]))
        marks = _marks(diagnostic)
        gutter = len(str(max((mark.span.line for mark in marks), default=0)))
        for index, file in enumerate(files):
            own = [mark for mark in marks if mark.span.file == file]
            place = diagnostic.span if index == 0 else own[0].span
            arrow = "-->" if index == 0 else ":::"
            if place.file:
                within = f" in {printable(diagnostic.context)}" if index == 0 and diagnostic.context else ""
                yield f"{' ' * gutter}{self._tinted(arrow, 'gutter')} {printable(str(place))}{within}"
            yield from self._excerpt(own, self._lines.of(file), gutter=gutter, severity=diagnostic.severity)
        if diagnostic.help or diagnostic.repair:
            yield f"{' ' * gutter} {self._tinted('= help:', 'help')} {printable(self._advice(diagnostic))}"

    def _headline(self, diagnostic: Diagnostic) -> str:
        kind = self._tinted(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
        return f"{kind}{self._tinted(f': {printable(diagnostic.message)}', 'strong')}"

    def _excerpt(self, marks: Iterable[Mark], lines: tuple[str, ...], *, gutter: int, severity: str) -> Iterator[str]:
        bar = self._tinted("|", "gutter")
        for index, row in enumerate(rows(marks, lines)):
            if index == 0:
                yield f"{' ' * gutter} {bar}"
            if not row.number and not row.sign:
                yield "..."
                continue
            side = self._tinted(str(row.number or "").rjust(gutter), "gutter")
            yield f"{side} {bar} {self._row_text(row, severity)}".rstrip()

    def _row_text(self, row: Row, severity: str) -> str:
        if not row.sign:
            return row.text
        return self._tinted(row.text, severity if row.primary else "gutter")

    def _advice(self, diagnostic: Diagnostic) -> str:
        """The help, marked where `check --fix` follows it by itself."""
        if diagnostic.repair is None:
            return diagnostic.help or ""
        return f"{diagnostic.help or diagnostic.repair.title}{' [--fix]' if self._repairs else ''}"

    def _tinted(self, text: str, tint: str) -> str:
        return f"{self._paint[tint]}{text}{self._paint['end']}"


def _marks(diagnostic: Diagnostic) -> list[Mark]:
    captions = [label.text for label in diagnostic.labels if label.span == diagnostic.span]
    found = [Mark(span=diagnostic.span, caption="; ".join(captions), primary=True)]
    found += [Mark(span=label.span, caption=label.text) for label in diagnostic.labels if label.span != diagnostic.span]
    return [mark for mark in found if mark.span.known]


def _as_data(diagnostic: Diagnostic, lines: Lines) -> dict[str, object]:
    code = CODES.get(diagnostic.code)
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "summary": code.title if code is not None else diagnostic.message,
        "detail": diagnostic.message,
        "context": diagnostic.context or None,
        "range": _range(diagnostic.span),
        "snippet": _snippet(diagnostic, lines),
        "labels": [_label(label) for label in diagnostic.labels],
        "help": diagnostic.help,
        "fixes": [_fix(fix) for fix in diagnostic.fixes],
    }


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{"range": _range(edit.span), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.is_safe, "edits": edits}


def _label(label: Label) -> dict[str, object]:
    return {"text": label.text, "range": _range(label.span)}


def _range(span: Span) -> dict[str, object] | None:
    if not span.file:
        return None
    if not span.known:
        return {"filename": span.file, "start": None, "end": None}
    return {
        "filename": span.file,
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }


def _snippet(diagnostic: Diagnostic, lines: Lines) -> dict[str, object] | None:
    span = diagnostic.span
    text = lines.of(span.file)
    if not 0 < span.line <= len(text) or text == ("",):
        return None
    code = text[span.line - 1]
    stop = span.end_column - 1 if span.end_line == span.line else len(code)
    return {
        "context": diagnostic.context or None,
        "code": code,
        "start_line": span.line,
        "highlight_start_offset": span.column - 1,
        "highlight_end_offset": min(stop, len(code)),
    }
