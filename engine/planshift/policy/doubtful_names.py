"""Names in a subscription that a book may be expected to know, and does not: most often they are misspelt.

INVARIANT: nothing is said where the book cannot know: a service without questions may ask any, a catalog without
resources names none, and most client groups have no terms of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import final

from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import known_names, nearest, only_nearest
from planshift.expressions import tree
from planshift.policy.document import BookDocument
from planshift.policy.held import Held
from planshift.policy.places import Path
from planshift.policy.subscription_model import SubscriptionModel

_CODE = "PS534"


def warn_of_names(model: SubscriptionModel, held: Held) -> None:
    """Warn of questions, resources and client groups of a subscription that the book does not know."""
    _questions(model, held)
    _resources(model, held)
    group = model.customer.client_group if model.customer is not None else None
    if group is not None:
        _client_group(group, held)


def _questions(model: SubscriptionModel, held: Held) -> None:
    asked = {service.name: service.questions for service in held.book.catalog.services}
    for index, each in enumerate(model.answers or ()):
        known = asked.get(each.service, ())
        if known and each.question not in known:
            message = f"`{each.service}` asks no question `{each.question}`"
            _warn(held, message, name=each.question, known=known, path=("answers", index, "question"))


def _resources(model: SubscriptionModel, held: Held) -> None:
    known = tuple(dict.fromkeys(each.name for plan in held.book.catalog.plans for each in plan.resources))
    for name in model.resources or ():
        if known and name not in known:
            _warn(
                held, f"no plan has a resource `{name}`", name=name, known=known, path=("resources", name), on_key=True
            )


def _client_group(name: str, held: Held) -> None:
    """A group without terms of its own is nothing unusual, so that only a slip of the keyboard is told."""
    known = told_groups(held.book)
    if name not in known and only_nearest(name, known) is not None:
        message = f"no terms are for a client group `{name}`"
        _warn(held, message, name=name, known=known, path=("customer", "client_group"))


def told_groups(book: BookDocument) -> tuple[str, ...]:
    """The client groups under `for` of which a misspelt name can be told.

    Where another of them, or a text of the rules, has nearly the same name, that may well be what is meant.
    """
    return _told_groups(_This(book))


@final
@dataclass(frozen=True, slots=True, eq=False)
class _This:
    """A book by which one it is: to compare what it says would take longer than what is kept of it."""

    book: BookDocument

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and other.book is self.book


@lru_cache(maxsize=8)
def _told_groups(of: _This) -> tuple[str, ...]:
    groups = tuple(dict.fromkeys(each.client_group for each in of.book.policy.clients if each.client_group))
    words = {*groups, *_texts(of.book.rules)} if groups else set()
    return tuple(group for group in groups if nearest(group, words - {group}) is None)


def _warn(held: Held, message: str, *, name: str, known: tuple[str, ...], path: Path, on_key: bool = False) -> None:
    held.placing.report(
        _CODE,
        message,
        path=path,
        help_text=known_names(name, known),
        on_key=on_key,
        severity="warning",
        instead=instead_of(name, known, trust="by_use"),
    )


def _texts(part: object) -> Iterator[str]:
    """Every text that stands in a part of the rules."""
    if isinstance(part, tree.Text):
        yield part.value
    elif isinstance(part, tuple):
        for each in part:
            yield from _texts(each)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))
