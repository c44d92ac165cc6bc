"""Everything that can stand against a change besides the ladder and the rules: who asks, what must hold, limits.

An objection is hard when no override lifts it: the request makes no sense, or the figures cannot be computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from planshift.billing.change import REQUESTERS
from planshift.expressions.form import Bool, Int
from planshift.policy.term_values import Frequency, Names, Requirement, Requirements
from planshift.rulebook import moves, on_sale
from planshift.rulebook.coupons import keeps_coupon
from planshift.rulebook.dates import Dates, Terms, choice
from planshift.rulebook.facts import MAX_COUNT, Facts

Weight = Literal["denial", "remedy", "approval"]
UNBOUNDED = -1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One reason against a change: its code, where it holds, how much it weighs, and the term that raised it."""

    code: str
    holds: Bool
    weight: Weight = "denial"
    hard: bool = False
    term: str = ""
    detail: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How the present use of one resource fits the target."""

    resource: str
    used: Int
    allowed: Int
    excess: Int


def usage_fit(facts: Facts, terms: Terms) -> tuple[Fit, ...]:
    """Use and limits of every resource of the catalog, add-ons that stay and chosen remedies included."""
    return tuple(_fit(facts, terms, resource) for resource in facts.tables.resources)


def _fit(facts: Facts, terms: Terms, resource: str) -> Fit:
    form, tables = facts.form, facts.tables
    table = tables.plan_column(
        f"limit.{resource}", lambda plan: dict(plan.limits).get(resource, UNBOUNDED), nothing=UNBOUNDED
    )
    limit = form.lookup(table, facts.to_plan)
    raised = form.lit(0)
    for addon in tables.catalog.addons:
        gain = dict(addon.raises).get(resource, 0)
        if gain:
            raised = raised + _held_on_target(facts, terms, addon.name) * gain
    used = facts.column(f"usage.{resource}", f"pair(s.usage, {resource!r})", high=10**12)
    ended = facts.column(f"ended.{resource}", f"ended_use(s, r, resource={resource!r})", high=10**12)
    left = (used - ended).greatest(0)
    allowed = limit + raised
    over = (limit >= 0) & (left > allowed) & facts.is_cancel.negate()
    excess = form.cases(((over, left - allowed),), 0)
    shown = form.cases(((limit < 0, UNBOUNDED),), allowed)
    assert isinstance(excess, Int)  # a choice of integers
    assert isinstance(shown, Int)  # a choice of integers
    return Fit(resource=resource, used=left, allowed=shown, excess=excess.greatest(0))


def _held_on_target(facts: Facts, terms: Terms, addon: str) -> Int:
    """How many of an add-on the subscription holds after the change."""
    form = facts.form
    accepts = form.lookup(
        facts.tables.plan_column(f"accepts.{addon}", lambda plan: int(addon in plan.addons)), facts.to_plan
    ).same(1)
    rule = terms["carry.addons"]
    same_plan = facts.from_plan.same(facts.to_plan)
    kept = same_plan | rule.among("keep") | (rule.among("keep_if_same", "refuse") & accepts)
    held = facts.column(f"addons.{addon}", f"held(s, {addon!r})", high=MAX_COUNT)
    bought = facts.column(f"bought.{addon}", f"chosen(r, {addon!r})", high=MAX_COUNT)
    rows = facts.carry_map.of("addons")
    become = form.lit(0)  # those that are this one under the new plan
    for each in facts.tables.catalog.addons:
        if rows.get(each.name, each.name) == addon:
            become = become + facts.column(f"addons.{each.name}", f"held(s, {each.name!r})", high=MAX_COUNT)
    stays = form.cases(((kept, held), (rule.among("map") & accepts, become)), 0)
    new = form.cases(((accepts, bought),), 0)
    assert isinstance(stays, Int)  # a choice of integers
    assert isinstance(new, Int)  # a choice of integers
    return stays + new


def unmet(facts: Facts, requirement: Requirement) -> Bool:
    """Whether a requirement of a term or of a rule's `need` does not hold."""
    kind, argument = requirement.kind, requirement.argument
    if kind == "nothing_unpaid":
        return (facts.whole("subscription.unpaid_invoices") > 0) | (facts.whole("subscription.debt") > 0)
    if kind == "not_in_trial":
        return facts.in_trial
    if kind == "stock":
        return on_sale.short_of_stock(facts, facts.to_plan)
    if kind == "status":
        return facts.text("subscription.status").same(argument).negate()
    return facts.truth_column(f"approved.{argument}", f"{argument!r} in r.approvals").negate()


