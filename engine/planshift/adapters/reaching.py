"""Looking whether the systems of some adapters are there, all at once and only for so long."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic_ns
from typing import Final

from planshift.execution.news import Listener
from planshift.execution.ports import Adapter, Reachable, Reached, Resident

WITHIN: Final = 10
"""How many seconds all of them have together."""

_NANOSECONDS: Final = 1_000_000_000


def look_at(adapters: Sequence[Adapter | Resident | Listener], *, within: int = WITHIN) -> dict[str, Reached]:
    """What is found at the other side of each adapter, by name, in their order; those that cannot look are left out.

    One that takes longer than `within` seconds is told as such, and its call is left to end by itself.
    """
    asked = {each.name: each for each in adapters if isinstance(each, Reachable)}
    answers: SimpleQueue[tuple[str, Reached]] = SimpleQueue()
    for name, adapter in asked.items():
        Thread(target=lambda name=name, adapter=adapter: answers.put((name, _found(adapter))), daemon=True).start()
    until, found = monotonic_ns() + within * _NANOSECONDS, dict[str, Reached]()
    while len(found) < len(asked) and monotonic_ns() < until:
        with suppress(Empty):
            name, answer = answers.get(timeout=1)
            found[name] = answer
    late = Reached(how=f"no answer came within {within} seconds", well=False)
    return {name: found.get(name, late) for name in asked}


def _found(adapter: Reachable) -> Reached:
    try:
        return adapter.reachable()
    except Exception as error:  # noqa: BLE001  # an adapter is anybody's code; what it raises may hold what must not be told
        return Reached(how=f"looking raised {type(error).__name__}", well=False)
