"""A desk: where a program, or a command, has changes carried out.

It puts together what that takes: a store that is open, the ledger in it, the adapters that are chosen, and a worker.
Every instant is an argument, in epoch seconds; secrets come from the environment that is handed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, final

from planshift.actions.plan import ActionPlan
from planshift.adapters.choosing import Books, Chosen, choice
from planshift.adapters.incoming import Telling
from planshift.adapters.ledger.customers import CustomerAccount, account_of_customer
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription, taken_in
from planshift.adapters.ledger.pauses import resume_paused
from planshift.adapters.ledger.receiving import Payment, receive, run_invoices
from planshift.adapters.ledger.statement import Statement, statement_of
from planshift.billing.calendar import from_day
from planshift.billing.money import Money, parse_money
from planshift.billing.subscription import Subscription
from planshift.billing.zones import local_day
from planshift.book import Book, Decision
from planshift.execution import renewing
from planshift.execution.calling_off import call_off
from planshift.execution.happening import happened
from planshift.execution.log import Entry
from planshift.execution.news import Listening
from planshift.execution.order import Order
from planshift.execution.placing import place, place_plan
from planshift.execution.reactions.child import Child
from planshift.execution.reactions.of_orders import reacts_of
from planshift.execution.renewing import Renewal
from planshift.execution.resolving import Resolution, resolve, resume
from planshift.execution.running import Runner
from planshift.execution.states import OPEN, State
from planshift.execution.store import news
from planshift.execution.store.engine import Store
from planshift.execution.store.listing import Wanted, id_of, newest
from planshift.execution.store.migrating import open_store
from planshift.execution.store.orders import load, log_of
from planshift.execution.telling import tell
from planshift.execution.worker import Worked, Worker

LISTED: Final = 50
"""How many orders are listed where nobody says."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an event came to: whether it is `new`, the orders that went on by it, and the invoices that it settled."""

    new: bool
    orders: tuple[Order, ...]
    settled: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A store that is open, the ledger in it, and a worker with the chosen adapters.

    It is closed by `close`, or at the end of a `with`. What is asked of it is answered when it is committed.
    """

    store: Store
    ledger: Ledger
    worker: Worker
    listening: tuple[Listening, ...] = ()
    child: Child | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        """The desk itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back the connections that it holds, and end the process that matches reactions, if there is one."""
        if self.child is not None:
            self.child.close()
        self.store.close()

    # Changes

    def apply(self, book: Book, decision: Decision, *, order: str | None = None, at: int | None = None) -> Order:
        """Carry out a change that the book allows, as far as it goes at an instant: without one, that of the decision.

        A subscription that the ledger does not have comes in with it, as it stands. The same decision again, or the
        same `order` id, is the same order.

        Raises:
            InvalidInput: the change is not allowed.
            SubscriptionBusy: another change of the subscription is under way.
            StaleQuote: the subscription has moved since it was decided on.
            OtherOrder: there is an order of that id, for another change.
            LedgerRefuses: the ledger has one of that id which came in as something else.
        """
        instant = decision.request.at if at is None else at
        standing = taken_in(decision.subscription, at=instant)
        placed = place(self.store, book, decision=decision, at=instant, order=order, standing=standing)
        return self.carry_out(placed, at=instant)

    def apply_plan(
        self,
        book: Book,
        plan: ActionPlan,
        *,
        at: int,
        order: str | None = None,
        subscription: Subscription | None = None,
    ) -> Order:
        """Carry out a plan that was kept, exactly as it was quoted.

        `subscription` is the one of the plan as it comes in, where the ledger does not have it yet.

        Raises:
            StaleQuote: it does not bind any more: the book, the subscription or the time has moved.
            InvalidPlan: it is not the plan that this book makes of the quoted request.
            SubscriptionBusy: another change of the subscription is under way.
            OtherOrder: there is an order of that id, for another change.
        """
        standing = None if subscription is None else taken_in(subscription, at=at)
        placed = place_plan(
            self.store,
            book,
            plan=plan,
            at=at,
            source=self.ledger,
            order=order,
            comes_in=subscription,
            standing=standing,
        )
        return self.carry_out(placed, at=at)

    def cancel(self, order: str, *, by: str, at: int, person: str = "", why: str = "") -> Order:
        """Call a change off while it waits, and undo what was done for it. `by` is `customer`, `staff` or `system`.

        Raises:
            NoSuchOrder: there is none of that name.
            CannotCallOff: it is too late, or it is not for them to say.
        """
        called_off = call_off(self.store, self.order(order).id, by=by, at=at, person=person, why=why)
        return self.carry_out(called_off, at=at)

    def renew(self, book: Book, subscription: str | Subscription, *, at: int) -> Renewal:
        """Renew a subscription, if it is due: by its id, or as it comes in where the ledger does not have it."""
        if isinstance(subscription, Subscription):
            if self.ledger.subscription(subscription.id) is None:
                standing = taken_in(subscription, at=at)
                return renewing.renew_as(self.worker, book, subscription=subscription, standing=standing, at=at)
            subscription = subscription.id
        return renewing.renew(self.worker, book, source=self.ledger, subscription=subscription, at=at)

    def renew_all(self, book: Book, names: Iterable[str], *, at: int) -> Iterator[Renewal]:
        """Renew those of some subscriptions that are due, many at a time."""
        return renewing.renew_all(self.worker, book, source=self.ledger, subscriptions=names, at=at)

    def due(self, book: Book, *, at: int) -> tuple[str, ...]:
        """The ids of the subscriptions whose next period is to be invoiced by the day of an instant."""
        return tuple(renewing.due(book, source=self.ledger, at=at))

    # What comes in

    def take_in(self, subscription: Subscription, *, at: int) -> None:
        """Put a subscription into the ledger as it stands. The same document again changes nothing.

        Raises:
            LedgerRefuses: the ledger has one of that id which came in as something else.
        """
        with self.store.begin() as connection:
            open_subscription(connection, subscription, at=at)

    def event(self, subscription: str, name: str, *, source: str, at: int) -> Heard:
        """Tell the orders of a subscription that something has happened, and let them go on.

        `source` is what the outside calls it: under one name it happens once, however often it is told.
        """
        reacts = self.worker.runner.reacts
        told = happened(self.store, name, source=source, at=at, subscription=subscription, reacts=reacts)
        return Heard(new=told.new, orders=self._gone_on(told.orders, at=at))

    def payment(
        self, subscription: str, amount: Money | str, *, source: str, at: int, invoice: str | None = None
    ) -> Heard:
        """Take a payment in at the ledger, for an invoice or for what is due longest, and let go on what waited for it.

        Raises:
            LedgerRefuses: the ledger cannot book it.
            ValueError: the amount is none.
        """
        money = parse_money(amount) if isinstance(amount, str) else amount
        payment = Payment(subscription=subscription, amount=money, invoice=invoice)
        told = receive(self.store, payment, source=source, at=at, reacts=self.worker.runner.reacts)
        return Heard(new=told.new, orders=self._gone_on(told.orders, at=at), settled=told.invoices)

    def hear(self, adapter: str, payload: bytes, *, proof: str, at: int) -> tuple[Heard, ...]:
        """Take in what a biller tells by itself, such as a webhook of Stripe: what came of each event that it tells.

        `adapter` is its name in the file of the adapters, `proof` what came along to be believed by.

        Raises:
            LookupError: no adapter of that name tells by itself.
            NotGenuine: it is not to be believed.
            NotKnownNow: the biller has to be asked about it, and does not answer: let it be sent again.
        """
        telling = {each.name: each for each in self.worker.runner.gateways.adapters if isinstance(each, Telling)}
        if adapter not in telling:
            raise LookupError(adapter)
        told = telling[adapter].read(payload, proof=proof, at=at)
        return tuple(self.event(each.subscription, each.event, source=each.source, at=each.at) for each in told)

    # Work

    def work(self, *, at: int, most: int | None = None) -> Worked:
        """Do everything that is due at an instant, or the first `most` orders of it: what a worker repeats."""
        self.day_has_come(at=at)
        worked = self.worker.work(at, most=most)
        tell(self.store, self.listening, now=at)
        return worked

    def day_has_come(self, *, at: int) -> None:
        """What the ledger does by itself: pauses end, and what was left to the invoice run of a day is billed."""
        today = from_day(local_day(at, "UTC"))
        with self.store.begin() as connection:
            tuple(resume_paused(connection, until=today, at=at))
        for told in run_invoices(self.store, until=today, at=at, reacts=self.worker.runner.reacts):
            self._gone_on(told.orders, at=at)

    def carry_out(self, order: Order, *, at: int) -> Order:
        """Carry an order out as far as it goes at an instant, and tell those who listen what has become of it."""
        done = self.worker.carry_out(order.id, now=at)
        tell(self.store, self.listening, now=at, order=order.id)
        return done

    def resume(self, order: str, *, by: str, at: int, why: str = "") -> Order:
        """Let an order that went wrong go on, once its cause is mended.

        Raises:
            NoSuchOrder: there is none of that name.
            NothingToResolve: nothing has gone wrong with it.
        """
        return self.carry_out(resume(self.store, self.order(order).id, by=by, at=at, why=why), at=at)

    def resolve(  # what a person says of a step
        self, order: str, position: str, *, how: Resolution, by: str, at: int, why: str = "", reference: str = ""
    ) -> Order:
        """Settle a step that went wrong, and let its order go on.

        Raises:
            NoSuchOrder: there is none of that name.
            NothingToResolve: nothing has gone wrong with the order, or with that step of it.
        """
        found = self.order(order).id
        settled = resolve(self.store, found, position=position, how=how, by=by, at=at, why=why, reference=reference)
        return self.carry_out(settled, at=at)

    # Looking

    def subscription(self, name: str) -> Subscription | None:
        """A subscription as the ledger has it now; None where there is none of that id."""
        return self.ledger.subscription(name)

    def account(self, subscription: str) -> Statement | None:
        """What the ledger holds of a subscription: invoices, payments, balances."""
        with self.store.reading() as connection:
            return statement_of(connection, subscription)

    def customer(self, name: str) -> CustomerAccount | None:
        """A customer with all subscriptions that the ledger has of them, and what they come to."""
        with self.store.reading() as connection:
            return account_of_customer(connection, name)

    def order(self, name: str) -> Order:
        """An order by its id, by the beginning of it, or by the subscription that has one open.

        Raises:
            NoSuchOrder: there is none, or there are several.
        """
        with self.store.reading() as connection:
            return load(connection, id_of(connection, name))

    def orders(
        self,
        *,
        subscription: str | None = None,
        states: Iterable[State] = (),
        open: bool = False,  # noqa: A002  # what orders are
        stuck: bool = False,
        most: int = LISTED,
    ) -> tuple[Order, ...]:
        """The newest orders: of a subscription, in some states, with steps left to do, or that a person has to see."""
        wanted = frozenset(states) | (OPEN if open else frozenset())
        with self.store.reading() as connection:
            found, _ = newest(connection, Wanted(states=wanted, subscription=subscription, stuck=stuck), most=most)
        return found

    def log(self, order: str) -> tuple[Entry, ...]:
        """Everything that has happened to an order.

        Raises:
            NoSuchOrder: there is none of that name.
        """
        with self.store.reading() as connection:
            return log_of(connection, id_of(connection, order))

    def _gone_on(self, orders: tuple[Order, ...], *, at: int) -> tuple[Order, ...]:
        return tuple(self.carry_out(each, at=at) for each in orders)


def open_desk(
    store: str | Store = "planshift.db",
    *,
    adapters: Chosen | None = None,
    also: Iterable[Listening] = (),
    environment: Mapping[str, str] | None = None,
    name: str = "program",
    clock: Callable[[], int] | None = None,
    fenced: bool = False,
) -> Desk:
    """The desk at a store: a file, `postgresql://user@host/name`, or one that is open already.

    Without `adapters` the ledger does everything. `also` are told what becomes of orders, beside those that the file
    names. `environment` holds the secrets that the file names (`os.environ`, say). `name` says in the store who holds
    an order, and `clock` tells the time while calls go out; without one it stands still. Where it is `fenced`,
    reactions are matched in a process of their own, so that a fault in native code ends that one alone.

    Raises:
        StoreUnusable: the store cannot be used.
        InvalidInput: the file of the adapters has mistakes, or a secret that it names is not there.
    """
    books = Books()
    with _closed_by_mistake(store if isinstance(store, Store) else None):
        choose = choice(adapters, environment=environment or {}, books=books)
        opened = store if isinstance(store, Store) else open_store(store)
    books.store = opened
    ledger, child = Ledger(store=opened), Child() if fenced else None
    gateways, listening = choose(ledger)
    listening = (*listening, *also)
    _make_known(opened, listening)
    runner = Runner(store=opened, gateways=gateways, reacts=reacts_of(opened, child=child), clock=clock)
    worker = Worker(runner=runner, name=name)
    return Desk(store=opened, ledger=ledger, worker=worker, listening=listening, child=child)


def _make_known(store: Store, listening: tuple[Listening, ...]) -> None:
    """Remember who listens: from then on whatever becomes of an order is kept for them until they are told."""
    names = {each.listener.name for each in listening}
    if names:
        with store.reading() as connection:
            names -= news.known(connection)
    if names:
        with store.begin() as connection:
            news.listen(connection, sorted(names))


@contextmanager
def _closed_by_mistake(store: Store | None) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if store is not None:
            store.close()
        raise
