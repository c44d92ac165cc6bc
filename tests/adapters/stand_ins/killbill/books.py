"""What a tenant of Kill Bill holds, and how it bills: by the day, the old plan given back and the new one charged.

Amounts are minor units inside, and numbers with decimals where they are told.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

Thing = dict[str, Any]
Plan = tuple[str, str]
"""A product and its billing period."""


@dataclass(eq=False)
class Denied(Exception):
    """A request that Kill Bill answers with an error."""

    told: str
    status: int = 400


def uuid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


@dataclass
class Books:
    """Accounts, subscriptions and invoices, and what plans cost."""

    today: date
    prices: dict[Plan, int] = field(default_factory=dict)
    accounts: dict[str, Thing] = field(default_factory=dict)
    subscriptions: dict[str, Thing] = field(default_factory=dict)
    invoices: list[Thing] = field(default_factory=list)
    pays: bool = False
    _ids: Any = field(default_factory=lambda: count(1))

    def account(self, key: str) -> Thing:
        made = {"accountId": uuid(next(self._ids)), "externalKey": key, "currency": "EUR"}
        self.accounts[made["accountId"]] = made
        return made

    def subscription(self, account: str, plan: Plan, *, key: str, start: date, billed: bool = True) -> Thing:
        made: Thing = {
            "subscriptionId": uuid(next(self._ids)),
            "bundleId": uuid(next(self._ids)),
            "accountId": account,
            "externalKey": key,
            "plan": plan,
            "start": start,
            "end": after(start, plan),
            "bill_day": start.day,
            "state": "ACTIVE",
            "events": [],
            "fields": [],
        }
        self.subscriptions[made["subscriptionId"]] = made
        if billed:
            self.invoice(account, [self._line(made, "RECURRING", self.prices[plan], start)])
        return made

    # plans

    def change(self, name: str, plan: Plan, *, on: date, comment: str, dry: bool = False) -> list[Thing]:
        """Put a subscription on a plan from a day on; what that bills."""
        held = self.of(name)
        if held["state"] != "ACTIVE":
            raise Denied("Subscription is cancelled")
        if plan not in self.prices:
            raise Denied(f"Could not find any product named '{plan[0]}'")
        lines = self._rest(held, on=on)
        start = before_or_on(on, day_of_month=held["bill_day"]) if plan[1] == "MONTHLY" else on
        end = after(start, plan)
        lines.append(self._line(held, "RECURRING", share(self.prices[plan], start=start, end=end, on=on), on))
        if not dry:
            before = {name: held[name] for name in ("plan", "start", "end")}
            held.update(plan=plan, start=start, end=end)
            self._event(held, "CHANGE", on=on, comment=comment, before=before)
            self.invoice(held["accountId"], lines)
        return lines

    def undo_change(self, name: str) -> None:
        held = self.of(name)
        last = held["events"][-1] if held["events"] else None
        if last is None or last["eventType"] != "CHANGE" or date.fromisoformat(last["effectiveDate"]) <= self.today:
            raise Denied("There is no pending change")
        held.update(last["before"])
        held["events"].pop()
        del self.invoices[-1]

    def cancel(self, name: str, *, on: date, comment: str, dry: bool = False) -> list[Thing]:
        held = self.of(name)
        if held["state"] != "ACTIVE":
            raise Denied("Subscription is already cancelled")
        lines = self._rest(held, on=on)
        if not dry:
            held["state"] = "CANCELLED"
            self._event(held, "STOP_BILLING", on=on, comment=comment, before={})
            self.invoice(held["accountId"], lines)
        return lines

    def uncancel(self, name: str) -> None:
        held = self.of(name)
        last = held["events"][-1] if held["events"] else None
        ahead = last is not None and date.fromisoformat(last["effectiveDate"]) > self.today
        if held["state"] != "CANCELLED" or not ahead:
            raise Denied("Subscription is not cancelled in the future")
        held["state"] = "ACTIVE"
        held["events"].pop()
        del self.invoices[-1]

    def renew(self, name: str) -> None:
        """Bill the next period of a subscription."""
        held = self.of(name)
        held.update(start=held["end"], end=after(held["end"], held["plan"]))
        self.invoice(held["accountId"], [self._line(held, "RECURRING", self.prices[held["plan"]], held["start"])])

    def of(self, name: str) -> Thing:
        if name not in self.subscriptions:
            raise Denied(f"Object id={name} type=SUBSCRIPTION doesn't exist!", status=404)
        return self.subscriptions[name]

    def _event(self, held: Thing, kind: str, *, on: date, comment: str, before: Thing) -> None:
        log = {"changeType": "INSERT", "comments": comment, "changedBy": "planshift"}
        made = {"eventId": uuid(next(self._ids)), "eventType": kind, "effectiveDate": on.isoformat()}
        held["events"].append({**made, "auditLogs": [log], "before": before})

    def _rest(self, held: Thing, *, on: date) -> list[Thing]:
        """What is given back of the running period, as far as it was billed."""
        if on >= held["end"]:
            return []
        given = share(self.prices[held["plan"]], start=held["start"], end=held["end"], on=on)
        return [self._line(held, "REPAIR_ADJ", -given, on)] if given else []

    def _line(self, held: Thing, kind: str, amount: int, on: date) -> Thing:
        return {
            "itemType": kind,
            "amount": amount,
            "subscriptionId": held["subscriptionId"],
            "startDate": on.isoformat(),
        }

    # bills

    def invoice(self, account: str, lines: list[Thing], *, status: str = "COMMITTED") -> Thing:
        if account not in self.accounts:
            raise Denied(f"Object id={account} type=ACCOUNT doesn't exist!", status=404)
        made: Thing = {"invoiceId": uuid(next(self._ids)), "accountId": account, "status": status, "paid": self.pays}
        made["payments"] = []
        made["items"] = [
            {**line, "invoiceItemId": uuid(next(self._ids)), "invoiceId": made["invoiceId"]} for line in lines
        ]
        self.invoices.append(made)
        return made

    def bill(self, name: str) -> Thing:
        found = next((invoice for invoice in self.invoices if invoice["invoiceId"] == name), None)
        if found is None:
            raise Denied(f"No invoice could be found for id {name}.", status=404)
        return found

    def pay(self, name: str, *, status: str = "SUCCESS") -> Thing:
        """A try to collect an invoice."""
        bill, payment = self.bill(name), uuid(next(self._ids))
        transaction = {"transactionId": uuid(next(self._ids)), "transactionType": "PURCHASE", "status": status}
        bill["payments"].append({"paymentId": payment, "targetInvoiceId": name, "transactions": [transaction]})
        bill["paid"] = bill["paid"] or status == "SUCCESS"
        return transaction

    def void(self, name: str) -> None:
        found = self.bill(name)
        if found["paid"] or found["status"] == "VOID":
            raise Denied("Invoice cannot be voided")
        found["status"] = "VOID"

    def owed(self, account: str) -> int:
        """All that an account was charged, less what it was given."""
        standing = [each for each in self.invoices if (each["accountId"], each["status"]) == (account, "COMMITTED")]
        total: int = sum(item["amount"] for invoice in standing for item in invoice["items"])
        return total

    # as it is told

    def told(self, held: Thing) -> Thing:
        events = [{name: each for name, each in event.items() if name != "before"} for event in held["events"]]
        kept = ("subscriptionId", "bundleId", "accountId", "externalKey", "state")
        product, period = held["plan"]
        shown = {name: held[name] for name in kept}
        return {**shown, "productName": product, "billingPeriod": period, "priceList": "DEFAULT", "events": events}

    def told_invoice(self, invoice: Thing) -> Thing:
        items = [{**item, "amount": decimal(item["amount"]), "currency": "EUR"} for item in deepcopy(invoice["items"])]
        total = sum(item["amount"] for item in invoice["items"])
        kept = {name: invoice[name] for name in ("invoiceId", "accountId", "status")}
        balance = 0 if invoice["paid"] else total
        return {**kept, "items": items, "amount": decimal(total), "balance": decimal(balance)}


def decimal(minor: int) -> float:
    """An amount as Kill Bill's JSON has it: a number with decimals."""
    return minor / 100


def share(amount: int, *, start: date, end: date, on: date) -> int:
    """What of an amount for a period falls on its days from one on, rounded half up."""
    days, left = (end - start).days, (end - on).days
    return (2 * amount * left + days) // (2 * days)


def before_or_on(day: date, *, day_of_month: int) -> date:
    """The last bill day that is not behind a day."""
    if day.day >= day_of_month:
        return day.replace(day=day_of_month)
    return (day.replace(day=1) - timedelta(days=1)).replace(day=day_of_month)


def after(day: date, plan: Plan) -> date:
    months = {"MONTHLY": 1, "ANNUAL": 12}[plan[1]]
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)
