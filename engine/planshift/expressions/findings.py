"""Where the checks of one rule file write down what they find."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, Label, Severity
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span

MAX_SUGGESTIONS = 50
"""How often the nearest name is looked for: a long list of names makes the search slow, and a file can be all wrong."""


@final
class Findings:
    """Diagnostics in the order in which they are found; `context` is the statement that is being checked."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.context = ""
        self._searches = MAX_SUGGESTIONS

    def did_you_mean(self, name: str, candidates: Iterable[str]) -> str | None:
        """Return advice with the nearest known name, for the first `MAX_SUGGESTIONS` mistakes that ask."""
        self._searches -= 1
        return did_you_mean(name, candidates) if self._searches >= 0 else None

    def add(
        self,
        code: str,
        message: str,
        *,
        span: Span,
        advice: str | None = None,
        labels: tuple[Label, ...] = (),
        severity: Severity = "error",
    ) -> None:
        """Write down a mistake in the present context."""
        self.diagnostics.append(
            Diagnostic(
                code=code,
                message=message,
                span=span,
                labels=labels,
                help=advice,
                severity=severity,
                context=self.context,
            )
        )
