"""What an action comes to in the ledger, as a value: postings, a new state, and the rows that tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from sqlalchemy import Table

from planshift.actions.money_actions import BillLine
from planshift.adapters.ledger.chart import Posting
from planshift.adapters.ledger.held import Invoice


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOff:
    """An amount that is taken off an invoice, by a payment or by a credit; below nothing where it is given back."""

    invoice: Invoice
    minor: int
    paid: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Everything that one entry writes.

    `state` is the document of the subscription from now on, None where it stays; `state_by` the order that began it.
    `lines` tell the entry to people. `invoice` is made; `voided` is taken back. `rows` go to the tables beside them.
    `reference` is what others know it by.
    """

    postings: tuple[Posting, ...] = ()
    state: str | None = None
    state_by: str | None = None
    lines: tuple[BillLine, ...] = ()
    invoice: Invoice | None = None
    voided: Invoice | None = None
    taken_off: tuple[TakenOff, ...] = ()
    rows: tuple[tuple[Table, Mapping[str, object]], ...] = ()
    reference: str = ""


NOTHING = Effect()
"""An entry that only says that something was done."""
