"""What a command answers to the shell."""

from __future__ import annotations

from enum import IntEnum
from typing import final


@final
class Exit(IntEnum):
    """Exit codes. A script can tell a no from a mistake."""

    YES = 0
    """Yes, allowed, clean, passed."""

    NO = 1
    """No, denied, something is still needed, a case failed."""

    USAGE = 2
    """The command was not called rightly."""

    INVALID = 3
    """A book, a subscription or a request has mistakes."""

    INTERNAL = 4
    """planshift itself made a mistake."""
