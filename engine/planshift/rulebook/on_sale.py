"""Whether a plan or a price is sold, in the compiled form: asked of a plan somebody wants, and of a switch's target."""

from __future__ import annotations

from datetime import date

from planshift.billing.calendar import to_day
from planshift.expressions.form import Bool, Int
from planshift.rulebook.catalog_tables import STATUSES
from planshift.rulebook.facts import LAST_DAY, MAX_COUNT, Facts


def has_status(facts: Facts, plan: Int, *, status: str) -> Bool:
    """Whether a plan is sold as one of `STATUSES` says."""
    column = facts.tables.plan_column("plan.status", lambda each: STATUSES.index(each.status))
    return facts.form.lookup(column, plan).same(STATUSES.index(status))


def short_of_stock(facts: Facts, plan: Int) -> Bool:
    """Whether fewer pieces of a plan are left than are asked for."""
    table = facts.tables.plan_column(
        "plan.stock", lambda each: MAX_COUNT if each.stock is None else each.stock, nothing=MAX_COUNT
    )
    return facts.form.lookup(table, plan) < facts.whole("request.quantity")


def too_many(facts: Facts, plan: Int) -> Bool:
    """Whether more pieces are asked for than a plan is sold in."""
    table = facts.tables.plan_column("plan.most", lambda each: each.quantity_max, nothing=MAX_COUNT)
    return facts.whole("request.quantity") > facts.form.lookup(table, plan)


def not_in_currency(facts: Facts, price: Int) -> Bool:
    """Whether a price has no amount in the currency of the subscription."""
    return facts.form.lookup(facts.tables.price_sold, facts.by_plan_and_currency(price)).same(0)


def retired(facts: Facts, price: Int) -> Bool:
    """Whether a price is not sold any more."""
    column = facts.tables.price_column("price.retired", lambda _, each: int(each.retired))
    return facts.form.lookup(column, price).same(1)


def outside_its_dates(facts: Facts, price: Int) -> Bool:
    """Whether a price is not on sale on the day of the request: not yet, or not any more."""
    form, tables = facts.form, facts.tables
    first = tables.price_column("price.first_day", lambda _, each: _day(each.available_from, otherwise=0))
    end = tables.price_column(
        "price.end_day", lambda _, each: _day(each.available_until, otherwise=LAST_DAY + 1), nothing=LAST_DAY + 1
    )
    return (facts.today < form.lookup(first, price)) | (facts.today >= form.lookup(end, price))


def _day(text: str | None, *, otherwise: int) -> int:
    return otherwise if text is None else to_day(date.fromisoformat(text))
