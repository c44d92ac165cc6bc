"""Random books of reactions, and random histories of orders: same seed, same books and histories."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random  # noqa: TID251  # seeded: same seed, same book

from planshift.book import Book, load_text
from planshift.rulebook.order_facts import OrderFacts
from planshift.rulebook.reaction_names import ACTIONS, EVENTS
from planshift.rulebook.reactions.book_reactions import Situation

POLICY = """
policy_language: 1
book: reacting
currency: EUR
timezone: Europe/Stockholm
paths:
  - from: small
    crossgrades: [large]
"""
CATALOG = """
plans:
  small: { title: Small, module: m, prices: { monthly: { every: 1 month, EUR: "9.00" } } }
  large: { title: Large, module: m, prices: { monthly: { every: 1 month, EUR: "19.00" } } }
"""
SUBSCRIPTION = {
    "id": "sub-1",
    "plan": "small",
    "price": "monthly",
    "period": {"start": "2026-03-01", "end": "2026-04-01"},
    "customer": {"id": "c-1"},
}
CONDITIONS = (
    "change.waiting",
    "change.cancellable",
    "credit.held",
    "invoice.open",
    "payment.awaited",
    "order.age > 3 days",
    "change.days_left <= 2 days",
    "payment.failures >= 2",
    "credit.amount > 5 EUR",
    "request.by = customer",
    "subscription.unpaid_invoices > 0",
    "today >= 2026-03-15",
)


def seeded(seed: int) -> Random:
    """The chance that everything is drawn by."""
    return Random(seed)  # noqa: S311  # nothing secret


def book_of(rules: str) -> Book:
    """A small book with these rules."""
    return load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": rules})


def drawn_book(rng: Random, *, reactions: int) -> Book:
    """A book with so many reactions."""
    return book_of("\n".join(_reaction(rng) for _ in range(reactions)))


def _reaction(rng: Random) -> str:
    names = rng.sample(tuple(EVENTS), rng.randint(1, 5))
    when = f" when {_joined(rng, [rng.choice(CONDITIONS) for _ in range(rng.randint(1, 3))])}"
    actions = ", ".join(rng.sample(tuple(ACTIONS), rng.randint(1, 2)))
    return f"on {_joined(rng, names)}{when if rng.random() < 0.8 else ''} then {actions}"


def _joined(rng: Random, parts: list[str]) -> str:
    """The parts under some `and`, `or` and parentheses."""
    if len(parts) == 1:
        return parts[0]
    cut = rng.randint(1, len(parts) - 1)
    return f"({_joined(rng, parts[:cut])}) {rng.choice(('and', 'or'))} ({_joined(rng, parts[cut:])})"


def drawn_situations(rng: Random, book: Book) -> Iterator[tuple[str, Situation]]:
    """A history without end: each event that comes in, and the order by then."""
    held = book.subscription(SUBSCRIPTION)
    request = book.request(held, to="large", at="2026-03-10T10:00")
    while True:
        happened: set[str] = set()
        failures = 0
        for day in range(rng.randint(1, 12)):
            event = rng.choice(tuple(EVENTS))
            happened.add(event)
            failures += event == "payment.failed"
            order = OrderFacts(
                age=day,
                waiting=rng.random() < 0.5,
                days_left=rng.randint(0, 5),
                cancellable=rng.random() < 0.5,
                payment_awaited=rng.random() < 0.5,
                payment_failures=failures,
                invoice_open=rng.random() < 0.5,
                credit_held=rng.random() < 0.5,
                credit_amount=rng.choice((0, 300, 900)),
            )
            yield (
                event,
                Situation(
                    subscription=held, request=request, today=20_522 + day, order=order, happened=frozenset(happened)
                ),
            )
