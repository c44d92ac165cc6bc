"""All small edits of a book, and the texts of its files that they are made in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from planshift.book import Book
from planshift.cases.mutation.edit import Edit
from planshift.cases.mutation.rule_edits import rule_edits
from planshift.cases.mutation.yaml_edits import yaml_edits
from planshift.policy.layers import CATALOG
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import FolderShelf

_PRESETS = "presets/"


def texts_of(book: Book) -> Mapping[str, str]:
    """The texts of a book by the names that its files have in its folder, those of books that it extends as well."""
    if not isinstance(book.files, Path):
        return MappingProxyType(dict(book.files))
    shelf = FolderShelf(book.files)
    folder = shelf.shown(".").removesuffix(".")
    texts = {shown.removeprefix(folder): text for shown, text in book.sources.items() if not _is_shipped(shown)}
    for name in shelf.names():
        text, _ = shelf.text(name)
        if text is not None:
            texts.setdefault(name, text)
    return MappingProxyType(texts)


def shown_names(book: Book, texts: Mapping[str, str]) -> Mapping[str, str]:
    """How messages call the files of a book, by their names in its folder."""
    if not isinstance(book.files, Path):
        return {name: name for name in texts}
    shelf = FolderShelf(book.files)
    return {name: shelf.shown(name) for name in texts}


def _is_shipped(shown: str) -> bool:
    return shown.startswith(_PRESETS)


def edits_of(book: Book) -> Iterator[Edit]:
    """The edits of a book that was loaded from texts, file by file; what it extends stays as it is."""
    plans = tuple(plan.name for plan in book.catalog.plans)
    for name, text in book.sources.items():
        if name.startswith("../") or _is_shipped(name):
            continue
        if name.endswith((".yaml", ".yml")):
            root, _ = read_yaml(text, file=name)
            if root is not None:
                yield from yaml_edits(root, text, document="catalog" if name == CATALOG else "policy")
        yield from rule_edits(book.document.rules, text, file=name, plans=plans)
