"""Where changes are carried out: the store, the ledger in it, and the adapters that are chosen.

This is the one place that puts them together; commands ask it for a desk to work at.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, final

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.clock import now
from planshift.cli.exits import Exit
from planshift.cli.inputs import open_subscription
from planshift.cli.logs import set_up_logs
from planshift.cli.printing import complain

if TYPE_CHECKING:
    from planshift.adapters.ledger.ledger import Ledger
    from planshift.adapters.ledger.receiving import Payment
    from planshift.billing.subscription import Subscription
    from planshift.book import Book
    from planshift.execution.gateways import Gateways
    from planshift.execution.order import Order
    from planshift.execution.store.engine import Store
    from planshift.execution.worker import Worker

Arguments = ParamSpec("Arguments")

DEFAULT_STORE = "sqlite:///planshift.db"
"""Where orders and the ledger are kept if nobody says otherwise: a file in the working folder."""

STORE_VARIABLE = "PLANSHIFT_STORE"
"""The environment variable that names another store."""

ADAPTERS_FILE = "adapters.yaml"
"""The file of a book's folder that chooses adapters."""

StoreOption = Annotated[
    str | None,
    Parameter(
        help=f"Where orders are kept: a file, or a postgresql:// address. Without it what {STORE_VARIABLE} says, "
        "or planshift.db here.",
        metavar="URL",
    ),
]
ADAPTERS_VARIABLE = "PLANSHIFT_ADAPTERS"
"""The environment variable that names another one."""

AdaptersOption = Annotated[
    Path | None,
    Parameter(
        help=f"The file that says which adapter does what. Without it what {ADAPTERS_VARIABLE} says, {ADAPTERS_FILE} "
        "of the book, or the ledger.",
        metavar="FILE",
    ),
]
NowOption = Annotated[
    str | None,
    Parameter(help="The instant that it is, such as 2026-03-11T10:00Z. Without it, now.", metavar="INSTANT"),
]


