"""Telling a WHM server which package an account runs on (WHM API 1).

What an account runs on is looked up before anything is changed: what is so already is done, and an account that runs
on neither of the two packages of a change was changed by somebody else, and is left alone. An account that a plan ends
for is suspended; nothing here ever removes one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final
from urllib.parse import urlencode

from planshift.actions.plan_actions import ChangePackage, EndPackage, StartPackage
from planshift.adapters.finding import Place
from planshift.adapters.halting import Halt, reached, refusal
from planshift.adapters.over_http import Line, ensure_taken
from planshift.execution.ports import Done, Outcome, Reached, Refused, Task, Unanswered, Unavailable

KINDS: Final = frozenset({"change_package", "start_package", "end_package"})

_NAMES: Final = frozenset({"user", "username", "domain"})


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an account runs on now."""

    package: str
    suspended: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WhmAdapter:
    """Changes the package of accounts by the API token of a WHM user.

    `account` says where a subscription holds the name of its cPanel account. `packages` gives the WHM package of a
    plan, where it is called otherwise. With `domain`, a plan that starts without an account gets one for the domain
    that stands there.
    """

    name: str
    url: str
    user: str
    token: str = field(repr=False)
    account: Place
    packages: Mapping[str, str] = field(default_factory=dict)
    domain: Place | None = None
    kinds: frozenset[str] = KINDS
    line: Line = field(default_factory=lambda: Line(timeout=60))

    def perform(self, task: Task) -> Outcome:
        """Do a task. The same key again finds it done."""
        try:
            user = self._user(task)
            found = self._account(user, task=task)
            if not self._holds(found, task):
                self._act(user, found, task=task)
        except Halt as halt:
            return self._second_look(halt.outcome, task)
        return Done()

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task whose answer was lost, by what the account runs on."""
        try:
            return Done() if self._holds(self._account(self._user(task), task=task), task) else None
        except Halt as halt:
            # What the server says of the question is no word on the task.
            known = isinstance(halt.outcome, Unavailable | Unanswered)
            return halt.outcome if known else Unavailable(why="it cannot tell what the account runs on")

    def reachable(self) -> Reached:
        """Whether the server answers, knows the token, and which version it is."""
        return reached(self._version)

    def _version(self) -> str:
        metadata, data = self._answer("version", at=0)
        if metadata.get("result") != 1:
            raise refusal("it answers, and does not tell its version to this token")
        return f"WHM {data.get('version', '')} answers"

    def _second_look(self, outcome: Outcome, task: Task) -> Outcome:
        """An outcome, but for a refusal of what is so all the same: a call that came in twice is refused once."""
        again = self.ask(task) if isinstance(outcome, Refused) else None
        return again if isinstance(again, Done) else outcome

    def _holds(self, found: Account | None, task: Task) -> bool:
        """Whether the account is as the task wants it."""
        match task.action:
            case ChangePackage(to_plan=plan):
                return found is not None and found.package == self._package(plan)
            case StartPackage(plan=plan):
                return found is not None and not found.suspended and found.package == self._package(plan)
        return found is None or found.suspended

    def _act(self, user: str, found: Account | None, *, task: Task) -> None:
        match task.action:
            case ChangePackage() as change:
                self._change(user, found, change=change, task=task)
            case StartPackage(plan=plan):
                self._start(user, found, package=self._package(plan), task=task)
            case EndPackage():
                self._call("suspendacct", task=task, user=user, reason=f"ended by order {task.order}")

    def _start(self, user: str, found: Account | None, *, package: str, task: Task) -> None:
        if found is None:
            self._create(user, package=package, task=task)
            return
        if not found.suspended:
            raise refusal("the account is in use, on another package")
        if found.package != package:
            self._call("changepackage", task=task, user=user, pkg=package)
        self._call("unsuspendacct", task=task, user=user)

    def _change(self, user: str, found: Account | None, *, change: ChangePackage, task: Task) -> None:
        if found is None:
            raise refusal("there is no such account")
        before = self._package(change.from_plan)
        if found.package != before:
            raise refusal(f"the account runs on `{found.package}` and not on `{before}`: somebody else has changed it")
        self._call("changepackage", task=task, user=user, pkg=self._package(change.to_plan))

    def _create(self, user: str, *, package: str, task: Task) -> None:
        if self.domain is None:
            raise refusal("there is no such account, and the settings do not say for which domain to make one")
        domain = self.domain.of(task.after, task.before)
        if domain is None:
            raise refusal(f"the subscription has no `{self.domain}` to make an account for")
        self._call("createacct", task=task, username=user, domain=domain, plan=package)

    def _user(self, task: Task) -> str:
        """The account of the subscription: what ends is there before the change, what starts behind it."""
        starts = isinstance(task.step.action, StartPackage)
        sides = (task.after, task.before) if starts else (task.before, task.after)
        found = self.account.of(*sides)
        if found is None:
            raise refusal(f"the subscription has no `{self.account}`, which names its account")
        return found

    def _package(self, plan: str) -> str:
        return self.packages.get(plan, plan)

    def _account(self, user: str, *, task: Task) -> Account | None:
        metadata, data = self._answer("accountsummary", at=task.at, user=user)
        if metadata.get("result") != 1:
            if "not exist" in str(metadata.get("reason", "")):
                return None
            raise Halt(Unavailable(why="it does not tell what the account runs on"))
        match data:
            case {"acct": [{"plan": str(package), "suspended": suspended}, *_]}:
                return Account(package=package, suspended=bool(suspended))
        raise Halt(Unanswered(why="what it tells of the account is no answer"))

    def _call(self, function: str, *, task: Task, **arguments: str) -> None:
        metadata, _ = self._answer(function, at=task.at, **arguments)
        if metadata.get("result") == 0:
            why = str(metadata.get("reason", "without a reason"))
            for name in _NAMES & arguments.keys():  # it may repeat what nobody else is to know
                why = why.replace(arguments[name], "…")
            raise refusal(f"it does not do `{function}`: {why}")
        if metadata.get("result") != 1:
            raise Halt(Unanswered(why=f"its answer to `{function}` does not say whether it was done"))

    def _answer(self, function: str, *, at: int, **arguments: str) -> tuple[Mapping[str, object], Mapping[str, object]]:
        """The metadata and the data of an answer. Arguments go into the body: addresses are kept in logs."""
        answer = self.line.post(
            f"{self.url.rstrip('/')}/json-api/{function}",
            body=urlencode({"api.version": "1", **arguments}).encode(),
            headers={
                "authorization": f"whm {self.user}:{self.token}",
                "content-type": "application/x-www-form-urlencoded",
            },
        )
        ensure_taken(answer, at=at)
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        match found:
            case {"metadata": dict(metadata), **rest}:
                data = rest.get("data")
                return metadata, data if isinstance(data, dict) else {}
        raise Halt(Unanswered(why=f"what it says to `{function}` is no answer of WHM"))
