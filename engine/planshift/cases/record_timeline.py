"""Writing into the moments of a timeline what the book answers at them, and what each of them leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from planshift.billing.subscription import Subscription
from planshift.cases.answering import Answered, left_by
from planshift.cases.asking import Asking
from planshift.cases.leaves import is_left, state_fields
from planshift.cases.life import Life
from planshift.cases.record_writing import Node, What, fill_up, items_of, write
from planshift.cases.timeline import Walk
from planshift.policy.case_timelines import Left, Moment
from planshift.policy.located import Located, Mapping, plain, span_of
from planshift.policy.text_edits import Editing
from planshift.policy.written_documents import Fields, fields_over
from planshift.policy.written_yaml import Data


class CannotGoOnError(Exception):
    """A moment that cannot be gone through; the text says why."""


def write_timeline(asking: Asking, *, editing: Editing, node: Node, what: What) -> None:
    """Go through a timeline, and write into its moments: the answer into `expect`, what it changes into `leaves`.

    Raises:
        CannotGoOnError: something in it cannot happen, or is refused without being expected to be.
        StepRefusedError: a request of `given.after` is not allowed, or leaves nothing.
        InvalidInput: a request does not fit this book.
    """
    writing = _Writing(asking, editing, what=what)
    for moment, place in zip(asking.case.timeline, items_of(node.case, "timeline"), strict=True):
        if isinstance(place, Mapping):
            writing.write(moment, place)


@final
class _Writing:
    """The life of the subscription as far as it has been gone through."""

    def __init__(self, asking: Asking, editing: Editing, *, what: What) -> None:
        self._asking = asking
        self._editing = editing
        self._what = what
        self._life = Life(asking, left_by(asking))

    def write(self, moment: Moment, place: Mapping) -> None:
        """Let a moment pass, and write what came of it."""
        before = self._life.subscription
        walk = Walk(self._asking, self._life, moment=moment)
        differences = tuple(walk.differences())
        is_silent = not (moment.expected or moment.left or moment.is_end or moment.then is not None)
        will_say = self._what.complete or (is_silent and not _says_verdict(moment))
        if walk.is_stuck and not (will_say and _is_refusal(walk.answers)):
            found = differences[-1]
            raise CannotGoOnError(f"at `{moment.title}`, {found.what} is {found.got}")
        if is_silent or self._what.complete or self._what.update:
            self._answer(moment, place, walk.answers, is_silent=is_silent)
            self._leave(moment, place, before=before, is_silent=is_silent)

    def _answer(self, moment: Moment, place: Mapping, answers: Sequence[Answered], *, is_silent: bool) -> None:
        """Write an answer; renewals in a row say different things, of which none is that of the moment."""
        if len(answers) != 1 or (moment.asked is None and not moment.expected):
            return
        if moment.expected or is_silent or self._what.complete:
            write(moment.expected, answers[0], editing=self._editing, node=Node(case=place), what=self._what)

    def _leave(self, moment: Moment, place: Mapping, *, before: Subscription | None, is_silent: bool) -> None:
        after = self._life.subscription
        if after is None:
            if is_silent and before is not None:
                self._editing.add(place, {"leaves": None})
            return
        if moment.is_end:
            return
        state = state_fields(self._asking.book, after)
        if self._what.update and "leaves" in place.entries:
            self._put_right(place.entries["leaves"].value, state)
        if is_silent or self._what.complete:
            fields = self._changed(moment, state, before=before)
            fill_up(place, "leaves", fields=fields, editing=self._editing, complete=self._what.complete)

    def _changed(self, moment: Moment, state: Fields, *, before: Subscription | None) -> Fields:
        """The plan, and what is otherwise than before; not again what the moment says itself that it comes to hold."""
        earlier = state_fields(self._asking.book, before) if before is not None else {}
        given = moment.given.entries if isinstance(moment.given, Mapping) else {}
        repeated = {
            name
            for name, entry in given.items()
            if self._is_left(Left(name=name, value=plain(entry.value), span=span_of(entry.value)), state)
        }
        changed = fields_over(state, earlier).items()
        return {"plan": state["plan"]} | {name: value for name, value in changed if name not in repeated}

    def _is_left(self, left: Left, state: Fields) -> bool:
        return is_left(left, state, decimals=dict(self._asking.book.document.policy.decimals))

    def _put_right(self, there: Located, found: Data) -> None:
        """Write what is left in the place of what differs from it, each part at its own place."""
        inner = found if isinstance(found, dict) else {}
        if isinstance(there, Mapping) and there.entries:
            for name, entry in there.entries.items():
                self._put_right(entry.value, inner.get(name))
        elif not self._is_left(Left(name="", value=plain(there), span=span_of(there)), {"": found}):
            self._editing.replace(span_of(there), found)


def _says_verdict(moment: Moment) -> bool:
    return any(each.name == "verdict" for each in moment.expected)


def _is_refusal(answers: Sequence[Answered]) -> bool:
    """Whether the one answer of a moment is a no, after which life goes on as before."""
    decisions = [each.decision for each in answers]
    return len(decisions) == 1 and decisions[0] is not None and not decisions[0].allowed
