"""A book on which somebody works: checked after every edit, in a process that stays.

A check of the whole book after an edit of one line reads, types and analyses again what the edit touches and takes over
the rest. It answers what a check by itself answers: the same passes run, and what they would make of something that did
not change is what they made of it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import final

from planshift.policy.shelf import Shelf
from planshift.rulebook.checked import Checked
from planshift.rulebook.checking import KeptBook, check_all


@final
class Workbench:
    """One book, with what is known of it from the last check. It is used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = KeptBook()

    def check(self, *, on: date | None = None, shelf: Shelf | None = None) -> Checked:
        """Check the book as it is now, with its cases, subscriptions and messages.

        `on` is the day on which prices count as sold or not sold any more. `shelf` holds other texts than the folder.
        """
        return check_all(self._path, on=on, shelf=shelf, kept=self._kept)
