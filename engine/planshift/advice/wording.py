"""An advice in plain words: what can be read to a customer, and what support has to know."""

from __future__ import annotations

from planshift.advice.answer import Obstacle, Saving, Step, Way
from planshift.book import Decision
from planshift.decision.people import DIRECTION_NAMES
from planshift.decision.words import listed, when_text


def steps_text(steps: tuple[Step, ...]) -> str:
    """The steps as one sentence: what is done, then what would have to be otherwise."""
    done = listed(tuple(step.text for step in steps if step.kind != "fact"))
    facts = listed(tuple(step.text for step in steps if step.kind == "fact"))
    text = ", ".join(filter(None, (done, f"with {facts}" if facts else "")))
    return f"{text[:1].upper()}{text[1:]}."


def way_notes(way: Way | Saving) -> tuple[str, ...]:
    """What comes of a way: what happens until then, and the answer."""
    renewals = next((int(step.value or 0) for step in way.steps if step.kind == "wait"), 0)
    times = "once" if renewals == 1 else f"{renewals} times"
    meanwhile = (f"until then the subscription renews {times}",) if renewals else ()
    return (*meanwhile, f"then: {outcome_text(way.decision)}")


def outcome_text(decision: Decision) -> str:
    """An allowed change in a line: what it is, when, and what is due."""
    flow = decision.flow
    assert flow is not None  # computed for every change that is allowed
    if flow.due_now.minor:
        due = f"{flow.due_now} due"
    elif flow.due_later.minor:
        due = f"{flow.due_later} due {'with the next bill' if decision.immediate else 'then'}"
    else:
        due = "nothing is due"
    return f"{DIRECTION_NAMES[decision.direction]}, {when_text(decision)}; {due}"


def ask_text(step: Step) -> str:
    """What a reason asks of a fact."""
    return f"{step.name} is {step.before or 'nothing'}; with {step.after} this would not stand in the way"


def reads_text(obstacle: Obstacle) -> str:
    """What the rule behind a reason read; empty for other reasons."""
    told = ", ".join(f"{name} = {value}" for name, value in obstacle.reads)
    return f"it read {told}" if told else ""


def hop_text(hop: Decision) -> str:
    """One of several changes: from what to what, when, and for how much."""
    old, new = hop.from_plan, hop.to_plan
    assert old is not None  # such changes are from plan to plan
    assert new is not None  # as above
    return f"{old.title}, {old.price}, to {new.title}, {new.price}: {outcome_text(hop)}"
