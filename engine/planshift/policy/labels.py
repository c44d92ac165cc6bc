"""Texts with holes that name the change: `{to} upgrade fee`. They are checked where they are read, and filled later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from planshift.policy.mistakes import Mistakes, no_such_word, wrong

HOLES = ("from", "to", "direction")
"""What a label can name: the plans by their titles, and what kind of change it is."""

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_BRACES = {"{{": "{", "}}": "}"}


def check_label(text: str) -> str:
    """Return the text, all of whose holes can be filled.

    Raises:
        Mistakes: one of them cannot, or a brace stands alone.
    """
    mistakes = [mistake for error in _flaws(text) for mistake in error.mistakes]
    if mistakes:
        raise Mistakes(*mistakes)
    return text


def fill_label(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its holes filled. What has no value leaves no gap behind."""
    filled = _PIECE.sub(lambda piece: _meaning(piece, values), text)
    return filled if all(values.values()) else " ".join(filled.split())


def _meaning(piece: re.Match[str], values: Mapping[str, str]) -> str:
    if piece[1] is not None:
        return values[piece[1].strip()]
    return _BRACES.get(piece[0], piece[0])


def _flaws(text: str) -> Iterator[Mistakes]:
    for piece in _PIECE.finditer(text):
        if piece[1] is not None and piece[1].strip() not in HOLES:
            yield no_such_word(piece[1].strip(), HOLES, what="known in a label")
        elif piece[0] == "{":
            help_text = "close it with `}`, or write `{{` for a brace"
            yield wrong("PS120", "this text has a `{` that is never closed", help_text=help_text)
        elif piece[0] == "}":
            yield wrong("PS120", "this text has a `}` that closes nothing", help_text="write `}}` for a brace")
