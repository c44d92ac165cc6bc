"""A digest that two decisions share exactly when they were made from the same book, subscription and request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from operator import attrgetter, itemgetter
from typing import Final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription


def fingerprint_of(digest: str, *, subscription: str, request: str) -> str:
    """The digest of a book's digest and the texts of both inputs, as 64 hexadecimal characters."""
    return digest_of_text(f"[{_text(digest)},{subscription},{request}]")


def digest_of(value: Subscription | ChangeRequest) -> str:
    """The digest of one input."""
    return digest_of_text(text_of(value))


def digest_of_text(text: str) -> str:
    """The digest of one input by its text."""
    return sha256(text.encode()).hexdigest()


def text_of(value: Subscription | ChangeRequest) -> str:
    """The text of one input that digests are of."""
    return _text(plain(value))


_text: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


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
