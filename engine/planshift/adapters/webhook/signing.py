"""Messages by the rules of Standard Webhooks: signed by whoever sends them, verified by whoever receives them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, final

from standardwebhooks.webhooks import Webhook

from planshift.diagnostics.errors import PlanshiftError

TOLERANCE: Final = 300
"""How old a message may be, or how far ahead a sender's clock, in seconds."""

SHORTEST_SECRET: Final = 24
LONGEST_SECRET: Final = 64
"""The lengths of a secret in bytes, as Standard Webhooks has them."""

_LARGEST: Final = 1_000_000
_LATEST: Final = 253_402_300_799  # the last second of the year 9999


@final
@dataclass(eq=False)
class NotVerified(PlanshiftError):
    """A message is not from who it says, or not from now; nothing of it may be acted on."""

    why: str

    def __str__(self) -> str:
        return f"the message is not verified: {self.why}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that was verified.

    `repeated` holds where its id was taken before. Senders repeat what they got no answer to, so it is answered as the
    first time, and not acted on again.
    """

    id: str
    sent_at: int
    type: str
    data: Mapping[str, object]
    repeated: bool


def message_id(key: str) -> str:
    """The id of the message about a key: always the same, and without the full stop that signatures are parted by."""
    return "msg_" + hashlib.sha256(key.encode()).hexdigest()[:32]


def body_of(kind: str, data: Mapping[str, object], *, at: int) -> bytes:
    """The body of a message: what it is about, when it was sent, and its data."""
    sent = datetime.fromtimestamp(at, tz=UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": sent, "data": data}, ensure_ascii=False, sort_keys=True).encode()


def headers_of(message: str, body: bytes, *, secrets: Sequence[str], at: int) -> dict[str, str]:
    """The headers of a message, with a signature by each secret: there are two while one replaces another."""
    sent = datetime.fromtimestamp(at, tz=UTC)
    signatures = (Webhook(secret).sign(message, sent, body.decode()) for secret in secrets)
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signatures),
    }


def flaw_of(secret: str) -> str | None:
    """What is wrong with a secret; None where it is one."""
    try:
        known = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return "it is not written in base64, with or without `whsec_` in front"
    if not SHORTEST_SECRET <= len(known) <= LONGEST_SECRET:
        return f"it has {len(known)} bytes, and {SHORTEST_SECRET} to {LONGEST_SECRET} are asked for"
    return None


def verify(
    body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str], at: int, taken: Container[str] = ()
) -> Message:
    """The message that was received at an instant (epoch seconds), by the raw body and the headers.

    `taken` are the ids of the messages that were acted on, which the receiver keeps.

    Raises:
        NotVerified: it was not signed by one of the secrets, is too old or too new, or is no message.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message, stamp, signed = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not message or "." in message:
        raise NotVerified("it has no id")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12 and int(stamp) <= _LATEST):
        raise NotVerified("it does not say when it was sent")
    if len(body) > _LARGEST:
        raise NotVerified("it is too long")
    if not _is_signed(message, body, signatures=signed.split(" "), secrets=secrets, sent_at=int(stamp)):
        raise NotVerified("none of its signatures is by a secret that is known here")
    if abs(at - int(stamp)) > TOLERANCE:
        raise NotVerified("it was not sent just now")
    kind, data = _content(body)
    return Message(id=message, sent_at=int(stamp), type=kind, data=data, repeated=message in taken)


def _is_signed(message: str, body: bytes, *, signatures: Sequence[str], secrets: Sequence[str], sent_at: int) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    sent = datetime.fromtimestamp(sent_at, tz=UTC)
    known = [Webhook(secret).sign(message, sent, text).encode() for secret in secrets]
    given = [signature.encode() for signature in signatures]
    return any(hmac.compare_digest(each, mine) for each in given for mine in known)


def _content(body: bytes) -> tuple[str, Mapping[str, object]]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotVerified("its body is not JSON") from error
    match found:
        case {"type": str(kind), "data": dict(data)}:
            return kind, data
    raise NotVerified("its body has no `type` and `data`")
