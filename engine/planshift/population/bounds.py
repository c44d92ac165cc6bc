"""The bounds that a book's JSON Schema sets to a declared fact."""

from __future__ import annotations

import json

from planshift.policy.facts import MAX_FACT


def whole_bounds(schema: str, name: str) -> tuple[int, int]:
    """The smallest and the largest whole number of a fact."""
    declared = json.loads(schema)["properties"][name]
    return int(declared.get("minimum", -MAX_FACT)), int(declared.get("maximum", MAX_FACT))


def text_bounds(schema: str, name: str) -> tuple[int, int]:
    """The shortest and the longest text of a fact."""
    declared = json.loads(schema)["properties"][name]
    return int(declared.get("minLength", 0)), int(declared.get("maxLength", 4000))
