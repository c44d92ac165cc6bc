"""Asking a book what a case asks, and comparing the answer with what the case expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Decision, Options
from planshift.cases.asking import Asking
from planshift.cases.compare import compare
from planshift.cases.concerned import with_rules
from planshift.cases.named import reason_told
from planshift.cases.offers import compare_offers
from planshift.cases.report import Difference
from planshift.diagnostics.diagnostic import has_errors
from planshift.diagnostics.errors import InvalidInput
from planshift.policy.case_requests import Asked
from planshift.policy.expectations import Expected


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a book said: the decision of a request that leads somewhere, and what is offered where that is asked."""

    subscription: Subscription
    request: ChangeRequest
    decision: Decision | None
    offered: Options[Decision] | None


class StepRefusedError(Exception):
    """Something that a case says came before cannot be carried out."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.what)
        self.difference = difference


def answered(asking: Asking) -> Answered:
    """What a book says to a case that is not a timeline.

    Raises:
        StepRefusedError: a request of `given.after` is not allowed, or leaves nothing.
        InvalidInput: a request does not fit this book.
    """
    case = asking.case
    if not case.before and case.asked is not None and case.request is not None:
        return asked_of(asking, case.subscription, asked=case.asked, expected=case.expected, request=case.request)
    subscription = left_by(asking)
    if case.asked is not None:
        return asked_of(asking, subscription, asked=case.asked, expected=case.expected)
    request = ChangeRequest(at=case.now)
    offered = asking.options(subscription, request)
    return Answered(subscription=subscription, request=request, decision=None, offered=offered)


def asked_of(
    asking: Asking,
    subscription: Subscription,
    *,
    asked: Asked,
    expected: Iterable[Expected],
    request: ChangeRequest | None = None,
) -> Answered:
    """What a book says to one request of a case; `request` is the same read already.

    Raises:
        InvalidInput: the request does not fit this book, or cannot be made whole with what the subscription says.
    """
    request = request or whole(asked, subscription)
    decision = asking.decide(subscription, request) if asked.targeted else None
    wants_offers = decision is None or any(each.about_offers for each in expected)
    offered = asking.options(subscription, request) if wants_offers else None
    return Answered(subscription=subscription, request=request, decision=decision, offered=offered)


def unmet(asking: Asking, found: Answered, *, expected: Iterable[Expected]) -> Iterator[Difference]:
    """Every expectation that an answer does not meet, and every statement of the book that it breaks."""
    for each in expected:
        different: Difference | None = None
        if each.about_offers:
            different = compare_offers(found.offered, each) if found.offered is not None else None
        elif found.decision is not None:
            different = compare(found.decision, each)
        if different is not None and found.decision is not None:
            different = with_rules(different, found.decision, expected=each, sources=asking.book.sources)
        if different is not None:
            yield different
    for promise in found.decision.broken_promises if found.decision is not None else ():
        place = f"{promise.span.file}:{promise.span.line}"
        yield Difference(what=promise.title, expected="holds", got="does not hold", why=(place,))


def whole(asked: Asked, subscription: Subscription) -> ChangeRequest:
    """A request of a case for the subscription as it is then.

    Raises:
        InvalidInput: it cannot be made whole with what the subscription says.
    """
    request, problems = asked.of(subscription)
    if has_errors(problems):
        raise InvalidInput(diagnostics=problems)
    return request


def left_by(asking: Asking) -> Subscription:
    """The subscription that the requests of `given.after` leave.

    Raises:
        StepRefusedError: one of them is not allowed, or leaves nothing.
        InvalidInput: one of them does not fit this book.
    """
    subscription = asking.case.subscription
    for number, asked in enumerate(asking.case.before, start=1):
        what = f"given.after, request {number}"
        decision = asking.decide(subscription, whole(asked, subscription))
        if not decision.allowed:
            why = tuple(map(reason_told, decision.reasons))
            raise StepRefusedError(Difference(what=what, expected="allowed", got=decision.verdict, why=why))
        if not decision.request.plan:
            got = "the end of the subscription"
            raise StepRefusedError(Difference(what=what, expected="a plan that runs on", got=got))
        subscription = decision.subscription_after()
    return subscription
