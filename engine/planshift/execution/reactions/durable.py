"""Matching by durable-rules: the only module that speaks to it, and only to the part of it that proved right.

Its C module is used as it is; its own Python layer (threads, hosts, batches) never is. One flat fact is asserted for
one state after a fact that always fires, what fires is drained, and the state is deleted. docs/decisions/0003 says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Final, final

import durable_rules_engine as native

from planshift.execution.reactions.matching import MatcherFaultError, Ruleset

STATE: Final = "order"
"""The one state there ever is: the library breaks at the 1,025th."""

_SENTINEL: Final = json.dumps({"id": "sentinel", "sid": STATE, "sentinel": True})


@final
class Durable:
    """Matches by the rulesets of one book; they are made when they are first needed, and again after a fault."""

    name = "durable-rules"

    def __init__(self, rulesets: Sequence[Ruleset]) -> None:
        self._rulesets = tuple(rulesets)
        self._handles: tuple[int, ...] = ()
        self._lock = Lock()

    def match(self, fact: Mapping[str, bool]) -> tuple[int, ...]:
        """The numbers of the reactions that fire, in the order of the book.

        Raises:
            MatcherFaultError: the library refused something; its rulesets are not used again.
        """
        with self._lock:
            handles, self._handles = self._handles or self._made(), ()
            try:
                found = tuple(
                    number
                    for handle, ruleset in zip(handles, self._rulesets, strict=True)
                    for number in _fired(handle, {name: fact[name] for name in ruleset.properties})
                )
            except native.error as error:
                # What has gone wrong inside is not freed: that is where the library has been seen to crash.
                raise MatcherFaultError(str(error)) from error
            self._handles = handles
            return found

    def close(self) -> None:
        """Give the memory of the rulesets back."""
        with self._lock:
            handles, self._handles = self._handles, ()
            for handle in handles:
                native.delete_ruleset(handle)

    def _made(self) -> tuple[int, ...]:
        try:
            return tuple(native.create_ruleset("reactions", each.text) for each in self._rulesets)
        except native.error as error:
            raise MatcherFaultError(str(error)) from error


def _fired(handle: int, properties: Mapping[str, bool]) -> Iterator[int]:
    _, state = native.assert_fact(handle, _SENTINEL)
    native.assert_fact(handle, json.dumps({"id": "fact", "sid": STATE, **properties}))
    started = native.start_action_for_state(handle, state)
    message = started[1] if started else None
    while message:
        name = next(iter(json.loads(message)))
        if name != "sentinel":
            yield int(name)
        message = native.complete_and_start_action(handle, state)
    native.delete_state(handle, STATE)
