"""Addresses of servers, as data and as engines are told by."""

from __future__ import annotations

POSTGRESQL = ("postgresql", "postgres")
"""What the address of a PostgreSQL server begins with."""


def scheme_of(told: str) -> str:
    """What an address begins with, without the driver that some add to it; nothing where it is no address."""
    scheme, at, _ = told.partition("://")
    return scheme.partition("+")[0] if at else ""


def without_password(address: str) -> str:
    """An address as it may be shown."""
    scheme, at, rest = address.partition("://")
    if not at:
        return address
    user, split, place = rest.rpartition("@")
    return f"{scheme}{at}{user.partition(':')[0]}{split}{place}"
