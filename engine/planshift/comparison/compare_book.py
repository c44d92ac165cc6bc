"""What the versions say about the book itself: name, currency, zone and days, and where things go that have a map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planshift.book import Book, Decision
from planshift.comparison.answers import differ
from planshift.comparison.difference import NO_ANSWER, Difference, Moved, Sought
from planshift.diagnostics.span import Span
from planshift.policy.document import PolicyDocument

_FIELDS = ("book", "title", "currency", "timezone", "effective_from", "invoice_days_before")
"""What is said once for the whole book; where nobody reads it in an answer, there is nothing to show it."""

_MAPPED = ("addons", "resources", "answers", "settings", "usage", "coupons")


def compare_book(old: Book, new: Book) -> Iterator[Sought]:
    """Everything that is said once for the whole book."""
    before, after = old.document.policy, new.document.policy
    for name in _FIELDS:
        first, second = (_text(policy, name) for policy in (before, after))
        if first != second:
            yield _sought(name, (old, new), first=first, second=second)
    if dict(before.decimals) != dict(after.decimals):
        yield _decimals(old, new)
    yield from _mapped(old, new)


def _text(policy: PolicyDocument, name: str) -> str:
    found = getattr(policy, name)
    return "none" if found is None else str(found)


def _places(books: tuple[Book, Book], *path: str) -> tuple[Span, Span]:
    return books[0].document.where("policy", *path), books[1].document.where("policy", *path)


def _sought(name: str, books: tuple[Book, Book], *, first: str, second: str) -> Sought:
    before, after = _places(books, name)
    difference = Difference(
        section="book",
        kind="value_moved",
        sign="~",
        title=name,
        moved=(Moved(what=name, old=first, new=second),),
        old=before,
        new=after,
    )
    shows = {"timezone": _other_day, "effective_from": _in_force, "invoice_days_before": _other_invoice}.get(name)
    if shows is None:
        untold = NO_ANSWER if name != "currency" else "it only says what is meant where no currency is named"
        return Sought(difference=replace(difference, untold=untold))
    return Sought(difference=difference, shows=shows)


def _other_day(old: Decision | None, new: Decision) -> bool:
    return old is not None and differ(old, new) and old.today != new.today


def _in_force(old: Decision | None, new: Decision) -> bool:
    codes = ["book_not_in_force" in {reason.code for reason in each.reasons} for each in (old, new) if each is not None]
    return old is not None and codes[0] != codes[1]


def _other_invoice(old: Decision | None, new: Decision) -> bool:
    if old is None:
        return False
    return differ(old, new) if new.renews else old.cancellable_until != new.cancellable_until


def _decimals(old: Book, new: Book) -> Sought:
    first, second = (
        ", ".join(f"{code} {places}" for code, places in sorted(book.document.policy.decimals)) or "none"
        for book in (old, new)
    )
    before, after = _places((old, new), "decimals")
    found = Moved(what="decimals", old=first, new=second)
    difference = Difference(
        section="book", kind="value_moved", sign="~", title="decimals", moved=(found,), old=before, new=after
    )
    return Sought(difference=difference, shows=lambda first, second: first is not None and differ(first, second))


def _mapped(old: Book, new: Book) -> Iterator[Sought]:
    for kind in _MAPPED:
        first, second = (book.document.policy.carry_map.of(kind) for book in (old, new))
        for name in sorted({**first, **second}):
            if first.get(name) == second.get(name):
                continue
            before, after = _places((old, new), "carry_map", kind, name)
            found = Moved(what=f"{kind}: {name}", old=first.get(name), new=second.get(name))
            yield Sought(
                difference=Difference(
                    section="book",
                    kind="value_moved",
                    sign="~",
                    title=f"where {kind} go",
                    moved=(found,),
                    old=before,
                    new=after,
                ),
                shows=_goes_elsewhere,
                also=("moves",),
            )


def _goes_elsewhere(old: Decision | None, new: Decision) -> bool:
    if old is None:
        return False
    return old.moves != new.moves or old.value("keeps_coupon") != new.value("keeps_coupon")
