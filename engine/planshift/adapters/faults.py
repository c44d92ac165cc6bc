"""What can go wrong between an adapter and its other side: the troubles that the contract suite makes."""

from __future__ import annotations

from typing import Final, Literal

Fault = Literal["down", "busy", "call_lost", "garbled", "answer_lost", "error_after_acting", "twice", "refusal"]

FAULTS: Final[dict[Fault, str]] = {
    "down": "nobody takes the call",
    "busy": "it asks to be called again later, and has not acted",
    "call_lost": "the call goes out, is never acted on, and no answer comes",
    "garbled": "it has not acted, and what it answers is no answer",
    "answer_lost": "it acts, and no answer comes",
    "error_after_acting": "it acts, and answers that something went wrong inside it",
    "twice": "the call reaches it twice, as one that was sent again on the way",
    "refusal": "it will not do this, now or later",
}
"""Every fault, with what the other side does in it."""

ACTED: Final[frozenset[Fault]] = frozenset({"answer_lost", "error_after_acting", "twice"})
"""The faults in which the other side has acted."""
