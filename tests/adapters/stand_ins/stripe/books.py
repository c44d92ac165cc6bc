"""What a Stripe account holds, and what its objects do to each other: money, periods, states.

Only what the adapter meets is here, and that as Stripe documents it: balances are used when an invoice is finalised,
a price with another interval begins a period and bills it at once, credit notes have to add up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

Thing = dict[str, Any]


@dataclass(eq=False)
class Denied(Exception):
    """A request that Stripe answers with an error."""

    told: str
    status: int = 400
    kind: str = "invalid_request_error"
    code: str = ""
    param: str = ""


@dataclass
class Books:
    """The objects of an account by their ids, in the order in which they were made."""

    now: int
    things: dict[str, Thing] = field(default_factory=dict)
    declining: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: count(1))

    def add(self, kind: str, prefix: str, **fields: Any) -> Thing:
        thing = {"id": f"{prefix}_{next(self._ids)}", "object": kind, "created": self.now, "metadata": {}, **fields}
        self.things[thing["id"]] = thing
        return thing

    def get(self, name: str, kind: str = "") -> Thing:
        thing = self.things.get(name)
        if thing is None or (kind and thing["object"] != kind):
            raise Denied(f"No such {kind or 'object'}: '{name}'", status=404, code="resource_missing")
        return thing

    def of(self, kind: str) -> list[Thing]:
        """The objects of a kind, the newest first, as Stripe lists them."""
        return [thing for thing in reversed(self.things.values()) if thing["object"] == kind]

    # what tests set up

    def customer(
        self, name: str = "", *, currency: str = "eur", balance: int = 0, metadata: Thing | None = None
    ) -> Thing:
        made = self.add("customer", "cus", currency=currency, balance=balance, metadata=metadata or {})
        if name:
            del self.things[made["id"]]
            made["id"] = name
            self.things[name] = made
        return made

    def price(self, name: str, *, amount: int, currency: str = "eur", every: str | None = "month") -> Thing:
        recurring = {"interval": every, "interval_count": 1} if every else None
        made = {"id": name, "object": "price", "currency": currency, "unit_amount": amount, "created": self.now}
        self.things[name] = {**made, "recurring": recurring, "product": f"prod_{name}", "metadata": {}}
        return self.things[name]

    def subscription(self, customer: str, price: str, *, ends: int, quantity: int = 1) -> Thing:
        made = self.add(
            "subscription",
            "sub",
            customer=customer,
            status="active",
            collection_method="charge_automatically",
            pause_collection=None,
            discounts=[],
        )
        made["items"] = listed([])
        self.hold(made, price, ends=ends, quantity=quantity)
        return made

    def hold(
        self, subscription: Thing, price: str, *, ends: int, quantity: int = 1, starts: int | None = None
    ) -> Thing:
        """Put another item on a subscription; all of them have one interval and one period."""
        held = subscription["items"]["data"]
        name = f"si_{subscription['id']}" + (f"_{next(self._ids)}" if held else "")
        item = {"id": name, "object": "subscription_item", "price": self.get(price, "price"), "quantity": quantity}
        period = {"current_period_start": self.now if starts is None else starts, "current_period_end": ends}
        held.append({**item, "metadata": {}, **period})
        return dict(held[-1])

    def paid_invoice(self, subscription: Thing, *, amount: int) -> Thing:
        """An invoice of the past that was paid."""
        made = self.open_invoice(subscription, amount=amount)
        return self.pay(made)

    def open_invoice(self, subscription: Thing, *, amount: int) -> Thing:
        made = self.invoice(customer=subscription["customer"], currency="eur", subscription=subscription["id"])
        self.item(customer=subscription["customer"], currency="eur", amount=amount, invoice=made["id"])
        return self.finalise(made, use_balance=False)

    # invoices

    def invoice(self, *, customer: str, currency: str, subscription: str | None = None, **fields: Any) -> Thing:
        self.get(customer, "customer")
        parent = None
        if subscription is not None:
            metadata = dict(self.get(subscription, "subscription")["metadata"])
            details = {"subscription": subscription, "metadata": metadata}
            parent = {"type": "subscription_details", "subscription_details": details}
        amounts = ("subtotal", "total", "amount_due", "amount_paid", "amount_remaining", "starting_balance")
        notes = ("pre_payment_credit_notes_amount", "post_payment_credit_notes_amount")
        blank: Thing = dict.fromkeys((*amounts, *notes), 0)
        made = {"auto_advance": False, "collection_method": "charge_automatically", **blank, **fields}
        return self.add("invoice", "in", **made, customer=customer, currency=currency, parent=parent, status="draft")

    def item(self, **fields: Any) -> Thing:
        kept = {"invoice": None, "subscription": None, "description": None, "discountable": True, "tax_code": None}
        period = {"start": self.now, "end": self.now}
        made = self.add("invoiceitem", "ii", **{**kept, "period": period, "proration": False, **fields})
        if made["invoice"]:
            self.sum_up(self.get(made["invoice"], "invoice"))
        return made

    def items_of(self, invoice: Thing) -> list[Thing]:
        return [item for item in self.of("invoiceitem") if item["invoice"] == invoice["id"]]

    def sum_up(self, invoice: Thing) -> None:
        total = sum(item["amount"] for item in self.items_of(invoice))
        invoice.update(subtotal=total, total=total, amount_due=total, amount_remaining=total)

    def finalise(self, invoice: Thing, *, use_balance: bool = True) -> Thing:
        if invoice["status"] != "draft":
            raise Denied("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
        customer = self.get(invoice["customer"])
        if use_balance and customer["currency"] == invoice["currency"]:
            invoice["starting_balance"] = customer["balance"]
            used = min(max(-customer["balance"], 0), max(invoice["total"], 0))
            customer["balance"] += used + min(invoice["total"], 0)
            invoice["amount_due"] = max(invoice["total"] - used, 0)
        invoice.update(status="open", amount_remaining=invoice["amount_due"])
        return self.pay(invoice) if not invoice["amount_due"] else invoice

    def pay(self, invoice: Thing) -> Thing:
        if invoice["status"] == "paid":
            raise Denied("Invoice is already paid", code="invoice_already_paid")
        if invoice["status"] != "open":
            raise Denied(f"You cannot pay an invoice that is {invoice['status']}.")
        if invoice["amount_remaining"] and invoice["customer"] in self.declining:
            raise Denied("Your card was declined.", status=402, kind="card_error", code="card_declined")
        paid = invoice["amount_remaining"]
        invoice.update(status="paid", amount_paid=paid, amount_remaining=0)
        return invoice

    def void(self, invoice: Thing) -> Thing:
        if invoice["status"] not in ("open", "uncollectible"):
            raise Denied(f"You cannot void an invoice that is {invoice['status']}.")
        noted = invoice["pre_payment_credit_notes_amount"]
        self.get(invoice["customer"])["balance"] -= invoice["total"] - invoice["amount_due"] - noted
        invoice["status"] = "void"
        return invoice

    def drop(self, invoice: Thing) -> Thing:
        if invoice["status"] != "draft":
            raise Denied("You can only delete draft invoices.")
        for item in self.items_of(invoice):
            del self.things[item["id"]]
        del self.things[invoice["id"]]
        return {"id": invoice["id"], "object": "invoice", "deleted": True}

    # credit notes

    def note(
        self, *, invoice: str, amount: int, refund_amount: int = 0, credit_amount: int = 0, **fields: Any
    ) -> Thing:
        billed = self.get(invoice, "invoice")
        if amount <= 0:
            raise Denied("The amount of a credit note must be positive", param="amount")
        if billed["status"] == "open":
            if refund_amount or credit_amount:
                raise Denied("An open invoice has nothing to refund", param="refund_amount")
            self._reduce(billed, amount)
        elif billed["status"] == "paid":
            self._return(billed, amount, refunded=refund_amount, credited=credit_amount)
        else:
            raise Denied(f"You cannot credit an invoice that is {billed['status']}.")
        before = amount if billed["status"] == "open" or not (refund_amount or credit_amount) else 0
        refunds = [{"amount_refunded": refund_amount, "refund": "re_1"}] if refund_amount else []
        made = {"customer": billed["customer"], "currency": billed["currency"], "invoice": invoice, "amount": amount}
        money = {"pre_payment_amount": before, "post_payment_amount": amount - before, "out_of_band_amount": 0}
        return self.add("credit_note", "cn", **made, **money, total=amount, refunds=refunds, status="issued", **fields)

    def _reduce(self, invoice: Thing, amount: int) -> None:
        if amount > invoice["amount_remaining"]:
            raise Denied("The credit note exceeds what is left to pay", param="amount")
        invoice["pre_payment_credit_notes_amount"] += amount
        for name in ("amount_due", "amount_remaining"):
            invoice[name] -= amount
        if not invoice["amount_remaining"]:
            invoice["status"] = "paid"

    def _return(self, invoice: Thing, amount: int, *, refunded: int, credited: int) -> None:
        if refunded + credited != amount:
            raise Denied("The sum of credit and refund amounts must equal the credit note amount", param="amount")
        notes = [note for note in self.of("credit_note") if note["invoice"] == invoice["id"] and not note.get("voided")]
        before = sum(refund["amount_refunded"] for note in notes for refund in note["refunds"])
        if before + refunded > invoice["amount_paid"]:
            raise Denied("You cannot refund more than was paid", param="refund_amount")
        given = invoice["post_payment_credit_notes_amount"] + invoice["pre_payment_credit_notes_amount"]
        if given + amount > invoice["total"]:
            raise Denied("You cannot credit more than was billed", param="amount")
        invoice["post_payment_credit_notes_amount"] += amount
        self.get(invoice["customer"])["balance"] -= credited

    def void_note(self, note: Thing) -> Thing:
        invoice = self.get(note["invoice"], "invoice")
        if note["status"] != "issued" or invoice["status"] != "open":
            raise Denied("You can only void credit notes of open invoices.")
        note["status"] = "void"
        invoice["pre_payment_credit_notes_amount"] -= note["amount"]
        for name in ("amount_due", "amount_remaining"):
            invoice[name] += note["amount"]
        return note

    # subscriptions

    def renew(self, subscription: Thing) -> Thing:
        """Let time pass up to the end of the period: bill the next one with what was left for it, and collect."""
        item = subscription["items"]["data"][0]
        self.now = max(self.now, item["current_period_end"])
        period = {"current_period_start": item["current_period_end"]}
        period["current_period_end"] = after(item["current_period_end"], item["price"])
        for each in subscription["items"]["data"]:
            each.update(period)
        subscription["status"] = "active"
        return self.bill_period(subscription)

    def bill_period(self, subscription: Thing) -> Thing:
        item, customer = subscription["items"]["data"][0], subscription["customer"]
        currency = item["price"]["currency"]
        made = self.invoice(customer=customer, currency=currency, subscription=subscription["id"])
        period = {"start": item["current_period_start"], "end": item["current_period_end"]}
        for each in subscription["items"]["data"]:
            amount = each["price"]["unit_amount"] * each["quantity"]
            self.item(customer=customer, currency=currency, amount=amount, invoice=made["id"], period=period)
        for left in self.of("invoiceitem"):
            if left["invoice"] is None and left["subscription"] == subscription["id"]:
                left["invoice"] = made["id"]
        self.sum_up(made)
        if subscription["pause_collection"] is not None:
            made["status"] = "void"
            return made
        finalised = self.finalise(made)
        return finalised if finalised["status"] == "paid" else self.pay(finalised)


def after(instant: int, price: Thing) -> int:
    """The end of the period that begins at an instant."""
    begun = datetime.fromtimestamp(instant, tz=UTC)
    every, steps = price["recurring"]["interval"], price["recurring"]["interval_count"]
    if every in ("day", "week"):
        return int((begun + timedelta(days=steps * (7 if every == "week" else 1))).timestamp())
    months = begun.month - 1 + steps * (12 if every == "year" else 1)
    return int(begun.replace(year=begun.year + months // 12, month=months % 12 + 1).timestamp())


def listed(things: list[Thing], *, more: bool = False) -> Thing:
    return {"object": "list", "data": things, "has_more": more, "url": "/v1/list"}
