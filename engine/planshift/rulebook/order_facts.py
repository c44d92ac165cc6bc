"""What reactions may ask of the order of a change, next to everything that rules may ask of the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from planshift.expressions.types import BOOL, DAYS, MONEY, WHOLE, Type


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order as it stands on the day of an event; the fields are what `ORDER_NAMES` says of them.

    Days are counted in the zone of the subscription, the amount is in the minor unit of its currency.
    """

    age: int = 0
    waiting: bool = False
    days_left: int = 0
    cancellable: bool = False
    payment_awaited: bool = False
    payment_failures: int = 0
    invoice_open: bool = False
    credit_held: bool = False
    credit_amount: int = 0

    def by_name(self) -> dict[str, int | bool]:
        """The facts by the names that reactions know."""
        return {name: getattr(self, field) for name, (field, _, _) in ORDER_NAMES.items()}


ORDER_NAMES: Final[dict[str, tuple[str, Type, str]]] = {
    "order.age": ("age", DAYS, "days since the change was asked for"),
    "change.waiting": ("waiting", BOOL, "whether the change still waits for its day"),
    "change.days_left": ("days_left", DAYS, "days to the day of the change; 0 from then on"),
    "change.cancellable": ("cancellable", BOOL, "whether the change can still be called off"),
    "payment.awaited": ("payment_awaited", BOOL, "whether the change waits for its payment"),
    "payment.failures": ("payment_failures", WHOLE, "how often a payment has failed, this time included"),
    "invoice.open": ("invoice_open", BOOL, "whether an invoice was issued for the order and is not paid"),
    "credit.held": ("credit_held", BOOL, "whether the order holds a credit back"),
    "credit.amount": ("credit_amount", MONEY, "the credit that the order holds back; 0 without one"),
}
"""The names that only reactions may use: each with its field, its type and what it is."""
