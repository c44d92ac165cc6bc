"""The one table of diagnostic codes: every code that planshift can utter, and in which phase it is found.

A code never changes its meaning and is never given away again. Each has a page with a bad and a good example.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

PHASES = {
    "PS0": "files",
    "PS1": "document",
    "PS2": "catalog",
    "PS3": "rules",
    "PS4": "resolution",
    "PS5": "input",
    "PS6": "cases",
    "PS7": "actions",
}
"""What each range of codes is about, by the first three characters of the code."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A kind of mistake: its code, its title and the phase that finds it."""

    code: str
    title: str

    @property
    def phase(self) -> str:
        """The phase that finds it, one of the values of `PHASES`."""
        return PHASES[self.code[:3]]


_FILES: dict[str, str] = {}

_DOCUMENT: dict[str, str] = {}

_CATALOG: dict[str, str] = {}

_RULES: dict[str, str] = {
    "PS301": "text that the rule language cannot read",
}

_RESOLUTION: dict[str, str] = {}

_INPUT: dict[str, str] = {}

_CASES: dict[str, str] = {}

_ACTIONS: dict[str, str] = {}

_TITLES: dict[str, str] = _FILES | _DOCUMENT | _CATALOG | _RULES | _RESOLUTION | _INPUT | _CASES | _ACTIONS

CODES: dict[str, Code] = {code: Code(code=code, title=title) for code, title in sorted(_TITLES.items())}
"""Every code by its name."""
