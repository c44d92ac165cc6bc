"""Where commands have changes carried out: a desk at the store and with the adapters that were named."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.clock import now
from planshift.cli.exits import Exit
from planshift.cli.inputs import open_subscription
from planshift.cli.logs import set_up_logs
from planshift.cli.printing import complain
from planshift.diagnostics.errors import InvalidInput

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
    from planshift.billing.subscription import Subscription
    from planshift.book import Book
    from planshift.execution.store.engine import Store

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


def store_url(given: str | None) -> str:
    """The address of the store."""
    return given or os.environ.get(STORE_VARIABLE) or DEFAULT_STORE


def store_exists(given: str | None) -> bool:
    """Whether the store is there already: looking must not make one."""
    url = store_url(given)
    if "://" in url and not url.startswith("sqlite"):
        return True
    return Path(url.removeprefix("sqlite:///")).exists()


def open_desk(
    store: str | None,
    *,
    adapters: Path | None = None,
    book: Path | None = None,
    name: str | None = None,
    clock: Callable[[], int] | None = None,
    makes: bool = False,
    fenced: bool = False,
) -> Desk:
    """The desk at a store, as options, environment and the book's folder say. The rest is as in `planshift.open_desk`.

    A file that is not there is made only where the command `makes` one: looking leaves nothing behind.

    Raises:
        StoreUnusable: the store cannot be used.
        InvalidInput: the file of the adapters has mistakes.
    """
    from planshift.adapters import desk
    from planshift.execution.store.engine import StoreUnusable
    from planshift.execution.store.migrating import open_store

    set_up_logs()
    place: str | Store = store_url(store)
    if not makes and not store_exists(store):
        raise StoreUnusable(store_url(store), "there is no such file", "planshift apply makes one")
    file = adapters or _from_environment()
    if file is None and book is not None:
        file = _file_of([book])
    elif file is None:
        place = open_store(store_url(store))
        file = _file_at_work(place)
    return desk.open_desk(
        place, adapters=file, environment=os.environ, name=name or worker_name(), clock=clock, fenced=fenced
    )


def _from_environment() -> Path | None:
    named = os.environ.get(ADAPTERS_VARIABLE)
    return Path(named) if named else None


def _file_at_work(store: Store) -> Path | None:
    """The file of the books by which orders are open.

    Raises:
        InvalidInput: they choose differently, so that one has to be named; the store is closed then.
    """
    from planshift.execution.store.books import folders_at_work

    with store.reading() as connection:
        folders = [Path(folder) for folder in folders_at_work(connection)]
    try:
        return _file_of(folders)
    except InvalidInput:
        store.close()
        raise


def _file_of(folders: Sequence[Path]) -> Path | None:
    """The file that chooses adapters in some folders; None where there is none.

    Raises:
        InvalidInput: there are several.
    """
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.span import whole_file

    found = [folder.joinpath(ADAPTERS_FILE) for folder in folders if folder.joinpath(ADAPTERS_FILE).is_file()]
    if len(found) > 1:
        message = f"orders are open by books that choose adapters of their own: {', '.join(map(str, found))}"
        help_text = f"name one file for all of them with --adapters or {ADAPTERS_VARIABLE}"
        raise InvalidInput((Diagnostic(code="PS001", message=message, span=whole_file("--adapters"), help=help_text),))
    return found[0] if found else None


def held_subscription(desk: Desk, book: Book, *, path: Path, name: str) -> tuple[Subscription, bool]:
    """A subscription by id, by its name in the book or by file, and whether the ledger has it already.

    The ledger's own is the one that counts, whatever a file says.

    Raises:
        InvalidInput: there is none, or it has mistakes.
    """
    kept = desk.subscription(name)
    if kept is not None:
        return book.validated(kept), True
    document = open_subscription(book, path, name=name)
    kept = desk.subscription(document.id)
    return (document, False) if kept is None else (book.validated(kept), True)


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
        from planshift.migration.record import NoSuchMigration, OtherMigration, TurnOver

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
            OtherMigration,
            TurnOver,
        ) as refusal:
            complain(f"{refusal}")
            return Exit.NO
        except (StoreUnusable, NoSuchOrder, NoSuchMigration, Tampered) as fault:
            complain(f"{fault}")
            return Exit.INVALID

    return answering(run)


def instant_at(at: str | None, *, zone: str, option: str = "--at") -> int:
    """The instant that an option names in a zone, or now."""
    from planshift.billing.zones import parse_instant
    from planshift.diagnostics.diagnostic import Diagnostic
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
