"""Decisions and options as text and Markdown: renderings of the trace and of nothing else.

`to_text` is what one reads to a customer, `trace_text` is everything there is to know. Both are laid out for a width in
columns; neither needs a terminal, a clock or a file.
"""

from __future__ import annotations

from planshift.decision import sheet
from planshift.decision.decision import Decision
from planshift.decision.sheet import WIDTH
from planshift.decision.summary import summary_of
from planshift.decision.trace import trace_of


def to_text(decision: Decision, *, width: int = WIDTH) -> str:
    """Verdict, dates, amounts and consequences, each with the line of the policy it comes from."""
    return sheet.to_text(summary_of(decision), width=width)


def to_markdown(decision: Decision) -> str:
    """The same for a ticket or a mail."""
    return sheet.to_markdown(summary_of(decision))


def trace_text(decision: Decision, *, width: int = WIDTH) -> str:
    """The whole trace: every term, line, reason, rule and date with its place."""
    return sheet.to_text(trace_of(decision), width=width)


def trace_markdown(decision: Decision) -> str:
    """The whole trace for a ticket or a mail."""
    return sheet.to_markdown(trace_of(decision))
