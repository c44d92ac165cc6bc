"""Requests against the shapes that Stripe documents: its SDK carries them, generated from the description of the API.

A form is decoded as Stripe decodes it (`items[0][price]=...`), and every parameter has to be one that the shape has, of
its type, with nothing missing that it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe
from typing_extensions import get_type_hints, is_typeddict

_NAMES = {"StripeContext": stripe.StripeContext, "Mapping": Mapping}
_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)


@dataclass(eq=False)
class WrongParameter(Exception):
    """A parameter that the API does not know, lacks or cannot read."""

    param: str
    told: str

    def __str__(self) -> str:
        return f"{self.told}: {self.param}"


def decoded(form: str) -> dict[str, Any]:
    """A form as nested mappings; lists are mappings from their positions."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *parents, last = name.replace("]", "").split("[")
        place = found
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return found


def fitted(form: dict[str, Any], shape: str) -> dict[str, Any]:
    """A decoded form as the values that a shape says."""
    return dict(_mapping(form, getattr(stripe.params, shape), path=""))


@cache
def _fields(shape: type) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of a shape's parameters, and those that it asks for."""
    hints = get_type_hints(shape, localns=_NAMES, include_extras=True)
    own = {name: hint for name, hint in hints.items() if name not in _OPTIONS}
    required = frozenset(name for name, hint in own.items() if get_origin(hint) is not NotRequired)
    return {name: _bare(hint) for name, hint in own.items()}, required


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint


def _mapping(value: Any, shape: type, *, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongParameter(path, "an object is expected")
    known, required = _fields(shape)
    for name in value:
        if name not in known:
            raise WrongParameter(_joined(path, name), "received unknown parameter")
    for name in sorted(required - value.keys()):
        raise WrongParameter(_joined(path, name), "missing required param")
    return {name: _read(each, known[name], path=_joined(path, name)) for name, each in value.items()}


def _read(value: Any, kind: Any, *, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(value, kind, path=path)
    if is_typeddict(kind):
        return _mapping(value, kind, path=path)
    if origin is Literal:
        if value not in get_args(kind):
            raise WrongParameter(path, f"`{value}` is none of {get_args(kind)}")
        return value
    if origin is list:
        if not isinstance(value, dict):
            raise WrongParameter(path, "a list is expected")
        return [_read(each, get_args(kind)[0], path=_joined(path, name)) for name, each in value.items()]
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise WrongParameter(path, "a mapping of texts is expected")
        return value
    return _plain(value, kind, path=path)


def _one_of(value: Any, kind: Any, *, path: str) -> Any:
    # The SDK writes "one of these words, or a newer one" as a union with `str`; only the words are documented.
    kinds = get_args(kind)
    if any(get_origin(each) is Literal and get_args(each) != ("",) for each in kinds) and int not in kinds:
        kinds = tuple(each for each in kinds if each is not str)
    faults = []
    for each in kinds:
        try:
            return _read(value, each, path=path)
        except WrongParameter as fault:
            faults.append(fault)
    raise faults[0]


def _plain(value: Any, kind: Any, *, path: str) -> Any:
    if not isinstance(value, str):
        raise WrongParameter(path, "a single value is expected")
    if kind is bool:
        if value not in ("true", "false"):
            raise WrongParameter(path, f"`{value}` is no boolean")
        return value == "true"
    if kind is int:
        if not value.lstrip("-").isdecimal():
            raise WrongParameter(path, f"`{value}` is no integer")
        return int(value)
    if kind is not str:
        raise WrongParameter(path, f"{kind} is not read by the stand-in")
    return value


def _joined(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
