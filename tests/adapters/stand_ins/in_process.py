"""Stand-ins that are called in this process, where many calls are made and how they travel is tested elsewhere.

What the adapters send is handed over below their library for HTTP, so that everything above it is as it is over a line;
the tests that use it hold that an adapter says the same of each fault here as over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from requests.structures import CaseInsensitiveDict

from planshift.adapters.contract import Case, Fault
from planshift.adapters.contract.run import AdapterRun
from planshift.execution.ports import Outcome
from tests.adapters.stand_ins.serving import LOST, Answer, Request

Answered = Callable[[Request], Answer]

HERE = "http://example.com"
NOBODY = "http://example.com:9"
"""Addresses where calls are answered in this process, and where nobody takes them."""


class Session(requests.Session):
    """What Stripe's SDK calls, for a stand-in, or for nobody."""

    def __init__(self, answered: Answered | None) -> None:
        super().__init__()
        self._answered = answered

    def request(self, method: str, url: str, *, headers: Mapping[str, str], data: str | None, **_: Any) -> Any:  # type: ignore[override]  # as the SDK calls it
        if self._answered is None:
            raise requests.ConnectionError from ConnectionRefusedError()
        asked = urlsplit(url)
        named = {name.lower(): value for name, value in headers.items()}
        found = self._answered(Request(method.upper(), asked.path, asked.query, data or "", named))
        if found is LOST:
            raise requests.ConnectionError
        answer = requests.Response()
        answer.status_code, answer.headers = found.status, CaseInsensitiveDict(found.headers)
        answer._content = found.text.encode()
        return answer


def hand_over(monkeypatch: pytest.MonkeyPatch, answered: Answered) -> None:
    """Let what planshift calls over HTTP be answered in this process."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.port == httpx.URL(NOBODY).port:
            raise httpx.ConnectError("nobody is there")
        url, headers = request.url, dict(request.headers)
        found = answered(Request(request.method, url.path, url.query.decode(), request.read().decode(), headers))
        if found is LOST:
            raise httpx.RemoteProtocolError("the connection was closed")
        return httpx.Response(found.status, headers=found.headers, stream=httpx.ByteStream(found.text.encode()))

    client = partial(httpx.Client, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "Client", client)


def said(case: Case, fault: Fault | None) -> list[Outcome | None]:
    """What the adapter says of the tasks of an order, and asked about them, where the first call meets a fault."""
    run, found = AdapterRun(case), list[Outcome | None]()
    for task in (task for task in case.tasks if task.order == case.tasks[0].order):
        if fault is not None:
            case.meet(fault)
        found += [run.perform(run.told(task)), run.ask(run.told(task)), run.done(task)]
    return found
