"""Amounts that nobody pays, because what they meet is not sold in their currency, and plans that no currency joins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from planshift.billing.catalog import Plan
from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.span import Span
from planshift.policy.amounts import Amounts
from planshift.policy.term_values import Fee
from planshift.rulebook.analysis.crossings import NO_CURRENCY
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.analysis.spoken import is_own
from planshift.rulebook.draft import Draft
from planshift.rulebook.ladder_values import Group
from planshift.rulebook.sources import Statement, Statements

Currencies = frozenset[str]

_HOLDERS = {"plans": "plan", "services": "service", "addons": "add-on"}


def find_unmet_amounts(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report amounts in currencies in which nothing is sold that they could meet."""
    draft = scenes.draft
    for statement, met in _fees(draft).values():
        fee = statement.value
        if isinstance(fee, Fee) and is_own(draft, statement):
            unmet = _beyond((*fee.amounts, *fee.at_least, *fee.at_most), met)
            if unmet:
                yield _unmet(
                    f"the `{statement.term}`", unmet, span=statement.source.span, context=statement.source.title
                )
    own = next((file for kind, file, _ in draft.document.texts if kind == "catalog"), None)
    for told, amounts, met, path in _of_catalog(draft):
        for code in _beyond(amounts, met):
            span = _place(draft, path, code)
            if span.file == own:
                yield _unmet(told, (code,), span=span, context=f"{_HOLDERS[path[0]]} {path[1]}")


def find_currencies_apart(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report members that lack a currency of all others, so that some changes in their group can never be priced."""
    for group in scenes.draft.ladder.groups:
        reported: set[frozenset[str]] = set()
        for plan, code, others in _lacking(scenes, group):
            fresh = [other for other in others if frozenset((plan.name, other.name)) not in reported]
            reported |= {frozenset((plan.name, other.name)) for other in fresh}
            if fresh:
                listed = " or ".join(f"`{other.name}`" for other in fresh)
                labels = tuple(_sold_in(scenes.draft, each) for each in (plan, *fresh))
                yield Diagnostic(
                    code="PS423",
                    message=f"no change between `{plan.name}` and {listed} can be priced: they share no currency",
                    span=_member(scenes.draft, group, plan),
                    labels=tuple(label for label in labels if label.span.known),
                    help=f"all others of the group are sold in {code}: give `{plan.name}` prices in it, or a group of "
                    "its own",
                    severity="warning",
                    context=f"group {group.name}",
                )


def _fees(draft: Draft) -> Mapping[Span, tuple[Statement, Currencies]]:
    """Each word on an amount with the currencies that it can meet: for a path those of all pairs that it joins."""
    found: dict[Span, tuple[Statement, Currencies]] = {}
    for holder, met in _holders(draft):
        for _, statements in holder.scopes:
            for statement in statements:
                if isinstance(statement.value, Fee):
                    span = statement.source.span
                    before = found[span][1] if span in found else frozenset()
                    found[span] = statement, before | met
    return found


def _holders(draft: Draft) -> Iterator[tuple[Statements, Currencies]]:
    sold = [currencies_of(plan) for plan in draft.tables.catalog.plans]
    everywhere = frozenset[str]().union(*sold)
    holders = draft.holders
    for said in (holders.company, *(said for _, said in (*holders.client_groups, *holders.customers))):
        yield said, everywhere
    for place, said in (*holders.leaving, *holders.arriving):
        yield said, sold[place]
    for group in draft.ladder.groups:
        yield group.statements, frozenset[str]().union(*(sold[member.plan] for member in group.members))
    for (origin, target), roads in draft.roads.items():
        for road in roads:
            yield road.statements, sold[origin] & sold[target]


def _of_catalog(draft: Draft) -> Iterator[tuple[str, Amounts, Currencies, tuple[str, ...]]]:
    """The amounts of the catalog besides prices: what they are, the amounts, the currencies they meet, their place."""
    plans = draft.tables.catalog.plans
    for plan in plans:
        for price in plan.prices:
            met, at = frozenset(code for code, _ in price.amounts), ("plans", plan.name, "prices", price.id)
            yield "the set-up amount", price.setup, met, (*at, "setup")
            yield "the renewal price", price.renewal, met, (*at, "renewal")
        if plan.contract is not None:
            at = ("plans", plan.name, "contract", "penalty")
            yield "the penalty", plan.contract.penalty, currencies_of(plan), at
    for service in draft.tables.catalog.services:
        met = _met(plan for plan in plans if service.name in plan.services)
        yield "the one-time amount", service.one_time, met, ("services", service.name, "one_time")
    for addon in draft.tables.catalog.addons:
        met = _met(plan for plan in plans if addon.name in plan.addons)
        yield "the price of the add-on", addon.amounts, met, ("addons", addon.name)


def currencies_of(plan: Plan) -> Currencies:
    """The currencies that a plan is sold in."""
    return frozenset(code for price in plan.prices for code, _ in price.amounts)


def _met(plans: Iterable[Plan]) -> Currencies:
    """The currencies of some plans; what belongs to no plan meets none, and is not asked."""
    return frozenset[str]().union(*map(currencies_of, plans))


def _beyond(amounts: Iterable[tuple[str, int]], met: Currencies) -> tuple[str, ...]:
    """The currencies of amounts above zero that meet nothing."""
    return tuple(dict.fromkeys(code for code, minor in amounts if minor and met and code not in met))


def _unmet(what: str, codes: tuple[str, ...], *, span: Span, context: str) -> Diagnostic:
    listed = " and ".join(f"`{code}`" for code in codes)
    return Diagnostic(
        code="PS408",
        message=f"{what} in {listed} is never asked for: nothing that it can meet is sold in it",
        span=span,
        help="take it out, or add the prices",
        severity="warning",
        context=context,
    )


def _place(draft: Draft, path: tuple[str, ...], code: str) -> Span:
    """Where an amount stands: by its currency, or as one of a list."""
    exact = draft.document.where("catalog", *path, code)
    return exact if exact.known else draft.document.where("catalog", *path)


def _lacking(scenes: Scenes, group: Group) -> Iterator[tuple[Plan, str, list[Plan]]]:
    """The members that lack a currency of all others, with one such, and the others they can never be changed for."""
    plans = scenes.draft.tables.catalog.plans
    places = [member.plan for member in group.members if plans[member.plan].status != "inactive"]
    sold = {place: currencies_of(plans[place]) for place in places}
    if not scenes.crossings or len({*sold.values()}) < 2:
        return
    for place in places:
        others = [other for other in places if other != place]
        lacking = sorted(frozenset.intersection(*(sold[other] for other in others)) - sold[place])
        apart = [other for other in others if _never_priced(scenes, place, other)]
        if lacking and apart and len(apart) < len(others):  # one that nobody reaches at all is told of elsewhere
            yield plans[place], lacking[0], [plans[other] for other in apart]


def _never_priced(scenes: Scenes, one: int, other: int) -> bool:
    found = [scenes.crossings.get(pair) for pair in ((one, other), (other, one))]
    return all(each is not None and not each.open and NO_CURRENCY in each.against for each in found)


def _sold_in(draft: Draft, plan: Plan) -> Label:
    span = draft.document.where("catalog", "plans", plan.name, "prices")
    return Label(span=span, text=f"`{plan.name}` is sold in {' and '.join(sorted(currencies_of(plan)))}")


def _member(draft: Draft, group: Group, plan: Plan) -> Span:
    """Where a group names a plan."""
    written = next(each for each in draft.document.policy.groups if each.name == group.name)
    return next(member.span for member in written.members if member.plan == plan.name)
