"""Messages that are signed, and what is not taken for one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from planshift.adapters.webhook.signing import TOLERANCE, NotVerified, body_of, flaw_of, headers_of, message_id, verify

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four bytes").decode()
OTHER = "whsec_" + base64.b64encode(b"another one of twenty-four b.").decode()
NOW = 1_773_219_600
BODY = body_of("order.applied", {"order": "o-1"}, at=NOW)
ID = message_id("o-1:1")
HEADERS = headers_of(ID, BODY, secrets=[SECRET], at=NOW)


def test_what_was_signed_is_verified() -> None:
    found = verify(BODY, HEADERS, secrets=[SECRET], at=NOW)
    assert (found.id, found.sent_at, found.type, found.data) == (ID, NOW, "order.applied", {"order": "o-1"})
    assert not found.repeated


def test_a_message_that_was_taken_before_is_told_so() -> None:
    assert verify(BODY, HEADERS, secrets=[SECRET], at=NOW, taken={ID}).repeated


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of the specification: the signature of this content by this secret.
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    body, at = b'{"test": 2432232314}', 1_614_265_330
    headers = headers_of(message, body, secrets=[secret], at=at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_names_of_headers_may_be_written_in_any_case() -> None:
    assert verify(BODY, {name.title(): value for name, value in HEADERS.items()}, secrets=[SECRET], at=NOW).id == ID


def test_either_secret_will_do_while_one_replaces_the_other() -> None:
    headers = headers_of(ID, BODY, secrets=[OTHER, SECRET], at=NOW)
    assert verify(BODY, headers, secrets=[SECRET], at=NOW).id == ID
    assert verify(BODY, HEADERS, secrets=[OTHER, SECRET], at=NOW).id == ID


@pytest.mark.parametrize("late", [TOLERANCE, -TOLERANCE])
def test_clocks_may_differ_a_little(late: int) -> None:
    assert verify(BODY, HEADERS, secrets=[SECRET], at=NOW + late).id == ID


@pytest.mark.parametrize(
    "changed,body,at,why",
    [
        ({}, BODY, NOW + TOLERANCE + 1, "it was not sent just now"),
        ({}, BODY, NOW - TOLERANCE - 1, "it was not sent just now"),
        ({}, BODY + b" ", NOW, "none of its signatures"),
        ({}, b"\xff", NOW, "none of its signatures"),
        ({"webhook-id": message_id("o-1:2")}, BODY, NOW, "none of its signatures"),
        ({"webhook-id": ""}, BODY, NOW, "it has no id"),
        ({"webhook-id": "a.b"}, BODY, NOW, "it has no id"),
        ({"webhook-timestamp": str(NOW + 1)}, BODY, NOW, "none of its signatures"),
        ({"webhook-timestamp": "now"}, BODY, NOW, "does not say when"),
        ({"webhook-timestamp": "9" * 12}, BODY, NOW, "does not say when"),
        ({"webhook-timestamp": "-1"}, BODY, NOW, "does not say when"),
        ({"webhook-signature": ""}, BODY, NOW, "none of its signatures"),
        ({"webhook-signature": "v1"}, BODY, NOW, "none of its signatures"),
        ({"webhook-signature": "v1,é"}, BODY, NOW, "none of its signatures"),
        ({"webhook-signature": HEADERS["webhook-signature"].replace("v1,", "v2,")}, BODY, NOW, "none of its"),
    ],
)
def test_what_is_not_verified(changed: dict[str, str], body: bytes, at: int, why: str) -> None:
    with pytest.raises(NotVerified, match=why):
        verify(body, {**HEADERS, **changed}, secrets=[SECRET], at=at)


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'{"type": "x"}', b'{"type": 1, "data": {}}', b"[" * 100_000])
def test_what_is_signed_and_no_message_all_the_same(body: bytes) -> None:
    with pytest.raises(NotVerified, match="its body"):
        verify(body, headers_of(ID, body, secrets=[SECRET], at=NOW), secrets=[SECRET], at=NOW)


def test_another_secret_is_not_enough() -> None:
    with pytest.raises(NotVerified, match="none of its signatures"):
        verify(BODY, HEADERS, secrets=[OTHER], at=NOW)


def test_other_libraries_of_the_standard_verify_it_too() -> None:
    sent = datetime.now(tz=UTC)  # noqa: TID251  # the library reads the clock itself
    body = body_of("order.applied", {"order": "å"}, at=int(sent.timestamp()))
    headers = headers_of(ID, body, secrets=[OTHER, SECRET], at=int(sent.timestamp()))
    assert Webhook(SECRET).verify(body, headers) == json.loads(body)


@given(st.binary(max_size=40), st.dictionaries(st.sampled_from(sorted(HEADERS)), st.text(max_size=20)))
def test_nothing_that_comes_in_is_a_fault(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(NotVerified):
        verify(body, {**HEADERS, **headers}, secrets=[SECRET], at=NOW)


@pytest.mark.parametrize(
    "secret,flaw",
    [
        (SECRET, None),
        (SECRET.removeprefix("whsec_"), None),
        ("whsec_%%%", "it is not written in base64"),
        ("", "it has 0 bytes"),
        ("whsec_c2hvcnQ=", "it has 5 bytes, and 24 to 64 are asked for"),
    ],
)
def test_what_a_secret_is(secret: str, flaw: str | None) -> None:
    found = flaw_of(secret)
    assert found is None if flaw is None else found is not None and found.startswith(flaw)


@given(st.text())
def test_an_id_is_the_same_for_the_same_key_and_holds_no_full_stop(key: str) -> None:
    assert message_id(key) == message_id(key)
    assert "." not in message_id(key)
