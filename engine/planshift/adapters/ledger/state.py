"""A subscription as the ledger keeps it: its document as text, without the money that the accounts know."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, cast

from planshift.billing.json_text import compact, parsed
from planshift.billing.period import Period
from planshift.billing.subscription import (
    Answer,
    Customer,
    Discount,
    HeldAddon,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.decision.fingerprint import plain
from planshift.diagnostics.errors import InternalError

Document = Mapping[str, Any]  # whatever JSON held; it is read into a subscription before anybody looks at it

_REMEMBERED: Final = 4096
"""So many subscriptions are remembered by their texts: the steps of an order ask for the same one again and again."""

_read: Final[OrderedDict[str, tuple[Subscription, Document]]] = OrderedDict()


def text_of(subscription: Subscription) -> str:
    """The text of a subscription, the same for the same one."""
    document = plain(subscription)
    text = compact(document)  # its keys are in their order
    _remember(text, subscription, document=cast("Document", document))
    return text


def text_of_document(document: object) -> str:
    """The text of its document."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def subscription_of(text: str) -> Subscription:
    """The subscription that a text tells."""
    known = _read.get(text)
    if known is not None:
        return known[0]
    try:
        document = _document(text)
        found = Subscription(**{name: _READ.get(name, _as_it_is)(value) for name, value in document.items()})
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InternalError("reading a subscription of the ledger") from None
    _remember(text, found, document=document)
    return found


def _remember(text: str, subscription: Subscription, *, document: Document) -> None:
    # Threads write the same, and each of these calls is one step to the others.
    _read[text] = subscription, document
    if len(_read) > _REMEMBERED:
        _read.popitem(last=False)


def document_of(text: str) -> Document:
    """The document of a text, which is not to be changed: whoever asks for it next is given the same one."""
    known = _read.get(text)
    return _document(text) if known is None else known[1]


@lru_cache(maxsize=_REMEMBERED)
def _document(text: str) -> Document:
    document: Document = parsed(text)
    return document


def without_money(subscription: Subscription) -> Subscription:
    """A subscription without what its accounts tell; `paid` is what it is once all that is open is paid."""
    own = subscription.debt - subscription.older_debt
    return replace(
        subscription,
        paid=None if subscription.paid is None else subscription.paid + own,
        debt=0,
        older_debt=0,
        waiting=0,
        unpaid_invoices=0,
        account_credit=0,
    )


def changes_between(old: str, new: str) -> str:
    """What is different between two texts, field by field, as a text; empty where nothing is."""
    if old == new:
        return ""
    before, after = document_of(old), document_of(new)
    names = sorted(before.keys() | after.keys())
    changes = {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
    return text_of_document(changes)


def taken_back(text: str, changes: str) -> str:
    """The text without some changes. What somebody else has changed since stays as it is."""
    document = dict(document_of(text))
    for name, (old, new) in document_of(changes).items():
        if document.get(name) != new:
            continue
        document[name] = old
        if old is None:  # a field that is left out has its default
            del document[name]
    return text_of_document(document)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401  # a number or a text, as JSON has it
    return value


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _period(value: Document) -> Period:
    return Period(**{**value, "start": _day(value["start"]), "end": _day(value["end"])})


def _customer(value: Document) -> Customer:
    since = {"since": _day(value["since"])} if "since" in value else {}
    return Customer(**{**value, **since, "facts": _pairs(value.get("facts", ()))})


def _contract(value: Document) -> RunningContract:
    return RunningContract(
        **{**value, "starts_on": _day(value["starts_on"]), "ends_on": _day(value["ends_on"])},
    )


def _pending(value: Document) -> PendingChange:
    return PendingChange(**{**value, "effective_on": _day(value["effective_on"])})


def _service(value: Document) -> HeldService:
    return HeldService(**{**value, "uses": _pairs(value["uses"])})


def _pairs(value: Any) -> tuple[Any, ...]:  # noqa: ANN401  # pairs, as JSON has them: lists of two
    return tuple((name, found) for name, found in value)


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "period": _period,
    "customer": _customer,
    "started_on": _day,
    "trial_ends_on": _day,
    "paid_through": _day,
    "discount": lambda value: Discount(**value),
    "contract": _contract,
    "usage": _pairs,
    "usage_facts": _pairs,
    "addons": lambda value: tuple(HeldAddon(**each) for each in value),
    "services": lambda value: tuple(_service(each) for each in value),
    "answers": lambda value: tuple(Answer(**each) for each in value),
    "resources": _pairs,
    "settings": _pairs,
    "allowances": _pairs,
    "pending": _pending,
    "changes": lambda value: tuple(_day(each) for each in value),
}
"""How the fields are read that JSON has no form for."""
