"""The terms of a change: the one list of their names, values, defaults and meanings.

The models of the documents, the JSON Schemas, the type checker and the reference are all made from `TERMS`. A preset is
nothing but values of these terms under a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.billing.interval import Interval
from planshift.policy.term_shapes import (
    DAYS,
    EVENTS,
    FEE,
    FREQUENCY,
    NOTICES,
    REQUIREMENTS,
    SERVICE,
    TEXTS,
    WAIT,
    Counted,
    Shape,
    word,
    word_set,
)
from planshift.policy.term_values import Choice, Fee, Frequency, Names, Notices, Requirements, TermValue, Texts, Wait

SCOPES = ("any", "upgrade", "downgrade", "crossgrade", "term_change", "cancel", "renewal")
"""For which changes terms are set: all of them, or those of one direction."""

INTERVAL_SCOPES = ("other_interval", "longer_interval", "shorter_interval")
"""For which changes of interval a block of terms inside a scope is; the first is weaker than the two others."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TermDefinition:
    """One term: its dotted name, the shape of its values, its value when nobody speaks, and its meaning."""

    name: str
    shape: Shape
    default: TermValue
    doc: str


def _choice(name: str, *words: str, doc: str, counted: tuple[Counted, ...] = (), default: str = "") -> TermDefinition:
    """Return a term that is one word of a list; the first is the default where none is named."""
    return TermDefinition(
        name=name, shape=word(*words, counted=counted), default=Choice(word=default or words[0]), doc=doc
    )


_DECIMALS = Counted(word="decimals", pattern="{n}", lowest=0, highest=12)
_CARRY = ("keep_if_same", "keep", "drop", "map", "refuse")

_WHEN = (
    _choice(
        "timing",
        "now",
        "period_end",
        "contract_end",
        "on_date",
        "next_bill_day",
        "trial_end",
        "period_start",
        doc="The day on which the change takes effect.",
    ),
    _choice("backdating", "refuse", "staff", "anyone", doc="Who may ask for a day that has passed."),
)

_PRORATION = (
    _choice(
        "proration.unit",
        "day",
        "second",
        "minute",
        "hour",
        "month",
        "none",
        doc="The unit in which the rest of a period is counted.",
    ),
    _choice(
        "proration.basis",
        "actual",
        "30_360",
        "per_calendar_month",
        "own_term",
        counted=(
            Counted(word="fixed", pattern="fixed {n}", highest=999_999),
            Counted(word="months_of", pattern="months of {n}", highest=31),
        ),
        doc="What a share is measured against: the period's own length, a fixed number of units, or a convention.",
    ),
    _choice("proration.change_day", "new", "old", doc="To which side the day of the change itself belongs."),
    _choice(
        "proration.part_day",
        "whole",
        "nearest",
        doc="Whether a part of a day counts as a whole one or is rounded to the nearest.",
    ),
    _choice(
        "proration.share_scale",
        "exact",
        counted=(_DECIMALS,),
        doc="To how many decimals the share is rounded before it meets a price.",
    ),
    _choice(
        "proration.rate_scale",
        "exact",
        counted=(_DECIMALS,),
        doc="To how many decimals the price per unit is rounded first.",
    ),
    _choice(
        "proration.leading",
        "counted_back",
        "own_period",
        doc="Against what a part before the first bill day is measured.",
    ),
)

_MONEY = (
    _choice(
        "charge",
        "prorated",
        "full",
        "none",
        "month_equivalent",
        "difference",
        doc="How much of the new price is charged.",
    ),
    _choice("credit", "prorated", "full", "none", doc="How much of the old price is given back."),
    _choice(
        "credit_basis",
        "paid",
        "list_price",
        doc="What a credit is a share of: what was really paid, or the list price.",
    ),
    _choice(
        "price_basis",
        "first_period",
        "renewal",
        doc="Which price of each side the change is computed from, where renewals have one of their own.",
    ),
    _choice(
        "unpaid", "reduce_debt", "count_as_paid", "refuse", doc="What happens while an invoice of the period is open."
    ),
    _choice(
        "unused_credit",
        "offset",
        "account_credit",
        "refund",
        "next_invoice",
        "extend_time",
        "offset_then_forfeit",
        "forfeit",
        doc="Where money for unused time goes.",
    ),
    _choice("collect", "now", "invoice_run", "next_invoice", doc="When an amount that is due is asked for."),
    _choice(
        "account_credit",
        "next_bill",
        "at_once",
        doc="Whether credit on the account pays what is due now or waits for the next bill.",
    ),
    _choice("apply", "first", "after_payment", "regardless", doc="Whether the change waits for its payment."),
    TermDefinition(
        name="payment_expires",
        shape=WAIT,
        default=Wait(),
        doc="How long a change that waits for its payment stays open.",
    ),
    _choice(
        "anchor",
        "keep",
        "keep_next_bill",
        "realign",
        "reset",
        counted=(Counted(word="day", pattern="day {n}", highest=31),),
        doc="What happens to the bill day.",
    ),
)

