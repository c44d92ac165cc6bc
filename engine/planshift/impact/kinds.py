"""The kinds of difference between two answers, the weightiest first: what each is called, and what it means."""

from __future__ import annotations

from typing import Final

KINDS: Final[dict[str, str]] = {
    "set_aside": "set aside by the new version",
    "taken_in": "set aside by the old version only",
    "withdrawn": "the target is no longer sold",
    "offered": "the target was not sold before",
    "newly_refused": "newly refused",
    "newly_allowed": "no longer refused",
    "other_verdict": "another need for approval or remedy",
    "other_target": "leads to another plan or price",
    "other_direction": "another direction",
    "other_timing": "other dates",
    "other_amounts": "other amounts",
    "other_terms": "other terms or notices",
    "other_reasons": "other reasons",
}
"""Every kind, and how it is told."""

ONE_SIDED: Final = ("set_aside", "taken_in", "withdrawn", "offered")
"""Differences of rows that one version has no answer for; no money is told of them."""
