"""The lines of a change and what it moves, put into the words of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import final

from tests.reference.against import THINGS, has_coupon, mapped_things, things
from tests.reference.answer import Bought, Line, NextBill, Priced
from tests.reference.bill import Bill, keeps_agreed_price, keeps_coupon, make_bill
from tests.reference.change import Change
from tests.reference.purse import Purse, held_until, settle, with_next_invoice
from tests.reference.ranks import Terms
from tests.reference.when import When


@final
@dataclass(frozen=True, slots=True)
class Telling:
    """One change whose terms and dates are settled."""

    change: Change
    terms: Terms
    when: When

    def priced(self) -> Priced:
        """Everything that a change which is not denied is told with."""
        bill = make_bill(self.change, self.terms, self.when)
        purse = settle(self.change, self.terms, when=self.when, bill=bill)
        lines = tuple(self._lines(bill, purse))
        contract = bill.contract
        flow = dict(purse.flow)
        return Priced(
            effective=self.when.effective,
            immediate=self.when.immediate,
            cancellable_until=self._cancellable_until(),
            lines=lines,
            flow=flow,
            next_bill=self._next_bill(lines, purse),
            bought=_bought(purse),
            contract=(contract.outcome, contract.ends_on, contract.penalty, contract.remainder),
        )

    def _lines(self, bill: Bill, purse: Purse) -> Iterator[Line]:
        """What is charged first, what is given back last."""
        due, when, held = self._due_on(purse), self.when, self.change.subscription
        if bill.charge_old is not None:
            since = max(held.paid_through or held.period.start, held.period.start)
            yield Line("charge_old", bill.charge_old, since, when.stop, due, share=bill.used_share.share)
        if bill.charge is not None:
            end = purse.bought.then_until if purse.bought else when.bill_end
            if self.change.renews:
                yield Line("renewal", bill.charge, when.effective, end, due)
            else:
                yield Line("charge", bill.charge, bill.begin, end, due, share=bill.charge_share.share)
        yield from self._flat(bill, due)
        if purse.waiting_billed:
            yield Line("waiting", purse.waiting_billed, None, None, due)
        if bill.credit is not None and (purse.flow["credit"] or not purse.flow["forfeited"]):
            share, until = bill.credit_share.share, held_until(self.change, self.terms)
            yield Line("credit", purse.flow["credit"], when.stop, when.credit_end, due, held_until=until, share=share)

    def _flat(self, bill: Bill, due: date) -> Iterator[Line]:
        held_contract = self.change.subscription.contract
        came_with = held_contract.plan if held_contract is not None else None
        old = self.change.plan(came_with or self.change.subscription.plan)
        under = old.contract.service if old is not None and old.contract is not None else None
        if held_contract is not None and held_contract.service is not None:
            under = held_contract.service
        taxed = self.terms.names("fee_taxed_as")
        held = held_until(self.change, self.terms)
        amounts = (
            ("fee", bill.fee, taxed[0] if taxed else None, ()),
            ("one_time", bill.one_time, None, ()),
            ("setup", bill.setup, None, ()),
            ("penalty", bill.contract.penalty, under, held),
            ("remainder", bill.contract.remainder, under, held),
        )
        for kind, minor, service, until in amounts:
            if minor:
                yield Line(kind, minor, self.when.effective, None, due, service=service, held_until=until)

    def _due_on(self, purse: Purse) -> date:
        """The day of the change, or of the next bill where collection waits."""
        waits = with_next_invoice(self.change, self.terms, self.when)
        return purse.next_bill_on if waits else self.when.effective

    def _next_bill(self, lines: tuple[Line, ...], purse: Purse) -> NextBill:
        at_once = self.when.immediate and not self.change.renews
        settled_now = at_once and self.terms.word("collect") != "next_invoice"
        waiting = [line for line in lines if line.due_on == purse.next_bill_on and not line.held_until]
        told = [] if settled_now else [(line.kind, line.minor) for line in waiting if line.kind != "credit"]
        # Of the credit it has what it takes off: from the charges that wait for it, and from the rest.
        offset = purse.flow["offset"] if any(line.kind == "credit" for line in waiting) and not settled_now else 0
        told += [("credit", offset + purse.credit_used)] if offset + purse.credit_used else []
        told += [("waiting", purse.waiting_on_bill)] if purse.waiting_on_bill else []
        told += [("renewal", purse.renewal)] if purse.renewal else []
        return NextBill(purse.next_bill_on, tuple(told), purse.account_used, purse.next_bill)

    def _cancellable_until(self) -> date | None:
        """The last day before the point of no return."""
        value = self.terms.choice("cancellable_until")
        if self.when.immediate or value.word == "never":
            return None
        ahead = self.change.document.policy.invoice_days_before
        before = {"effective": 0, "invoice_issued": ahead, "days_before": value.number}[value.word]
        return self.when.effective - timedelta(days=before + 1)

    def moves(self) -> Iterator[tuple[str, str, str, str]]:
        """What becomes of each thing of the subscription."""
        held, asked = self.change.subscription, self.change.request
        same_plan = self.change.same_plan
        for kind in () if same_plan else THINGS:
            rule = self.terms.word(f"carry.{kind}")
            if rule == "map":
                for old, new, stays in mapped_things(self.change, kind, self.when):
                    yield kind, old, "moves" if stays else "lost", new if stays else old
                continue
            for name, same in things(self.change, kind, self.when):
                stays = rule == "keep" or (same and rule != "drop")
                yield kind, name, "moves" if stays else "lost", name
        if has_coupon(self.change):
            kept = keeps_coupon(self.change, self.terms)
            if not kept or (asked.plan and not same_plan):
                name = new = held.discount.code or "coupon"
                if kept and self.terms.word("carry.coupons") == "map" and not same_plan:
                    new = self.change.mapped("coupons", name)
                yield "coupons", name, "moves" if kept else "lost", new
        if held.amount is not None and asked.amount is None and not keeps_agreed_price(self.change, self.terms):
            yield "price_override", "agreed price", "lost", "agreed price"


def _bought(purse: Purse) -> Bought | None:
    found = purse.bought
    return None if found is None else Bought(found.units, found.exact, found.unit, found.starts_on, found.ends_on)
