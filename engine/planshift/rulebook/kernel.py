"""The kernel: the whole decision of one book as outputs of the compiled form.

`build_kernel` reads top to bottom as a decision does: road, direction, rules, terms, dates, lines, what stands against
it. Readings translate `Kernel.outputs` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from planshift.billing.change import REQUESTERS
from planshift.expressions.form import Bool, Int, Node
from planshift.policy.terms import TERMS
from planshift.rulebook import moves
from planshift.rulebook.amounts import Prices, Swap, prices, swap
from planshift.rulebook.coupons import keeps_coupon
from planshift.rulebook.dates import Dates, Intervals, Terms, choice, fix_dates, intervals
from planshift.rulebook.facts import Facts
from planshift.rulebook.fees import Extras, contract_outcome, fee_amount, one_time_amount, setup_amount
from planshift.rulebook.ladder_values import Holders, Ladder
from planshift.rulebook.ranks import Ranks
from planshift.rulebook.regular import regular_bills
from planshift.rulebook.renewals import due_from, renewal_dates, renewal_objections
from planshift.rulebook.requirements import (
    Fit,
    Objection,
    allowances_over,
    objections,
    requirement_objection,
    usage_fit,
)
from planshift.rulebook.resolution import ResolvedTerm, SourceList, resolve
from planshift.rulebook.roads import RoadFinding, find_road
from planshift.rulebook.rule_nodes import LowerPromises, LowerRules, Promise, RuleNodes
from planshift.rulebook.settlement import Settlement, bills_with_next_invoice, settle
from planshift.rulebook.sources import Source
from planshift.rulebook.switches import Switches

VERDICTS = ("allowed", "denied", "needs_remedy", "needs_approval")
"""The answers, in the order of their codes."""

ALLOWED, DENIED, NEEDS_REMEDY, NEEDS_APPROVAL = range(len(VERDICTS))

PARAMETERS = ("s", "r", "day")
"""What a scalar reading is called with: subscription, request, local day."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """One book's decision: named outputs, and what positions in them mean.

    `regular` are amounts that no single decision tells and reports on everybody do (`regular_bills`).
    """

    facts: Facts
    outputs: Mapping[str, Node]
    terms: Mapping[str, ResolvedTerm]
    sources: tuple[Source, ...]
    objections: tuple[Objection, ...]
    rules: tuple[RuleNodes, ...]
    resources: tuple[str, ...]
    promises: tuple[Promise, ...]
    regular: Mapping[str, Int]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """What a kernel for renewals knows besides: the switches, and how many days ahead invoices are made."""

    switches: Switches
    days_ahead: int = 0


def build_kernel(
    facts: Facts,
    *,
    ladder: Ladder,
    holders: Holders,
    lower_rules: LowerRules,
    lower_promises: LowerPromises,
    renewing: Renewing | None = None,
) -> Kernel:
    """Compose the decision; with `renewing` that of renewals, and else that of every other request."""
    road = find_road(facts, ladder)
    rules = lower_rules(facts, road)
    sources = SourceList()
    terms = _resolve_terms(facts, Ranks(facts, road, ladder=ladder, holders=holders, rules=rules), sources)
    dates, money, outcomes, price = _dates_and_money(facts, terms)
    fits = usage_fit(facts, terms)
    against = _objections(facts, terms, road=road, dates=dates, fits=fits, renewing=renewing, rules=rules)
    verdict = _verdict(facts, terms, against=against, rules=rules)
    facts.outcomes = _unless_denied(facts, verdict, outcomes)
    outputs: dict[str, Node] = {
        "verdict": verdict,
        **_road_outputs(road),
        **(_renewal_outputs(facts, renewing) if renewing is not None else {}),
        **{f"objection.{k}": objection.holds for k, objection in enumerate(against)},
        **{f"rule.{k}": rule.holds for k, rule in enumerate(rules)},
        **{f"term.{name}": term.value for name, term in terms.items()},
        **{f"source.{name}": term.source for name, term in terms.items()},
        **money,
        **_fit_outputs(fits),
    }
    return Kernel(
        facts=facts,
        outputs=outputs,
        terms=terms,
        sources=tuple(sources.sources),
        objections=tuple(against),
        rules=rules,
        resources=facts.tables.resources,
        promises=lower_promises(facts, road),
        regular=regular_bills(facts, intervals(facts), price=price),
    )


def _objections(
    facts: Facts,
    terms: Terms,
    *,
    road: RoadFinding,
    dates: Dates,
    fits: tuple[Fit, ...],
    renewing: Renewing | None,
    rules: Sequence[RuleNodes],
) -> list[Objection]:
    """What can stand against the request besides denials; a renewal goes no road and asks nobody."""
    if renewing is not None:
        against = renewal_objections(facts, intervals(facts), days_ahead=renewing.days_ahead)
    else:
        against = [Objection(code=code, holds=holds) for code, holds in road.reasons]
        against += objections(facts, terms, dates=dates, fits=fits)
    return [each for each in (*against, *_rule_needs(facts, rules)) if each.holds.literal is not False]


def _unless_denied(facts: Facts, verdict: Int, outcomes: Mapping[str, Int]) -> dict[str, Int]:
    """The amounts of the change as `always` statements mean them: a denied change moves no money."""
    zero = facts.form.lit(0)
    return {name: choice(facts.form, [(verdict.same(DENIED), zero)], node) for name, node in outcomes.items()}


def _dates_and_money(facts: Facts, terms: Terms) -> tuple[Dates, dict[str, Node], dict[str, Int], Prices]:
    """The dates, every date and amount as outputs, the amounts that statements may speak of, and the prices."""
    spans, price = intervals(facts), prices(facts, terms, in_arrear=_in_arrear(facts))
    if facts.renews:
        dates = renewal_dates(facts, spans)
    else:
        dates = fix_dates(facts, terms, spans=spans, in_arrear=price.from_in_arrear)
    sides = swap(facts, terms, dates=dates, spans=spans, price=price)
    extras = _extras(facts, terms, dates=dates, spans=spans, price=price, sides=sides)
    money = settle(facts, terms, dates=dates, spans=spans, price=price, swap=sides, extras=extras)
    outcomes = {
        "due_now": money.due_now,
        "credit": money.credit,
        "charge": sides.charge,
        "fee": extras.fee,
        "refunded": money.routed.refunded,
    }
    outputs = {**_date_outputs(dates, money), **_amount_outputs(price, sides, extras, money)}
    outputs["with_next_invoice"] = bills_with_next_invoice(facts, terms, dates=dates)
    outputs |= {"keeps_coupon": keeps_coupon(facts, terms), "allowances_over": allowances_over(facts, dates)}
    return dates, outputs, outcomes, price


def _road_outputs(road: RoadFinding) -> dict[str, Node]:
    """The road; where plans can meet in several groups, all that both ends are in."""
    more = road.groups if len(road.groups) > 1 else ()
    return {
        "direction": road.direction,
        "path": road.pair,
        "group": road.group,
        **{f"group.{k}": group for k, group in enumerate(more)},
        "from_level": road.from_level,
        "to_level": road.to_level,
    }


def _renewal_outputs(facts: Facts, renewing: Renewing) -> dict[str, Node]:
    """What a renewal leads to and by which switch, as positions, and the day from which on it is due."""
    return {
        "target": facts.to_price,
        "switch": renewing.switches.due(facts),
        "switch.blocker": renewing.switches.blocker(facts),
        "due_from": due_from(facts, renewing.days_ahead),
    }


def _resolve_terms(facts: Facts, ranks: Ranks, sources: SourceList) -> Terms:
    return {
        definition.name: resolve(
            facts.form,
            term=definition.name,
            default=ranks.default(definition),
            ranks=ranks.about(definition.name),
            sources=sources,
        )
        for definition in TERMS
    }


def _in_arrear(facts: Facts) -> tuple[Bool, Bool]:
    """Whether the old and the new price are billed in arrear."""
    table = facts.tables.price_column("price.in_arrear", lambda _, price: int(price.in_arrear))
    return facts.form.lookup(table, facts.from_price).same(1), facts.form.lookup(table, facts.to_price).same(1)


def _extras(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, sides: Swap) -> Extras:
    return Extras(
        fee=fee_amount(facts, terms, price=price, swap=sides),
        one_time=one_time_amount(facts, terms),
        setup=setup_amount(facts, terms),
        contract=contract_outcome(
            facts, terms, dates=dates, spans=spans, price=price, settled=sides.gives_credit | sides.bills_old
        ),
    )


def _rule_needs(facts: Facts, rules: Sequence[RuleNodes]) -> list[Objection]:
    return [
        requirement_objection(facts, need, asked=rule.holds, term=f'rule "{rule.title}"')
        for rule in rules
        for need in rule.needs
    ]


def _verdict(facts: Facts, terms: Terms, *, against: Sequence[Objection], rules: Sequence[RuleNodes]) -> Int:
    """Hard objections and denials first, then what a remedy or an approval can lift."""
    form = facts.form

    def some(weight: str) -> Bool:
        return form.any_of(tuple(o.holds for o in against if o.weight == weight and not o.hard))

    hard = form.any_of(tuple(o.holds for o in against if o.hard))
    denied = some("denial") | form.any_of(tuple(rule.holds for rule in rules if rule.denies))
    staff = facts.whole("request.by").same(REQUESTERS.index("staff"))
    bound = (facts.truth("request.override") & staff & terms["override"].among("staff")).negate()
    return choice(
        form,
        [
            (hard | (denied & bound), form.lit(DENIED)),
            (some("remedy") & bound, form.lit(NEEDS_REMEDY)),
            (some("approval") & bound, form.lit(NEEDS_APPROVAL)),
        ],
        form.lit(ALLOWED),
    )


def _date_outputs(dates: Dates, money: Settlement) -> dict[str, Node]:
    return {
        "effective": dates.effective,
        "immediate": dates.immediate,
        "stop": dates.stop,
        "credit_end": dates.credit_end,
        "bill_end": dates.bill_end,
        "bill_day": dates.bill_day,
        "keeps_period": dates.keeps_period,
        "next_bill_on": money.next_bill_on,
        "extension.active": money.extension.active,
        "extension.units": money.extension.units,
        "extension.num": money.extension.num,
        "extension.den": money.extension.den,
        "extension.starts": money.extension.starts,
        "extension.ends": money.extension.ends,
        "extension.then_until": money.extension.then_until,
    }


def _amount_outputs(price: Prices, sides: Swap, extras: Extras, money: Settlement) -> dict[str, Node]:
    contract = extras.contract
    named: dict[str, Node] = {
        "old_price": price.old,
        "new_price": price.new,
        "old_unit": price.old_unit,
        "new_unit": price.new_unit,
        "billed": price.billed,
        "gives_credit": sides.gives_credit,
        "bills": sides.bills,
        "bills_old": sides.bills_old,
        "begin": sides.begin,
        "charge": sides.charge,
        "charge_old": sides.charge_old,
        "fee": extras.fee,
        "one_time": extras.one_time,
        "setup": extras.setup,
        "penalty": contract.penalty,
        "remainder": contract.remainder,
        "contract.carries": contract.carries,
        "contract.begins": contract.begins,
        "contract.ends": contract.ends,
        "contract.months": contract.months,
        "contract.days": contract.days,
    }
    for name, share in (
        ("credit", sides.credit_share),
        ("charge", sides.charge_share),
        ("charge_old", sides.charge_old_share),
    ):
        named[f"{name}.num"], named[f"{name}.den"] = share
    for name in MONEY_OUTPUTS:
        named[name] = getattr(money, name)
    named |= {"waiting_billed": money.waiting.billed, "next_bill_waiting": money.waiting.on_bill}
    for name in ROUTED_OUTPUTS:
        named[name] = getattr(money.routed, name)
    return named


MONEY_OUTPUTS = (
    "credit",
    "forfeited",
    "charges",
    "debt_reduced",
    "offset",
    "account_used_now",
    "due_now",
    "due_later",
    "due_held",
    "next_bill",
    "next_bill_renewal",
    "account_used",
    "next_bill_credit",
)
"""The amounts of a settlement, under their own names."""

ROUTED_OUTPUTS = ("to_account", "refunded", "to_next_bill", "to_time")
"""Where the rest of the credit goes."""


def _fit_outputs(fits: Sequence[Fit]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for fit in fits:
        found |= {f"used.{fit.resource}": fit.used, f"allowed.{fit.resource}": fit.allowed}
        found[f"excess.{fit.resource}"] = fit.excess
    return found


def kernel_constants(facts: Facts) -> dict[str, object]:
    """Everything that the access expressions of a kernel name."""
    counter = moves.Counter(facts.tables.catalog)
    return {
        **facts.constants(),
        "lost": counter.lost,
        "ended_use": moves.ended_use,
        "chosen": moves.chosen,
    }
