"""What cannot be true together of the money of one period, wherever the subscription comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

from planshift.billing.catalog import Price
from planshift.billing.interval import Interval
from planshift.billing.period import Period
from planshift.policy.mistakes import Mistake


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """The money of a running period in minor units; `due` is what the period costs, `paid` None means all of it."""

    due: int
    paid: int | None
    debt: int
    older_debt: int
    given_back: int

    def mistakes(self, shown: Callable[[int], str]) -> Iterator[Mistake]:
        """What contradicts itself, each at its field; `shown` writes an amount."""
        if self.paid is not None and self.paid > self.due:
            message = f"more was paid than the period costs ({shown(self.due)})"
            yield Mistake("PS511", message, "put what was paid ahead into `account_credit`", ("paid",))
        elif (self.paid or 0) + self.debt - self.older_debt > self.due:
            message = f"what was paid and what is open come to more than the period costs ({shown(self.due)})"
            yield Mistake("PS511", message, at=("debt",))
        if self.older_debt > self.debt:
            message = f"more is open from before than is open in all ({shown(self.debt)})"
            yield Mistake("PS511", message, "`debt` is all that is open, `older_debt` a part of it", ("older_debt",))
        most = self.due if self.paid is None else self.paid
        if self.given_back > most:
            message = f"more was given back than was paid ({shown(most)})"
            yield Mistake("PS528", message, "count only what was given back of this period", ("given_back",))


def due_for_period(price: Price, period: Period, *, currency: str, amount: int | None, quantity: int) -> int | None:
    """What a period costs by its price or the agreed amount; None where the price is not sold in the currency.

    A period that is longer than the price's interval costs as often as an interval begins in it: it was paid ahead.
    """
    if amount is None and currency not in dict(price.amounts):
        return None
    listed = max(dict(amounts).get(currency, 0) for amounts in (price.amounts, price.renewal))
    return (listed if amount is None else amount) * quantity * _intervals(price.interval, period)


def _intervals(interval: Interval, period: Period) -> int:
    start, end = period.start, period.end
    if interval.months:
        months = (end.year - start.year) * 12 + end.month - start.month + (end.day > start.day)
        return max(1, -(-months // interval.months))
    return max(1, -(-period.days // interval.days)) if interval.days else 1
