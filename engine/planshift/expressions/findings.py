"""Where the checks of one rule file write down what they find."""

from __future__ import annotations

from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, Label, Severity
from planshift.diagnostics.span import Span


@final
class Findings:
    """Diagnostics in the order in which they are found; `context` is the statement that is being checked."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.context = ""

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
