"""What finds the reactions that fire. It imports nothing heavy: a child process starts with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Reactions as durable-rules reads them: its JSON, and the properties of the flat fact that it asks for."""

    text: str
    properties: tuple[str, ...]


class MatcherFaultError(Exception):
    """The matching went wrong, and says nothing about the event: somebody else has to answer."""


class Matcher(Protocol):
    """Finds which reactions fire for a flat fact."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    def match(self, fact: Mapping[str, bool]) -> Sequence[int]:
        """The numbers of the reactions that fire, in the order of the book.

        Raises:
            MatcherFaultError: it could not find out.
        """
