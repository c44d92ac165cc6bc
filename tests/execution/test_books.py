"""Kept books: orders are carried on by the version that decided them, whatever becomes of its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from planshift.book import Book, load
from planshift.diagnostics.errors import InvalidBook
from planshift.execution.store.books import OtherBook, keep_book, load_book
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.policy import shelf
from planshift.policy.shelf import preset_text
from tests.actions.shop import CATALOG, POLICY
from tests.execution.placing import AT

MESSAGES = "notices: {{ closing: {closing} }}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book that extends a preset and another book, with words of its own."""
    common, found = tmp_path / "common", tmp_path / "shop"
    for each in (common, found):
        each.joinpath("messages").mkdir(parents=True)
    common.joinpath("policy.yaml").write_text("policy_language: 1\nextends: stripe\n", encoding="utf-8")
    common.joinpath("messages", "de.yaml").write_text("notices: { greeting: Moin }\n", encoding="utf-8")
    text = POLICY.format(terms="timing: now").replace("book: shop", "book: shop\nextends: ../common")
    found.joinpath("policy.yaml").write_text(text, encoding="utf-8")
    found.joinpath("catalog.yaml").write_text(CATALOG, encoding="utf-8")
    found.joinpath("messages", "de.yaml").write_text(MESSAGES.format(closing="Bis bald"), encoding="utf-8")
    return found


@pytest.fixture
def store(sqlite_url: str) -> Store:
    return open_store(sqlite_url)


def kept(store: Store, book: Book) -> Book:
    """The book as it comes out of a store that it was put into."""
    with store.begin() as connection:
        keep_book(connection, book, at=AT)
        return load_book(connection, book.digest)


def said(book: Book, key: str) -> str:
    found = book.rulebook.messages.find(key, "de")
    assert found is not None
    return "".join(map(str, found.template))


def test_a_kept_book_extends_what_it_extended(folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    book = load(folder)
    assert "presets/stripe.yaml" in book.sources
    with store.begin() as connection:
        keep_book(connection, book, at=AT)
    newer = (preset_text("stripe")[0] or "").replace("timing: now", "timing: period_end")
    monkeypatch.setattr(shelf, "preset_text", lambda _: (f"{newer}# a later release\n", ()))
    folder.with_name("common").joinpath("policy.yaml").write_text("policy_language: 1\n", encoding="utf-8")
    assert load(folder).digest != book.digest
    with store.reading() as connection:
        assert load_book(connection, book.digest).digest == book.digest


def test_a_preset_that_is_not_shipped_any_more_is_still_extended(
    folder: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.begin() as connection:
        keep_book(connection, load(folder), at=AT)
    digest = load(folder).digest
    monkeypatch.setattr(shelf, "preset_names", lambda: ("paddle",))
    with store.reading() as connection:
        assert load_book(connection, digest).digest == digest
    with pytest.raises(InvalidBook, match="there is no preset `stripe`"):
        load(folder)


def test_a_kept_book_says_what_the_book_says(folder: Path, store: Store) -> None:
    found = kept(store, load(folder))
    assert (said(found, "notices.greeting"), said(found, "notices.closing")) == ("Moin", "Bis bald")


def test_other_words_are_no_other_version_and_hold_from_the_next_order_on(folder: Path, store: Store) -> None:
    first = load(folder)
    assert said(kept(store, first), "notices.closing") == "Bis bald"
    folder.joinpath("messages", "de.yaml").write_text(MESSAGES.format(closing="Danke"), encoding="utf-8")
    second = load(folder)
    assert second.digest == first.digest
    assert said(kept(store, second), "notices.closing") == "Danke"


def test_what_is_not_kept_cannot_be_had(store: Store) -> None:
    with store.reading() as connection, pytest.raises(OtherBook, match="not kept"):
        load_book(connection, "0" * 64)