def objections(facts: Facts, terms: Terms, *, dates: Dates, fits: tuple[Fit, ...]) -> list[Objection]:
    """All objections in the order in which they are told."""
    over = facts.form.any_of(tuple(fit.excess > 0 for fit in fits))
    return [
        *_senseless(facts, terms, dates),
        *_availability(facts),
        *_people(facts, terms, dates),
        *_state(facts, terms, dates),
        *_requirements(facts, terms),
        Objection(code="over_limits", holds=terms["limits"].among("check") & over, weight="remedy", term="limits"),
    ]


def _senseless(facts: Facts, terms: Terms, dates: Dates) -> list[Objection]:
    """Requests that nobody can carry out, whatever the policy says."""
    same = facts.from_price.same(facts.to_price) & facts.whole("request.quantity").same(
        facts.whole("subscription.quantity")
    )
    bare = (
        facts.whole("request.bill_day").same(0)
        & (facts.truth("request.amount.given") | facts.truth("request.discount.given")).negate()
        & facts.truth_column("request.remedies", "r.remedies.add != () or r.remedies.end != ()").negate()
    )
    begun = facts.is_start.negate()
    # Where the day of the change is the old plan's, the new one has only the day after.
    old_day = terms["proration.change_day"].among("old")
    first = choice(facts.form, [(old_day, dates.effective + 1)], dates.effective)
    starts = facts.form.lit(facts.in_force_from)
    return [
        Objection(code="book_not_in_force", holds=facts.today < starts, hard=True),
        Objection(code="same_plan", holds=same & bare & facts.is_start.negate() & facts.is_cancel.negate(), hard=True),
        Objection(code="no_price_in_currency", holds=on_sale.not_in_currency(facts, facts.to_price), hard=True),
        Objection(code="period_over", holds=begun & (facts.today > facts.period_end), hard=True),
        Objection(code="period_not_begun", holds=begun & (first < facts.period_start), hard=True),
        Objection(code="date_out_of_range", holds=dates.out_of_range, hard=True, term="timing"),
    ]


def _availability(facts: Facts) -> list[Objection]:
    """Plans and prices that are not sold, or not to this person."""
    plan, price = facts.to_plan, facts.to_price
    moves_plan = facts.from_plan.same(plan).negate()
    new_price = facts.from_price.same(price).negate()
    staff = facts.whole("request.by").same(REQUESTERS.index("staff"))
    restricted = on_sale.has_status(facts, plan, status="restricted")
    return [
        Objection(code="plan_not_sold", holds=moves_plan & on_sale.has_status(facts, plan, status="inactive")),
        Objection(code="plan_for_staff_only", holds=moves_plan & restricted & staff.negate()),
        Objection(code="price_retired", holds=new_price & on_sale.retired(facts, price)),
        Objection(code="price_not_sold_then", holds=new_price & on_sale.outside_its_dates(facts, price)),
        Objection(code="out_of_stock", holds=moves_plan & on_sale.short_of_stock(facts, plan)),
        Objection(code="too_many", holds=on_sale.too_many(facts, plan)),
    ]


def _people(facts: Facts, terms: Terms, dates: Dates) -> list[Objection]:
    """Who asks, and from which day on."""
    form = facts.form
    by = facts.whole("request.by")
    everybody = terms["who"].holds(lambda value: isinstance(value, Names) and set(REQUESTERS) <= set(value.names))
    allowed = everybody | form.any_of(
        tuple(
            by.same(k) & terms["who"].holds(lambda value, w=who: isinstance(value, Names) and w in value.names)  # type: ignore[misc]  # the default binds the loop's word
            for k, who in enumerate(REQUESTERS)
        )
    )
    backdating = terms["backdating"]
    staff = backdating.among("staff") & by.same(REQUESTERS.index("staff"))
    back = dates.backdated & (backdating.among("anyone") | staff).negate()
    return [
        Objection(code="not_for_requester", holds=allowed.negate(), term="who"),
        Objection(code="backdated", holds=back, term="backdating"),
        Objection(code="day_not_open", holds=_wishes_another_day(facts, terms, dates), term="timing"),
    ]


