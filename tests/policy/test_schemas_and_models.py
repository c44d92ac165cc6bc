"""Schemas and models accept and refuse the same documents: keys removed, added, and given values of other kinds."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from planshift.policy.json_schemas import MODELS
from planshift.policy.located import OddNumber, Plain, plain
from planshift.policy.read_yaml import read_yaml
from planshift.policy.terms import TERM
from tests.policy.schemas import validator

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "tests/starter/golden"
VALUES: tuple[Plain, ...] = (7, -1, True, None, "text", "", [], {}, OddNumber("1.5"), ["text"], {"text": 1})
"""What a value is replaced by: one of each kind."""

REQUEST = """
to: gold
price: monthly
by: staff
at: 2026-03-11 10:00
quantity: 2
discount: { percent: 10%, code: SPRING }
approvals: [finance]
override: true
override_reason: agreed
remedies: { add: [{ name: extra-disk, quantity: 1 }], end: [a] }
facts: { start: today }
"""

ADAPTERS = """
adapters: 1
billing: ledger
modules: { cpanel: panel }
notices: mail
rest: nobody
whm:
  panel:
    url: "https://example.com:2087"
    token_from: WHM_TOKEN
    account: answer hosting.username
    packages: { silver: host_silver }
    timeout: 30
webhook: { crm: { url: "https://example.com:8080/steps", secret_from: CRM_SECRET, ca: ca.pem } }
file: { archive: { folder: steps } }
email:
  mail:
    host: mail.example.com
    port: 465
    security: tls
    sender: "Example Hosting <billing@example.com>"
    staff: [team@example.com]
    lists: { finance: [a@example.com, b@example.com] }
    templates: { payment.failed: { subject: "{title}", text: "Hello" } }
"""

DIFFERENCES = {
    "amount": "an amount is read with the book's own decimals, behind the model; the schema shows how one is written",
    "truth": "to Python the truth `true` is the number 1, so the model of `policy_language` takes it",
    "words": "a schema cannot say all that the words of some terms hold, such as a mail address or a number of days",
    "zone": "a schema knows how zones are written, and not which there are",
}
"""Where they may differ, and why."""


TERMS = {term.name.partition(".")[0] for term in TERM.values()} | {"terms", "arriving"}
"""The keys below which terms stand, in policies and in what cases expect."""


def kind_of(path: Path) -> str | None:
    by_name = {"policy.yaml": "policy", "catalog.yaml": "catalog"}
    return by_name.get(path.name) or {"cases": "cases", "subscriptions": "subscription"}.get(path.parent.name)


def document(text: str) -> Any:  # noqa: ANN401  # what a document holds
    root, problems = read_yaml(text, file="x")
    assert root is not None
    assert not problems
    return plain(root)


def paths(value: Plain, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in entries:
        yield from paths(inner, (*path, step))


def at(value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401  # as above
    for step in path:
        value = value[step]
    return value


def changed(value: Plain, path: tuple[str | int, ...], how: int) -> Any:  # noqa: ANN401  # as above
    """A document with one change at a path: the value removed, one of `VALUES`, or a key added to it."""
    made = copy.deepcopy(value)
    if how == len(VALUES) + 1:
        inner = at(made, path)
        if isinstance(inner, dict):
            inner["no_such_key"] = 1
    elif how == len(VALUES):
        del at(made, path[:-1])[path[-1]]
    else:
        at(made, path[:-1])[path[-1]] = VALUES[how]
    return made


def data(value: Plain) -> object:
    """The document as JSON has it: odd numbers are numbers there."""
    if isinstance(value, OddNumber):
        return 0.5
    if isinstance(value, dict):
        return {key: data(inner) for key, inner in value.items()}
    return [data(item) for item in value] if isinstance(value, list) else value


def is_accepted(kind: str, value: Plain) -> bool:
    try:
        MODELS[kind].model_validate(value, context={"decimals": {}})
    except ValidationError:
        return False
    return True


def excuse(value: Plain, path: tuple[str | int, ...], how: int, *, accepted: bool) -> str | None:
    """Which of `DIFFERENCES` it is that the model accepts a change and the schema does not, or the other way round."""
    new, old = (VALUES[how] if how < len(VALUES) else None), at(value, path)
    if accepted and new is True:
        return "truth" if path in (("policy_language",), ("adapters",)) else None
    if accepted and isinstance(new, str):
        return "amount" if old is None or re.search(r"[0-9] [A-Z]{3}$", str(old)) else None
    names = {str(step) for step in path}
    if names & TERMS or any("." in name for name in names):
        return "words" if not accepted else None
    return "zone" if "timezone" in names and not accepted else None


def disagreement(kind: str, value: Plain, path: tuple[str | int, ...], how: int) -> str | None:
    made = changed(value, path, how)
    accepted, fits = is_accepted(kind, made), validator(kind).is_valid(data(made))
    if accepted == fits:
        return None
    reason = excuse(value, path, how, accepted=accepted)
    if reason is not None:
        assert reason in DIFFERENCES
        return None
    return f"{path} changed by {how}: the model {'accepts' if accepted else 'refuses'} it, the schema does not"


SMALL = [(kind, path.read_text("utf-8")) for path in sorted(STARTER.rglob("*.yaml")) if (kind := kind_of(path))]


@pytest.mark.parametrize(
    "kind, text",
    [*SMALL, ("request", REQUEST), ("adapters", ADAPTERS)],
    ids=lambda each: each if len(each) < 20 else "",
)
def test_every_change_of_a_small_document(kind: str, text: str) -> None:
    value = document(text)
    assert is_accepted(kind, value)
    assert validator(kind).is_valid(data(value))
    changes = [(path, how) for path in paths(value) if path for how in range(len(VALUES) + 2)]
    assert [found for path, how in changes if (found := disagreement(kind, value, path, how))] == []
    refused = sum(not is_accepted(kind, changed(value, path, how)) for path, how in changes)
    assert len(changes) / 4 < refused < len(changes), "changes of both kinds are tried"


SHIPPED = sorted(path for path in (ROOT / "policies").rglob("*.yaml") if kind_of(path))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(SHIPPED), st.data())
def test_changes_of_documents_that_are_shipped(path: Path, draw: st.DataObject) -> None:
    kind = kind_of(path)
    assert kind is not None
    value = document(path.read_text(encoding="utf-8"))
    where = draw.draw(st.sampled_from([each for each in paths(value) if each]))
    assert disagreement(kind, value, where, draw.draw(st.integers(0, len(VALUES) + 1))) is None
