"""Subscriptions from documents: every contradiction is found before anything is decided."""

from __future__ import annotations

from typing import final

from planshift.billing.catalog import Plan, Price
from planshift.billing.period import Period
from planshift.billing.subscription import (
    Answer,
    Customer,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.span import whole_file
from planshift.policy.document import BookDocument
from planshift.policy.doubtful_names import warn_of_names
from planshift.policy.fact_validation import FactPairs, read_facts
from planshift.policy.held import Held
from planshift.policy.located import Located, follow
from planshift.policy.payments import Payments, due_for_period
from planshift.policy.places import Path, problem_at
from planshift.policy.placing import Placing
from planshift.policy.read_yaml import read_yaml
from planshift.policy.subscription_model import PendingModel, PeriodModel, RunningContractModel, SubscriptionModel
from planshift.policy.text import decode
from planshift.policy.validation import validate


def read_subscription(
    text: str | bytes, *, file: str, book: BookDocument
) -> tuple[Subscription | None, tuple[Diagnostic, ...]]:
    """Return the subscription of a YAML or JSON text, or None where it has errors, and everything wrong with it."""
    root, problems = read_document(text, file=file)
    if root is None:
        return None, problems
    subscription, found = subscription_of(root, book)
    problems = sort_diagnostics([*problems, *found])
    return None if has_errors(problems) else subscription, problems


def read_document(text: str | bytes, *, file: str) -> tuple[Located | None, tuple[Diagnostic, ...]]:
    """Return the tree of a document that stands outside of a book, or None and why there is none."""
    if isinstance(text, bytes):
        decoded, problems = decode(text, file=file)
        if decoded is None:
            return None, problems
        text = decoded
    root, problems = read_yaml(text, file=file)
    if root is None and not problems:
        problems = (Diagnostic(code="PS010", message="the file is empty", span=whole_file(file)),)
    return root, problems


def subscription_of(
    root: Located, book: BookDocument, *, cut: tuple[Path, ...] = ()
) -> tuple[Subscription | None, tuple[Diagnostic, ...]]:
    """Return the subscription of a tree, or None where it has errors, and everything wrong with it.

    `cut` leads to what was wrong with the tree and has been told and left out already.
    """
    validated = validate(SubscriptionModel, root, context={"decimals": dict(book.policy.decimals)})
    model = validated.model
    if model is None:
        return None, validated.problems
    held = Held(
        book=book,
        placing=Placing(validated.root, cut=(*validated.cut, *cut)),
        currency=model.currency or book.policy.currency,
        zone=model.timezone or book.policy.timezone,
    )
    subscription = _subscription(model, held)
    found = sort_diagnostics([*validated.problems, *held.placing.all_problems()])
    return None if has_errors(found) else subscription, found


def _subscription(model: SubscriptionModel, held: Held) -> Subscription | None:
    plan = held.plan(model.plan, at=("plan",))
    price = _price(model, plan, held=held) if plan is not None else None
    period = _period(model.period, held)
    _check_dates(model, period, held=held)
    held.resources(model.usage or {}, at=("usage",))
    held.allowances(model.allowances or {})
    warn_of_names(model, held)
    parts = _Parts(model, held)
    if price is not None and period is not None:
        parts.check_amounts(price, period)
    return None if price is None or period is None else parts.together(price, period)


_SUMMED = ("amount", "quantity", "price", "paid", "given_back", "debt", "older_debt", "discount")
"""What decides how much can have been paid for a period."""


@final
class _Parts:
    """The parts of a subscription that neither plan nor period decide; reading them reports what is wrong."""

    def __init__(self, model: SubscriptionModel, held: Held) -> None:
        self._model = model
        self._held = held
        self._customer, self._usage_facts = _customer(model, held)
        self._contract = _contract(model.contract, held)
        self._pending = _pending(model.pending, held)
        self._services = _services(model, held)
        self._answers = _answers(model, held)
        self._addons = held.addons(model.addons or (), at=("addons",))
        self._discount = held.discount(model.discount, at=("discount",))
        self._amount = None if model.amount is None else held.money(model.amount, at=("amount",))
        self._paid = None if model.paid is None else held.money(model.paid, at=("paid",))
        self._given_back = held.money(model.given_back, at=("given_back",))
        self._debt = held.money(model.debt, at=("debt",))
        self._older_debt = held.money(model.older_debt, at=("older_debt",))
        self._waiting = held.money(model.waiting, at=("waiting",))
        self._account_credit = held.money(model.account_credit, at=("account_credit",))

    def together(self, price: Price, period: Period) -> Subscription:
        """Return the subscription."""
        model = self._model
        return Subscription(
            id=model.id,
            plan=model.plan,
            price=price.id,
            currency=self._held.currency,
            period=period,
            customer=self._customer,
            quantity=model.quantity,
            bill_day=model.bill_day or 0,
            status=model.status,
            started_on=model.started_on,
            renewals=model.renewals,
            amount=self._amount,
            paid=self._paid,
            given_back=self._given_back,
            debt=self._debt,
            older_debt=self._older_debt,
            waiting=self._waiting,
            unpaid_invoices=model.unpaid_invoices,
            account_credit=self._account_credit,
            discount=self._discount,
            trial_ends_on=model.trial_ends_on,
            paid_through=model.paid_through,
            contract=self._contract,
            usage=tuple(sorted((model.usage or {}).items())),
            usage_facts=self._usage_facts,
            addons=self._addons,
            services=self._services,
            answers=self._answers,
            resources=tuple(sorted((model.resources or {}).items())),
            settings=tuple(sorted((model.settings or {}).items())),
            allowances=tuple(sorted((model.allowances or {}).items())),
            pending=self._pending,
            changes=tuple(sorted(model.changes)),
            timezone=model.timezone,
        )

    def check_amounts(self, price: Price, period: Period) -> None:
        """Report amounts that cannot be together; where one of them has a mistake, nobody knows."""
        held, model = self._held, self._model
        places = {held.placing.span(each) for each in _SUMMED if each in model.model_fields_set}
        told = (problem.span for problem in held.placing.problems if problem.is_error)
        if not places.isdisjoint(told) or any(held.placing.was_cut(each) for each in _SUMMED):
            return
        due = due_for_period(price, period, currency=held.currency, amount=self._amount, quantity=model.quantity)
        if due is None:
            return
        payments = Payments(
            due=due, paid=self._paid, debt=self._debt, older_debt=self._older_debt, given_back=self._given_back
        )
        for mistake in payments.mistakes(held.shown):
            held.placing.report(mistake.code, mistake.message, path=mistake.at, help_text=mistake.help)


def _price(model: SubscriptionModel, plan: Plan, *, held: Held) -> Price | None:
    if model.price is not None:
        price = held.price(plan, model.price, at=("price",))
    elif len(plan.prices) == 1:
        price = plan.prices[0]
    elif held.placing.was_cut("price"):
        return None
    else:
        known = ", ".join(f"`{each.id}`" for each in plan.prices)
        message = f"`price` is missing, and `{plan.name}` has several"
        held.placing.report("PS102", message, path=("plan",), help_text=f"write one of {known}", on_key=True)
        return None
    if price is not None and model.amount is None and held.currency not in dict(price.amounts):
        sold = ", ".join(currency for currency, _ in price.amounts)
        message = f"`{plan.name}` has no price in {held.currency}"
        path = ("currency",) if model.currency else ("plan",)
        held.placing.report("PS522", message, path=path, help_text=f"this price is in {sold}")
    return price


def _period(model: PeriodModel, held: Held) -> Period | None:
    start, starts_at = held.moment(model.start, at=("period", "start"))
    end, ends_at = held.moment(model.end, at=("period", "end"))
    try:
        return Period(start=start, end=end, starts_at=starts_at, ends_at=ends_at)
    except ValueError:
        message = f"the period ends on {end}, and begins on {start}"
        help_text = "`end` is the first day after the period, so it is later than `start`"
        held.placing.report("PS510", message, path=("period", "end"), help_text=help_text)
        return None


def _customer(model: SubscriptionModel, held: Held) -> tuple[Customer, FactPairs]:
    facts = read_declared_facts(("customer", "facts"), "customer", held=held)
    usage = read_declared_facts(("usage_facts",), "usage", held=held)
    customer = model.customer
    if customer is None:
        return Customer(id=model.id, facts=facts), usage
    return (
        Customer(
            id=customer.id or model.id,
            client_group=customer.client_group,
            since=customer.since,
            facts=facts,
        ),
        usage,
    )


def read_declared_facts(at: tuple[str, ...], side: str, *, held: Held) -> FactPairs:
    """Return the facts of a side that stand at a place of the document, and report what is wrong with them."""
    found = follow(held.placing.root, at)
    node = found.value if found.steps == len(at) else None
    decimals = dict(held.book.policy.decimals)
    pairs, mistakes = read_facts(held.book.facts, node, side=side, currency=held.currency, decimals=decimals)
    in_doubt = any(held.placing.was_cut(*at[:steps]) for steps in range(1, len(at) + 1))
    held.placing.problems += [
        problem_at(held.placing.root, at, mistake=mistake, on_key=mistake.code == "PS501")
        for mistake in mistakes
        if mistake.code != "PS102" or not in_doubt
    ]
    return pairs


def _check_dates(model: SubscriptionModel, period: Period | None, *, held: Held) -> None:
    started, trial_end = model.started_on, model.trial_ends_on
    if started is not None and trial_end is not None and trial_end < started:
        held.placing.report(
            "PS512", f"the trial ends before the subscription starts ({started})", path=("trial_ends_on",)
        )
    if started is not None and period is not None and started > period.start:
        message = f"the subscription starts after its running period ({period.start})"
        held.placing.report("PS512", message, path=("started_on",))


def _contract(model: RunningContractModel | None, held: Held) -> RunningContract | None:
    if model is None:
        return None
    if model.ends_on <= model.starts_on:
        message = f"the contract ends on {model.ends_on}, and starts on {model.starts_on}"
        held.placing.report("PS525", message, path=("contract", "ends_on"))
    if model.plan is not None:
        held.plan(model.plan, at=("contract", "plan"))
    if model.service is not None:
        held.service(model.service, at=("contract", "service"))
    return RunningContract(
        starts_on=model.starts_on,
        ends_on=model.ends_on,
        penalty=held.money(model.penalty, at=("contract", "penalty")),
        remainder=model.remainder,
        plan=model.plan,
        service=model.service,
    )


def _pending(model: PendingModel | None, held: Held) -> PendingChange | None:
    if model is None:
        return None
    lacks, has = ("to_price", "to_plan") if model.to_price is None else ("to_plan", "to_price")
    one_of_two = (model.to_plan is None) != (model.to_price is None)
    if one_of_two and not held.placing.was_cut("pending", lacks):
        message, help_text = f"`{lacks}` is missing", "a change has both of them, and a cancellation none"
        held.placing.report("PS102", message, path=("pending", has), help_text=help_text, on_key=True)
    plan = held.plan(model.to_plan, at=("pending", "to_plan")) if model.to_plan is not None else None
    if plan is not None and model.to_price is not None:
        held.price(plan, model.to_price, at=("pending", "to_price"))
    return PendingChange(to_plan=model.to_plan or "", to_price=model.to_price or "", effective_on=model.effective_on)


def _services(model: SubscriptionModel, held: Held) -> tuple[HeldService, ...]:
    found: dict[str, HeldService] = {}
    for index, each in enumerate(model.services or ()):
        if each.id in found:
            message = f"a second running service has the id `{each.id}`"
            held.placing.report("PS514", message, path=("services", index, "id"))
        held.resources(each.uses or {}, at=("services", index, "uses"))
        uses = tuple(sorted((each.uses or {}).items()))
        found[each.id] = HeldService(id=each.id, title=each.title or each.id, uses=uses)
    return tuple(found.values())


def _answers(model: SubscriptionModel, held: Held) -> tuple[Answer, ...]:
    for index, each in enumerate(model.answers or ()):
        held.service(each.service, at=("answers", index, "service"))
    return tuple(Answer(service=each.service, question=each.question, value=each.value) for each in model.answers or ())
