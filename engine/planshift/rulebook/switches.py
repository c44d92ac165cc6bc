"""Switches in the compiled form: which one is due, whether its target can be taken, and what a renewal leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Bool, Int, Table
from planshift.policy.document import Switch
from planshift.rulebook import on_sale
from planshift.rulebook.dates import choice
from planshift.rulebook.facts import Facts

BLOCKERS = (
    "",
    "no_such_plan",
    "no_such_price",
    "same_module",
    "plan_not_sold",
    "price_retired",
    "price_not_sold_then",
    "no_price_in_currency",
    "out_of_stock",
    "too_many",
)
"""Why the target of a switch cannot be taken, by code; none at first."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The switches of a book, in the order of its file. Positions count from 1; 0 is none."""

    switches: tuple[Switch, ...] = ()

    def due(self, facts: Facts) -> Int:
        """The first switch that leads from the running price and has waited for its renewals."""
        form, prices = facts.form, facts.tables.prices
        waiting: dict[int, list[int]] = {}
        for position, switch in enumerate(self.switches, start=1):
            for price in switch.from_prices:
                waiting.setdefault(prices[switch.from_plan, price], []).append(position)
        after = self._column("switch.after", [switch.after_renewals for switch in self.switches])
        branches: list[tuple[Bool, Int]] = []
        for turn in range(max(map(len, waiting.values()), default=0)):
            cells = tuple((price, found[turn]) for price, found in waiting.items() if turn < len(found))
            candidate = form.lookup(Table("switch", sparse=cells), facts.from_price)
            waited = facts.whole("subscription.renewals") >= form.lookup(after, candidate)
            branches.append(((candidate > 0) & waited, candidate))
        return choice(form, branches, form.lit(0))

    def blocker(self, facts: Facts) -> Int:
        """Why the target of the due switch cannot be taken, as a position of `BLOCKERS`."""
        form, plans, due = facts.form, facts.tables.plans, self.due(facts)
        price = self._target(facts)
        plan = form.lookup(facts.tables.price_plan, price)
        gone = self._column(
            "switch.gone", [0 if each.to_price else 1 + (each.to_plan in plans) for each in self.switches]
        )
        modules = facts.tables.plan_column("plan.module", lambda each: facts.tables.modules.index(each.module))
        moves = facts.from_plan.same(plan).negate()
        against = {
            "no_such_plan": form.lookup(gone, due).same(1),
            "no_such_price": form.lookup(gone, due).same(2),
            "same_module": form.lookup(modules, facts.from_plan).same(form.lookup(modules, plan)).negate(),
            "plan_not_sold": moves & on_sale.has_status(facts, plan, status="inactive"),
            "price_retired": on_sale.retired(facts, price),
            "price_not_sold_then": on_sale.outside_its_dates(facts, price),
            "no_price_in_currency": on_sale.not_in_currency(facts, price),
            "out_of_stock": moves & on_sale.short_of_stock(facts, plan),
            "too_many": on_sale.too_many(facts, plan),
        }
        branches = [(due.same(0), form.lit(0))]
        branches += [(holds, form.lit(BLOCKERS.index(code))) for code, holds in against.items()]
        return choice(form, branches, form.lit(0))

    def price(self, facts: Facts) -> Int:
        """The price that the subscription renews to: the target of the due switch, else its own."""
        form = facts.form
        taken = (self.due(facts) > 0) & self.blocker(facts).same(0)
        return choice(form, [(taken, self._target(facts))], facts.from_price)

    def _target(self, facts: Facts) -> Int:
        """The price that the due switch leads to; nothing where there is none."""
        prices, nothing = facts.tables.prices, facts.tables.no_price
        found = [prices.get((each.to_plan, each.to_price), nothing) for each in self.switches]
        return facts.form.lookup(self._column("switch.to", found, none=nothing), self.due(facts))

    @staticmethod
    def _column(name: str, values: list[int], *, none: int = 0) -> Table:
        return Table(name, (none, *values))
