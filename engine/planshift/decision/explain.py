"""Decisions as text, as Markdown and as pages: renderings of the trace and of nothing else.

`to_text` and its like are what one reads to a customer, `trace_text` and its like are everything there is to know.
Text is laid out for a width in columns; none of them needs a terminal, a clock or a file. `links` says where the places
in the policy are to be found (`citing.beside`, `citing.by_pattern`).
"""

from __future__ import annotations

from planshift.decision import html, markdown, sheet
from planshift.decision.citing import Links, beside
from planshift.decision.decision import Decision
from planshift.decision.sheet import WIDTH
from planshift.decision.summary import summary_of
from planshift.decision.trace import trace_of


def to_text(decision: Decision, *, width: int = WIDTH) -> str:
    """Verdict, dates, amounts and consequences, each with the line of the policy it comes from."""
    return sheet.to_text(summary_of(decision), width=width)


def to_markdown(decision: Decision, *, links: Links = beside) -> str:
    """The same for a ticket or a mail."""
    return markdown.to_markdown(summary_of(decision), links=links)


def to_html(decision: Decision, *, links: Links = beside) -> str:
    """The same as a page of its own."""
    return html.to_html(summary_of(decision), links=links)


def trace_text(decision: Decision, *, width: int = WIDTH) -> str:
    """The whole trace: every term, line, reason, rule and date with its place."""
    return sheet.to_text(trace_of(decision), width=width)


def trace_markdown(decision: Decision, *, links: Links = beside) -> str:
    """The whole trace for a ticket or a mail."""
    return markdown.to_markdown(trace_of(decision), links=links)


def trace_html(decision: Decision, *, links: Links = beside) -> str:
    """The whole trace as a page of its own."""
    return html.to_html(trace_of(decision), links=links)
