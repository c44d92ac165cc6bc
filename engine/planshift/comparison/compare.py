"""Two versions of a book, compared by what they mean.

The passes of `PASSES` compare what was read and compiled, part by part; what is only written otherwise is the same to
them. Each difference then gets a witness where one is found: a change that the versions answer differently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import final

from planshift.book import Book
from planshift.comparison.compare_book import compare_book
from planshift.comparison.compare_catalog import compare_catalog
from planshift.comparison.compare_rest import compare_facts, compare_reactions, compare_statements, compare_switches
from planshift.comparison.compare_roads import compare_roads
from planshift.comparison.compare_rules import compare_rules
from planshift.comparison.compare_terms import compare_terms
from planshift.comparison.difference import KINDS, Difference, Sought
from planshift.comparison.search import Progress, Search
from planshift.comparison.worlds import Worlds

TRIES = 4_000
"""How many changes are tried at most where nothing else is said."""

Pass = Callable[[Worlds], Iterator[Sought]]
"""Compares one part; the worlds are those of the new version, with the old one beside it."""


def _plainly(compare: Callable[[Book, Book], Iterator[Sought]]) -> Pass:
    return lambda worlds: compare(worlds.also[0], worlds.book)


PASSES: tuple[Pass, ...] = (
    _plainly(compare_book),
    _plainly(compare_catalog),
    _plainly(compare_roads),
    _plainly(compare_terms),
    compare_rules,
    _plainly(compare_switches),
    _plainly(compare_reactions),
    _plainly(compare_statements),
    _plainly(compare_facts),
)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What is different between two versions of a book, part by part; nothing where they mean the same."""

    old: Book
    new: Book
    differences: tuple[Difference, ...]
    tried: int = 0
    """How many changes both versions were asked about."""

    @property
    def counts(self) -> dict[str, int]:
        """How many differences there are of each kind, in the order of `KINDS`."""
        found: Counter[str] = Counter()
        for difference in self.differences:
            found[difference.kind] += difference.count
        return {kind: found[kind] for kind in KINDS if found[kind]}


def compare(old: Book, new: Book, *, tries: int = TRIES, progress: Progress | None = None) -> Comparison:
    """Compare two versions of a book.

    `tries` bounds how many changes are tried for witnesses; `progress` is told how it goes.
    """
    if old.digest == new.digest and old.document.messages == new.document.messages:  # no digest is of messages
        return Comparison(old=old, new=new, differences=())
    worlds = Worlds(new, old)
    sought = tuple(chain.from_iterable(each(worlds) for each in PASSES))
    search = Search(old, new, worlds=worlds, tries=tries, progress=progress)
    return Comparison(old=old, new=new, differences=tuple(search.differences(sought)), tried=search.tried)
