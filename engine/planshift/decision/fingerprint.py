"""A digest that two decisions share exactly when they were made from the same book, subscription and request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from operator import attrgetter, itemgetter

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription


def fingerprint_of(digest: str, *, subscription: Subscription, request: ChangeRequest) -> str:
    """The digest of a book's digest and both inputs, as 64 hexadecimal characters."""
    data = json.dumps([digest, plain(subscription), plain(request)], sort_keys=True, separators=(",", ":"))
    return sha256(data.encode()).hexdigest()


def digest_of(value: Subscription | ChangeRequest) -> str:
    """The digest of one input."""
    return sha256(json.dumps(plain(value), sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def plain(value: object) -> object:
    """A value of the trade as JSON can hold it, keys in their order; what takes no part in comparisons is left out.

    So is what has its default: a version that knows more fields gives the same digest for what does not use them.
    """
    kind = type(value)
    if kind is str or kind is int or value is None:  # most of them
        return value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    compared = _compared(kind)  # type: ignore[arg-type]  # a type is hashable
    if compared is None:
        return value.isoformat() if isinstance(value, date) else value
    values, told = compared
    return {
        name: plain(held)
        for held, (name, default) in zip(values(value), told, strict=True)
        if held is not default and held != default
    }


@cache
def _compared(kind: type) -> tuple[Callable[[object], tuple[object, ...]], tuple[tuple[str, object], ...]] | None:
    """The fields of a type that take part in comparisons, with their defaults; None where it has no fields."""
    if not is_dataclass(kind):
        return None
    told = tuple(sorted(((each.name, each.default) for each in fields(kind) if each.compare), key=itemgetter(0)))
    if len(told) > 1:
        return attrgetter(*(name for name, _ in told)), told
    return lambda value: tuple(getattr(value, name) for name, _ in told), told
