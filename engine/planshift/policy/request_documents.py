"""Requests from documents: what is asked for, made whole with what the subscription says."""

from __future__ import annotations

from planshift.billing.catalog import Plan
from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.subscription import Subscription
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.policy.document import BookDocument
from planshift.policy.held import Held
from planshift.policy.located import Located
from planshift.policy.placing import Placing
from planshift.policy.request_model import RemediesModel, RequestModel
from planshift.policy.subscription_documents import read_declared_facts, read_document
from planshift.policy.validation import validate


def read_request(
    text: str | bytes,
    *,
    file: str,
    book: BookDocument,
    subscription: Subscription,
    now: int | None = None,
    targeted: bool = True,
) -> tuple[ChangeRequest | None, tuple[Diagnostic, ...]]:
    """Return the request of a YAML or JSON text, or None where it has errors, and everything wrong with it.

    `now` is the instant of a request that names none, in epoch seconds. One that is not `targeted` may name no plan: it
    asks for the options.
    """
    root, problems = read_document(text, file=file)
    if root is None:
        return None, problems
    request, found = request_of(root, book, subscription=subscription, now=now, targeted=targeted)
    problems = sort_diagnostics([*problems, *found])
    return None if has_errors(problems) else request, problems


def request_of(
    root: Located, book: BookDocument, *, subscription: Subscription, now: int | None = None, targeted: bool = True
) -> tuple[ChangeRequest | None, tuple[Diagnostic, ...]]:
    """Return the request of a tree, or None where it has errors, and everything wrong with it."""
    validated = validate(RequestModel, root, context={"decimals": dict(book.policy.decimals)})
    if validated.model is None:
        return None, validated.problems
    placing = Placing.of(validated)
    request = request_from_model(
        validated.model, placing, book=book, subscription=subscription, now=now, targeted=targeted
    )
    found = sort_diagnostics([*validated.problems, *placing.all_problems()])
    return None if has_errors(found) else request, found


def request_from_model(
    model: RequestModel,
    placing: Placing,
    *,
    book: BookDocument,
    subscription: Subscription,
    now: int | None,
    targeted: bool = True,
) -> ChangeRequest:
    """Return the request of a model; what is wrong with it is left in the placing."""
    zone = subscription.timezone or book.policy.timezone
    held = Held(book=book, placing=placing, currency=subscription.currency, zone=zone)
    return _request(model, subscription, held=held, now=now, targeted=targeted)


def default_price(book: BookDocument, subscription: Subscription, *, plan: str) -> str | None:
    """Return the id of the price that is meant where a request names none.

    It is the one with the interval of the present price, in the subscription's currency and still sold, or the only
    price of the plan; None where neither says which.
    """
    plans = {each.name: each for each in book.catalog.plans}
    target, current = plans.get(plan), plans.get(subscription.plan)
    if target is None:
        return None
    running = current.price(subscription.price) if current is not None else None
    sold = [price for price in target.prices if subscription.currency in dict(price.amounts) and not price.retired]
    alike = [price for price in sold if running is not None and price.interval == running.interval]
    for prices in (alike, sold, list(target.prices)):
        if len(prices) == 1:
            return prices[0].id
    return None


def _request(
    model: RequestModel, subscription: Subscription, *, held: Held, now: int | None, targeted: bool
) -> ChangeRequest:
    plan, price = _target(model, subscription, held=held, targeted=targeted)
    if model.at is None and now is None and not held.placing.was_cut("at"):
        held.placing.report("PS102", "`at` is missing", path=(), help_text="say when it is asked for", on_key=True)
    at = now or 0
    if model.at is not None:
        at = held.instant(model.at, at=("at",))
    if model.override and not model.override_reason and not held.placing.was_cut("override_reason"):
        help_text = "passing a denial is recorded with its reason"
        held.placing.report(
            "PS102", "`override_reason` is missing", path=("override",), help_text=help_text, on_key=True
        )
    return ChangeRequest(
        at=at,
        plan=plan,
        price=price,
        kind=model.kind,
        by="system" if model.kind == "renew" else model.by,
        person=model.person or "",
        on=model.on,
        until=model.until,
        quantity=model.quantity,
        bill_day=model.bill_day or 0,
        amount=None if model.amount is None else held.money(model.amount, at=("amount",)),
        discount=None if model.discount is None else held.discount(model.discount, at=("discount",)),
        bill_one_time=model.bill_one_time,
        approvals=model.approvals,
        override=model.override,
        override_reason=model.override_reason or "",
        remedies=_remedies(model.remedies, subscription, held=held),
        facts=read_declared_facts(("facts",), "request", held=held),
    )


