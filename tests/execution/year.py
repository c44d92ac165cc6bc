"""A year of a shop: customers who renew, change up and down, call changes off, pay late or not at all, and leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251  # seeded: same seed, same year
from typing import Final

from sqlalchemy import case, func, select

from planshift.adapters.ledger.chart import CHART
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.reports import flaws as ledger_flaws
from planshift.adapters.ledger.tables import entries, invoices, postings
from planshift.billing.change import ChangeRequest
from planshift.billing.money import money
from planshift.billing.zones import parse_instant
from planshift.book import Book, Decision, load_text
from planshift.diagnostics.errors import InvalidInput
from planshift.execution.calling_off import CannotCallOff, call_off
from planshift.execution.gateways import Gateways
from planshift.execution.happening import take_in
from planshift.execution.order import Order
from planshift.execution.placing import place_each
from planshift.execution.reactions.of_orders import reacts_of
from planshift.execution.renewing import Renewal, renew_due
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.tables import order_steps, orders
from planshift.execution.store.verifying import flaws
from planshift.execution.worker import Worker

DAY: Final = 86_400
PLANS: Final = {"intro": 5, "bronze": 9, "silver": 19, "gold": 59}
POLICY: Final = """
policy_language: 1
book: year
currency: EUR
timezone: Europe/Stockholm
invoice_days_before: 3
groups:
  plans: { members: { intro: { level: 0 }, bronze: { level: 1 }, silver: { level: 2 }, gold: { level: 3 } } }
terms:
  upgrade: { timing: now, unused_credit: offset, apply: after_payment, payment_expires: 7 days, fee: 2 EUR }
  downgrade: { timing: period_end, cancellable_until: invoice_issued }
switches:
  - { from: { plan: intro, every: 1 month }, to: { plan: bronze, every: 1 month }, after_renewals: 2 }
