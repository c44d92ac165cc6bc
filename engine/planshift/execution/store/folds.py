"""Orders that were read before, so that a long log need not be read from its beginning each time.

An order is the fold of its log, and the hash of an entry stands for the whole log up to it. So what was folded up to a
hash once is what any log comes to that has this hash in this place, whatever store it lies in, and only what follows
has to be read. Whether the lines before are still those that were written is for the verification to say, which reads
all of them.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final, final

from planshift.execution.order import Order

LONG: Final = 64
"""A log of so many entries is long; others are read as a whole."""

_MOST: Final = 2_000
"""So many orders are kept; those that were not asked for longest make room."""


@final
class Folds:
    """Orders with long logs as they were read last. It may be shared between threads."""

    def __init__(self, *, most: int = _MOST) -> None:
        self._most = most
        self._orders: OrderedDict[str, Order] = OrderedDict()
        self._lock = Lock()

    def known(self, order: str) -> Order | None:
        """An order as it was read last, or None."""
        with self._lock:
            if order in self._orders:
                self._orders.move_to_end(order)
            return self._orders.get(order)

    def keep(self, order: Order) -> None:
        """Keep an order, if its log is long."""
        if order.number < LONG:
            return
        with self._lock:
            self._orders[order.id] = order
            self._orders.move_to_end(order.id)
            if len(self._orders) > self._most:
                self._orders.popitem(last=False)
