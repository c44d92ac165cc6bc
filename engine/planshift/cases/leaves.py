"""Comparing the subscription that a moment of a timeline leaves with what the case says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast

from planshift.billing.money import Money
from planshift.billing.subscription import Subscription
from planshift.book import Book
from planshift.cases.report import Difference
from planshift.policy.amounts import read_money
from planshift.policy.case_timelines import Left
from planshift.policy.located import Plain
from planshift.policy.mistakes import Mistakes
from planshift.policy.payments import due_for_period
from planshift.policy.written_documents import subscription_fields
from planshift.policy.written_yaml import Data, flow


def compare_left(book: Book, subscription: Subscription, *, left: Sequence[Left]) -> Iterator[Difference]:
    """Everything of a subscription that is not as the case says."""
    fields = state_fields(book, subscription)
    decimals = dict(book.document.policy.decimals)
    for each in left:
        for name, wanted, found in _parts(each.name, each.value, fields.get(each.name)):
            if not _alike(wanted, found, decimals=decimals):
                yield Difference(what=name, expected=_shown(wanted), got=_shown(found))


def is_left(each: Left, fields: Mapping[str, Data], *, decimals: Mapping[str, int]) -> bool:
    """Whether one thing of a subscription, told by its fields, is as it is said to be."""
    parts = _parts(each.name, each.value, fields.get(each.name))
    return all(_alike(wanted, found, decimals=decimals) for _, wanted, found in parts)


def state_fields(book: Book, subscription: Subscription) -> dict[str, Data]:
    """The fields of a subscription, those included that a file would leave out where they say nothing unusual."""
    silent: dict[str, Data] = {
        "currency": subscription.currency,
        "quantity": subscription.quantity,
        "status": subscription.status,
        "renewals": subscription.renewals,
        "unpaid_invoices": subscription.unpaid_invoices,
    }
    fields = silent | subscription_fields(subscription, book.document)
    return fields if subscription.paid is not None else fields | {"paid": _whole_price(book, subscription)}


def _whole_price(book: Book, subscription: Subscription) -> Money | None:
    """What the running period costs: a subscription that does not say what was paid has paid that."""
    plan = book.rulebook.plans[subscription.plan]
    price = plan.price(subscription.price)
    currency, amount, quantity = subscription.currency, subscription.amount, subscription.quantity
    due = None
    if price is not None:
        due = due_for_period(price, subscription.period, currency=currency, amount=amount, quantity=quantity)
    return None if due is None else Money(minor=due, currency=currency, decimals=book.rulebook.decimals[currency])


def _parts(name: str, wanted: Plain, found: Data) -> Iterator[tuple[str, Plain, Data]]:
    """Of a mapping each entry on its own, so that what is not mentioned is not checked."""
    if not isinstance(wanted, dict):
        yield name, wanted, found
        return
    inner = found if isinstance(found, Mapping) else {}
    for key, value in wanted.items():
        yield from _parts(f"{name}.{key}", value, inner.get(key))


def _alike(wanted: Plain, found: Data, *, decimals: Mapping[str, int]) -> bool:
    if isinstance(wanted, list):
        items = found if isinstance(found, (list, tuple)) else [] if found is None else [found]
        pairs = zip(wanted, items, strict=False)
        return len(wanted) == len(items) and all(_item_alike(one, other, decimals=decimals) for one, other in pairs)
    if isinstance(found, Money) or (found is None and isinstance(wanted, str)):
        return _amount(wanted, decimals) == (found.minor if isinstance(found, Money) else 0)
    if isinstance(found, date):
        return wanted == str(found)
    if isinstance(found, (list, tuple)) and len(found) == 1:
        return _alike(
            wanted, cast("Data", found[0]), decimals=decimals
        )  # a list of one may be written without brackets
    return wanted == found or (not wanted and not found)


def _item_alike(wanted: Plain, found: Data, *, decimals: Mapping[str, int]) -> bool:
    if isinstance(wanted, dict):
        inner = found if isinstance(found, Mapping) else {}
        return len(wanted) == len(inner) and all(
            _alike(value, inner.get(key), decimals=decimals) for key, value in wanted.items()
        )
    return _alike(wanted, found, decimals=decimals)


def _amount(wanted: Plain, decimals: Mapping[str, int]) -> int | None:
    """The minor units of an amount; nothing is an amount of nothing."""
    if wanted is None:
        return 0
    try:
        return read_money(wanted, decimals)[1]
    except Mistakes:
        return None


def _shown(value: Plain | Data) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else flow(cast("Data", value))
