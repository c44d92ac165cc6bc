"""Whom a system that is spoken to in secret is known by."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path


@cache
def trust(ca: Path | None) -> ssl.SSLContext:
    """The certificates of a file, or those that the machine trusts; they are read once, which takes a while."""
    return ssl.create_default_context(cafile=None if ca is None else str(ca))