@final
@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an event came to: whether it is `new`, the orders that went on by it, and the invoices that it settled."""

    new: bool
    orders: tuple[Order, ...]
    settled: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True)
class Desk:
    """A store that is open, the ledger in it, and a worker with the chosen adapters."""

    store: Store
    ledger: Ledger
    worker: Worker

    def subscription(self, book: Book, path: Path, *, name: str) -> tuple[Subscription, bool]:
        """A subscription by id, by its name in the book or by file, and whether the ledger has it already.

        The ledger's own is the one that counts, whatever a file says.

        Raises:
            InvalidInput: there is none, or it has mistakes.
        """
        kept = self.ledger.subscription(name)
        if kept is not None:
            return book.validated(kept), True
        document = open_subscription(book, path, name=name)
        kept = self.ledger.subscription(document.id)
        return (document, False) if kept is None else (book.validated(kept), True)

    def take_in(self, subscription: Subscription, *, at: int) -> None:
        """Put a subscription into the ledger as it stands."""
        from planshift.adapters.ledger.opening import open_subscription as open_account

        with self.store.begin() as connection:
            open_account(connection, subscription, at=at)

    def carry_out(self, order: Order, *, at: int) -> Order:
        """Carry an order out as far as it goes at an instant."""
        return self.worker.carry_out(order.id, now=at)

    def hear(self, subscription: str, event: str, *, source: str, at: int) -> Heard:
        """Tell the orders of a subscription of an event, and let them go on."""
        from planshift.execution.happening import happened

        reacts = self.worker.runner.reacts
        told = happened(self.store, event, source=source, at=at, subscription=subscription, reacts=reacts)
        return Heard(new=told.new, orders=self._gone_on(told.orders, at=at))

    def receive(self, payment: Payment, *, source: str, at: int) -> Heard:
        """Take a payment in at the ledger, and let the orders go on that waited for it.

        Raises:
            LedgerRefuses: the ledger cannot book it.
        """
        from planshift.adapters.ledger.receiving import receive

        told = receive(self.store, payment, source=source, at=at, reacts=self.worker.runner.reacts)
        return Heard(new=told.new, orders=self._gone_on(told.orders, at=at), settled=told.invoices)

    def day_has_come(self, *, at: int) -> None:
        """What the ledger does by itself: pauses end, and what was left to the invoice run of a day is billed."""
        from planshift.adapters.ledger.pauses import resume_paused
        from planshift.adapters.ledger.receiving import run_invoices
        from planshift.billing.calendar import from_day
        from planshift.billing.zones import local_day

        today = from_day(local_day(at, "UTC"))
        with self.store.begin() as connection:
            tuple(resume_paused(connection, until=today, at=at))
        for told in run_invoices(self.store, until=today, at=at, reacts=self.worker.runner.reacts):
            self._gone_on(told.orders, at=at)

    def _gone_on(self, orders: tuple[Order, ...], *, at: int) -> tuple[Order, ...]:
        return tuple(self.carry_out(each, at=at) for each in orders)


def store_url(given: str | None) -> str:
    """The address of the store."""
    return given or os.environ.get(STORE_VARIABLE) or DEFAULT_STORE


def store_exists(given: str | None) -> bool:
    """Whether the store is there already: looking must not make one."""
    url = store_url(given)
    if "://" in url and not url.startswith("sqlite"):
        return True
    return Path(url.removeprefix("sqlite:///")).exists()


@contextmanager
def open_desk(
    store: str | None,
    *,
    adapters: Path | None = None,
    book: Path | None = None,
    name: str | None = None,
    clock: Callable[[], int] | None = None,
    makes: bool = False,
    fenced: bool = False,
) -> Iterator[Desk]:
    """The desk at a store, closed at the end. `clock` tells the time while calls go out; else it stands still.

    A file that is not there is made only where the command `makes` one: looking leaves nothing behind. Where it is
    `fenced`, reactions are matched in a process of their own, so that a fault in native code ends that one alone.

    Raises:
        StoreUnusable: the store cannot be used.
        InvalidInput: the file of the adapters has mistakes.
    """
    from planshift.adapters.ledger.ledger import Ledger
    from planshift.execution.reactions.child import Child
    from planshift.execution.reactions.of_orders import reacts_of
    from planshift.execution.running import Runner
    from planshift.execution.store.engine import StoreUnusable
    from planshift.execution.store.migrating import open_store
    from planshift.execution.worker import Worker

    set_up_logs()
    if not makes and not store_exists(store):
        raise StoreUnusable(store_url(store), "there is no such file", "planshift apply makes one")
    opened = open_store(store_url(store))
    child = Child() if fenced else None
    try:
        ledger = Ledger(store=opened)
        file = _adapters_file(adapters or _from_environment(), book=book, store=opened)
        gateways = _gateways(opened, ledger, file=file)
        runner = Runner(store=opened, gateways=gateways, reacts=reacts_of(opened, child=child), clock=clock)
        yield Desk(store=opened, ledger=ledger, worker=Worker(runner=runner, name=name or worker_name()))
    finally:
        if child is not None:
            child.close()
        opened.close()


def _from_environment() -> Path | None:
    named = os.environ.get(ADAPTERS_VARIABLE)
    return Path(named) if named else None


def _adapters_file(given: Path | None, *, book: Path | None, store: Store) -> Path | None:
    """The file that chooses adapters: the one that is named, or that of the book, or of the books of open orders.

    Raises:
        InvalidInput: books of open orders choose differently, so that one has to be named.
    """
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidInput
    from planshift.diagnostics.span import whole_file
    from planshift.execution.store.books import folders_at_work

    if given is not None:
        return given
    if book is not None:
        folders = [book]
    else:
        with store.reading() as connection:
            folders = [Path(folder) for folder in folders_at_work(connection)]
    found = [folder.joinpath(ADAPTERS_FILE) for folder in folders if folder.joinpath(ADAPTERS_FILE).is_file()]
    if len(found) > 1:
        message = f"orders are open by books that choose adapters of their own: {', '.join(map(str, found))}"
        help_text = f"name one file for all of them with --adapters or {ADAPTERS_VARIABLE}"
        raise InvalidInput((Diagnostic(code="PS001", message=message, span=whole_file("--adapters"), help=help_text),))
    return found[0] if found else None


def _gateways(store: Store, ledger: Ledger, *, file: Path | None) -> Gateways:
    """Who does which step.

    Raises:
        InvalidInput: the file has mistakes, or a secret that it names is not in the environment.
    """
    from planshift.adapters.settings import Surroundings, gateways_of, ledger_only, read_settings
    from planshift.execution.store.books import load_book

    if file is None:
        return ledger_only(ledger, source=ledger)

    def version(digest: str) -> Book:
        with store.reading() as connection:
            return load_book(connection, digest)

    around = Surroundings(environment=os.environ, folder=file.parent, books=version)
    return gateways_of(read_settings(file), around, ledger=ledger, source=ledger)


def worker_name() -> str:
    """Who holds an order, for those who look into a store: the machine and the process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def at_desk(command: Callable[Arguments, Exit]) -> Callable[Arguments, Exit]:
    """The command, with what stands against it at the store told in a sentence and answered by its exit code."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Exit:
        from planshift.adapters.ledger.held import LedgerRefuses
        from planshift.diagnostics.errors import StaleQuote
        from planshift.execution.calling_off import CannotCallOff
        from planshift.execution.placing import OtherOrder, SubscriptionBusy
        from planshift.execution.resolving import NothingToResolve
        from planshift.execution.states import IllegalMove
        from planshift.execution.store.engine import StoreUnusable
        from planshift.execution.store.orders import NoSuchOrder, Tampered

        try:
            return command(*args, **kwargs)
        except (
            SubscriptionBusy,
            OtherOrder,
            IllegalMove,
            StaleQuote,
            CannotCallOff,
            NothingToResolve,
            LedgerRefuses,
        ) as refusal:
            complain(f"{refusal}")
            return Exit.NO
        except (StoreUnusable, NoSuchOrder, Tampered) as fault:
            complain(f"{fault}")
            return Exit.INVALID

    return answering(run)


def instant_at(at: str | None, *, zone: str, option: str = "--at") -> int:
    """The instant that an option names in a zone, or now."""
    from planshift.billing.zones import parse_instant
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidInput
    from planshift.diagnostics.span import whole_file

    if at is None:
        return now()
    text = f"{at}T00:00" if len(at) == len("2026-01-31") else at
    try:
        return parse_instant(text, zone)
    except ValueError:
        message = f"`{at}` is not a day or an instant"
        help_text = "write 2026-01-31, 2026-01-31T10:00 or 2026-01-31T10:00:00Z"
        found = Diagnostic(code="PS118", message=message, span=whole_file(f"{option} {at}"), help=help_text)
        raise InvalidInput(diagnostics=(found,)) from None
