"""A subscription as the ledger keeps it: its document as text, without the money that the accounts know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from planshift.actions.decode import Reader
from planshift.billing.subscription import Subscription
from planshift.decision.fingerprint import plain
from planshift.diagnostics.errors import InternalError

Document = Mapping[str, Any]  # whatever JSON held; it is read into a subscription before anybody looks at it


def text_of(subscription: Subscription) -> str:
    """The text of a subscription, the same for the same one."""
    return text_of_document(plain(subscription))


def text_of_document(document: object) -> str:
    """The text of its document."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=4096)
def subscription_of(text: str) -> Subscription:
    """The subscription that a text tells. The steps of an order ask for the same one again and again."""
    found = Reader("").read(document_of(text), Subscription)
    if found is None:
        raise InternalError("reading a subscription of the ledger")
    return found


def document_of(text: str) -> Document:
    """The document of a text."""
    document: Document = json.loads(text)
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
