"""Running the timeline of a case: moment by moment, each on what the one before it left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import MOST_RENEWALS
from planshift.cases.answering import Answered, asked_of, left_by, unmet, whole
from planshift.cases.asking import Asking
from planshift.cases.leaves import compare_left
from planshift.cases.life import Life, NothingWaitsError
from planshift.cases.named import reason_told
from planshift.cases.report import Difference
from planshift.diagnostics.errors import InvalidInput
from planshift.policy.case_requests import Asked
from planshift.policy.case_timelines import Moment, read_over


def timeline_differences(asking: Asking) -> Iterator[Difference]:
    """Everything that comes out otherwise; it ends with the first moment that cannot be gone through.

    Raises:
        StepRefusedError: a request of `given.after` is not allowed, or leaves nothing.
        InvalidInput: a request of `given.after` does not fit this book.
    """
    life = Life(asking, left_by(asking))
    for moment in asking.case.timeline:
        walk = Walk(asking, life, moment=moment)
        yield from (replace(each, moment=moment.title, span=moment.span) for each in walk.differences())
        if walk.is_stuck:
            return


class _StuckError(Exception):
    """Nothing can come after this."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.what)
        self.difference = difference


@final
class Walk:
    """One moment of the life of a subscription: what happens, what is asked and answered, what is left.

    `answers` are those of the moment, in their order, once `differences` has gone through it.
    """

    def __init__(self, asking: Asking, life: Life, *, moment: Moment) -> None:
        self._asking = asking
        self._book = asking.book
        self._life = life
        self._moment = moment
        self.answers: list[Answered] = []
        self.is_stuck = True

    def differences(self) -> Iterator[Difference]:
        """Everything that comes out otherwise; what cannot happen at all comes last, and `is_stuck` then tells so."""
        try:
            yield from self._gone_through()
            self.is_stuck = False
        except _StuckError as stuck:
            yield stuck.difference
        except InvalidInput as error:
            why = tuple(problem.message for problem in error.diagnostics)
            yield Difference(what="when", expected="a request", got="none that fits", why=why)

    def _gone_through(self) -> Iterator[Difference]:
        moment, life = self._moment, self._life
        life.pass_to(moment.at)
        yield from self._refused()
        yield from self._happen()
        if moment.asked is not None:
            yield from self._ask(moment.asked)
        elif moment.expected:
            yield from self._look()
        if moment.left:
            yield from compare_left(self._book, self._held("leaves"), left=moment.left)
        if moment.is_end and life.subscription is not None:
            got = f"{life.subscription.plan} {life.subscription.price}, {life.subscription.period}"
            yield Difference(what="leaves", expected="none", got=got)

    def _refused(self) -> Iterator[Difference]:
        """What was queued, and could not be carried out when its turn came."""
        for decision in self._life.refused:
            why = tuple(map(reason_told, decision.reasons))
            yield Difference(what="the queued change", expected="allowed", got=decision.verdict, why=why)
        self._life.refused.clear()

    def _happen(self) -> Iterator[Difference]:
        moment, document = self._moment, self._book.document
        if moment.given is not None:
            given = moment.given
            found, problems = read_over(self._held("given"), given, book=document)
            if found is None:
                why = tuple(each.message for each in problems)
                raise _StuckError(Difference(what="given", expected="a subscription", got="none", why=why))
            self._life.happen(lambda held: read_over(held, given, book=document)[0] or held)
        done: list[str] = []
        for event in moment.events:
            try:
                done += self._life.event(event, at=moment.at)
            except NothingWaitsError as error:
                difference = Difference(what="events", expected=event, got="cannot happen", why=(str(error),))
                raise _StuckError(difference) from None
        if moment.then is not None and moment.then != tuple(done):
            expected, got = (", ".join(actions) or "nothing" for actions in (moment.then, done))
            yield Difference(what="then", expected=expected, got=got)

    def _held(self, what: str) -> Subscription:
        found = self._life.subscription
        if found is None:
            got = f"it ended on {self._life.ended_on}"
            raise _StuckError(Difference(what=what, expected="a subscription", got=got))
        return found

    def _ask(self, asked: Asked) -> Iterator[Difference]:
        held, moment = self._held("when"), self._moment
        if moment.until is None:
            found = asked_of(self._asking, held, asked=asked, expected=moment.expected)
            self.answers.append(found)
            yield from self._checked(found)
            if found.decision is not None and found.decision.allowed:
                self._life.carry_out(found.decision)
            return
        request = whole(asked, held)
        renewals = self._life.renewals(at=moment.at, until=moment.until, asked=request)
        for decision in islice(renewals, MOST_RENEWALS):
            found = Answered(
                subscription=decision.subscription, request=decision.request, decision=decision, offered=None
            )
            self.answers.append(found)
            yield from self._checked(found)
        self._life.pass_to(moment.until)
        if not self.answers:
            yield Difference(what="when", expected="renewals", got="none", why=("none is due up to then",))

    def _checked(self, found: Answered) -> Iterator[Difference]:
        """What is not as expected; without a word on the verdict, a change that is not allowed is stuck."""
        yield from unmet(self._asking, found, expected=self._moment.expected)
        decision = found.decision
        if decision is not None and not decision.allowed and not self._expects_verdict():
            why = tuple(map(reason_told, decision.reasons))
            raise _StuckError(Difference(what="verdict", expected="allowed", got=decision.verdict, why=why))

    def _expects_verdict(self) -> bool:
        return any(each.name == "verdict" for each in self._moment.expected)

    def _look(self) -> Iterator[Difference]:
        """What is offered, where nothing is asked for."""
        held = self._held("expect")
        request = ChangeRequest(at=self._moment.at)
        offered = self._asking.options(held, request)
        found = Answered(subscription=held, request=request, decision=None, offered=offered)
        self.answers.append(found)
        yield from unmet(self._asking, found, expected=self._moment.expected)
