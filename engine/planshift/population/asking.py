"""What is asked of everybody, and the inputs of the form that a row has only together with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, final

from planshift.billing import calendar
from planshift.billing.change import ChangeRequest
from planshift.billing.interval import parse_interval
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.billing.zones import local_day
from planshift.book import Book
from planshift.expressions.form import Form
from planshift.expressions.scalar import compile_scalar
from planshift.policy.request_documents import default_price
from planshift.population.dialects import DUCKDB, SEPARATOR, DoorDialect, quoted, text
from planshift.population.door import BAD
from planshift.population.entries import left_name
from planshift.population.lists import keys_column
from planshift.rulebook.kernel import PARAMETERS, Kernel, kernel_constants
from planshift.rulebook.moves import places_of

TO_PRICE = "to.price.index"
OPTION = "option"

_ASKED = ("request.", "approved.", "bought.", "ended.")
_LISTS: dict[str, str] = {"lost.answers": "answers", "lost.resources": "resources", "lost.settings": "settings"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every subscription: to change to a plan, each of its options, or its renewal.

    `request` says when, by whom and on what terms; its plan and price name the target, where there is one. Without a
    price it is the one billed as often as now, as for a single subscription.
    """

    kind: Literal["change", "options", "renewal"]
    request: ChangeRequest

    @property
    def renews(self) -> bool:
        """Whether it is about renewals."""
        return self.kind == "renewal"


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Asking:
    """A question to the subscriptions of one time zone."""

    book: Book
    question: Question
    zone: str
    dialect: DoorDialect = DUCKDB

    @property
    def today(self) -> int:
        """The local day of the question."""
        return local_day(self.question.request.at, self.zone)

    def constants(self, kernel: Kernel) -> dict[str, int]:
        """The inputs that are the same for every row, as the scalar reading reads them from the request."""
        names = [name for name in kernel.facts.access if self._is_asked(name)]
        form = Form()
        compiled = compile_scalar(
            [form.whole_input(name, low=0, high=1) for name in names],
            name="asked",
            parameters=PARAMETERS,
            access=kernel.facts.access,
            constants=kernel_constants(kernel.facts),
        )
        request = self.question.request
        if self.question.renews:
            request = replace(request, kind="renew", plan="", price="")
        values = compiled.call(_ANYBODY, replace(request, plan="", price=""), self.today)
        found = {name: int(value) for name, value in zip(names, values, strict=True)}
        if self.question.renews:
            found |= {name: 0 for name in kernel.facts.access if name.startswith("lost.")}
        return found

    def _is_asked(self, name: str) -> bool:
        """Whether an input is read from the request and the day alone."""
        if name == "request.quantity":
            return self.question.request.quantity is not None
        return name == "today" or name.startswith(_ASKED)

    def query(self, kernel: Kernel, *, last: str, where: str) -> str:
        """The rows to decide: the good ones of the door, once for each target, with the inputs of the question."""
        inputs = {name: sql for name, sql in self._inputs(kernel) if name in kernel.facts.access}
        columns = ["d.*", *(f"{sql} AS {quoted(name)}" for name, sql in inputs.items())]
        if not self.question.renews:
            columns += ["t.its_plan AS to_plan", "t.its_price AS to_price"]
        good = f"NOT d.{quoted(BAD)} AND {where}"
        return (
            f"SELECT {', '.join(columns)} FROM {last} d{self._targets()} WHERE {good}{self._sold()}{self.dialect.fence}"
        )

    def targets(self) -> tuple[int, ...]:
        """The positions of the prices that somebody may be asked to change to."""
        if self.question.renews:
            return ()
        tables, request = self.book.rulebook.tables, self.question.request
        if self.question.kind == "options":
            return tuple(range(len(tables.rows)))
        if request.price:
            return (tables.prices[request.plan, request.price],)
        return tuple(sorted({k for k in self.by_price() if k is not None}))

    def by_price(self) -> tuple[int | None, ...]:
        """The target by present price and currency: None where the plan asked for has several and none is meant."""
        tables, plan = self.book.rulebook.tables, self.question.request.plan
        found: list[int | None] = []
        for held, price in tables.rows:
            for currency in tables.currencies:
                somebody = replace(_ANYBODY, plan=held.name, price=price.id, currency=currency)
                meant = default_price(self.book.document, somebody, plan=plan)
                found.append(None if meant is None else tables.prices[plan, meant])
        return tuple(found)

    def _targets(self) -> str:
        """The table of targets, joined so that each row meets those that it is asked about."""
        if self.question.renews:
            return ""
        tables = self.book.rulebook.tables
        rows = ", ".join(self._target_row(k) for k in self.targets())
        names = "k, its_plan, its_price, answers, resources, settings, addons, usage, sold"
        table = f"(VALUES {rows}) t({names})"
        if self.question.kind == "options":
            return f" CROSS JOIN {table}"
        if self.question.request.price:
            return f" CROSS JOIN {table}"
        pairs = [(k, target) for k, target in enumerate(self.by_price()) if target is not None]
        meant = ", ".join(f"({at}, {target})" for at, target in pairs)
        at = f"d.{quoted('from.price.index')} * {len(tables.currencies)} + d.{quoted('currency.index')}"
        return f" JOIN (VALUES {meant}) m(held, target) ON m.held = {at} JOIN {table} ON t.k = m.target"

    def _target_row(self, k: int) -> str:
        plan, price = self.book.rulebook.tables.rows[k]
        places = places_of(self.book.catalog, plan)
        lists = []
        for kind in ("answers", "resources", "settings", "addons", "usage"):
            keys = sorted(
                f"{name}{SEPARATOR}{of}" if kind == "resources" else name for at, name, of in places if at == kind
            )
            lists.append(self.dialect.listed(", ".join(map(text, keys)), self.dialect.text_type))
        currencies = [k for k, code in enumerate(self.book.rulebook.tables.currencies) if code in dict(price.amounts)]
        sold = self.dialect.listed(", ".join(map(str, currencies)), "INTEGER")
        return f"({k}, {text(plan.name)}, {text(price.id)}, {', '.join(lists)}, {sold})"

    def _sold(self) -> str:
        """Options are every other price that is sold in the currency."""
        if self.question.kind != "options":
            return ""
        currency = f"CAST(d.{quoted('currency.index')} AS INTEGER)"
        return f" AND t.k <> d.{quoted('from.price.index')} AND {self.dialect.contains('t.sold', currency)}"

    def _inputs(self, kernel: Kernel) -> Iterator[tuple[str, str]]:
        """The SQL of the inputs that a row has only together with the question."""
        if self.question.request.quantity is None:
            yield "request.quantity", f"d.{quoted('subscription.quantity')}"
        yield "subscription.coupon.index", self._coupon(kernel)
        for name in kernel.facts.access:
            if name.startswith("changes."):
                yield name, self._changes(name)
        if self.question.renews:
            return
        yield TO_PRICE, "t.k"
        stays = f"t.its_plan = d.{quoted('=plan')}"
        for name, kind in _LISTS.items():
            keys = quoted(keys_column(kind))
            kept = self.dialect.among(f"d.{keys}", f"t.{kind}")
            yield name, f"CASE WHEN {stays} THEN 0 ELSE {self.dialect.length(f'd.{keys}')} - {kept} END"
        yield (
            "lost.addons",
            self._without_place("addons", {a.name: f"addons.{a.name}" for a in self.book.catalog.addons}),
        )
        allowances = {name for plan in self.book.catalog.plans for name, _ in plan.allowances}
        yield "lost.usage", self._without_place("usage", {name: left_name(name) for name in sorted(allowances)})

    def _without_place(self, kind: str, columns: Mapping[str, str]) -> str:
        """How many of these things a row has that the target has no place for."""
        has_place = {name: self.dialect.contains(f"t.{kind}", text(name)) for name in columns}
        lost = [
            f"CASE WHEN d.{quoted(column)} > 0 AND NOT {has_place[name]} THEN 1 ELSE 0 END"
            for name, column in columns.items()
        ]
        return f"CASE WHEN t.its_plan = d.{quoted('=plan')} THEN 0 ELSE {' + '.join(lost) or '0'} END"

    def _coupon(self, kernel: Kernel) -> str:
        codes = kernel.facts.named.get("coupons")
        known: Mapping[str, int] = codes if isinstance(codes, Mapping) else {}
        branches = " ".join(f"WHEN {text(code)} THEN {k}" for code, k in known.items())
        return f"CASE d.{quoted('=discount_code')} {branches} ELSE {len(known)} END" if branches else "0"

    def _changes(self, name: str) -> str:
        """How many earlier changes lie within the duration that the name of the input ends with."""
        within, today = parse_interval(name.removeprefix("changes.")), self.today
        anchor = calendar.from_day(today).day
        since = calendar.step(today, months=-within.months, days=-within.days, anchor_day=anchor)
        return self.dialect.within(f"d.{quoted(keys_column('changes'))}", low=since + 1, high=today)


_ANYBODY = Subscription(
    id="anybody",
    plan="",
    price="",
    currency="",
    period=Period(start=date(2000, 1, 1), end=date(2000, 2, 1)),
    customer=Customer(id="anybody"),
)
"""A subscription that no input of a request looks at."""