def _target(model: RequestModel, subscription: Subscription, *, held: Held, targeted: bool) -> tuple[str, str]:
    """Return plan and price; report what is missing, unknown, or too much."""
    if held.placing.was_cut("kind"):  # then nobody knows what belongs to the request
        return "", ""
    if model.kind == "renew":
        _refuse_wishes(model, held)
        return "", ""
    if model.kind == "cancel":
        for key, value in (("to", model.to), ("price", model.price)):
            if value is not None:
                held.placing.report("PS515", f"a cancellation has no `{key}`", path=(key,), on_key=True)
        return "", ""
    if model.until is not None:
        held.placing.report("PS515", "only a cancellation has `until`", path=("until",), on_key=True)
    name = model.to or (subscription.plan if model.price is not None or model.quantity is not None else None)
    if name is None and (not targeted or held.placing.was_cut("to")):
        return "", ""
    if name is None:
        help_text = "write `to:` and the plan, or `kind: cancel`"
        held.placing.report("PS102", "`to` is missing", path=(), help_text=help_text, on_key=True)
        return "", ""
    plan = held.plan(name, at=("to",))
    return (name, "") if plan is None else (name, _price(model, plan, subscription=subscription, held=held))


_WISHES = (
    "to",
    "price",
    "by",
    "person",
    "on",
    "until",
    "quantity",
    "bill_day",
    "amount",
    "discount",
    "bill_one_time",
    "override",
    "remedies",
)
"""What belongs to a change that somebody asks for."""


FOR_EVERY_TARGET = frozenset({"by", "person", "quantity", "bill_day", "bill_one_time", "approvals", "facts"})
"""What a request says that has no target: it asks for the options, and this holds for each of them."""


def _refuse_wishes(model: RequestModel, held: Held) -> None:
    """Report what a renewal does not have: nobody asks for it, and the book finds what it leads to."""
    for key in _WISHES:
        if key in model.model_fields_set:
            help_text = "the book finds what the subscription renews to"
            held.placing.report("PS515", f"a renewal has no `{key}`", path=(key,), help_text=help_text, on_key=True)


def _price(model: RequestModel, plan: Plan, *, subscription: Subscription, held: Held) -> str:
    if model.price is not None:
        held.price(plan, model.price, at=("price",))
        return model.price
    if plan.name == subscription.plan and model.quantity is not None:
        return subscription.price
    price = default_price(held.book, subscription, plan=plan.name)
    if price is None and not held.placing.was_cut("price"):
        known = ", ".join(f"`{each.id}` (every {each.interval})" for each in plan.prices)
        message = f"`price` is missing, and `{plan.name}` has several"
        held.placing.report("PS102", message, path=("to",), help_text=f"write one of {known}", on_key=True)
    return price or ""


def _remedies(model: RemediesModel | None, subscription: Subscription, *, held: Held) -> Remedies:
    if model is None:
        return Remedies()
    known = {service.id for service in subscription.services}
    for index, id_ in enumerate(model.end):
        if id_ not in known:
            path = ("remedies", "end", index)
            held.placing.unknown("PS516", "running service", name=id_, known=known, path=path)
    return Remedies(add=held.addons(model.add or (), at=("remedies", "add")), end=tuple(dict.fromkeys(model.end)))