_EXTEND = (
    _choice("extend.unit", "day", "month", doc="The unit of time that unused money buys."),
    _choice("extend.rounding", "up", "down", "half_up", doc="How a part of a unit is rounded."),
    _choice(
        "extend.starts",
        "change_day",
        "day_after",
        doc="Whether the bought time begins on the day of the change or the day after.",
    ),
    _choice(
        "extend.period_days",
        "actual",
        counted=(Counted(word="days", pattern="{n}"),),
        doc="How many days a period of the new price is taken to have.",
    ),
    _choice(
        "extend.rate_scale",
        "exact",
        counted=(_DECIMALS,),
        doc="To how many decimals the new price per unit is rounded first.",
    ),
)

_FEE = (
    TermDefinition(name="fee", shape=FEE, default=Fee(), doc="What the change itself costs."),
    TermDefinition(
        name="fee_taxed_as", shape=SERVICE, default=Names(), doc="The service whose tax code the fee bears."
    ),
    TermDefinition(
        name="fee_label",
        shape=TEXTS,
        default=Texts(),
        doc="What the fee is called on the invoice; `{from}`, `{to}` and `{direction}` name the change.",
    ),
    _choice("one_time", "skip", "bill", "as_requested", doc="Whether one-time services of the new plan are charged."),
    _choice("setup", "skip", "bill", doc="Whether the set-up amount of the new price is charged."),
)

_CONTRACT = (
    _choice(
        "contract",
        "destination_then_source",
        "destination",
        "source",
        "none",
        doc="Whose commitment holds after the change.",
    ),
    _choice(
        "early_termination",
        "as_contract",
        "penalty",
        "remainder",
        "both",
        "none",
        doc="What leaving a commitment early costs.",
    ),
    TermDefinition(
        name="hold_credit_until",
        shape=EVENTS,
        default=Names(),
        doc="The events that must all have happened before a credit is released.",
    ),
)

_MOVES = (
    _choice("carry.answers", *_CARRY, doc="What becomes of answers to profile questions."),
    _choice("carry.resources", *_CARRY, doc="What becomes of resources at connectors."),
    _choice("carry.settings", *_CARRY, doc="What becomes of what the customer set on the service."),
    _choice("carry.addons", *_CARRY, doc="What becomes of add-ons."),
    _choice("carry.coupons", *_CARRY, default="keep", doc="What becomes of a coupon."),
    _choice("carry.price_override", *_CARRY, doc="What becomes of a price agreed with the customer."),
    _choice("carry.usage", *_CARRY, default="keep", doc="What becomes of what is left of usage allowances."),
    _choice("limits", "check", "warn", "ignore", doc="What happens when present use exceeds the new plan's limits."),
    _choice("provision", "notify", "none", doc="Whether the module is told of the change."),
)

_REQUEST = (
    _choice(
        "cancellable_until",
        "effective",
        "invoice_issued",
        "never",
        counted=(Counted(word="days_before", pattern="{n} days before"),),
        default="invoice_issued",
        doc="Until when a change that waits can be called off.",
    ),
    _choice("pending", "replace", "refuse", "queue", doc="What a second request does while one waits."),
    TermDefinition(
        name="frequency", shape=FREQUENCY, default=Frequency(), doc="How many changes are allowed within a time."
    ),
    TermDefinition(
        name="requires",
        shape=REQUIREMENTS,
        default=Requirements(),
        doc="What must hold before the change.",
    ),
    TermDefinition(
        name="who",
        shape=word_set("customer", "staff", "system"),
        default=Names(names=("customer", "staff", "system")),
        doc="Who may ask for the change.",
    ),
    _choice("override", "none", "staff", doc="Who may pass a denial; it is recorded."),
    TermDefinition(
        name="quote_valid",
        shape=DAYS,
        default=Wait(interval=Interval(days=1)),
        doc="For how many days a quote holds, that of the request included.",
    ),
    TermDefinition(name="notify", shape=NOTICES, default=Notices(), doc="Who is told of the change."),
    TermDefinition(
        name="label",
        shape=TEXTS,
        default=Texts(),
        doc="What the change is called on buttons; `{from}`, `{to}` and `{direction}` name it.",
    ),
)

_ROUNDING = (
    _choice(
        "rounding.mode",
        "half_up",
        "half_even",
        "up",
        "down",
        doc="How an amount is rounded to the currency's minor unit.",
    ),
    _choice(
        "rounding.place", "line", "net", doc="Whether each line is rounded, or only what charge and credit come to."
    ),
    _choice(
        "rounding.side_scale",
        "exact",
        counted=(_DECIMALS,),
        doc="With the place `net`: to how many decimals charge and credit are each rounded before their difference is.",
    ),
)

TERMS: tuple[TermDefinition, ...] = (
    *_WHEN,
    *_PRORATION,
    *_MONEY,
    *_EXTEND,
    *_FEE,
    *_CONTRACT,
    *_MOVES,
    *_REQUEST,
    *_ROUNDING,
)
"""Every term there is, in the order of the reference."""

TERM: dict[str, TermDefinition] = {definition.name: definition for definition in TERMS}
"""The terms by name."""