def _wishes_another_day(facts: Facts, terms: Terms, dates: Dates) -> Bool:
    """Whether a day is wished for that the policy does not leave open, other than the one it sets."""
    closed = terms["timing"].among("on_date").negate() & facts.truth("request.on.given")
    return closed & facts.whole("request.on").same(dates.effective).negate()


def _state(facts: Facts, terms: Terms, dates: Dates) -> list[Objection]:
    """What the subscription is in the middle of."""
    pending = facts.truth("subscription.pending") & terms["pending"].among("refuse")
    unpaid = terms["unpaid"].among("refuse") & (facts.whole("subscription.debt") > 0)
    found = [
        Objection(code="change_pending", holds=pending, term="pending"),
        Objection(code="unpaid", holds=unpaid, term="unpaid"),
        Objection(code="too_frequent", holds=_too_frequent(facts, terms), term="frequency"),
    ]
    for kind in moves.KINDS:
        lost = facts.column(f"lost.{kind}", f"lost(s, r, kind={kind!r})", high=MAX_COUNT) > 0
        refused = terms[f"carry.{kind}"].among("refuse") & lost
        if kind == "usage":
            refused = refused & allowances_over(facts, dates).negate()
        detail = "the rest of an allowance" if kind == "usage" else kind
        found.append(Objection(code="would_be_lost", holds=refused, term=f"carry.{kind}", detail=detail))
    return [*found, _coupon_lost(facts, terms), _agreed_price_lost(facts, terms)]


def allowances_over(facts: Facts, dates: Dates) -> Bool:
    """Whether the allowances of the running period have run out by themselves when the change takes effect."""
    return dates.effective >= facts.period_end


def _coupon_lost(facts: Facts, terms: Terms) -> Objection:
    """A coupon that the new plan does not take, where the request does not bring another one."""
    held = facts.truth_column("subscription.coupon", "s.discount != no_coupon")
    gone = (facts.is_cancel | facts.is_start | keeps_coupon(facts, terms)).negate()
    refused = terms["carry.coupons"].among("refuse") & held & facts.truth("request.discount.given").negate() & gone
    return Objection(code="would_be_lost", holds=refused, term="carry.coupons", detail="the coupon")


def _agreed_price_lost(facts: Facts, terms: Terms) -> Objection:
    """A price agreed with the customer has its place beside the price it was agreed for."""
    given = facts.truth("subscription.amount.given") & facts.truth("request.amount.given").negate()
    moves = (facts.is_cancel | facts.is_start | facts.from_price.same(facts.to_price)).negate()
    refused = terms["carry.price_override"].among("refuse") & given & moves
    return Objection(code="would_be_lost", holds=refused, term="carry.price_override", detail="the agreed price")


def _too_frequent(facts: Facts, terms: Terms) -> Bool:
    """Whether the changes of the time before already reach the limit."""
    term = terms["frequency"]
    reached: list[Bool] = []
    for value in term.values:
        if isinstance(value, Frequency) and value.changes is not None:
            within = f"months={value.interval.months}, days={value.interval.days}"
            count = facts.column(f"changes.{value.interval}", f"changes_within(s, day, {within})", high=MAX_COUNT)
            reached.append(term.holds(lambda v, this=value: v == this) & (count >= value.changes))  # type: ignore[misc]  # the default binds the loop's value
    return facts.form.any_of(tuple(reached))


def _requirements(facts: Facts, terms: Terms) -> list[Objection]:
    """The conditions that the term `requires` names."""
    term = terms["requires"]
    named = dict.fromkeys(item for value in term.values if isinstance(value, Requirements) for item in value.items)
    found: list[Objection] = []
    for item in named:
        asked = term.holds(lambda value, this=item: isinstance(value, Requirements) and this in value.items)  # type: ignore[misc]  # the default binds the loop's item
        found.append(requirement_objection(facts, item, asked=asked, term="requires"))
    return found


REQUIREMENT_CODES = {
    "nothing_unpaid": "unpaid",
    "not_in_trial": "in_trial",
    "stock": "out_of_stock",
    "status": "wrong_status",
    "approval": "approval_missing",
}


def requirement_objection(facts: Facts, item: Requirement, *, asked: Bool, term: str) -> Objection:
    """The objection that an unmet requirement raises."""
    return Objection(
        code=REQUIREMENT_CODES[item.kind],
        holds=asked & unmet(facts, item),
        weight="approval" if item.kind == "approval" else "denial",
        term=term,
        detail=item.argument,
    )
