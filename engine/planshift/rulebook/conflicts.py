"""The pass that finds sources of equal rank which can both hold for one change and disagree (DESIGN section 4).

Inside one rank the order of the file must not matter, so a disagreement is a mistake of the book and both places are
shown. Values that agree are no conflict, and neither is what a stronger scope of the same holder covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, islice, permutations, product

from planshift.billing.rates import twelfths_of_days
from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.rulebook.draft import Draft
from planshift.rulebook.ladder_values import Group
from planshift.rulebook.sources import Statement, Statements
from planshift.rulebook.voices import EVERY_KIND, Kind, Voice, disagreements, kinds_between
from planshift.rulebook.witness import change_of


def find_conflicts(draft: Draft) -> None:
    """Report every pair of sources of equal rank that disagree."""
    found: list[Diagnostic] = []
    found += _between_paths(draft)
    found += _between_groups(draft)
    found += _between_clients(draft)
    found += _between_plans(draft)
    draft.diagnostics += dict.fromkeys(found)


def _conflict(code: str, pair: tuple[Statement, Statement], *, both: str, example: str, help_text: str) -> Diagnostic:
    first, second = pair
    return Diagnostic(
        code=code,
        message=f"`{first.term}` is settled differently by {both}",
        span=second.source.span,
        labels=(
            Label(span=first.source.span, text=f"{first.source.title} says this"),
            Label(span=second.source.span, text=f"for example, both hold for {example}"),
        ),
        help=help_text,
        context=second.source.title,
    )


def _between_paths(draft: Draft) -> Iterator[Diagnostic]:
    """Two paths between the same plans."""
    for roads in draft.roads.values():
        for first, second in combinations(roads, 2):
            if first.direction != second.direction and first.title != second.title:  # else it is named twice, and told
                yield Diagnostic(
                    code="PS401",
                    message="two paths join the same plans and call the change differently",
                    span=second.span,
                    labels=(Label(span=first.span, text="the other path"),),
                    help="leave the target in one of the lists",
                    context=second.title,
                )
            if not (first.require <= second.require or second.require <= first.require):
                yield Diagnostic(
                    code="PS401",
                    message="two paths join the same plans and require different things",
                    span=second.span,
                    labels=(Label(span=first.span, text="the other path"),),
                    help="leave the plans on one of the paths",
                    context=second.title,
                )
            ends = first.origin, first.target
            kinds = kinds_between(draft.tables, first.origin, target=first.target)
            for pair, kind in disagreements(Voice(first.statements), Voice(second.statements), kinds=kinds):
                yield _conflict(
                    "PS401",
                    pair,
                    both="two paths between the same plans",
                    example=change_of(draft.tables, kind, ends=ends),
                    help_text="keep the term on one of the paths",
                )


def _between_groups(draft: Draft) -> Iterator[Diagnostic]:
    """Two groups that share plans; where they share one, changes of its price and quantity alone lie in both."""
    for first, second in combinations(draft.ladder.groups, 2):
        shared = sorted({m.plan for m in first.members} & {m.plan for m in second.members})
        if not shared:
            continue
        both = f"groups `{first.name}` and `{second.name}`, which share plans"
        differing = (ends for ends in permutations(shared, 2) if _called_differently(draft, (first, second), ends=ends))
        for old, new in islice(differing, 1):
            names = [draft.tables.catalog.plans[end].name for end in (old, new)]
            yield Diagnostic(
                code="PS402",
                message=f"{both}, call a change between them differently",
                span=second.span,
                labels=(
                    Label(span=first.span, text="the other group"),
                    Label(span=second.span, text=f"for example, from `{names[0]}` to `{names[1]}`"),
                ),
                help="give both groups the same order of these plans",
                context=f"group {second.name}",
            )
        kinds: dict[Kind, tuple[int, int]] = {}
        for ends in (*permutations(shared, 2), *zip(shared, shared, strict=True)):
            for kind in kinds_between(draft.tables, ends[0], target=ends[1]):
                if kind not in kinds or kind.direction == _word(first, ends, orders={}):  # the better example
                    kinds[kind] = kinds.get(kind, ends) if ends[0] == ends[1] else ends
        for pair, kind in disagreements(Voice(first.statements), Voice(second.statements), kinds=kinds):
            yield _conflict(
                "PS402",
                pair,
                both=both,
                example=change_of(draft.tables, kind, ends=kinds[kind]),
                help_text="settle the term in one of the groups, or on a path",
            )


def _called_differently(draft: Draft, groups: tuple[Group, Group], *, ends: tuple[int, int]) -> bool:
    """Whether both groups allow some change between two plans and call it differently."""
    modes = {group.direction for group in groups}
    alike = any("same_interval" in require for require in (draft.ladder.require, *(g.require for g in groups)))
    prices = _price_orders(draft, ends, alike=alike) if "by_price_per_day" in modes else (0,)
    amounts = (-1, 0, 1) if "by_amount_per_day" in modes else (0,)  # what a customer pays is not known beforehand
    for price, amount in product(prices, amounts):
        orders = {"by_price_per_day": price, "by_amount_per_day": amount}
        words = {_word(group, ends, orders=orders) for group in groups}
        if None not in words and len(words) > 1:
            return True
    return False


def _word(group: Group, ends: tuple[int, int], *, orders: Mapping[str, int]) -> str | None:
    """What a group calls a change; None where it refuses it. An order of money is positive where it goes up."""
    order = orders.get(group.direction)
    if order is None:
        levels = [member.level for plan in ends for member in group.members if member.plan == plan]
        order = levels[1] - levels[0]
    if order == 0:
        return None if group.equal == "refuse" else group.equal
    return "upgrade" if order > 0 else "downgrade"


def _price_orders(draft: Draft, ends: tuple[int, int], *, alike: bool) -> Iterator[int]:
    """How the prices per day of two plans compare, for each pair of prices and each currency that both have."""
    old_plan, new_plan = (draft.tables.catalog.plans[plan] for plan in ends)
    for old, new in product(old_plan.prices, new_plan.prices):
        if alike and not new.interval.once and old.interval != new.interval:
            continue
        amounts = dict(new.amounts)
        for currency, amount in old.amounts:
            if currency in amounts:
                yield amounts[currency] * twelfths_of_days(old.interval) - amount * twelfths_of_days(new.interval)


def _between_clients(draft: Draft) -> Iterator[Diagnostic]:
    """The same client group or customer listed twice."""
    yield from _repeated(draft.holders.client_groups)
    yield from _repeated(draft.holders.customers)


def _repeated(holders: Iterable[tuple[str, Statements]]) -> Iterator[Diagnostic]:
    for (name, first), (other, second) in combinations(holders, 2):
        if name == other:
            for pair, kind in disagreements(Voice(first), Voice(second), kinds=EVERY_KIND):
                yield _conflict(
                    "PS403",
                    pair,
                    both=f"two entries for `{name}`",
                    example=f"every {kind.direction.replace('_', ' ')} of `{name}`",
                    help_text="put the terms into one entry",
                )


def _between_plans(draft: Draft) -> Iterator[Diagnostic]:
    """The plan that is left and the plan that is arrived at, where a road joins them."""
    joined = {(road.origin, road.target) for road in draft.ladder.roads}
    members = [{m.plan for m in group.members} for group in draft.ladder.groups]
    leavers = [(plan, Voice(statements)) for plan, statements in draft.holders.leaving]
    comers = [(plan, Voice(statements)) for plan, statements in draft.holders.arriving]
    for origin, leaving in leavers:
        for target, arriving in comers:
            met = origin == target or (origin, target) in joined or any(origin in g and target in g for g in members)
            if not met:
                continue
            kinds = kinds_between(draft.tables, origin, target=target)
            for pair, kind in disagreements(leaving, arriving, kinds=kinds):
                yield _conflict(
                    "PS404",
                    pair,
                    both="the plan that is left and the plan that is arrived at",
                    example=change_of(draft.tables, kind, ends=(origin, target)),
                    help_text="settle the term on one side, or on a path between the two",
                )
