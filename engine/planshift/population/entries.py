"""The columns of a population as nodes, and what the form reads of them: one input of the kernel for each meaning.

Most columns are an input as they stand. What is more than that is computed by nodes here, with the arithmetic that the
scalar reading uses, so that an engine that can compute the form can compute its inputs as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import final

from planshift.billing import calendar
from planshift.billing.proration import SECONDS_PER_DAY
from planshift.billing.zones import offset_steps
from planshift.expressions.form import Bool, Form, Int, Node, Steps, Text
from planshift.population.columns import Column
from planshift.population.typed import limits
from planshift.rulebook.catalog_tables import CatalogTables
from planshift.rulebook.facts import LAST_DAY, suggested_bill_day

PRICE = "from price"
"""The position of plan and price, as the door finds it."""

CURRENCY = "currency at"
"""The position of the currency."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Entries:
    """The columns that some data has, as nodes of a form; a column that is not there is known to be empty."""

    form: Form
    columns: Mapping[str, Column]
    present: frozenset[str]
    tables: CatalogTables
    zone: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The columns of the door that are called otherwise, and what they are called."""

    def flag(self, name: str) -> Bool:
        """A column of the door that holds truths."""
        return self.form.truth_input(self._called(name))

    def given(self, name: str) -> Bool:
        """Whether a row has a value in a column."""
        return self.flag(given_name(name)) if name in self.present else self.form.truth(False)

    def whole(self, name: str) -> Int:
        """A number; the default of its column where none is given."""
        column = self.columns[name]
        if name not in self.present:
            return self.form.lit(int(column.default))
        low, high = limits(column) or (0, 0)
        low, high = min(low, int(column.default)), max(high, int(column.default))
        return self.form.whole_input(self._called(name), low=low, high=high)

    def truth(self, name: str) -> Bool:
        """A truth; the default of its column where none is given."""
        if name not in self.present:
            return self.form.truth(bool(self.columns[name].default))
        return self.flag(name)

    def text(self, name: str) -> Text:
        """A text; the default of its column where none is given."""
        if name not in self.present:
            return self.form.text(str(self.columns[name].default))
        return self.form.text_input(self._called(name))

    @property
    def price(self) -> Int:
        """The position of the price that runs."""
        return self.form.whole_input(self._called(PRICE), low=0, high=max(0, self.tables.no_price - 1))

    @property
    def currency(self) -> Int:
        """The position of the currency."""
        return self.form.whole_input(self._called(CURRENCY), low=0, high=len(self.tables.currencies) - 1)

    def _called(self, name: str) -> str:
        return self.renamed.get(name, name)

    def midnight(self, day: Int) -> Int:
        """The instant at which a day begins, as the door of single subscriptions has it."""
        stretches = offset_steps(self.zone, first_day=0, last_day=LAST_DAY)
        offsets = Steps("offset", tuple(start for start, _ in stretches), tuple(offset for _, offset in stretches))
        return day * SECONDS_PER_DAY - self.form.steps(offsets, day)

    def instant(self, name: str, day: Int) -> Int:
        """The instant of a boundary: the one that is given, or the midnight of its day."""
        chosen = self.form.cases(((self.given(name), self.whole(name)),), self.midnight(day))
        assert isinstance(chosen, Int)  # a choice of integers
        return chosen


def given_name(name: str) -> str:
    """The column of the door that says whether a row has a value in a column."""
    return f"{name}?"


def inputs_of(entries: Entries) -> dict[str, Node]:
    """The inputs of kernels that can be told from a subscription alone, by name."""
    found: dict[str, Node] = {}
    for column in entries.columns.values():
        if column.feeds:
            found |= _plain(entries, column)
    return found | dict(_composed(entries))


def _plain(entries: Entries, column: Column) -> dict[str, Node]:
    """An input that is the column as it stands, and whether it is given."""
    name = column.feeds
    if column.kind in ("text", "name"):
        return {name: entries.text(column.name)}
    if column.kind == "truth":
        return {name: entries.truth(column.name)}
    return {name: entries.whole(column.name), f"{name}.given": entries.given(column.name)}


def _composed(entries: Entries) -> Iterator[tuple[str, Node]]:
    """The inputs that several columns make together."""
    start, end = entries.whole("period_start"), entries.whole("period_end")
    yield "from.price.index", entries.price
    yield "currency.index", entries.currency
    yield "customer.id", _customer(entries)
    yield "subscription.period.starts_at", entries.instant("period_starts_at", start).greatest(0)
    yield "subscription.period.ends_at", entries.instant("period_ends_at", end).greatest(0)
    stated = entries.given("bill_day")
    day = entries.form.cases(((stated, entries.whole("bill_day")),), suggested_bill_day(start, end))
    yield "subscription.bill_day", day
    yield "subscription.pending", entries.given("pending_on")
    yield "contract.given", entries.given("contract_starts_on")
    yield "contract.remainder", entries.truth("contract_remainder") & entries.given("contract_starts_on")
    coupon = (entries.whole("discount_percent") > 0) | (entries.whole("discount_amount") > 0)
    yield "subscription.coupon", coupon | entries.given("discount_code")
    for column in entries.columns.values():
        if column.path[0] == "allowances":
            yield left_name(column.path[1]), entries.whole(column.name)


def left_name(allowance: str) -> str:
    """What is left of an allowance, which no kernel reads by itself: what would be lost is counted from it."""
    return f"allowance {allowance}"


def _customer(entries: Entries) -> Node:
    """The customer's id; the subscription's where none is given."""
    return entries.form.cases(((entries.given("customer_id"), entries.text("customer_id")),), entries.text("id"))


def contradictions(entries: Entries) -> Bool:
    """Whether a row says what cannot be true: the same rows that the door of single subscriptions refuses.

    That door says why; this one only finds them.
    """
    return entries.form.any_of(
        (*_periods(entries), *_amounts(entries), *_commitments(entries), *_other(entries), *_defaults(entries))
    )


def _periods(entries: Entries) -> Iterator[Bool]:
    start, end = entries.whole("period_start"), entries.whole("period_end")
    yield end <= start
    yield entries.instant("period_ends_at", end) <= entries.instant("period_starts_at", start)
    for name, day in (("period_starts_at", start), ("period_ends_at", end)):
        at = entries.whole(name)
        outside = (at < entries.midnight(day)) | (at >= entries.midnight(day + 1))
        yield entries.given(name) & outside
    started = entries.given("started_on")
    yield started & (entries.whole("started_on") > start)
    trial = entries.given("trial_ends_on") & started
    yield trial & (entries.whole("trial_ends_on") < entries.whole("started_on"))


def _amounts(entries: Entries) -> Iterator[Bool]:
    """Money that contradicts itself, and a price that is not sold in the currency."""
    form, tables = entries.form, entries.tables
    agreed = entries.given("amount")
    at = entries.price * len(tables.currencies) + entries.currency
    sold = form.lookup(tables.price_sold, at).same(1)
    yield agreed.negate() & sold.negate()
    listed = form.lookup(tables.price_amounts("price.amount", lambda item: item.amounts), at).greatest(
        form.lookup(tables.price_amounts("price.renewal", lambda item: item.renewal), at)
    )
    unit = form.cases(((agreed, entries.whole("amount")),), listed)
    assert isinstance(unit, Int)  # a choice of integers
    due = unit * entries.whole("quantity") * _intervals(entries)
    paid = entries.given("paid")
    counted = sold | agreed
    yield counted & paid & (entries.whole("paid") > due)
    yield counted & (entries.whole("older_debt") > entries.whole("debt"))
    most = form.cases(((paid, entries.whole("paid")),), due)
    assert isinstance(most, Int)  # a choice of integers
    yield counted & (entries.whole("given_back") > most)


def _intervals(entries: Entries) -> Int:
    """How often an interval of the price begins in the period."""
    form, tables = entries.form, entries.tables
    start, end = entries.whole("period_start"), entries.whole("period_end")
    months = form.lookup(tables.price_column("price.months", lambda _, item: item.interval.months), entries.price)
    days = form.lookup(tables.price_column("price.days", lambda _, item: item.interval.days), entries.price)
    (year, month, day), (last_year, last_month, last_day) = calendar.civil(start), calendar.civil(end)
    begun = (last_year - year) * 12 + last_month - month + (last_day > day).choose(1, 0)
    by_month = (begun + months - 1).greatest(0) // months.greatest(1)
    by_day = (end - start + days - 1).greatest(0) // days.greatest(1)
    found = form.cases(((months > 0, by_month), (days > 0, by_day)), 1)
    assert isinstance(found, Int)  # a choice of integers
    return found.greatest(1)


def _commitments(entries: Entries) -> Iterator[Bool]:
    starts, ends = entries.given("contract_starts_on"), entries.given("contract_ends_on")
    more = (entries.whole("contract_penalty") > 0) | entries.truth("contract_remainder")
    more = more | entries.given("contract_plan") | entries.given("contract_service")
    yield starts.same(ends).negate()
    yield more & starts.negate()
    yield starts & ends & (entries.whole("contract_ends_on") <= entries.whole("contract_starts_on"))
    plan, price = entries.given("pending_plan"), entries.given("pending_price")
    yield plan.same(price).negate()
    yield plan & entries.given("pending_on").negate()


def _other(entries: Entries) -> Iterator[Bool]:
    nothing = entries.given("discount_percent").negate() & entries.given("discount_amount").negate()
    yield entries.given("discount_code") & nothing
    for column in entries.columns.values():
        if column.needed and column.name != "plan":
            yield entries.given(column.name).negate()


def _defaults(entries: Entries) -> Iterator[Bool]:
    """Amounts that are left out, where the default is of another currency."""
    codes = entries.tables.currencies
    for column in entries.columns.values():
        if column.default_currency:
            same = entries.currency.same(codes.index(column.default_currency))
            yield entries.given(column.name).negate() & same.negate()
