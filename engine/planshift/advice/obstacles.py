"""What stands in the way: each reason with its place, what stands there, what was looked at, and what would lift it."""

from __future__ import annotations

from planshift.advice.answer import Obstacle, Step
from planshift.advice.conditions import Against, columns, cone
from planshift.advice.facts import otherwise
from planshift.advice.moves import View
from planshift.book import Book
from planshift.decision.places import Place, reason_place
from planshift.decision.rule_inputs import fired_rules

_MOST_LINES = 8


def obstacles_of(view: View) -> tuple[Obstacle, ...]:
    """Everything that stands against a change, in the order of its reasons."""
    return tuple(_obstacle(view, each) for each in view.against)


def _obstacle(view: View, each: Against) -> Obstacle:
    place = reason_place(view.decision, each.reason)
    reads = {rule.place.title: rule.reads for rule in fired_rules(view.decision)}
    return Obstacle(
        reason=each.reason,
        place=place,
        quoted=_quoted(view.inquiry.book, place),
        reads=reads.get(place.title, ()) if each.output.startswith("rule.") else (),
        asks=_asks(view, each),
    )


def _quoted(book: Book, place: Place) -> tuple[str, ...]:
    """What stands at a place: a rule as a whole, and one line of everything else."""
    text = book.sources.get(place.span.file)
    if text is None or not place.span.known:
        return ()
    lines = text.splitlines()
    whole = next(
        (
            rule.rule.span
            for rule in book.rulebook.typed_rules.rules
            if rule.rule.span.file == place.span.file and rule.rule.span.start <= place.span.start <= rule.rule.span.end
        ),
        None,
    )
    first, last = (place.span.line,) * 2 if whole is None else (whole.line, whole.end_line)
    found = [line.rstrip() for line in lines[first - 1 : last]]
    left_out = found[_MOST_LINES:]
    indent = min((len(line) - len(line.lstrip()) for line in found if line.strip()), default=0)
    return (*(line[indent:] for line in found[:_MOST_LINES]), *(("...",) if left_out else ()))


def _asks(view: View, each: Against) -> tuple[Step, ...]:
    """Single facts that lift this one reason: each was decided, and the reason was gone."""
    nodes = cone((each.holds,))
    alone = View(
        inquiry=view.inquiry,
        situation=view.situation,
        decision=view.decision,
        against=(each,),
        nodes=nodes,
        columns=columns(nodes),
    )
    found: dict[str, Step] = {}
    for move in otherwise(alone):
        if move.step.name not in found:
            there = view.inquiry.decide(move.situation)
            if there is not None and not there.truth(each.output):
                found[move.step.name] = move.step
    return tuple(found.values())