"""
CATALOG: Final = "plans:\n" + "".join(
    f'  {name}: {{ title: {name.title()}, prices: {{ monthly: {{ every: 1 month, EUR: "{price}.00" }} }} }}\n'
    for name, price in PLANS.items()
)


_INCOME: Final = [each.id for each in CHART if each.type == "income"]
_MOVED: Final = case((postings.c.credit.in_(_INCOME), postings.c.minor), else_=0) - case(
    (postings.c.debit.in_(_INCOME), postings.c.minor), else_=0
)
_EARNED: Final = (
    select(entries.c.order, func.sum(_MOVED))
    .join_from(entries, postings, postings.c.entry == entries.c.key)
    .group_by(entries.c.order)
    .having(func.sum(_MOVED) != 0)
)
"""What each order came to on the accounts of income."""

_STANDS: Final = (
    select(order_steps.c.order)
    .join(orders, orders.c.id == order_steps.c.order)
    .where(orders.c.state == "pending", order_steps.c.kind == "issue_invoice", order_steps.c.state == "done")
)
"""Orders that are billed, and wait for that to be paid."""


def book_of_the_year() -> Book:
    return load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG})


@dataclass
class Year:
    """A shop in a store.

    `told` counts what happened. `decided` has for each order what its decision earns once it is carried out. Where the
    change waits for its payment it is what the bill comes to, which `bills` has: credit that is not taken off the bill
    is given afterwards.
    """

    store: Store
    customers: int
    seed: int = 1
    told: Counter[str] = field(default_factory=Counter)
    late: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    decided: dict[str, int] = field(default_factory=dict)
    bills: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book, self.chance = book_of_the_year(), Random(self.seed)  # noqa: S311  # chance for tests, not for secrets
        self.ledger = Ledger(store=self.store)
        gateways = Gateways((self.ledger,), source=self.ledger)
        runner = Runner(store=self.store, gateways=gateways, reacts=reacts_of(self.store))
        self.worker = Worker(runner=runner, name="worker")
        self.begin = parse_instant("2026-01-02T10:00", self.book.zone)

    def live(self, days: int = 365, *, said: Callable[[int], None] = lambda _: None) -> None:
        """Day after day: what is due is done, the next periods are billed, some ask for something, some pay.

        `said` is told of each day that is over, by how many there were.
        """
        self._open()
        for day in range(days):
            at = self.begin + day * DAY
            self.worker.work(at)
            for each in renew_due(self.worker, self.book, source=self.ledger, at=at):
                self._is_renewed(each)
            self._they_ask(at)
            self.worker.work(at)
            self._pay(at)
            self.worker.work(at)
            said(day + 1)

    def _is_renewed(self, renewal: Renewal) -> None:
        if renewal.order is None:  # a change that is due is the next bill
            waits = renewal.why_not.endswith("comes first")
            self.told["changes that come first" if waits else renewal.why_not] += 1
            return
        start, end = renewal.order.plan.from_plan, renewal.order.plan.to_plan
        self.told["renewals"] += 1
        self.told["switches"] += start != end
        self._counts_on(renewal.order)

    def _counts_on(self, order: Order) -> None:
        flow = order.plan.flow
        kept = flow.forfeited.minor + flow.to_time.minor
        self.decided[order.id] = flow.charges.minor - flow.credit.minor + kept
        self.bills[order.id] = flow.charges.minor - flow.offset.minor

    def _open(self) -> None:
        with self.store.begin() as connection:
            for number in range(self.customers):
                plan = self.chance.choice(list(PLANS))
                start = f"2025-12-{self.chance.randint(5, 28):02}"
                held = self.book.subscription(
                    {
                        "id": f"sub-{number:05}",
                        "plan": plan,
                        "price": "monthly",
                        "period": {"start": start, "end": start.replace("2025-12", "2026-01")},
                        "paid": f"{PLANS[plan]} EUR",
                        "customer": {"id": f"customer-{number:05}"},
                    }
                )
                open_subscription(connection, held, at=self.begin)

    def _they_ask(self, at: int) -> None:
        """What is asked for on a day is placed together."""
        names = (f"sub-{number:05}" for number in range(self.customers) if self.chance.random() < 1 / 60)  # chance
        wanted = [found for name in names if (found := self._asks(name, at)) is not None]
        placed = place_each(self.store, self.book, decisions=wanted, at=at, name=lambda _: None, source=self.ledger)
        for decision, order in zip(wanted, placed, strict=True):
            if not isinstance(order, Order):
                self.told["not possible then"] += 1
                continue
            self.asked.append(order.id)
            self.told["cancellations" if decision.direction == "cancel" else f"{decision.direction}s"] += 1
            self._counts_on(order)

    def _asks(self, name: str, at: int) -> Decision | None:
        """The decision on what a customer asks for; None where it is no, or where they call something off."""
        held = self.ledger.subscription(name)
        assert held is not None
        if self.asked and self.chance.randint(0, 4) == 0:
            self._calls_off(self.asked.pop(), at)
            return None
        leaves = self.chance.randint(0, 19) == 0
        to = self.chance.choice([each for each in PLANS if each not in (held.plan, "intro")])
        request = ChangeRequest(at=at, kind="cancel") if leaves else ChangeRequest(at=at, plan=to, price="monthly")
        try:
            decision = self.book.decide(held, request)
        except InvalidInput:
            self.told["not possible then"] += 1
            return None
        self.told["refused"] += not decision.allowed
        return decision if decision.allowed else None

    def _calls_off(self, order: str, at: int) -> None:
        try:
            call_off(self.store, order, by="customer", at=at)
        except CannotCallOff:
            self.told["too late to call off"] += 1
        else:
            self.told["called off"] += 1

    def _pay(self, at: int) -> None:
        """Each open invoice by card, which may fail for days; some are never paid, and their changes are not made."""
        unpaid = select(invoices).where(invoices.c.state == "open", invoices.c.open > 0).order_by(invoices.c.number)
        with self.store.begin() as connection:
            for bill in connection.execute(unpaid).all():
                days = self.late.setdefault(bill.number, self.chance.choice((0, 0, 0, 0, 0, 1, 2, 12)))
                if days:
                    self.late[bill.number] -= 1
                    self.told["payments failed"] += 1
                    continue
                amount, source = money(bill.open, "EUR"), f"card-{bill.number}"
                paid = receive_payment(
                    connection, bill.subscription, amount=amount, source=source, at=at, invoice=bill.number
                )
                self.told["payments"] += 1
                for each in paid.events:
                    take_in(connection, each, source=f"{source}:{each}", at=at, subscription=bill.subscription)

    def wrong(self) -> list[str]:
        """What does not add up; nothing, as a rule."""
        with self.store.reading() as connection:
            found = [*map(str, ledger_flaws(connection)), *map(str, flaws(connection, now=self.begin + 400 * DAY))]
            states = {row.id: row.state for row in connection.execute(select(orders.c.id, orders.c.state))}
            earned = Counter(dict(map(tuple, connection.execute(_EARNED))))
            stand = set(connection.scalars(_STANDS))
        self.told.update(f"orders {state}" for state in states.values())
        found += [f"order {each} is nobody's" for each in states.keys() ^ self.decided.keys()]
        carried_out = {each for each, state in states.items() if state == "applied"}
        waiting = stand - carried_out
        billed = {each: self.bills[each] for each in waiting}
        decided = Counter({each: self.decided[each] for each in carried_out} | billed)
        found += [
            f"order {each} earned {earned[each]}, and {decided[each]} was decided"
            for each in earned.keys() | decided.keys()
            if earned[each] != decided[each]
        ]
        self.told["billed, and not paid yet"] = len(waiting)
        self.told["earned (cents)"], self.told["decided (cents)"] = earned.total(), decided.total()
        return found
