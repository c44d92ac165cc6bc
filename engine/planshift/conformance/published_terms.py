"""What the words of the published format are as terms of a policy."""

from __future__ import annotations

from planshift.conformance.case_book import Terms
from planshift.conformance.fields import Fields
from planshift.conformance.money import Coin
from planshift.conformance.situation import Situation

TIMINGS = {"immediate": "now", "period_end": "period_end"}

CREDIT_GOES = {
    "account_credit": "offset",
    "offset_new_charge": "offset",
    "next_invoice_discount": "next_invoice",
    "refund_to_account": "refund",
    "extend_paid_through": "extend_time",
    "forfeit": "forfeit",
    "refund_paid_part_then_account_credit": "refund",
    "none": "offset",
}
"""Where unused credit goes. Account credit is what the new charge leaves of it: the format nets the two first."""

CHARGES = {"prorated": "prorated", "full": "full", "zero": "none", "month_equivalent": "month_equivalent"}
PART_DAYS = {"half_up": "nearest", "nearest": "nearest", "whole": "whole", "none": "whole"}
STARTS = {"change_on": "change_day", "change_day": "change_day", "day_after_change": "day_after"}
PLACES = {"line": "line", "net": "net", "rate_of_difference": "net"}


def _same(*words: str) -> dict[str, str]:
    return {word: word for word in words}


def terms_of(given: Fields, situation: Situation, *, coin: Coin) -> Terms:
    """The terms under which the case's change is decided.

    Raises:
        CaseMistake: a word of the case is none of the format.
    """
    timing = given.word("timing", of=TIMINGS, default="immediate")
    charge = given.word("new_charge", of=CHARGES, default="prorated")
    route = given.text("unused_credit", "offset_new_charge")
    unprorated = situation.unit == "none" and timing == "now"
    if unprorated and charge == "prorated":
        charge = "none"  # a share of nothing: the new price begins with the next bill
    return {
        "timing": timing,
        "proration": _proration(given, situation, coin=coin),
        "charge": charge,
        "credit": _credit(given, none=route == "none" or unprorated),
        **_of_the_old_plan(given, situation),
        "unused_credit": given.word("unused_credit", of=CREDIT_GOES, default="offset_new_charge"),
        "extend": _extend(given.optional("extend")),
        "collect": given.word("collect", of=_same("now", "next_invoice"), default="now"),
        "anchor": given.word("anchor", of=_same("keep", "reset"), default="keep"),
        "rounding": {"mode": coin.mode, "place": _place(given), "side_scale": "exact"},
    }


def _of_the_old_plan(given: Fields, situation: Situation) -> Terms:
    """What a credit is a share of, where that makes a difference, and that its discount is not the new plan's."""
    old = given.optional("old")
    discounted = old is not None and (old.has("discount_percent") or old.has("discount_amount"))
    told = given.has("credit_basis") or given.has("cap_credit") or (old is not None and old.has("debited"))
    terms: dict[str, object] = {"carry": {"coupons": "drop"}} if discounted else {}
    if told or discounted or (situation.ratio is not None and situation.ratio > 1):
        terms["credit_basis"] = "paid" if given.text("credit_basis", "") == "debited" else "list_price"
    return terms


def _credit(given: Fields, *, none: bool) -> str:
    if given.text("credit_basis", "") == "full":
        return "full"
    return "none" if none else "prorated"


def _place(given: Fields) -> str:
    rounding = given.optional("rounding")
    return "line" if rounding is None else rounding.word("apply_to", of=PLACES, default="line")


def _proration(given: Fields, situation: Situation, *, coin: Coin) -> Terms:
    """How the share is counted: always that of the running period, on both sides, rounded only where a case says so.

    The period of a printed ratio has whole units and belongs to the new plan from the change on.
    """
    proration, rounding = given.optional("proration"), given.optional("rounding")
    terms: dict[str, object] = {
        "unit": situation.unit,
        "basis": situation.basis,
        "leading": "own_period",
        "change_day": "new",
        "part_day": "whole",
        "share_scale": "exact",
        "rate_scale": "exact",
    }
    if rounding is not None and rounding.text("apply_to", "line") == "rate_of_difference":
        terms["rate_scale"] = str(coin.scale)
    if proration is None:
        return terms
    if proration.has("rate_scale"):
        terms["rate_scale"] = proration.text("rate_scale")
    if situation.ratio is None:
        terms["change_day"] = proration.word("change_day", of=_same("old", "new"), default="new")
        terms["part_day"] = proration.word("partial_days", of=PART_DAYS, default="whole")
    return terms


def _extend(extend: Fields | None) -> Terms:
    if extend is None:
        return {}
    terms: dict[str, object] = {
        "unit": extend.word("unit", of=_same("day", "month"), default="day"),
        "rounding": extend.word("rounding", of=_same("up", "down", "half_up"), default="up"),
        "starts": extend.word("starts", of=STARTS, default="change_on"),
        "period_days": extend.text("new_days", "actual"),
    }
    if extend.has("rate_scale"):
        terms["rate_scale"] = extend.text("rate_scale")
    return terms
