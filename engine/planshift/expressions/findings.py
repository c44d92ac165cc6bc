"""Where the checks of one rule file write down what they find."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, Label, Severity
from planshift.diagnostics.fix import Instead, instead_of
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

    def take(self, found: Diagnostic) -> None:
        """Write down what another reader found, in the present context."""
        self.diagnostics.append(replace(found, context=self.context))

    def did_you_mean(self, name: str, candidates: Iterable[str]) -> str | None:
        """Return advice with the nearest known name, for the first `MAX_SUGGESTIONS` mistakes that ask."""
        self._searches -= 1
        return did_you_mean(name, candidates) if self._searches >= 0 else None

    def instead_of(self, name: str, candidates: Iterable[str], *, own: Container[str] = ()) -> Instead | None:
        """Return the only candidate near, while `did_you_mean` still searches; `own` are names that the book gives."""
        found = instead_of(name, candidates) if self._searches >= 0 else None
        return replace(found, trust="by_use") if found is not None and found.right in own else found

    def add(
        self,
        code: str,
        message: str,
        *,
        span: Span,
        advice: str | None = None,
        labels: tuple[Label, ...] = (),
        severity: Severity = "error",
        instead: Instead | None = None,
    ) -> None:
        """Write down a mistake in the present context; `instead` is what the word in the span was meant to be."""
        self.diagnostics.append(
            Diagnostic(
                code=code,
                message=message,
                span=span,
                labels=labels,
                help=advice,
                severity=severity,
                context=self.context,
                fixes=() if instead is None else instead.at(span),
            )
        )
