"""Steps that an endpoint does, told over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from planshift.actions.action import KINDS
from planshift.adapters.contract import AdapterContract, Case, Fault, sample_tasks
from planshift.adapters.halting import Halt
from planshift.adapters.over_http import LONGEST_WAIT, Answer, Line, ensure_taken
from planshift.adapters.webhook.adapter import WebhookAdapter
from planshift.adapters.webhook.signing import Message
from planshift.execution.ports import Done, Refused, Task, Unanswered, Unavailable
from tests.adapters.stand_ins.over_http import Call, Reply
from tests.adapters.stand_ins.receiver import SECRET, Receiver

CHOSEN = frozenset({"change_package", "start_package", "end_package"})
TASKS = sample_tasks(CHOSEN)
NOW = TASKS[0].at


class WebhookCase(Case):
    secrets = (SECRET.removeprefix("whsec_"), "anna.example.com")

    def __init__(self, side: Receiver, *, asks: bool) -> None:
        self.side, self.can_be_asked = side, asks

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        self.side.reset()

    def adapter(self) -> WebhookAdapter:
        return adapter_of(self.side, ask=self.can_be_asked)

    def effects(self) -> object:
        return dict(self.side.in_force)

    def meet(self, fault: Fault) -> None:
        self.side.fault = fault


def adapter_of(side: Receiver, *, ask: bool = False, **changed: Any) -> WebhookAdapter:  # noqa: ANN401  # its fields
    address = side.address
    made = WebhookAdapter(
        name="endpoint",
        url=f"{address}/steps",
        secrets=[SECRET],
        kinds=CHOSEN,
        ask_url=f"{address}/asked" if ask else None,
        line=Line(timeout=5),
    )
    return replace(made, **changed)


@pytest.fixture
def side() -> Iterator[Receiver]:
    with Receiver(now=NOW) as receiver:
        yield receiver
    assert receiver.wrong == []


class TestWithAnAddressToAskAt(AdapterContract):
    @pytest.fixture
    def case(self, side: Receiver) -> Case:
        return WebhookCase(side, asks=True)


class TestWithoutAnAddressToAskAt(AdapterContract):
    @pytest.fixture
    def case(self, side: Receiver) -> Case:
        return WebhookCase(side, asks=False)


def test_where_there_is_nowhere_to_ask_telling_again_is_the_question(side: Receiver) -> None:
    side.fault = "answer_lost"
    adapter, task = adapter_of(side), TASKS[0]
    assert isinstance(adapter.perform(task), Unanswered)
    assert adapter.ask(task) == Done(reference="there-1")
    assert len(side.in_force) == 1


def test_a_message_says_what_is_to_be_done_and_for_whom(side: Receiver) -> None:
    task = next(each for each in TASKS if each.action.kind == "change_package")
    adapter_of(side).perform(task)
    (call,) = side.calls
    told = json.loads(call.body)
    assert told["type"] == "planshift.step.do"
    assert told["timestamp"] == "2026-03-11T09:00:00Z"
    assert told["data"]["key"] == task.key
    assert (told["data"]["subscription"], told["data"]["customer"]) == ("sample-1", "anna")
    assert told["data"]["action"] == {
        "kind": "change_package",
        "module": "panel",
        "from_plan": "bronze",
        "to_plan": "silver",
        "on": "2026-03-11",
    }
    assert call.headers["webhook-id"].startswith("msg_")
    assert "." not in call.headers["webhook-id"]


def test_undoing_names_what_it_undoes_and_has_an_id_of_its_own(side: Receiver) -> None:
    task = TASKS[0]
    adapter = adapter_of(side)
    done = adapter.perform(task)
    assert isinstance(done, Done)
    adapter.perform(replace(task, undoing=True, references={task.step.id: done.reference}))
    told = [json.loads(call.body) for call in side.calls]
    assert told[1]["type"] == "planshift.step.undo"
    assert told[1]["data"]["undoes"] == told[0]["data"]["key"]
    assert told[1]["data"]["reference"] == "there-1"
    assert side.calls[0].headers["webhook-id"] != side.calls[1].headers["webhook-id"]


def test_a_try_on_another_day_is_the_same_message_signed_anew(side: Receiver) -> None:
    adapter, task = adapter_of(side), TASKS[0]
    adapter.perform(task)
    side.now += 86_400
    assert adapter.perform(replace(task, at=side.now)) == Done(reference="there-1")
    first, second = side.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_while_one_secret_replaces_another_both_sign(side: Receiver) -> None:
    old, new = SECRET, "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtdGhlLWVuZHBvaW50IQ=="
    adapter = adapter_of(side, secrets=[new, old])
    side.secrets = [old]
    assert isinstance(adapter.perform(TASKS[0]), Done)
    side.secrets = [new]
    assert isinstance(adapter.perform(TASKS[1]), Done)


def test_a_secret_that_the_endpoint_does_not_know_says_nothing_about_the_change(side: Receiver) -> None:
    side.secrets = ["whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtdGhlLWVuZHBvaW50IQ=="]
    found = adapter_of(side).perform(TASKS[0])
    assert found == Unavailable(why="it does not take the call (401): see its address and its secret in the settings")
    assert side.in_force == {}
    assert len(side.wrong) == 1
    side.wrong.clear()


def test_by_default_it_is_for_everything_that_concerns_the_outside() -> None:
    adapter = WebhookAdapter(name="all", url="https://example.com/", secrets=[SECRET])
    assert adapter.kinds == frozenset(KINDS) - {"schedule", "hold_credit"}
    assert SECRET not in repr(adapter)


class Slow(Receiver):
    """Acts, and takes too long to say so."""

    def act(self, call: Call) -> Reply:
        super().act(call)
        time.sleep(4)
        return Reply()


def test_an_answer_that_takes_too_long_is_none() -> None:
    with Slow(now=NOW) as side:
        found = adapter_of(side, line=Line(timeout=1)).perform(TASKS[0])
    assert found == Unanswered(why="no answer came (ReadTimeout)")
    assert len(side.in_force) == 1


class Endless(Receiver):
    """Answers with more than anybody wants to read."""

    def act(self, call: Call) -> Reply:
        super().act(call)
        return Reply(body=b" " * 1_500_000)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with Endless(now=NOW) as side:
        assert adapter_of(side).perform(TASKS[0]) == Unanswered(why="its answer is too long to be one")


class Vague(Receiver):
    """Answers the question with something else."""

    def _asked(self, message: Message) -> Reply:  # noqa: ARG002  # what it does wrong
        return Reply(body=b'{"state": "well"}')


def test_an_answer_to_the_question_that_answers_nothing_leaves_it_open(side: Receiver) -> None:
    with Vague(now=NOW) as vague:
        found = adapter_of(vague, ask=True).ask(TASKS[0])
    assert found == Unavailable(why="its answer to the question does not say `done`")
    side.secrets = []
    assert isinstance(adapter_of(side, ask=True).ask(TASKS[0]), Unavailable)
    side.wrong.clear()


@pytest.mark.parametrize(
    "status,kind",
    [
        (301, Unavailable),
        (400, Refused),
        (401, Unavailable),
        (403, Unavailable),
        (404, Unavailable),
        (408, Unavailable),
        (409, Refused),
        (410, Refused),
        (422, Refused),
        (429, Unavailable),
        (500, Unanswered),
        (502, Unanswered),
        (503, Unavailable),
        (504, Unanswered),
    ],
)
def test_what_each_status_means(status: int, kind: type[object]) -> None:
    with pytest.raises(Halt) as halt:
        ensure_taken(Answer(status=status, headers={}, body=b""), at=NOW)
    assert isinstance(halt.value.outcome, kind)


@pytest.mark.parametrize(
    "said,retry_at",
    [
        ("30", NOW + 30),
        ("Wed, 11 Mar 2026 09:10:00 GMT", NOW + 600),
        ("Wed, 11 Mar 2020 09:10:00 GMT", NOW),
        ("999999999999", NOW + LONGEST_WAIT),
        ("Wed, 11 Mar 2099 09:10:00 GMT", NOW + LONGEST_WAIT),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_when_it_is_called_again_is_what_it_says(said: str, retry_at: int | None) -> None:
    with pytest.raises(Halt) as halt:
        ensure_taken(Answer(status=429, headers={"retry-after": said}, body=b""), at=NOW)
    assert halt.value.outcome == Unavailable(why="it asks to be called later (429)", retry_at=retry_at)
