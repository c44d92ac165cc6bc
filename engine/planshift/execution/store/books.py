"""The versions of books that decided something, kept by the digest of everything they were compiled from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from planshift.book import Book, Kept, kept, load_kept
from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.states import OPEN
from planshift.execution.store.adding import add_once
from planshift.execution.store.tables import book_versions, order_news, orders

_KNOWN: Final = select(book_versions.c.digest).where(book_versions.c.digest == bindparam("digest"))
_FILES: Final = select(book_versions.c.files).where(book_versions.c.digest == bindparam("digest"))
_REWORD: Final = (
    update(book_versions)
    .where(book_versions.c.digest == bindparam("of_version"), book_versions.c.files != bindparam("says"))
    .values(files=bindparam("says"))
)


@dataclass(eq=False)
class OtherBook(PlanshiftError):
    """A kept version of a book cannot be had again: `why` says what is different now."""

    digest: str
    why: str

    def __str__(self) -> str:
        return f"version {self.digest[:12]} of the book cannot be had again: {self.why}"


def keep_book(connection: Connection, book: Book, *, at: int) -> None:
    """Keep a version of a book, if it is not kept yet, with what it says to customers now: that is no part of it."""
    if connection.scalar(_KNOWN, {"digest": book.digest}) is None:
        row = {"digest": book.digest, "name": book.name, "kept_at": at, "files": _files_of(book)}
        add_once(connection, book_versions, row=row)
    elif book.document.messages:
        connection.execute(_REWORD, {"of_version": book.digest, "says": _files_of(book)})


@lru_cache(maxsize=16)
def _files_of(book: Book) -> str:
    found = kept(book)
    parts = {"folder": found.folder, "policy": found.policy, "book": found.book, "texts": dict(found.texts)}
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def folders_at_work(connection: Connection) -> tuple[str, ...]:
    """The folders of the books by which orders are open, or are to be told of, as they were named at their placing."""
    told_of = orders.c.id.in_(select(order_news.c.order))
    of_open = select(orders.c.book).where(orders.c.state.in_(sorted(OPEN)) | told_of)
    found = connection.scalars(select(book_versions.c.files).where(book_versions.c.digest.in_(of_open)))
    return tuple(sorted({json.loads(files)["folder"] for files in found} - {""}))


def load_book(connection: Connection, digest: str) -> Book:
    """The book of a version that is kept.

    Raises:
        OtherBook: there is none, or what this release makes of its texts is another one.
        InvalidBook: this release finds mistakes in it.
    """
    files = connection.scalar(_FILES, {"digest": digest})
    if files is None:
        raise OtherBook(digest, "it is not kept")
    book = _compiled(files)
    if book.digest != digest:
        raise OtherBook(digest, "this release reads it from other files")
    return book


@lru_cache(maxsize=16)
def _compiled(files: str) -> Book:
    return load_kept(Kept(**json.loads(files)))
