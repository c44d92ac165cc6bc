"""Who does which step, as somebody who opens a desk chooses it: by a file, or by the adapters themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import final

from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.settings import Surroundings, adapters_of, gateways_of, listeners_of, read_settings
from planshift.book import Book
from planshift.execution.gateways import Gateway, Gateways
from planshift.execution.news import Listening
from planshift.execution.ports import Adapter, Resident
from planshift.execution.store.books import load_book
from planshift.execution.store.engine import Store

Chosen = str | Path | Iterable[Gateway | Adapter | Resident]
"""Who does which step: the file that says it, or the adapters themselves, behind which the ledger does the rest."""


@final
class Books:
    """The versions of books in a store that is opened once the adapters are known: mistakes leave no file behind."""

    store: Store | None = None

    def __call__(self, digest: str) -> Book:
        """The book of a digest."""
        assert self.store is not None  # no step is done before it is open
        with self.store.reading() as connection:
            return load_book(connection, digest)


def choice(
    chosen: Chosen | None, *, environment: Mapping[str, str], books: Books
) -> Callable[[Ledger], tuple[Gateways, tuple[Listening, ...]]]:
    """Who does which step, once there is a ledger, and who is told besides.

    Raises:
        InvalidInput: the file has mistakes, or a secret that it names is not there.
    """
    if chosen is None:
        return lambda ledger: (Gateways((ledger,), source=ledger), ())
    if not isinstance(chosen, str | Path):
        given = tuple(chosen)
        return lambda ledger: (Gateways((*given, ledger), source=ledger), ())
    file = Path(chosen)
    document = read_settings(file)
    made = adapters_of(document, Surroundings(environment=environment, folder=file.parent, books=books))
    listening = listeners_of(document, made)
    return lambda ledger: (gateways_of(document, made, ledger=ledger, source=ledger), listening)
