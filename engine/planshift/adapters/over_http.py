"""Calls over HTTP, and what their faults mean for a step.

Every call has a time within which it has to be over, redirects are not followed, and an answer is read up to a bound.
Addresses and bodies are never told: they may hold names of customers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, final

import httpx

from planshift.adapters.halting import Halt, refusal
from planshift.adapters.trust import trust
from planshift.execution.ports import Unanswered, Unavailable

LARGEST_ANSWER: Final = 1_000_000
"""How many bytes of an answer are read."""

LONGEST_WAIT: Final = 86_400
"""For how long another system can ask to be left alone, in seconds."""

_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_FINAL: Final = frozenset({400, 409, 410, 413, 422})
_PLAIN: Final = {"accept-encoding": "identity"}  # what is packed could unpack to more than the bound
_NANOSECONDS: Final = 1_000_000_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a system is spoken to: the seconds that a call may take, and the certificates that it is known by.

    `ca` is a file of certificates to trust in place of those that the machine trusts.
    """

    timeout: int = 10
    ca: Path | None = None

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What comes back for a body.

        Raises:
            Halt: nothing came back, or nothing that is an answer.
        """
        return self.call("POST", url, body=body, headers=headers)

    def call(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """What comes back for a call.

        Raises:
            Halt: nothing came back, or nothing that is an answer.
        """
        until = time.monotonic_ns() + self.timeout * _NANOSECONDS
        try:
            with (
                httpx.Client(verify=trust(self.ca), timeout=self.timeout, follow_redirects=False) as client,
                client.stream(method, url, content=body, headers={**headers, **_PLAIN}) as response,
            ):
                return Answer(
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=_read(response, until=until),
                )
        except _NEVER_SENT as error:
            raise Halt(Unavailable(why=f"it cannot be reached ({type(error).__name__})")) from error
        except httpx.HTTPError as error:
            raise Halt(Unanswered(why=f"no answer came ({type(error).__name__})")) from error


def ensure_taken(answer: Answer, *, at: int) -> None:
    """Hold that a call was taken, at an instant.

    What a person has to put right in settings is tried again, and brought before them in the end: it says nothing
    about the change. A fault inside the other side leaves open whether it has acted.

    Raises:
        Halt: it was not, or nobody knows.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    if status in (429, 503):
        raise Halt(Unavailable(why=f"it asks to be called later ({status})", retry_at=_later(answer, at=at)))
    if status >= 500:
        raise Halt(Unanswered(why=f"something went wrong inside it ({status})"))
    if status in _FINAL:
        raise refusal(f"it will not do this ({status})")
    raise Halt(Unavailable(why=f"it does not take the call ({status}): see its address and its secret in the settings"))


def _read(response: httpx.Response, *, until: int) -> bytes:
    """The body of an answer, as far as it comes within the time and the bound."""
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise Halt(Unanswered(why="its answer is too long to be one"))
        if time.monotonic_ns() > until:
            raise Halt(Unanswered(why="its answer took too long"))
    return bytes(body)


def _later(answer: Answer, *, at: int) -> int | None:
    """The instant from which the other side wants to be called again: it says seconds, or a date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal() and text.isascii():
        return at + min(int(text[:9]), LONGEST_WAIT)
    try:
        wished = parsedate_to_datetime(text)
    except ValueError:
        return None
    instant = int(wished.replace(tzinfo=wished.tzinfo or UTC).timestamp())
    return min(max(instant, at), at + LONGEST_WAIT)
