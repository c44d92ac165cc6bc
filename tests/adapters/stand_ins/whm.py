"""A WHM server as far as packages of accounts go, which holds every call against the documented shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs

from tests.adapters.stand_ins.over_http import Call, Reply, StandIn

TOKEN: Final = "R4LDRM5SJ3TRANIZ"  # noqa: S105  # of a server that stands in for one

FUNCTIONS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "accountsummary": (frozenset({"user"}), frozenset()),
    "changepackage": (frozenset({"user", "pkg"}), frozenset()),
    "createacct": (frozenset({"username", "domain"}), frozenset({"plan", "contactemail"})),
    "suspendacct": (frozenset({"user"}), frozenset({"reason"})),
    "unsuspendacct": (frozenset({"user"}), frozenset()),
    "version": (frozenset(), frozenset()),
}
"""The functions with their arguments: those that must be there, and those that may."""


@dataclass(frozen=True, kw_only=True)
class Hosted:
    domain: str
    plan: str
    suspended: bool = False


class Whm(StandIn):
    def __init__(self, accounts: Mapping[str, Hosted], *, packages: frozenset[str]) -> None:
        super().__init__()
        self.opening, self.packages = dict(accounts), packages
        self.accounts = dict(accounts)

    def reset(self) -> None:
        super().reset()
        self.accounts = dict(self.opening)

    @property
    def made(self) -> list[str]:
        """The functions that were called to change something."""
        return [_function(call) for call in self.calls if self.changes(call)]

    def changes(self, call: Call) -> bool:
        return _function(call) not in ("accountsummary", "version")

    def refused(self, call: Call) -> Reply:
        given = parse_qs(call.body.decode())
        user = (given.get("user") or given["username"])[0]
        return _reply(_function(call), f"Sorry, the account {user} is locked.", {})

    def act(self, call: Call) -> Reply:
        self.expect(call.method == "POST", call.method)
        self.expect(not call.query, "arguments stand in the address")
        self.expect(call.path.startswith("/json-api/"), call.path)
        if call.headers.get("authorization") != f"whm root:{TOKEN}":
            return Reply(status=403, body=b'{"cpanelresult": {"error": "Access denied"}}')
        given = {name: values[0] for name, values in parse_qs(call.body.decode(), strict_parsing=True).items()}
        self.expect(given.pop("api.version", None) == "1", "`api.version` is not 1")
        function = _function(call)
        needed, allowed = FUNCTIONS[function]
        self.expect(needed <= given.keys() <= needed | allowed, f"{function} with {sorted(given)}")
        reason, data = getattr(self, f"_{function}")(given)
        return _reply(function, reason, data)

    def _accountsummary(self, given: Mapping[str, str]) -> tuple[str, object]:
        found = self.accounts.get(given["user"])
        if found is None:
            return "Account does not exist.", {}
        listed = {
            "user": given["user"],
            "domain": found.domain,
            "plan": found.plan,
            "suspended": int(found.suspended),
            "email": "anna@example.com",
        }
        return "", {"acct": [listed]}

    def _version(self, _: Mapping[str, str]) -> tuple[str, object]:
        return "", {"version": "11.126.0.9"}

    def _changepackage(self, given: Mapping[str, str]) -> tuple[str, object]:
        if given["pkg"] not in self.packages:
            return f"Sorry, the package {given['pkg']} does not exist.", {}
        self.accounts[given["user"]] = replace(self.accounts[given["user"]], plan=given["pkg"])
        return "", {}

    def _createacct(self, given: Mapping[str, str]) -> tuple[str, object]:
        if given["username"] in self.accounts:
            return f"Sorry, the username {given['username']} is taken.", {}
        self.accounts[given["username"]] = Hosted(domain=given["domain"], plan=given.get("plan", "default"))
        return "", {"package": given.get("plan")}

    def _suspendacct(self, given: Mapping[str, str]) -> tuple[str, object]:
        self.accounts[given["user"]] = replace(self.accounts[given["user"]], suspended=True)
        return "", {}

    def _unsuspendacct(self, given: Mapping[str, str]) -> tuple[str, object]:
        self.accounts[given["user"]] = replace(self.accounts[given["user"]], suspended=False)
        return "", {}


def _reply(function: str, reason: str, data: object) -> Reply:
    metadata = {"version": 1, "reason": reason or "OK", "result": 0 if reason else 1, "command": function}
    return Reply(body=json.dumps({"metadata": metadata, "data": data}).encode())


def _function(call: Call) -> str:
    return call.path.rpartition("/")[2]
