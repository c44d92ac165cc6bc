"""Whether a coupon goes along: the policy's word, and the codes that the new plan takes."""

from __future__ import annotations

from collections.abc import Mapping

from planshift.expressions.form import Bool, Table
from planshift.rulebook.dates import Terms
from planshift.rulebook.facts import Facts


def keeps_coupon(facts: Facts, terms: Terms) -> Bool:
    """Whether the subscription's coupon counts on the new side: on the same plan it has its place."""
    carry = terms["carry.coupons"]
    fits = _taken(facts, {})
    rows = facts.carry_map.of("coupons")
    if rows:
        mapped = carry.among("map")
        fits = (mapped & _taken(facts, rows)) | (mapped.negate() & fits)
    fits = fits | facts.from_plan.same(facts.to_plan)
    return carry.among("drop").negate() & (carry.among("keep") | fits)


def _taken(facts: Facts, rows: Mapping[str, str]) -> Bool:
    """Whether the plan asked for takes the coupon under the code that the rows give it.

    The last code is one that neither a plan nor a row names; nothing takes every coupon.
    """
    plans = facts.tables.catalog.plans
    listed = [code for plan in plans for code in plan.coupons or ()]
    codes = (*dict.fromkeys((*listed, *facts.carry_map.of("coupons"))), None)
    cells = [int(plan.takes_coupon(code and rows.get(code, code))) for plan in plans for code in codes]
    if all(cells):
        return facts.form.truth(True)
    last = len(codes) - 1
    facts.named["coupons"] = {code: k for k, code in enumerate(codes[:-1])}
    code = facts.column("subscription.coupon.index", f"coupons.get(s.discount.code, {last})", high=last)
    table = Table("plan.takes_coupon", (*cells, *(1 for _ in codes)))
    return facts.form.lookup(table, facts.to_plan * len(codes) + code).same(1)
