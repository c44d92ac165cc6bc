"""Timelines of cases: moments at which something is asked, happens or passes, and what must come out at each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

from planshift.billing.subscription import Subscription
from planshift.billing.zones import parse_instant
from planshift.diagnostics.diagnostic import Diagnostic, has_errors
from planshift.diagnostics.span import Span
from planshift.policy.amounts import Decimals
from planshift.policy.case_model import CaseModel, MomentModel
from planshift.policy.case_requests import Asked, asked_at, inside
from planshift.policy.document import BookDocument
from planshift.policy.expectations import Expected, entries_at, read_expectation, refuse_answers_without_request
from planshift.policy.expected_plans import check_plans
from planshift.policy.extends import merge
from planshift.policy.located import Located, Plain, plain, span_of
from planshift.policy.places import Path
from planshift.policy.placing import Placing
from planshift.policy.plain_documents import document_of
from planshift.policy.read_yaml import read_yaml
from planshift.policy.subscription_documents import subscription_of
from planshift.policy.written_documents import subscription_fields

_NOT_BESIDE = ("when", "expect", "now")
"""What a moment says for itself."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One thing that must be so afterwards: the name of a field of subscriptions, and its value as it is written."""

    name: str
    value: Plain
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of a timeline; `title` is how a report calls it.

    First `given` comes to hold, then the `events` happen, then somebody asks: once, or with `until` for every renewal
    that is due up to then. `then` are the actions of the reactions that the events must set off, None where nothing is
    said of them; `expected` is about each answer, `left` about the subscription after the last one.
    """

    title: str
    span: Span
    at: int
    given: Located | None = None
    events: tuple[str, ...] = ()
    then: tuple[str, ...] | None = None
    asked: Asked | None = None
    until: int | None = None
    expected: tuple[Expected, ...] = ()
    left: tuple[Left, ...] = ()
    is_end: bool = False
    """Whether nothing may be left: the subscription must have ended."""


def read_timeline(
    model: CaseModel,
    placing: Placing,
    *,
    at: Path,
    book: BookDocument,
    subscription: Subscription,
    recording: bool = False,
) -> tuple[Moment, ...]:
    """Return the moments of a case; what is wrong with them is left in the placing.

    In `recording` nothing needs to be said of a moment yet.
    """
    for key in _NOT_BESIDE:
        if key in model.model_fields_set:
            help_text = f"each moment has its own `{'at' if key == 'now' else key}`"
            message = f"`{key}` stands beside a timeline"
            placing.report("PS610", message, path=(*at, key), help_text=help_text, on_key=True)
    if not model.timeline and not placing.was_cut(*at, "timeline"):
        help_text = "write a list, each item with its `at`"
        placing.report("PS610", "the timeline has no moments", path=(*at, "timeline"), help_text=help_text, on_key=True)
    reading = _Reading(placing, book=book, subscription=subscription, recording=recording)
    return tuple(reading.moments(model, (*at, "timeline")))


def read_over(
    subscription: Subscription, given: Located, *, book: BookDocument
) -> tuple[Subscription | None, tuple[Diagnostic, ...]]:
    """Return the subscription with what is given put over it, or None where both make none, and what is wrong."""
    text, _ = document_of(subscription_fields(subscription, book))
    root, problems = read_yaml(text, file="")
    return subscription_of(merge(root, given), book) if root is not None else (None, problems)


@final
class _Reading:
    """Goes through a timeline; `_held` is the subscription with what surely has become of it."""

    def __init__(self, placing: Placing, *, book: BookDocument, subscription: Subscription, recording: bool) -> None:
        self._placing = placing
        self._recording = recording
        self._book = book
        self._held = subscription
        self._was_renewed = False
        self._decimals: Decimals = dict(book.policy.decimals)

    def moments(self, model: CaseModel, at: Path) -> Iterator[Moment]:
        """Yield the moments that can be read."""
        before = 0
        for index, moment in enumerate(model.timeline or ()):
            path = (*at, index)
            instant = self._instant(moment.at, (*path, "at"))
            if instant is None:
                continue
            if instant < before:
                message = f"`{moment.at}` is before the moment above it"
                self._placing.report("PS610", message, path=(*path, "at"), help_text="write the moments in their order")
            before = instant
            yield self._moment(moment, path, instant)

    def _moment(self, moment: MomentModel, at: Path, instant: int) -> Moment:
        expected = read_expectation(self._placing, at=(*at, "expect"), decimals=self._decimals)
        check_plans(expected, self._placing, book=self._book, at=(*at, "expect"))
        asked = self._asked(moment, at, instant, expected)
        if asked is None:
            refuse_answers_without_request(expected, self._placing, at=(*at, "expect"))
        if not (self._recording or moment.model_fields_set - {"at", "name"} or self._placing.was_cut(*at)):
            help_text = "write what is asked (`when`), what happens (`events`, `given`) or what must be so (`leaves`)"
            self._placing.report("PS610", "nothing is said of this moment", path=at, help_text=help_text)
        if moment.then is not None and not moment.events:
            help_text = "write under `events` what happens"
            message = "`then` is about what reactions do when something happens"
            self._placing.report("PS610", message, path=(*at, "then"), help_text=help_text, on_key=True)
        span = self._placing.span(*at, "name" if moment.name else "at")
        return Moment(
            title=moment.name or moment.at,
            span=span,
            at=instant,
            given=self._placing.node((*at, "given")) if moment.given is not None else None,
            events=moment.events,
            then=moment.then,
            asked=asked,
            until=self._until(moment, at, instant),
            expected=expected,
            left=tuple(self._left((*at, "leaves"))),
            is_end="leaves" in moment.model_fields_set and moment.leaves is None,
        )

    def _instant(self, text: str, at: Path) -> int | None:
        try:
            return parse_instant(text, self._held.timezone or self._book.policy.timezone)
        except ValueError as error:
            self._placing.report("PS118", str(error), path=at)
            return None

    def _until(self, moment: MomentModel, at: Path, begin: int) -> int | None:
        if moment.until is None:
            return None
        path = (*at, "until")
        if moment.when is None or moment.when.kind != "renew":
            help_text = "write `when: { kind: renew }`"
            self._placing.report("PS610", "`until` is for renewals", path=path, help_text=help_text, on_key=True)
        instant = self._instant(moment.until, path)
        if instant is not None and instant < begin:
            self._placing.report("PS610", f"`{moment.until}` is before `{moment.at}`", path=path)
        return instant

    def _asked(self, moment: MomentModel, at: Path, instant: int, expected: tuple[Expected, ...]) -> Asked | None:
        if moment.when is None:
            return None
        path = (*at, "when")
        asked = asked_at(moment.when, self._placing, at=path, book=self._book, now=instant, expected=expected)
        if moment.when.at is not None:
            message, help_text = "`at` stands in the request of a moment", "it is asked at the moment's own `at`"
            self._placing.report("PS610", message, path=(*at, "when", "at"), help_text=help_text, on_key=True)
        self._ask(asked, path, expected)
        return asked

    def _ask(self, asked: Asked, at: Path, expected: tuple[Expected, ...]) -> None:
        """Look at a request with the subscription as far as it is known; a renewal may have led to another plan."""
        request, problems = asked.of(self._held)
        if self._was_renewed:
            problems = tuple(each for each in problems if each.code != "PS102")
        self._placing.problems += inside(problems, self._placing, at=at)
        self._was_renewed = self._was_renewed or request.kind == "renew"
        verdict = next((each.value for each in expected if each.name == "verdict"), "allowed")
        if verdict == "allowed" and asked.targeted and request.price and not has_errors(problems):
            self._held = replace(self._held, plan=request.plan, price=request.price)

    def _left(self, at: Path) -> Iterator[Left]:
        for name, entry in entries_at(self._placing.root, at).items():
            yield Left(name=name, value=plain(entry.value), span=span_of(entry.value))
