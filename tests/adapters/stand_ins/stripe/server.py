"""A Stripe on 127.0.0.1: answers the calls that the adapter makes, from books that it keeps, and goes wrong on demand.

It checks the key, the form and the parameters of every request, keeps the answer to each idempotency key with the
request it was for, as Stripe documents it, and writes down what it was asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import sleep

from planshift.adapters.contract import Fault
from tests.adapters.stand_ins.serving import LOST, Answer, Request, serving
from tests.adapters.stand_ins.stripe.books import Books, Denied
from tests.adapters.stand_ins.stripe.calls import CALLS, Call, answer
from tests.adapters.stand_ins.stripe.shapes import WrongParameter, decoded, fitted

KEY = "sk_test_stand_in"


@dataclass
class StripeSide:
    """The stand-in: its books, what it was asked, and the fault that the next call that counts meets."""

    books: Books
    address: str = ""
    asked: list[Request] = field(default_factory=list)
    fault: Fault | None = None
    fault_at: str = ""
    first: int | None = None
    slow: float = 0
    busy: set[str] = field(default_factory=set)
    _kept: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def meet(self, fault: Fault, *, at: str = "") -> None:
        """Let the next call that counts meet a fault; `at` is what the path of that call contains."""
        self.fault, self.fault_at, self.first = fault, at, None

    def meet_behind(self, fault: Fault, *, calls: int) -> None:
        """Let the call meet a fault that comes behind some others, of all that change anything at all."""
        self.fault, self.fault_at, self.first = fault, "", calls

    def forget_keys(self) -> None:
        """Prune all idempotency keys, as Stripe does after a day."""
        self._kept.clear()

    def called(self, request: Request) -> Answer:
        if self.slow:
            sleep(self.slow)
        with self._lock:
            self.asked.append(request)
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return _denied(Denied("Invalid API Key provided", status=401))
            if request.body and request.headers.get("content-type") != "application/x-www-form-urlencoded":
                return _denied(Denied("Stripe takes forms only", status=415))
            if not self._hit(request):
                return self._kept_answer(request)
            fault, self.fault = self.fault, None
            return self._faulty(request, fault=fault)

    def _hit(self, request: Request) -> bool:
        if self.fault is None or request.method == "GET":
            return False
        if self.first is None:
            return not _inert(request) and self.fault_at in request.path
        self.first -= 1
        return self.first < 0

    def _faulty(self, request: Request, *, fault: Fault | None) -> Answer:
        match fault:
            case "busy":
                told = Denied("Too many requests", status=429, code="rate_limit")
                return _denied(told, **{"Retry-After": "7"})
            case "call_lost":
                return LOST
            case "garbled":
                return Answer(status=200, text="<html>Welcome to the hotel</html>")
            case "refusal":
                return self._keep(request, _denied(Denied("You cannot do this")))
            case "error_after_acting":
                self._acted(request)
                return self._keep(request, _denied(Denied("Something went wrong", status=500, kind="api_error")))
            case "twice":
                first = self._kept_answer(request)
                self._kept_answer(request)
                return first
            case _:
                self._kept_answer(request)
                return LOST

    def _kept_answer(self, request: Request) -> Answer:
        """The answer to a request: the one that is kept for its key, or that of acting on it."""
        if request.method == "POST" and key_of(request) in self.busy:
            return _denied(Denied("The key is in use", status=409, kind="idempotency_error"))
        kept = self._kept.get(key_of(request)) if request.method == "POST" and key_of(request) else None
        if kept is not None:
            told, found = kept
            if told != f"{request.path}?{form_of(request)}":
                return _denied(Denied("Keys can only be used with the same parameters", kind="idempotency_error"))
            return Answer(found.status, found.text, {**found.headers, "Idempotent-Replayed": "true"})
        return self._keep(request, self._acted(request))

    def _keep(self, request: Request, given: Answer) -> Answer:
        if request.method == "POST" and key_of(request) and given.headers.get("Not-Kept") is None:
            self._kept[key_of(request)] = (f"{request.path}?{form_of(request)}", given)
        return given

    def _acted(self, request: Request) -> Answer:
        try:
            call, names = _call_of(request)
            params = fitted(decoded(form_of(request)), call.shape)
            return Answer(status=200, text=json.dumps(answer(self.books, call, params=params, names=names)))
        except WrongParameter as wrong:
            # Stripe does not keep what fails before it begins to act.
            return _denied(Denied(str(wrong), param=wrong.param), **{"Not-Kept": "1"})
        except Denied as denied:
            return _denied(denied)


def form_of(request: Request) -> str:
    """The parameters of a request, in its body or behind its address."""
    return request.body or request.query


def key_of(request: Request) -> str:
    """The idempotency key of a request; empty where it has none."""
    return request.headers.get("idempotency-key", "")


def _inert(request: Request) -> bool:
    """Whether a call changes nothing that counts: drafts and their lines, previews, and what is sent by mail."""
    draft = request.path == "/v1/invoices" or request.path.endswith(("/create_preview", "/send"))
    return draft or (request.path == "/v1/invoiceitems" and "invoice=" in form_of(request))


def _call_of(request: Request) -> tuple[Call, list[str]]:
    if request.method != "POST" and key_of(request):
        raise Denied("idempotency keys go with POST only")
    for call in CALLS:
        match = call.path.fullmatch(request.path)
        if match is not None and call.method == request.method:
            return call, list(match.groups())
    raise Denied(f"Unrecognized request URL ({request.method}: {request.path})", status=404)


def _denied(denied: Denied, **headers: str) -> Answer:
    error = {"type": denied.kind, "message": denied.told, "code": denied.code or None, "param": denied.param or None}
    return Answer(status=denied.status, text=json.dumps({"error": error}), headers=headers)


@contextmanager
def stripe_side(*, now: int) -> Iterator[StripeSide]:
    """A Stripe that is up for a while."""
    side = StripeSide(books=Books(now=now))
    with serving(side.called) as side.address:
        yield side
