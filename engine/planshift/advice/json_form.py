"""An advice as plain data, for programs and for keeping."""

from __future__ import annotations

from typing import Final

from planshift.advice.answer import Advice, Obstacle, Road, Roads, Step, Unlisted
from planshift.advice.near import once
from planshift.advice.wording import steps_text
from planshift.book import Decision
from planshift.decision.explain_json import plain
from planshift.decision.places import NO_PLACE

VERSION: Final = 1
"""The version of the form, under `advice`."""


def to_json(advice: Advice) -> dict[str, object]:
    """The advice as data that `json` can write; answers stand in it in short, with their fingerprint."""
    return {
        "advice": VERSION,
        "decision": _answer(advice.decision),
        "why_not": [_obstacle(obstacle) for obstacle in advice.obstacles],
        "roads": None if advice.roads is None else _roads(advice.roads),
        "ways": [
            {
                "by": way.actor,
                "text": steps_text(way.steps),
                "steps": [_step(step) for step in way.steps],
                "then": _answer(way.decision),
            }
            for way in advice.ways
        ],
        "instead": [_answer(decision) for decision in advice.instead],
        "cheaper": [
            {
                "text": steps_text(saving.steps),
                "saves": list(saving.saves),
                "steps": [_step(step) for step in saving.steps],
                "then": _answer(saving.decision),
            }
            for saving in advice.cheaper
        ],
        "complete": advice.complete,
    }


def unlisted_to_json(found: Unlisted) -> dict[str, object]:
    """The same for the plans that are not offered."""
    told = [to_json(advice) for advice in found.advices]
    return {"advice": VERSION, "not_offered": told, "left_out": found.left_out}


def _answer(decision: Decision) -> dict[str, object]:
    """What was asked, and the answer with its amounts."""
    return {
        "subscription": decision.subscription.id,
        "request": plain(decision.request),
        "fingerprint": decision.fingerprint,
        "verdict": decision.verdict,
        "direction": decision.direction,
        "to": plain(decision.to_plan),
        "effective_on": plain(decision.effective_on),
        "due_now": plain(decision.due_now) if decision.priced else None,
        "due_later": plain(decision.flow.due_later) if decision.flow is not None else None,
        "once": plain(once(decision)) if decision.priced else None,
    }


def _obstacle(obstacle: Obstacle) -> dict[str, object]:
    place = None if obstacle.place == NO_PLACE else {"title": obstacle.place.title, "place": plain(obstacle.place.span)}
    return {
        "code": obstacle.reason.code,
        "text": obstacle.reason.text,
        "weight": obstacle.reason.weight,
        "source": place,
        "quoted": list(obstacle.quoted),
        "reads": dict(obstacle.reads),
        "asks": [_step(step) for step in obstacle.asks],
    }


def _step(step: Step) -> dict[str, object]:
    data = plain(step)
    assert isinstance(data, dict)  # a step is a dataclass
    return data


def _roads(roads: Roads) -> dict[str, object]:
    return {
        "leaving": [_road(road) for road in roads.leaving],
        "arriving": [_road(road) for road in roads.arriving],
        "chain": [_answer(hop) for hop in roads.chain],
    }


def _road(road: Road) -> dict[str, object]:
    return {
        "plan": road.plan,
        "title": road.title,
        "direction": road.direction,
        "source": {"title": road.place.title, "place": plain(road.place.span)},
    }
