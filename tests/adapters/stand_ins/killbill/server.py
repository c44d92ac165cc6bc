"""A Kill Bill on 127.0.0.1: the calls that the adapter makes, from books that it keeps, and going wrong on demand.

It holds every request to what Kill Bill documents: the tenant's headers, who makes the call, the parameters that a path
takes, and the fields of its body.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

from planshift.adapters.contract import Fault
from tests.adapters.stand_ins.killbill.books import Books, Denied, Plan, Thing, decimal, uuid
from tests.adapters.stand_ins.serving import LOST, Answer, Request, serving

ROOT = "/1.0/kb/"
USER, PASSWORD, API_KEY, API_SECRET = "admin", "hush-1", "bob", "hush-2"  # opens nothing
_PLAN = {"productName", "productCategory", "billingPeriod", "priceList"}
_CHANGE = {"requestedDate", "billingPolicy", "callCompletion"}
_STOP = {*_CHANGE, "entitlementPolicy", "useRequestedDateForBilling"}
_ITEM = {"accountId", "amount", "currency", "description", "itemDetails"}
_DRY = {
    "dryRunType",
    "dryRunAction",
    "effectiveDate",
    "billingPolicy",
    "productName",
    "productCategory",
    "billingPeriod",
    "priceListName",
    "subscriptionId",
    "bundleId",
}


@dataclass(frozen=True)
class Shape:
    """What a call may carry: parameters, and fields of its body; `needed` has to be there."""

    query: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


SHAPES = {
    "GET subscriptions": Shape(frozenset({"externalKey", "audit"}), needed=frozenset({"externalKey"})),
    "POST subscriptions": Shape(
        frozenset({"entitlementDate", "billingDate", "callCompletion"}),
        frozenset({*_PLAN, "accountId", "externalKey"}),
        frozenset({"accountId", "productName"}),
    ),
    "GET subscriptions/*": Shape(frozenset({"audit"})),
    "PUT subscriptions/*": Shape(frozenset(_CHANGE), frozenset(_PLAN), frozenset({"productName", "billingPeriod"})),
    "DELETE subscriptions/*": Shape(frozenset(_STOP)),
    "PUT subscriptions/*/undoChangePlan": Shape(),
    "PUT subscriptions/*/uncancel": Shape(),
    "GET subscriptions/*/customFields": Shape(),
    "POST subscriptions/*/customFields": Shape(body=frozenset({"name", "value"}), needed=frozenset({"name", "value"})),
    "PUT subscriptions/*/customFields": Shape(
        body=frozenset({"customFieldId", "value"}), needed=frozenset({"customFieldId", "value"})
    ),
    "GET catalog/versions": Shape(),
    "GET accounts": Shape(frozenset({"externalKey"}), needed=frozenset({"externalKey"})),
    "GET accounts/*/invoices": Shape(frozenset({"includeInvoiceComponents", "includeVoidedInvoices"})),
    "GET invoices/*": Shape(),
    "GET invoices/*/payments": Shape(),
    "POST invoices/dryRun": Shape(
        frozenset({"accountId", "targetDate"}), frozenset(_DRY), frozenset({"accountId", "dryRunType"})
    ),
    "POST invoices/charges/*": Shape(
        frozenset({"requestedDate", "autoCommit"}), frozenset(_ITEM), frozenset({"amount", "currency"})
    ),
    "PUT invoices/*/voidInvoice": Shape(),
    "POST credits": Shape(frozenset({"autoCommit"}), frozenset(_ITEM), frozenset({"accountId", "amount"})),
}


@dataclass
class KillBillSide:
    """The stand-in: its books, what it was asked, and the fault that the next call that counts meets."""

    books: Books
    address: str = ""
    asked: list[Request] = field(default_factory=list)
    fault: Fault | None = None
    _lock: Lock = field(default_factory=Lock)

    def called(self, request: Request) -> Answer:
        with self._lock:
            self.asked.append(request)
            if self.fault is None or request.method == "GET" or request.path.endswith("/dryRun"):
                return self._acted(request)
            fault, self.fault = self.fault, None
            return self._faulty(request, fault=fault)

    def _faulty(self, request: Request, *, fault: Fault) -> Answer:
        match fault:
            case "busy":
                return Answer(status=429, headers={"Retry-After": "7"})
            case "call_lost":
                return LOST
            case "garbled":
                return Answer(status=502, text="<html>Bad gateway</html>")
            case "refusal":
                return _denied(Denied("Not now, not later"))
            case "error_after_acting":
                self._acted(request)
                return Answer(status=500, text="oops")
            case _:
                self._acted(request)
                return LOST

    def _acted(self, request: Request) -> Answer:
        try:
            _ensure_known(request)
            found = _act(self.books, request)
        except Denied as denied:
            return _denied(denied)
        if found is None:
            return Answer(status=404 if request.method == "GET" else 204)
        return Answer(status=201 if request.method == "POST" else 200, text=json.dumps(found))


def _denied(denied: Denied) -> Answer:
    told = {"className": "org.killbill.billing.ErrorCode", "code": 1000, "message": denied.told}
    return Answer(status=denied.status, text=json.dumps(told))


def _ensure_known(request: Request) -> None:
    """Hold that the call carries who makes it, and nothing that its path does not take."""
    headers = request.headers
    user = b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
    tenant = (headers.get("x-killbill-apikey"), headers.get("x-killbill-apisecret"))
    if user != f"{USER}:{PASSWORD}" or tenant != (API_KEY, API_SECRET):
        raise Denied("Unauthorized", status=401)
    if request.method != "GET" and not headers.get("x-killbill-createdby"):
        raise Denied("Header X-Killbill-CreatedBy needs to be set")
    shape = SHAPES.get(f"{request.method} {_pattern(request)}")
    if shape is None:
        raise Denied(f"HTTP 405 for {request.method} {request.path}", status=405)
    query = dict(parse_qsl(request.query))
    bodies = _bodies(request)
    unknown = (query.keys() - shape.query) | {name for body in bodies for name in body.keys() - shape.body}
    missing = {name for name in shape.needed if name not in query and not all(name in body for body in bodies or [{}])}
    if unknown or missing:
        raise Denied(f"unknown: {sorted(unknown)}, missing: {sorted(missing)}")


def _pattern(request: Request) -> str:
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "*", request.path.removeprefix(ROOT))


def _bodies(request: Request) -> list[Thing]:
    found = json.loads(request.body) if request.body else []
    return found if isinstance(found, list) else [found]


def _act(books: Books, request: Request) -> Any:
    path = request.path.removeprefix(ROOT).split("/")
    query, bodies = dict(parse_qsl(request.query)), _bodies(request)
    comment = request.headers.get("x-killbill-comment", "")
    match request.method, path:
        case "GET", ["subscriptions"]:
            keys = [each for each in books.subscriptions.values() if each["externalKey"] == query["externalKey"]]
            return books.told(keys[0]) if keys else None
        case "GET", ["subscriptions", name]:
            return books.told(books.of(name))
        case "GET", ["catalog", "versions"]:
            return ["2026-01-01T00:00:00.000Z"]
        case "GET", ["accounts"]:
            return next((each for each in books.accounts.values() if each["externalKey"] == query["externalKey"]), None)
        case "GET", ["accounts", _, "invoices"] | ["invoices", *_]:
            return _bills(books, path)
        case _, ["subscriptions", name, "customFields"]:
            return _fields(books.of(name)["fields"], request.method, bodies)
        case _, ["subscriptions", *rest]:
            return _subscription(books, request.method, rest, query=query, body=(bodies or [{}])[0], comment=comment)
        case _, ["invoices", "dryRun"]:
            return _dry_run(books, bodies[0])
        case "PUT", ["invoices", name, "voidInvoice"]:
            return books.void(name)
        case _:
            charged = path[0] == "invoices"
            kind = "EXTERNAL_CHARGE" if charged else "CREDIT_ADJ"
            return _posted(books, path[2] if charged else bodies[0]["accountId"], bodies, kind=kind)


def _bills(books: Books, path: list[str]) -> Any:
    match path:
        case ["accounts", account, "invoices"]:
            return [books.told_invoice(each) for each in books.invoices if each["accountId"] == account]
        case [_, name, "payments"]:
            return books.bill(name)["payments"]
        case _:
            return books.told_invoice(books.bill(path[1]))


def _subscription(
    books: Books, method: str, rest: list[str], *, query: Thing, body: Thing, comment: str
) -> list[Thing] | None:
    on = date.fromisoformat(query.get("requestedDate", books.today.isoformat()))
    match method, rest:
        case "POST", []:
            made = books.subscription(body["accountId"], _plan(body), key=body["externalKey"], start=on)
            books._event(made, "START_BILLING", on=on, comment=comment, before={})
            return []
        case "PUT", [name]:
            books.change(name, _plan(body), on=on, comment=comment)
        case "DELETE", [name]:
            books.cancel(name, on=on, comment=comment)
        case "PUT", [name, "undoChangePlan"]:
            books.undo_change(name)
        case "PUT", [name, "uncancel"]:
            books.uncancel(name)
    return None


def _plan(body: Thing) -> Plan:
    return body["productName"], body["billingPeriod"]


def _fields(fields: list[Thing], method: str, bodies: list[Thing]) -> list[Thing] | None:
    if method == "GET":
        return fields
    for body in bodies:
        if method == "POST":
            if any(each["name"] == body["name"] for each in fields):
                raise Denied("Custom field already exists", status=409)
            fields.append({"customFieldId": uuid(900 + len(fields)), **body})
        else:
            next(each for each in fields if each["customFieldId"] == body["customFieldId"])["value"] = body["value"]
    return [] if method == "POST" else None


def _dry_run(books: Books, body: Thing) -> Thing | None:
    on = date.fromisoformat(body["effectiveDate"])
    match body["dryRunAction"]:
        case "CHANGE":
            lines = books.change(body["subscriptionId"], _plan(body), on=on, comment="", dry=True)
        case "STOP_BILLING":
            lines = books.cancel(body["subscriptionId"], on=on, comment="", dry=True)
        case _:
            lines = [{"itemType": "RECURRING", "amount": books.prices[_plan(body)], "startDate": on.isoformat()}]
    return {"items": [{**line, "amount": decimal(line["amount"])} for line in lines]} if lines else None


def _posted(books: Books, account: str, bodies: list[Thing], *, kind: str) -> list[Thing]:
    sign = 1 if kind == "EXTERNAL_CHARGE" else -1
    lines = []
    for body in bodies:
        minor = round(body["amount"] * 100)
        if minor <= 0:
            raise Denied("the amount has to be positive")
        lines.append({**body, "itemType": kind, "amount": sign * minor, "subscriptionId": None})
    made = books.invoice(account, lines)
    return list(books.told_invoice(made)["items"])


@contextmanager
def killbill_side(*, today: date) -> Iterator[KillBillSide]:
    """A Kill Bill that is up for a while."""
    side = KillBillSide(books=Books(today=today))
    with serving(side.called) as side.address:
        yield side
