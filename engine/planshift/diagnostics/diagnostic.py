"""A mistake in what somebody wrote, as a value: gathered, sorted and rendered, never raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, final

from planshift.diagnostics.fix import Fix
from planshift.diagnostics.span import Span

Severity = Literal["error", "warning"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A caption under a second place that the message speaks of; on the message's own span it captions the carets."""

    span: Span
    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One mistake: what is wrong, where, and what to do about it.

    `message` is one lower-case sentence without a full stop, in the user's words, their own words in backticks.
    `help` is the advice. `context` names the thing around the place, such as `rule "Loyal customers move up free"`.
    `fixes` are what could be written instead.
    """

    code: str
    message: str
    span: Span
    labels: tuple[Label, ...] = ()
    help: str | None = None
    severity: Severity = "error"
    context: str = ""
    fixes: tuple[Fix, ...] = ()

    @property
    def repair(self) -> Fix | None:
        """The repair that can be done without asking; None where there is none, or none that is safe."""
        return next((fix for fix in self.fixes if fix.is_safe), None)

    @property
    def is_error(self) -> bool:
        """Whether a book with this diagnostic must not be used."""
        return self.severity == "error"


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the diagnostics in reading order, each once: by file, line, column, code and message."""
    return tuple(sorted(dict.fromkeys(diagnostics), key=_reading_order))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any of the diagnostics is an error and not a mere warning."""
    return any(diagnostic.is_error for diagnostic in diagnostics)


def _reading_order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    return span.file, span.line, span.column, diagnostic.code, diagnostic.message
