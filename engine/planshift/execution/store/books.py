"""The versions of books that decided something, kept by the digest of everything they were compiled from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, bindparam, select

from planshift.book import Book
from planshift.execution.store.adding import add_once
from planshift.execution.store.tables import book_versions

_KNOWN: Final = select(book_versions.c.digest).where(book_versions.c.digest == bindparam("digest"))


def keep_book(connection: Connection, book: Book, *, at: int) -> None:
    """Keep a version of a book, if it is not kept yet."""
    if connection.scalar(_KNOWN, {"digest": book.digest}) is None:
        folder = book.files.as_posix() if isinstance(book.files, Path) else ""
        files = json.dumps({"folder": folder, "texts": dict(book.sources)}, sort_keys=True, ensure_ascii=False)
        add_once(
            connection, book_versions, row={"digest": book.digest, "name": book.name, "kept_at": at, "files": files}
        )
