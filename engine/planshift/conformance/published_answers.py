"""The figures of a published change, read off its decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import final

from planshift.billing.calendar import to_day
from planshift.billing.line import tax_on
from planshift.billing.money import Money
from planshift.billing.proration import days_between
from planshift.billing.schedule import step_date
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Figure
from planshift.conformance.money import Coin, percent_ppm
from planshift.conformance.situation import Situation
from planshift.decision.answer import Line
from planshift.decision.decision import Decision

ONE_DAY = timedelta(days=1)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedChange:
    """A decided change with the case it belongs to."""

    decision: Decision
    given: Fields
    situation: Situation
    coin: Coin

    def line(self, kind: str) -> Line | None:
        """The line of a kind. A change on the very day a period ends meets the regular bill, which is no part of it."""
        period, now = self.situation.period, self.decision.immediate
        for line in self.decision.lines:
            regular = line.kind == "charge" and now and line.start is not None and line.start >= period.end
            if line.kind == kind and not (regular and self.given.text("new_charge", "prorated") == "prorated"):
                return line
        return None

    def amount(self, kind: str) -> Money:
        """What the line of a kind comes to; nothing without one."""
        line = self.line(kind)
        return self.coin.of(0) if line is None else line.amount

    def net(self) -> Money:
        """Charge less credit."""
        return self.amount("charge") + self.amount("charge_old") - self.amount("credit")

    def due_now(self) -> Money:
        """What is to be paid at once, the regular bill aside."""
        regular = self.line("charge") is None and any(line.kind == "charge" for line in self.decision.lines)
        return self.coin.of(0) if regular else self.decision.due_now

    def leftover(self) -> Money:
        """The part of the credit that the charge did not use, wherever it went."""
        flow = self.decision.flow
        assert flow is not None  # an allowed change has one
        return flow.to_account + flow.refunded + flow.to_next_bill + flow.to_time

    def used_value(self) -> Money:
        """What the used part of the running period is worth."""
        line = self.line("credit")
        if line is None or line.formula.base is None:
            return self.amount("charge_old")
        return line.formula.base - line.amount

    def tax(self, kind: str) -> Money:
        """The tax on a rounded line."""
        ppm = percent_ppm(self.given, "tax_percent")
        return self.coin.of(tax_on(self.amount(kind).minor, ppm, mode=self.coin.mode))

    def share(self) -> tuple[int, int]:
        """The counted units of the share and of what it is measured against."""
        line = self.line("credit") or self.line("charge")
        if line is None or line.start is None or line.end is None:
            return 0, 1
        if line.formula.den > 1:
            return line.formula.num, line.formula.den
        days = days_between(to_day(line.start), to_day(line.end), basis="actual")
        return days, days

    def next_bill_on(self) -> date | None:
        """The day of the next bill."""
        bill = self.decision.next_bill
        return None if bill is None else bill.on

    def next_bill_amount(self) -> Money | None:
        """What the next bill comes to; account credit counts where it waits for that bill, or the case says so."""
        bill = self.decision.next_bill
        if bill is None:
            return None
        kept = self.given.text("unused_credit", "") in ("account_credit", "offset_new_charge")
        waits = self.given.text("collect", "now") == "next_invoice" or self.given.truth("apply_leftover")
        return bill.total + bill.account_credit_used if kept and not waits else bill.total

    def renewal_amount(self) -> Money:
        """What a regular bill of the new plan comes to: the charge itself where the change waits for that bill."""
        bill = self.decision.next_bill
        if bill is None or not self.decision.immediate:
            return self.amount("charge")
        return self.coin.total([line.amount for line in bill.lines if line.kind == "renewal"])

    def renewal_after_that(self) -> date | None:
        """The bill after the next one."""
        on, side = self.next_bill_on(), self.given.inner("new" if self.given.has("new") else "old")
        if on is None:
            return None
        return step_date(on, side.interval("every", "1 month"), anchor_day=self.given.whole("anchor_day", on.day))

    def figures(self) -> dict[str, Callable[[], Figure]]:
        """Everything a published change can be expected to say."""
        return {**self._amounts(), **self._dates(), **self._units()}

    def _amounts(self) -> dict[str, Callable[[], Figure]]:
        return {
            "credit": lambda: self.amount("credit"),
            "charge": lambda: self.amount("charge"),
            "net": self.net,
            "due_now": self.due_now,
            "leftover_credit": self.leftover,
            "used_value": self.used_value,
            "next_bill_amount": self.next_bill_amount,
            "renewal_amount": self.renewal_amount,
            "tax": lambda: self.tax("credit"),
            "credit_incl_tax": lambda: self.amount("credit") + self.tax("credit"),
            "charge_incl_tax": lambda: self.amount("charge") + self.tax("charge"),
            "refund": lambda: None if self.decision.flow is None else self.decision.flow.refunded,
        }

    def _dates(self) -> dict[str, Callable[[], Figure]]:
        extension = self.decision.extension
        return {
            "effective_on": lambda: self.decision.effective_on,
            "next_bill_on": self.next_bill_on,
            "renewal_after_that_on": self.renewal_after_that,
            "first_free_day": lambda: None if extension is None else extension.starts_on,
            "last_free_day": lambda: None if extension is None else extension.ends_on - ONE_DAY,
            "credit_period_ends": lambda: None if extension is None else extension.ends_on - ONE_DAY,
        }

    def _units(self) -> dict[str, Callable[[], Figure]]:
        extension = self.decision.extension
        return {
            "direction": lambda: self.decision.direction,
            "ratio": lambda: Fraction(*self.share()),
            "remaining_units": lambda: self.share()[0],
            "total_units": lambda: self.share()[1],
            "extension_units": lambda: 0 if extension is None else extension.units,
            "extension_exact": lambda: Fraction(0) if extension is None else extension.exact,
        }
