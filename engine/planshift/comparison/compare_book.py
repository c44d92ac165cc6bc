"""What the versions say about the book itself: name, currency, zone and days, maps, limits of an edit, and messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planshift.billing.money import format_percent
from planshift.book import Book, Decision
from planshift.comparison.answers import differ
from planshift.comparison.compare_catalog import amounts_text
from planshift.comparison.difference import NO_ANSWER, Difference, Moved, Sought
from planshift.diagnostics.span import NOWHERE, Span
from planshift.policy.document import PolicyDocument
from planshift.policy.message_files import Message, read_messages

_FIELDS = ("book", "title", "currency", "timezone", "language", "effective_from", "invoice_days_before")
"""What is said once for the whole book; where nobody reads it in an answer, there is nothing to show it."""

_MAPPED = ("addons", "resources", "answers", "settings", "usage", "coupons")

_UNSHOWN = {
    "currency": "it only says what is meant where no currency is named",
    "language": "it says in which language customers are told, and decides nothing",
}
_LIMITS = "it says how much an edit may do to everybody, and is no part of an answer"
_WORDED = "it says how customers are told, and decides nothing"


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
    yield from _limits(old, new)
    yield from _messages(old, new)


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
        return Sought(difference=replace(difference, untold=_UNSHOWN.get(name, NO_ANSWER)))
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


def _limits(old: Book, new: Book) -> Iterator[Sought]:
    """What an edit may do, which decides nothing, and is what the next edit is measured by."""
    first, second = (_limit_values(book) for book in (old, new))
    for name in dict.fromkeys((*second, *first)):
        if first.get(name) != second.get(name):
            before, after = _places((old, new), "impact_limits", name.partition(" ")[0])
            difference = Difference(
                section="book",
                kind="value_moved",
                sign="~",
                title="what an edit may do",
                moved=(Moved(what=f"impact_limits, {name}", old=first.get(name), new=second.get(name)),),
                old=before,
                new=after,
                untold=_LIMITS,
            )
            yield Sought(difference=difference)


def _limit_values(book: Book) -> dict[str, str]:
    limits = book.document.policy.impact_limits
    shares = {"refused": limits.refused, "dearer": limits.dearer}
    found = {name: format_percent(share) for name, share in shares.items() if share is not None}
    return {**found, **{f"moved_per_year {each[0]}": amounts_text(book, [each]) for each in limits.moved_per_year}}


def _messages(old: Book, new: Book) -> Iterator[Sought]:
    """What customers are told, locale by locale; presets that moved on count as the version that each book read."""
    if old.document.messages == new.document.messages:
        return
    before, after = (read_messages(book.document)[0].own for book in (old, new))
    for locale in sorted({*before, *after}):
        first, second = before.get(locale, {}), after.get(locale, {})
        keys = [key for key in dict.fromkeys((*second, *first)) if _says(first.get(key)) != _says(second.get(key))]
        if keys:
            difference = Difference(
                section="book",
                kind="value_moved",
                sign="~",
                title=f"messages in {locale}",
                moved=tuple(Moved(what=key, old=_says(first.get(key)), new=_says(second.get(key))) for key in keys),
                old=first[keys[0]].span if keys[0] in first else NOWHERE,
                new=second[keys[0]].span if keys[0] in second else NOWHERE,
                untold=_WORDED,
            )
            yield Sought(difference=difference)


def _says(message: Message | None) -> str | None:
    return None if message is None else message.text
