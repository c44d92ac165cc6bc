"""Calls to Kill Bill, each with who makes it, for which order, and under which key.

Kill Bill knows no repeated call again: it acts twice on one that comes twice. What was done is therefore looked for
before each try, by the comment that Kill Bill keeps with everything (its audit log), and by the details of what is
billed.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, final
from urllib.parse import quote, urlencode

from planshift.adapters.halting import Halt, refusal
from planshift.adapters.killbill.settings import KillBillSettings
from planshift.adapters.over_http import Answer, ensure_taken
from planshift.billing.money import Money
from planshift.execution.ports import Task, Unanswered

Thing = dict[str, Any]

UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How Kill Bill's own ids are written."""

_MOST_TOLD: Final = 200


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KillBill:
    """A tenant of a Kill Bill server."""

    settings: KillBillSettings

    def get(self, path: str, *, task: Task, **query: str) -> Any:  # noqa: ANN401  # JSON of any shape
        """What stands at a path; None where nothing does."""
        return self.look(path, at=task.at, **query)

    def look(self, path: str, *, at: int, **query: str) -> Any:  # noqa: ANN401  # JSON of any shape
        """What stands at a path at an instant; None where nothing does."""
        answer = self._answer("GET", path, query=query, body="", headers={})
        if answer.status == 404:
            return None
        ensure_taken(answer, at=at)
        return _read(answer)

    def send(  # a call is made of that
        self, method: str, path: str, *, task: Task, body: str = "", comment: str = "", **query: str
    ) -> Any:  # noqa: ANN401  # JSON of any shape
        """Do something, and what comes back: None where it is nothing.

        Raises:
            Halt: it was not done, or nobody knows.
        """
        headers = {
            "x-killbill-createdby": self.settings.created_by,
            "x-killbill-reason": f"order {task.order}",
            "x-killbill-comment": comment or task.key,
        }
        answer = self._answer(method, path, query=query, body=body, headers=headers)
        if answer.status in (400, 404, 409):
            raise refusal(f"Kill Bill says no: {_message(answer)}")
        ensure_taken(answer, at=task.at)
        return _read(answer)

    def subscription(self, task: Task) -> Thing | None:
        """The subscription of a task, by Kill Bill's own id or by its external key; None where there is none."""
        name = task.plan.subscription
        if UUID.fullmatch(name):
            found = self.get(f"subscriptions/{name}", task=task, audit="FULL")
        else:
            found = self.get("subscriptions", task=task, externalKey=name, audit="FULL")
        return found if isinstance(found, dict) else None

    def running(self, task: Task) -> Thing:
        """The subscription of a task, which has to be there.

        Raises:
            Halt: it is not.
        """
        found = self.subscription(task)
        if found is None:
            raise refusal(f"Kill Bill has no subscription `{task.plan.subscription}`")
        return found

    def account(self, task: Task) -> str:
        """The id of the account of a task's customer.

        Raises:
            Halt: there is none.
        """
        name = task.plan.customer
        if UUID.fullmatch(name):
            return name
        found = self.get("accounts", task=task, externalKey=name)
        if not isinstance(found, dict):
            raise refusal(f"Kill Bill has no account `{name}`")
        return str(found["accountId"])

    def invoices(self, account: str, *, task: Task) -> list[Thing]:
        """The invoices of an account with their items, those that are void included."""
        path, wanted = f"accounts/{account}/invoices", {"includeInvoiceComponents": "true"}
        found = self.get(path, task=task, includeVoidedInvoices="true", **wanted)
        return list(found or ())

    def items(self, account: str, *, task: Task) -> Iterator[tuple[Thing, Thing]]:
        """Every item that is billed on an account, with its invoice."""
        for invoice in self.invoices(account, task=task):
            for item in invoice.get("items") or ():
                yield invoice, item

    def catalogs(self) -> int:
        """How many versions the catalog of the tenant has; a server that tells it takes our calls.

        Raises:
            Halt: it does not tell.
        """
        answer = self._answer("GET", "catalog/versions", query={}, body="", headers={})
        ensure_taken(answer, at=0)
        return len(_read(answer) or ())

    def _answer(
        self, method: str, path: str, *, query: Mapping[str, str], body: str, headers: Mapping[str, str]
    ) -> Answer:
        settings = self.settings
        user = b64encode(f"{settings.user}:{settings.password}".encode()).decode()
        url = f"{settings.url.rstrip('/')}/1.0/kb/{quote(path)}"
        return settings.line.call(
            method,
            f"{url}?{urlencode(query)}" if query else url,
            body=body.encode(),
            headers={
                "authorization": f"Basic {user}",
                "x-killbill-apikey": settings.api_key,
                "x-killbill-apisecret": settings.api_secret,
                "accept": "application/json",
                "content-type": "application/json",
                **headers,
            },
        )


def written(fields: Mapping[str, str], amount: Money) -> str:
    """Fields with an amount as JSON. The amount is a number with all its decimals: no float comes near it."""
    return f'{json.dumps(fields)[:-1]}, "amount": {str(amount).split(" ", maxsplit=1)[0]}}}'


def minor_of(number: Decimal | int, like: Money) -> int:
    """A number of Kill Bill's in minor units.

    Raises:
        Halt: it has more decimals than the currency.
    """
    minor = Decimal(number).scaleb(like.decimals)
    if minor != minor.to_integral_value():
        raise refusal(f"Kill Bill tells an amount with more decimals than {like.currency} has: {number}")
    return int(minor)


def _read(answer: Answer) -> Any:  # noqa: ANN401  # JSON of any shape
    if not answer.body:
        return None
    try:
        return json.loads(answer.body, parse_float=Decimal)
    except ValueError as error:
        raise Halt(Unanswered(why="what Kill Bill says is no answer")) from error


def _message(answer: Answer) -> str:
    """Why Kill Bill says no, in its own words."""
    try:
        told = json.loads(answer.body).get("message", "")
    except (ValueError, AttributeError):
        told = ""
    return str(told)[:_MOST_TOLD] or str(answer.status)
