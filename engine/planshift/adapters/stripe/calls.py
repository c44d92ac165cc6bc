"""Calls to Stripe: each made once under its key, and each fault told as what it means for a step.

Stripe keeps the answer to a key for a day at least, whatever the answer was: a key that met a fault inside Stripe meets
it again and again. So before each try planshift looks for what it wants to make, by the key in its metadata, and where
an answer turns out to be a repeated fault, it looks once more and goes on under a key derived from the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import count
from typing import Final, TypeVar

import stripe

from planshift.adapters.halting import Halt
from planshift.execution.ports import Outcome, Refused, Task, Unanswered, Unavailable

KEY: Final = "planshift_key"
"""The metadata that names the step that made something."""

_LONGEST_KEY: Final = 255
_MOST_REPEATED: Final = 20
_DAY: Final = 86_400

Found = TypeVar("Found")


def once(
    key: str,
    *,
    find: Callable[[], Found | None],
    make: Callable[[stripe.RequestOptions], Found],
    looked: bool = False,
) -> Found:
    """What is found, or else what is made under a key; `looked` says that it was looked for just now.

    Raises:
        StripeError: Stripe did not make it.
    """
    for number in count(1):
        found = None if looked and number == 1 else find()
        if found is not None:
            return found
        try:
            return make({"idempotency_key": bounded(key if number == 1 else f"{key}#{number}")})
        except stripe.StripeError as error:
            if not _repeated(error) or number == _MOST_REPEATED:
                raise
    raise AssertionError  # `count` does not end


def marked(things: Iterable[Found], key: str) -> Found | None:
    """The first of some things that a step made, told by its key."""
    return next((thing for thing in things if mark(thing, KEY) == key), None)


def mark(thing: object, name: str) -> str:
    """What the metadata of something says under a name; empty where it says nothing."""
    metadata = getattr(thing, "metadata", None)
    return str(getattr(metadata, name, None) or "")


def marks(task: Task, **more: str) -> dict[str, str]:
    """The metadata of what a task makes."""
    return {KEY: task.key, "planshift_order": task.order, "planshift_subscription": task.plan.subscription, **more}


def since(task: Task) -> int:
    """An instant before which nothing of a task's order was made, with a day for clocks that differ."""
    return task.plan.quote.computed_at - _DAY


def outcome_of(error: stripe.StripeError, *, at: int) -> Outcome:
    """What an error of Stripe's means for a step that was tried at an instant."""
    status, told = error.http_status or 0, error.user_message or type(error).__name__
    if isinstance(error, stripe.APIConnectionError):
        if _never_sent(error):
            return Unavailable(why="Stripe cannot be reached")
        return Unanswered(why="no answer came from Stripe")
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Unavailable(why=f"Stripe does not accept the key: {told}")
    if status in (409, 429):
        wait = _seconds(error)
        return Unavailable(why=f"Stripe asks to be called later: {told}", retry_at=at + wait if wait else None)
    if isinstance(error, stripe.CardError | stripe.InvalidRequestError | stripe.IdempotencyError):
        return Refused(why=f"Stripe says no: {told}")
    # Stripe's documentation calls the result of a fault inside Stripe indeterminate: it may have acted.
    return Unanswered(why=f"something went wrong inside Stripe ({status}): {told}")


def untold(error: stripe.StripeError, *, at: int) -> Outcome:
    """What an error means for a question: at best that nobody can tell now, never that nothing was done."""
    outcome = outcome_of(error, at=at)
    return Unavailable(why=outcome.why) if isinstance(outcome, Refused) else outcome


def answered(work: Callable[[], Outcome], *, at: int) -> Outcome:
    """The outcome of some work, however it ends."""
    try:
        return work()
    except Halt as halt:
        return halt.outcome
    except stripe.StripeError as error:
        return outcome_of(error, at=at)


def bounded(key: str) -> str:
    """A key as short as Stripe wants it."""
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _repeated(error: stripe.StripeError) -> bool:
    """Whether it is about an earlier call under the key: its kept answer, or that it was made otherwise."""
    made_otherwise = isinstance(error, stripe.IdempotencyError) and error.http_status == 400
    return made_otherwise or _header(error, "idempotent-replayed") == "true"


def _seconds(error: stripe.StripeError) -> int:
    """The seconds after which Stripe wants to be called again; 0 where it does not say."""
    text = _header(error, "retry-after")
    return int(text) if text.isdecimal() else 0


def _header(error: stripe.StripeError, name: str) -> str:
    return next((value for key, value in (error.headers or {}).items() if key.lower() == name), "")


def _never_sent(error: stripe.APIConnectionError) -> bool:
    """Whether the connection was turned down, so that nothing can have arrived."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
