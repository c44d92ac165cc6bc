"""Having a step done by telling an endpoint of it, and waiting until it says that it is done.

A message is known by the key of its step. The endpoint acts on each id once, and answers a repeated one as the first
time; so where an answer was lost and there is nowhere to ask, telling it again is the question.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

from planshift.adapters.halting import Halt
from planshift.adapters.over_http import Answer, Line, ensure_taken
from planshift.adapters.telling import OUTSIDE, data_of
from planshift.adapters.webhook.signing import body_of, headers_of, message_id
from planshift.execution.news import News
from planshift.execution.ports import Done, Outcome, Reached, Task, Unanswered, Unavailable

LONGEST_REFERENCE: Final = 200


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAdapter:
    """Does steps by telling an endpoint: a signed message per step, done when the endpoint answers 2xx.

    The answer may be a JSON object with a `reference`. At `ask_url` the endpoint tells what became of a message: an
    object with `done`, and the `reference` again.
    """

    name: str
    url: str
    secrets: Sequence[str] = field(repr=False)
    kinds: frozenset[str] = OUTSIDE
    ask_url: str | None = None
    line: Line = field(default_factory=Line)

    def perform(self, task: Task) -> Outcome:
        """Do a task. The same key again is the same message."""
        kind = f"planshift.step.{'undo' if task.undoing else 'do'}"
        try:
            return Done(reference=_reference(self._tell(self.url, kind, task=task, data=data_of(task))))
        except Halt as halt:
            return halt.outcome

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task whose answer was lost; where there is nowhere to ask, by telling it again."""
        if self.ask_url is None:
            return self.perform(task)
        try:
            answer = self._tell(self.ask_url, "planshift.step.asked", task=task, data={"key": task.key})
        except Halt as halt:
            # What it says of the question is no word on the task.
            untold = isinstance(halt.outcome, Unavailable | Unanswered)
            return halt.outcome if untold else Unavailable(why="it does not take the question")
        found = _object(answer)
        match found.get("done"):
            case True:
                return Done(reference=_reference(answer))
            case False:
                return None
        return Unavailable(why="its answer to the question does not say `done`")

    def reachable(self) -> Reached:
        """Nothing: an endpoint hears of steps only, and to look would be to tell it of one."""
        return Reached(how="not asked: whether it is there, and knows the secret, shows with the next step", well=None)

    def tell(self, news: News, *, at: int) -> Outcome:
        """Tell what has become of an order: a message that asks for nothing."""
        try:
            self._post(self.url, f"planshift.order.{news.event}", news.data(), key=f"news:{news.id}", at=at)
        except Halt as halt:
            return halt.outcome
        return Done()

    def _tell(self, url: str, kind: str, *, task: Task, data: dict[str, object]) -> Answer:
        key = task.key if url == self.url else f"asked:{task.key}"
        return self._post(url, kind, data, key=key, at=task.at)

    def _post(self, url: str, kind: str, data: dict[str, object], *, key: str, at: int) -> Answer:
        body = body_of(kind, data, at=at)
        headers = headers_of(message_id(key), body, secrets=self.secrets, at=at)
        answer = self.line.post(url, body=body, headers=headers)
        ensure_taken(answer, at=at)
        return answer


def _reference(answer: Answer) -> str:
    found = _object(answer).get("reference")
    return found[:LONGEST_REFERENCE] if isinstance(found, str) else ""


def _object(answer: Answer) -> dict[str, object]:
    """The JSON object of an answer; an empty one where it has none."""
    try:
        found = json.loads(answer.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
