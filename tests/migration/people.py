"""A few subscriptions of the small shop that move from one plan to another, as rows and with their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import taken_in
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.execution.store.engine import Store
from planshift.execution.worker import Worker
from planshift.migration.deciding import Alone
from planshift.migration.placing import Placing
from planshift.migration.reading import Answer, Candidate
from planshift.migration.record import Counts, Migration
from planshift.migration.running import Run
from planshift.migration.wish import Wish
from planshift.population.columns import columns_of
from tests.actions.shop import BRONZE, shop
from tests.execution.placing import AT, NOW
from tests.population.rows import row_of

BOOK = shop(NOW)
WISH = Wish(kind="change", request=ChangeRequest(at=AT, plan="silver", by="staff"), of_plan="bronze")
PEOPLE = tuple(replace(BRONZE, id=f"s{k}") for k in range(5))


def candidate(held: Subscription, *, due_now: Decimal | None = None) -> Candidate:
    """A row, with the answer that columns give."""
    decision = BOOK.decide(held, replace(WISH.request, price="monthly"))
    on = decision.effective_on
    assert on is not None
    amount = Decimal(decision.value("due_now")).scaleb(-2) if due_now is None else due_now
    answer = Answer(to_plan="silver", to_price="monthly", effective_on=on, due_now=amount)
    return Candidate(id=held.id, row=row_of(BOOK, held), answer=answer)


def candidates(held: Iterable[Subscription] = PEOPLE) -> list[Candidate]:
    return [candidate(each) for each in held]


def asked(*, book: str = BOOK.digest, question: str = WISH.text, data: str = "d" * 64) -> Migration:
    """What is begun."""
    return Migration(
        name="spring",
        kind="change",
        book=book,
        book_name="shop",
        question=question,
        data=data,
        source="people.csv",
        begun_at=AT,
        asked_at=AT,
        zone="UTC",
        counts=Counts(subscriptions=len(PEOPLE), set_aside=0, allowed=len(PEOPLE), refused=0),
    )


@dataclass
class Bench:
    """A store with its ledger."""

    store: Store

    @property
    def ledger(self) -> Ledger:
        return Ledger(store=self.store)

    def run(
        self, migration: Migration, *, tick: Callable[[int], None] = lambda _: None, worker: Worker | None = None
    ) -> Run:
        """A run of two at a time."""
        placing = Placing(
            name="spring",
            store=self.store,
            source=self.ledger,
            stands=lambda subscription, at: taken_in(subscription, at=at),
            alone=Alone(book=BOOK, wish=WISH, columns={column.name: column for column in columns_of(BOOK)}),
            at=AT,
        )
        return Run(migration=migration, placing=placing, batch=2, tick=tick, worker=worker)
