"""What a decision may look at: the columns it reads and the values derived from them, as nodes.

A column has a name, an interval, and the Python expression that reads it from a subscription `s`, a request `r`, and
the local day `day` of the request. An absent date or amount is a pair: a truth that says whether it is given, and a
value that is 0 when it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import final

from planshift.billing import calendar
from planshift.billing.change import KINDS, REQUESTERS
from planshift.billing.subscription import Discount, FactValue, Subscription
from planshift.billing.whole import Whole, both, choose, same
from planshift.billing.zones import midnight
from planshift.expressions.form import Bool, Form, Int, Text
from planshift.policy.document import NO_MAP, CarryMap
from planshift.rulebook.catalog_tables import MAX_AMOUNT, CatalogTables

LAST_DAY = calendar.to_day(date(2200, 12, 31))
"""The last day that may stand in a subscription or a request; the first is 1970-01-01."""

MAX_COUNT = 10**6
"""The largest quantity, count or number of months."""

_SECONDS = (LAST_DAY + 2) * 86_400


def _day(path: str) -> str:
    return f"{path}.toordinal() - 719163"


def _day_or_0(path: str) -> str:
    return f"{path}.toordinal() - 719163 if {path} is not None else 0"


WHOLE_COLUMNS: dict[str, tuple[int, int, str]] = {
    "today": (0, LAST_DAY, "day"),
    "request.at": (0, _SECONDS, "r.at"),
    "request.kind": (0, len(KINDS) - 1, "kinds[r.kind]"),
    "request.by": (0, len(REQUESTERS) - 1, "requesters[r.by]"),
    "request.on": (0, LAST_DAY, _day_or_0("r.on")),
    "request.until": (0, LAST_DAY, _day_or_0("r.until")),
    "request.bill_day": (0, 31, "r.bill_day"),
    "request.quantity": (1, MAX_COUNT, "s.quantity if r.quantity is None else r.quantity"),
    "request.amount": (0, MAX_AMOUNT, "r.amount or 0"),
    "request.discount.ppm": (0, 1_000_000, "r.discount.ppm if r.discount is not None else 0"),
    "request.discount.amount": (0, MAX_AMOUNT, "r.discount.amount if r.discount is not None else 0"),
    "subscription.quantity": (1, MAX_COUNT, "s.quantity"),
    "subscription.period.start": (0, LAST_DAY, _day("s.period.start")),
    "subscription.period.end": (0, LAST_DAY, _day("s.period.end")),
    "subscription.period.starts_at": (0, _SECONDS, "starts_at(s)"),
    "subscription.period.ends_at": (0, _SECONDS, "ends_at(s)"),
    "subscription.bill_day": (1, 31, "s.bill_day or bill_day(s)"),
    "subscription.renewals": (0, MAX_COUNT, "s.renewals"),
    "subscription.started_on": (0, LAST_DAY, _day_or_0("s.started_on")),
    "subscription.amount": (0, MAX_AMOUNT, "s.amount or 0"),
    "subscription.paid": (0, MAX_AMOUNT, "s.paid or 0"),
    "subscription.given_back": (0, MAX_AMOUNT, "s.given_back"),
    "subscription.debt": (0, MAX_AMOUNT, "s.debt"),
    "subscription.older_debt": (0, MAX_AMOUNT, "s.older_debt"),
    "subscription.waiting": (0, MAX_AMOUNT, "s.waiting"),
    "subscription.unpaid_invoices": (0, MAX_COUNT, "s.unpaid_invoices"),
    "subscription.account_credit": (0, MAX_AMOUNT, "s.account_credit"),
    "subscription.discount.ppm": (0, 1_000_000, "s.discount.ppm"),
    "subscription.discount.amount": (0, MAX_AMOUNT, "s.discount.amount"),
    "subscription.trial_ends_on": (0, LAST_DAY, _day_or_0("s.trial_ends_on")),
    "subscription.paid_through": (0, LAST_DAY, _day_or_0("s.paid_through")),
    "customer.since": (0, LAST_DAY, _day_or_0("s.customer.since")),
    "contract.starts_on": (0, LAST_DAY, "s.contract.starts_on.toordinal() - 719163 if s.contract is not None else 0"),
    "contract.ends_on": (0, LAST_DAY, "s.contract.ends_on.toordinal() - 719163 if s.contract is not None else 0"),
    "contract.penalty": (0, MAX_AMOUNT, "s.contract.penalty if s.contract is not None else 0"),
    "pending.effective_on": (
        0,
        LAST_DAY,
        "s.pending.effective_on.toordinal() - 719163 if s.pending is not None else 0",
    ),
}
"""Integer columns: lowest value, highest value, how the scalar reading reads it."""

TRUTH_COLUMNS: dict[str, str] = {
    "request.on.given": "r.on is not None",
    "request.until.given": "r.until is not None",
    "request.amount.given": "r.amount is not None",
    "request.discount.given": "r.discount is not None",
    "request.bill_one_time": "r.bill_one_time",
    "request.override": "r.override",
    "subscription.amount.given": "s.amount is not None",
    "subscription.paid.given": "s.paid is not None",
    "subscription.paid_through.given": "s.paid_through is not None",
    "subscription.started_on.given": "s.started_on is not None",
    "subscription.pending": "s.pending is not None",
    "customer.since.given": "s.customer.since is not None",
    "contract.given": "s.contract is not None",
    "contract.remainder": "s.contract is not None and s.contract.remainder",
}
"""Truth columns and how the scalar reading reads them."""

TEXT_COLUMNS: dict[str, str] = {
    "subscription.id": "s.id",
    "subscription.status": "s.status",
    "customer.id": "s.customer.id",
    "customer.client_group": "s.customer.client_group or ''",
}
"""Text columns and how the scalar reading reads them."""


def pair(pairs: Iterable[tuple[str, int]], name: str) -> int:
    """The value of a name in a tuple of pairs; 0 where it is not named."""
    for key, value in pairs:
        if key == name:
            return value
    return 0


def fact(pairs: Iterable[tuple[str, FactValue]], name: str, *, default: FactValue) -> FactValue:
    """The value of a fact among those given; its default where it is not given."""
    for key, value in pairs:
        if key == name:
            return value
    return default


def held(subscription: Subscription, name: str) -> int:
    """How many of an add-on the subscription holds."""
    return sum(addon.quantity for addon in subscription.addons if addon.name == name)


def remembered_bill_day(subscription: Subscription) -> int:
    """The bill day where none is stated."""
    period = subscription.period
    day: int = suggested_bill_day(calendar.to_day(period.start), calendar.to_day(period.end))
    return day


def suggested_bill_day(start: Whole, end: Whole) -> Whole:
    """The bill day that a period suggests: its last day, or its first where the month end cut the last short.

    Polymorphic (`billing/whole.py`): the columnar reading asks the same of its columns.
    """
    (_, _, first), (_, _, last) = calendar.civil(start), calendar.civil(end)
    cut_short = same(end + 1, calendar.add_months(end, 1, anchor_day=1))
    return choose(both(first > last, cut_short), first, last)


def changes_within(subscription: Subscription, day: int, *, months: int, days: int) -> int:
    """How many earlier changes lie within the duration that ends with `day`."""
    anchor = calendar.from_day(day).day
    since = calendar.step(day, months=-months, days=-days, anchor_day=anchor)
    return sum(1 for change in subscription.changes if since < calendar.to_day(change) <= day)


@final
class Facts:
    """The nodes of one kernel. `zone` is the time zone in which its days begin.

    A kernel is for all kinds of requests but renewals, or for renewals only: `renews_to` then finds the price that the
    subscription renews to. What is asked of one pair of prices alone names it as `between`, by position: known nodes
    then stand where a kernel has columns, so that everything that hangs on the two prices folds.

    `within` are intervals of columns that are narrower than those of every subscription, for a kernel that is asked of
    rows inside of them only: what they leave one value folds, and what is computed from them needs fewer digits.
    """

    def __init__(
        self,
        form: Form,
        tables: CatalogTables,
        *,
        zone: str,
        in_force_from: int = 0,
        renews_to: Callable[[Facts], Int] | None = None,
        carry_map: CarryMap = NO_MAP,
        between: tuple[int, int] | None = None,
        within: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    ) -> None:
        self.form = form
        self.tables = tables
        self.zone = zone
        self.in_force_from = in_force_from
        self.renews = renews_to is not None
        """Whether the kernel is for renewals."""
        self._renews_to = renews_to
        self._between = between
        self._within = within
        self.carry_map = carry_map
        self.access: dict[str, str] = {}
        self.named: dict[str, object] = {}
        """Constants of this book that access expressions name."""
        self.outcomes: dict[str, Int] = {}
        """Amounts of the decided change, once the kernel has them."""

    def outcome(self, name: str) -> Int:
        """An amount of the decided change; only what is read after the decision may ask."""
        return self.outcomes[name]

    def whole(self, name: str) -> Int:
        """An integer column of `WHOLE_COLUMNS`."""
        low, high, access = WHOLE_COLUMNS[name]
        return self.column(name, access, low=low, high=high)

    def truth(self, name: str) -> Bool:
        """A truth column of `TRUTH_COLUMNS`."""
        return self.truth_column(name, TRUTH_COLUMNS[name])

    def text(self, name: str) -> Text:
        """A text column of `TEXT_COLUMNS`."""
        self.access[name] = TEXT_COLUMNS[name]
        return self.form.text_input(name)

    def column(self, name: str, access: str, *, low: int = 0, high: int) -> Int:
        """An integer column of this book."""
        self.access[name] = access
        low, high = self._within.get(name, (low, high))
        return self.form.lit(low) if low == high else self.form.whole_input(name, low=low, high=high)

    def truth_column(self, name: str, access: str) -> Bool:
        """A truth column of this book."""
        self.access[name] = access
        low, high = self._within.get(name, (0, 1))
        return self.form.truth(low == 1) if low == high else self.form.truth_input(name)

    def text_column(self, name: str, access: str) -> Text:
        """A text column of this book."""
        self.access[name] = access
        return self.form.text_input(name)

    def constants(self) -> dict[str, object]:
        """What the access expressions name besides their parameters."""
        zone = self.zone

        def starts_at(s: Subscription) -> int:
            return (
                s.period.starts_at
                if s.period.starts_at is not None
                else midnight(calendar.to_day(s.period.start), zone)
            )

        def ends_at(s: Subscription) -> int:
            return s.period.ends_at if s.period.ends_at is not None else midnight(calendar.to_day(s.period.end), zone)

        return {
            **self.named,
            "kinds": {kind: k for k, kind in enumerate(KINDS)},
            "requesters": {who: k for k, who in enumerate(REQUESTERS)},
            "prices": self.tables.prices,
            "currencies": {currency: k for k, currency in enumerate(self.tables.currencies)},
            "starts_at": starts_at,
            "ends_at": ends_at,
            "bill_day": remembered_bill_day,
            "pair": pair,
            "fact": fact,
            "held": held,
            "no_coupon": Discount(),
            "changes_within": changes_within,
        }

    @cached_property
    def from_price(self) -> Int:
        """The price the subscription is on; nothing for a start."""
        if self._between is not None:
            return self.form.lit(self._between[0])
        access = "prices[s.plan, s.price] if r.kind != 'start' else prices['', '']"
        if self.renews:
            access = "prices[s.plan, s.price]"
        return self.column("from.price.index", access, high=self.tables.no_price)

    @cached_property
    def to_price(self) -> Int:
        """The price asked for, or renewed to; nothing for a cancellation."""
        if self._between is not None:
            return self.form.lit(self._between[1])
        if self._renews_to is not None:
            return self._renews_to(self)
        return self.column("to.price.index", "prices[r.plan, r.price]", high=self.tables.no_price)

    @cached_property
    def from_plan(self) -> Int:
        """The plan that is left."""
        return self.form.lookup(self.tables.price_plan, self.from_price)

    @cached_property
    def to_plan(self) -> Int:
        """The plan that is asked for."""
        return self.form.lookup(self.tables.price_plan, self.to_price)

    @cached_property
    def from_unit(self) -> Int:
        """What one interval and one piece cost now: the agreed price, else the list price."""
        agreed = self.form.cases(
            ((self.truth("subscription.amount.given"), self.whole("subscription.amount")),),
            self._listed(self.from_price),
        )
        assert isinstance(agreed, Int)  # a choice of integers
        return agreed

    @cached_property
    def to_unit(self) -> Int:
        """What one interval and one piece will cost: the price agreed for this change, else the list price."""
        agreed = self.form.cases(
            ((self.truth("request.amount.given"), self.whole("request.amount")),), self._listed(self.to_price)
        )
        assert isinstance(agreed, Int)  # a choice of integers
        return agreed

    def _listed(self, price: Int) -> Int:
        amounts = self.tables.price_amounts("price.amount", lambda item: item.amounts)
        return self.form.lookup(amounts, self.by_plan_and_currency(price))

    @cached_property
    def currency(self) -> Int:
        """The subscription's currency, as a position."""
        return self.column("currency.index", "currencies[s.currency]", high=len(self.tables.currencies) - 1)

    @cached_property
    def today(self) -> Int:
        """The local day of the request."""
        return self.whole("today")

    @cached_property
    def period_start(self) -> Int:
        """The first day of the running period."""
        return self.whole("subscription.period.start")

    @cached_property
    def period_end(self) -> Int:
        """The day after the last one of the running period."""
        return self.whole("subscription.period.end")

    @cached_property
    def in_trial(self) -> Bool:
        """Whether a trial is running on the day of the request."""
        return self.whole("subscription.trial_ends_on") > self.today

    @cached_property
    def contract_active(self) -> Bool:
        """Whether a contract is running on the day of the request."""
        return self.truth("contract.given") & (self.whole("contract.ends_on") > self.today)

    @cached_property
    def is_cancel(self) -> Bool:
        """Whether the request ends the subscription."""
        return self._is_kind("cancel")

    @cached_property
    def is_start(self) -> Bool:
        """Whether the request starts a plan beside nothing."""
        return self._is_kind("start")

    @cached_property
    def is_renewal(self) -> Bool:
        """Whether the running period ends and the next one begins."""
        return self.form.truth(self.renews)

    def _is_kind(self, kind: str) -> Bool:
        if self.renews or self._between is not None:
            return self.form.truth(False)
        return self.whole("request.kind").same(KINDS.index(kind))

    def by_plan_and_currency(self, plan: Int) -> Int:
        """The position of a plan's amount in the subscription's currency."""
        return plan * len(self.tables.currencies) + self.currency
