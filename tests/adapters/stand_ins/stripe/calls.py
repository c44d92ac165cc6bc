"""The calls that the stand-in knows: how each is written, and what it does to the books."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.adapters.stand_ins.stripe.books import Books, Denied, Thing, after, listed

Act = Callable[[Books, dict[str, Any], list[str]], Thing]


@dataclass(frozen=True)
class Call:
    """A call of the API: its method and path, the shape of its parameters, and what it does."""

    method: str
    path: re.Pattern[str]
    shape: str
    act: Act


def _retrieve(kind: str) -> Act:
    return lambda books, params, names: books.get(names[0], kind)


def _list(kind: str) -> Act:
    def act(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
        if kind == "customer_balance_transaction":
            params = {**params, "customer": names[0]}
        return _page([each for each in books.of(kind) if _fits(each, params)], params, books=books, url=kind)

    return act


def _fits(thing: Thing, params: dict[str, Any]) -> bool:
    if thing["created"] < params.get("created", {}).get("gte", 0):
        return False
    if "pending" in params and (thing["invoice"] is None) != params["pending"]:
        return False
    status = params.get("status")
    if thing["object"] == "subscription" and status != "all" and thing["status"] == "canceled":
        return False
    if status not in (None, "all", thing.get("status")):
        return False
    if "subscription" in params:
        details = ((thing.get("parent") or {}).get("subscription_details") or {}).get("subscription")
        if details != params["subscription"]:
            return False
    return all(params[name] == thing[name] for name in ("customer", "invoice") if name in params)


def _page(found: list[Thing], params: dict[str, Any], *, books: Books, url: str) -> Thing:
    if "starting_after" in params:
        names = [each["id"] for each in found]
        found = found[names.index(params["starting_after"]) + 1 :]
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Denied("limit is between 1 and 100", param="limit")
    expanded = "data.discounts" in params.get("expand", [])
    page = [_shown(each, expand=expanded) for each in found[:limit]]
    return {**listed(page, more=len(found) > limit), "url": f"/v1/{_URLS[url]}"}


_URLS = {
    "invoice": "invoices",
    "invoiceitem": "invoiceitems",
    "subscription": "subscriptions",
    "credit_note": "credit_notes",
    "customer_balance_transaction": "customers/any/balance_transactions",
}


def _shown(thing: Thing, *, expand: bool) -> Thing:
    """A subscription as it is answered: its discounts are ids unless they are asked for."""
    if thing["object"] != "subscription" or expand:
        return thing
    return {**thing, "discounts": [discount["id"] for discount in thing["discounts"]]}


def _merged(thing: Thing, metadata: dict[str, str] | str | None) -> None:
    if metadata == "":
        thing["metadata"] = {}
    elif isinstance(metadata, dict):
        kept = {**thing["metadata"], **metadata}
        thing["metadata"] = {name: value for name, value in kept.items() if value != ""}
    if len(thing["metadata"]) > 50 or any(len(each) > 500 for each in thing["metadata"].values()):
        raise Denied("Metadata can have up to 50 keys with values of up to 500 characters", param="metadata")
    if any(len(each) > 40 for each in thing["metadata"]):
        raise Denied("Metadata keys can have up to 40 characters", param="metadata")


def _search_customers(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    match = re.fullmatch(r"metadata\['(\w+)'\]:'(.*)'", params["query"])
    if match is None:
        raise Denied("the query cannot be read", param="query")
    name, value = match[1], match[2].replace("\\'", "'").replace("\\\\", "\\")
    found = [each for each in books.of("customer") if each["metadata"].get(name) == value]
    return {"object": "search_result", "data": found[: params.get("limit", 10)], "has_more": False, "url": "/v1/search"}


def _get_subscription(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    return _shown(books.get(names[0], "subscription"), expand="discounts" in params.get("expand", []))


def _create_subscription(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    books.get(params["customer"], "customer")
    item = params["items"][0]
    price = _price(books, item)
    anchor = params.get("billing_cycle_anchor", after(books.now, price))
    if not books.now < anchor <= after(books.now, price):
        raise Denied("billing_cycle_anchor must be ahead and within the first period", param="billing_cycle_anchor")
    if params.get("collection_method") == "send_invoice" and "days_until_due" not in params:
        raise Denied("days_until_due is needed", param="days_until_due")
    made = books.subscription(params["customer"], price["id"], ends=anchor, quantity=item.get("quantity", 1))
    for each in params["items"][1:]:
        books.hold(made, _price(books, each)["id"], ends=anchor, quantity=each.get("quantity", 1))
    made["collection_method"] = params.get("collection_method", "charge_automatically")
    made["discounts"] = _discounts(params.get("discounts", []))
    _merged(made, params.get("metadata"))
    if params.get("proration_behavior", "create_prorations") != "none":
        books.bill_period(made)
    return _shown(made, expand=False)


def _update_subscription(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    subscription = books.get(names[0], "subscription")
    if subscription["status"] == "canceled":
        raise Denied("A canceled subscription can only update its metadata.")
    trial_end = params.get("trial_end")
    if trial_end is not None and trial_end <= books.now:
        raise Denied("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    _put_items(books, subscription, params=params)
    if trial_end is not None:
        subscription["status"] = "trialing"
        for each in subscription["items"]["data"]:
            each.update(current_period_start=books.now, current_period_end=trial_end)
    if "discounts" in params:
        subscription["discounts"] = _discounts(params["discounts"] or [])
    if "pause_collection" in params:
        subscription["pause_collection"] = params["pause_collection"] or None
    _merged(subscription, params.get("metadata"))
    return _shown(subscription, expand=False)


def _put_items(books: Books, subscription: Thing, *, params: dict[str, Any]) -> None:
    """Change the items of a subscription as they are named, with what Stripe does about money then."""
    held, asked = subscription["items"]["data"], params.get("items", [])
    every = held[0]["price"]["recurring"]
    for item in asked:
        _put(books, subscription, item=item, params=params)
    if not held:
        raise Denied("A subscription must have at least one active plan.", param="items")
    if any(each["price"]["recurring"] != held[0]["price"]["recurring"] for each in held):
        raise Denied("Currently, all subscription items must have the same billing interval.", param="items")
    if held[0]["price"]["recurring"] != every and "trial_end" not in params:
        ends = after(books.now, held[0]["price"])
        for each in held:
            each.update(current_period_start=books.now, current_period_end=ends)
        books.bill_period(subscription)


def _put(books: Books, subscription: Thing, *, item: dict[str, Any], params: dict[str, Any]) -> None:
    """Change an item, add one that has no id, or take one away."""
    held = subscription["items"]["data"]
    found = next((each for each in held if each["id"] == item.get("id")), None)
    if found is None and "id" in item:
        raise Denied(f"No such subscription item: '{item['id']}'", status=404, code="resource_missing")
    if found is not None and item.get("deleted"):
        held.remove(found)
        return
    new = _price(books, item)
    if new["recurring"] is None:
        raise Denied("The price is one_time, a subscription needs a recurring one", param="items")
    before = (None, 0) if found is None else (found["price"]["id"], found["quantity"])
    if found is None:
        like = held[0]
        starts, ends = like["current_period_start"], like["current_period_end"]
        books.hold(subscription, new["id"], starts=starts, ends=ends, quantity=item.get("quantity", 1))
        found = held[-1]
    else:
        found.update(price=new, quantity=item.get("quantity", found["quantity"]))
    changes = (found["price"]["id"], found["quantity"]) != before
    if changes and params.get("proration_behavior", "create_prorations") != "none":
        names = {"customer": subscription["customer"], "subscription": subscription["id"]}
        books.item(amount=777, currency=new["currency"], proration=True, **names)


def _price(books: Books, item: dict[str, Any]) -> Thing:
    if "price" in item:
        return books.get(item["price"], "price")
    data = item["price_data"]
    made = books.add("price", "price", currency=data["currency"], unit_amount=data["unit_amount"])
    made.update(product=data["product"], recurring={"interval_count": 1, **data["recurring"]})
    return made


def _discounts(asked: list[dict[str, str]]) -> list[Thing]:
    return [
        {"id": f"di_{each['coupon']}", "object": "discount", "source": {"type": "coupon", "coupon": each["coupon"]}}
        for each in asked
    ]


def _cancel_subscription(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    subscription = books.get(names[0], "subscription")
    if subscription["status"] == "canceled":
        raise Denied(f"No such subscription: '{names[0]}'", status=404, code="resource_missing")
    if params.get("prorate") or params.get("invoice_now"):
        raise Denied("the stand-in ends subscriptions without money only", param="prorate")
    subscription["status"] = "canceled"
    return _shown(subscription, expand=False)


def _create_invoice(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    if params.get("collection_method") == "send_invoice" and not {"days_until_due", "due_date"} & params.keys():
        raise Denied("due_date or days_until_due is needed", param="days_until_due")
    if params.get("pending_invoice_items_behavior", "exclude") != "exclude":
        raise Denied("the stand-in makes empty invoices only", param="pending_invoice_items_behavior")
    kept = ("collection_method", "auto_advance", "days_until_due", "automatic_tax", "subscription")
    given = {name: params[name] for name in kept if name in params}
    made = books.invoice(customer=params["customer"], currency=params["currency"], **given)
    _merged(made, params.get("metadata"))
    return made


def _update_invoice(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    invoice = books.get(names[0], "invoice")
    if invoice["status"] != "draft" and params.keys() - {"metadata", "auto_advance"}:
        raise Denied("Finalized invoices can't be updated in this way")
    _merged(invoice, params.pop("metadata", None))
    invoice.update(params)
    return invoice


def _finalise(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    invoice = books.finalise(books.get(names[0], "invoice"))
    invoice["auto_advance"] = params.get("auto_advance", False)
    return invoice


def _send(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    invoice = books.get(names[0], "invoice")
    if invoice["collection_method"] != "send_invoice":
        raise Denied("You can only manually send an invoice whose collection method is send_invoice.")
    books.sent.append(invoice["id"])
    return invoice


def _preview(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    subscription = books.get(params["subscription"], "subscription")
    held = subscription["items"]["data"][0]
    item = params["subscription_details"]["items"][0]
    amount = _price(books, item)["unit_amount"] * item.get("quantity", held["quantity"])
    details = {"subscription_item": held["id"], "subscription": subscription["id"], "proration": False}
    regular = {"amount": amount, "parent": {"type": "subscription_item_details", "subscription_item_details": details}}
    left = [each for each in books.of("invoiceitem") if each["subscription"] == subscription["id"]]
    others = [
        {"amount": each["amount"], "parent": {"type": "invoice_item_details", "subscription_item_details": None}}
        for each in left
        if each["invoice"] is None
    ]
    lines = [{"id": f"il_{n}", "object": "line_item", **line} for n, line in enumerate((regular, *others))]
    return {"id": "upcoming", "object": "invoice", "lines": listed(lines)}


def _create_item(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    if "invoice" in params and books.get(params["invoice"], "invoice")["status"] != "draft":
        raise Denied("You can only add items to draft invoices.", param="invoice")
    if "period" in params and params["period"]["end"] < params["period"]["start"]:
        raise Denied("The period ends before it begins", param="period")
    books.get(params["customer"], "customer")
    metadata = params.pop("metadata", None)
    made = books.item(**params)
    _merged(made, metadata)
    return made


def _delete_item(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    item = books.get(names[0], "invoiceitem")
    if item["invoice"] is not None and books.get(item["invoice"])["status"] != "draft":
        raise Denied("You can only delete items of draft invoices.")
    del books.things[item["id"]]
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def _create_transaction(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    customer = books.get(names[0], "customer")
    if customer["currency"] not in (None, params["currency"]):
        raise Denied("The currency is not that of the customer", param="currency")
    customer.update(currency=params["currency"], balance=customer["balance"] + params["amount"])
    metadata = params.pop("metadata", None)
    made = books.add("customer_balance_transaction", "cbtxn", customer=names[0], **params)
    _merged(made, metadata)
    return made


def _create_note(books: Books, params: dict[str, Any], names: list[str]) -> Thing:
    metadata = params.pop("metadata", None)
    made = books.note(**params)
    _merged(made, metadata)
    return made


def _on(kind: str, act: Callable[[Books, Thing], Thing]) -> Act:
    return lambda books, params, names: act(books, books.get(names[0], kind))


def _call(written: str, shape: str, act: Act) -> Call:
    method, path = written.split(" ")
    return Call(method=method, path=re.compile(path.replace("*", "([^/]+)")), shape=shape, act=act)


def _balance(_: Books, __: dict[str, Any], ___: list[str]) -> Thing:
    return {"object": "balance", "available": [], "pending": [], "livemode": False}


CALLS = (
    _call("GET /v1/balance", "BalanceRetrieveParams", _balance),
    _call("GET /v1/customers/search", "CustomerSearchParams", _search_customers),
    _call("GET /v1/customers/*", "CustomerRetrieveParams", _retrieve("customer")),
    _call(
        "GET /v1/customers/*/balance_transactions",
        "CustomerBalanceTransactionListParams",
        _list("customer_balance_transaction"),
    ),
    _call("POST /v1/customers/*/balance_transactions", "CustomerBalanceTransactionCreateParams", _create_transaction),
    _call("GET /v1/prices/*", "PriceRetrieveParams", _retrieve("price")),
    _call("GET /v1/subscriptions", "SubscriptionListParams", _list("subscription")),
    _call("POST /v1/subscriptions", "SubscriptionCreateParams", _create_subscription),
    _call("GET /v1/subscriptions/*", "SubscriptionRetrieveParams", _get_subscription),
    _call("POST /v1/subscriptions/*", "SubscriptionUpdateParams", _update_subscription),
    _call("DELETE /v1/subscriptions/*", "SubscriptionCancelParams", _cancel_subscription),
    _call("GET /v1/invoices", "InvoiceListParams", _list("invoice")),
    _call("POST /v1/invoices", "InvoiceCreateParams", _create_invoice),
    _call("POST /v1/invoices/create_preview", "InvoiceCreatePreviewParams", _preview),
    _call("GET /v1/invoices/*", "InvoiceRetrieveParams", _retrieve("invoice")),
    _call("POST /v1/invoices/*", "InvoiceUpdateParams", _update_invoice),
    _call("DELETE /v1/invoices/*", "InvoiceDeleteParams", _on("invoice", Books.drop)),
    _call("POST /v1/invoices/*/finalize", "InvoiceFinalizeInvoiceParams", _finalise),
    _call("POST /v1/invoices/*/pay", "InvoicePayParams", _on("invoice", Books.pay)),
    _call("POST /v1/invoices/*/void", "InvoiceVoidInvoiceParams", _on("invoice", Books.void)),
    _call("POST /v1/invoices/*/send", "InvoiceSendInvoiceParams", _send),
    _call("GET /v1/invoiceitems", "InvoiceItemListParams", _list("invoiceitem")),
    _call("POST /v1/invoiceitems", "InvoiceItemCreateParams", _create_item),
    _call("DELETE /v1/invoiceitems/*", "InvoiceItemDeleteParams", _delete_item),
    _call("GET /v1/credit_notes", "CreditNoteListParams", _list("credit_note")),
    _call("POST /v1/credit_notes", "CreditNoteCreateParams", _create_note),
    _call("POST /v1/credit_notes/*/void", "CreditNoteVoidCreditNoteParams", _on("credit_note", Books.void_note)),
)


def answer(books: Books, call: Call, *, params: dict[str, Any], names: list[str]) -> Thing:
    """What a call answers. One that is denied changes nothing."""
    if call.method == "GET":
        return call.act(books, params, names)
    before = pickle.dumps(books.things)  # quicker than a copy, which nobody wants most of the time
    try:
        return call.act(books, params, names)
    except Denied:
        books.things = pickle.loads(before)  # noqa: S301  # what was written three lines above
        raise
