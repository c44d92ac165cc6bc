"""Each amount of a decision is told once, in the summary and in the trace."""

from __future__ import annotations

from pathlib import Path

from planshift import ChangeRequest, load
from planshift.billing.zones import parse_instant
from planshift.decision.sheet import to_text
from planshift.decision.summary import summary_of
from planshift.decision.trace import trace_of


def test_what_waits_for_the_release_of_a_credit_is_told_once() -> None:
    book = load(Path(__file__).parents[2] / "policies" / "hosting")
    at = parse_instant("2026-03-11T10:00", book.zone)
    decision = book.decide(book.subscriptions["carla-gold"], ChangeRequest(at=at, kind="cancel"))
    for sheet in (summary_of(decision), trace_of(decision)):
        assert to_text(sheet).count("due once the credit is released") == 1
        assert "due once released" not in to_text(sheet)
        assert "due once it is released" not in to_text(sheet)
