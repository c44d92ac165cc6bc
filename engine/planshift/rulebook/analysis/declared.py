"""Between what the whole numbers lie that a book declares as facts: the JSON Schema says so, and refuses the others."""

from __future__ import annotations

import json
from collections.abc import Iterator

from planshift.expressions.form import Int
from planshift.expressions.types import WHOLE
from planshift.rulebook.analysis.state import Bounds
from planshift.rulebook.draft import Draft
from planshift.rulebook.facts import Facts
from planshift.rulebook.roads import RoadFinding


def declared_bounds(draft: Draft, facts: Facts, *, road: RoadFinding) -> Iterator[tuple[Int, Bounds]]:
    """The bounds of each declared whole number that has some.

    A renewal is asked for by nobody, so what a request must say is not known of it.
    """
    for side, text in draft.document.facts.texts:
        if side == "request" and facts.renews:
            continue
        properties = json.loads(text).get("properties", {})
        for fact in draft.document.facts.of(side):
            schema = properties.get(fact.name)
            if fact.type != WHOLE or not isinstance(schema, dict):
                continue
            node = draft.names[f"{side}.{fact.name}"].build(facts, road)
            assert isinstance(node, Int)  # a whole number
            values = [schema.get("minimum"), schema.get("maximum")]
            low, high = (value if type(value) is int else None for value in values)
            told = fact.default if isinstance(fact.default, int) else None
            yield (
                node,
                (
                    node.lo if low is None else min(low, low if told is None else told),
                    node.hi if high is None else max(high, high if told is None else told),
                ),
            )
