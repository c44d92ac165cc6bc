"""Cases that nobody published: the rules of both formats worked out naively, against the runner's translation of them.

The reference below is a few lines of fractions per rule and shares nothing with the engine but calendar steps.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planshift.billing.interval import parse_interval
from planshift.billing.schedule import bill_lines, step_date
from planshift.conformance.run import run_text

Case = dict[str, object]

MODES: dict[str, Callable[[Fraction, int], bool]] = {
    "half_up": lambda rest, _: 2 * rest >= 1,
    "half_even": lambda rest, whole: 2 * rest > 1 or (2 * rest == 1 and whole % 2 == 1),
    "up": lambda rest, _: rest > 0,
    "down": lambda _, __: False,
}


def rounded(value: Fraction, *, mode: str = "half_up", scale: int = 2) -> Fraction:
    size = abs(value) * 10**scale
    whole = size.numerator // size.denominator
    size = Fraction(whole + MODES[mode](size - whole, whole), 10**scale)
    return -size if value < 0 else size


def digits(value: Fraction, scale: int = 2) -> str:
    minor = abs(value) * 10**scale
    assert minor.denominator == 1
    whole, part = divmod(minor.numerator, 10**scale)
    return f"{'-' if value < 0 else ''}{whole}" + (f".{part:0{scale}}" if scale else "")


def holds(case: Case) -> None:
    (result,) = run_text(json.dumps([{"id": "made-up", **case}]), file="made-up.json").results
    assert result.status == "passed", (result, case)


MOST_DAYS = 36_500
"""No credit reaches further than a hundred years: the engine stops there."""

days = st.integers(0, 900).map(lambda n: date(2023, 1, 1) + timedelta(days=n))
intervals = st.sampled_from(["1 month", "1 month", "3 months", "1 year", "30 days", "1 week"])


@st.composite
def shares(draw: st.DrawFn, every: str) -> tuple[Case, Fraction]:
    """The dates, or the printed ratio, of a case, and the share that is left."""
    if draw(st.booleans()):
        total = draw(st.sampled_from([1, 2, 4, 30, 31, 365, 720]))
        left = draw(st.integers(1, total))
        unit = draw(st.sampled_from(["day", "fraction", "hour", "month"] if total <= 365 else ["day", "hour"]))
        return {"proration": {"unit": unit, "remaining": left, "total": total}}, Fraction(left, total)
    start = draw(days)
    end = step_date(start, parse_interval(every))
    length = (end - start).days
    past = draw(st.integers(0, length - 1))
    on = start + timedelta(days=past)
    if draw(st.booleans()):
        late = draw(st.booleans())
        proration = {"unit": "day", "basis": "actual", "change_day": "old" if late else "new"}
        dates = {"period": {"start": str(start), "end": str(end)}, "change_on": str(on)}
        return {**dates, "proration": proration}, Fraction(length - past - late, length)
    second = draw(st.integers(0, 86_399))
    at = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(seconds=second)
    period = {"start": f"{start}T00:00:00Z", "end": f"{end}T00:00:00Z"}
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    share = Fraction((length - past) * 86_400 - second, length * 86_400)
    return {"period": period, "change_on": moment, "proration": {"unit": "second", "basis": "actual"}}, share


@st.composite
def sides(draw: st.DrawFn, every: str, scale: int) -> tuple[dict[str, object], Fraction]:
    """One side of a change and what a whole interval of it comes to, unrounded."""
    price = Fraction(draw(st.integers(1, 500_000)), 10**scale)
    quantity = draw(st.sampled_from([1, 1, 2, 7]))
    percent = draw(st.sampled_from([0, 0, 0, 10, 25, 50]))
    side: dict[str, object] = {"price": digits(price, scale), "every": every, "qty": quantity}
    if percent:
        side["discount_percent"] = percent
    return side, price * quantity * (100 - percent) / 100


@st.composite
def swaps(draw: st.DrawFn) -> Case:
    every, scale = draw(intervals), draw(st.sampled_from([2, 2, 0, 4]))
    mode, charged = draw(st.sampled_from(sorted(MODES))), draw(st.sampled_from(["prorated", "full", "zero"]))
    (old, whole_old), (new, whole_new) = draw(sides(every, scale)), draw(sides(every, scale))
    dated, share = draw(shares(every))
    route = draw(st.sampled_from(["offset_new_charge", "account_credit", "refund_to_account"]))
    waits, net_first = draw(st.booleans()), draw(st.booleans()) and charged == "prorated"
    taken = {"prorated": whole_new * share, "full": whole_new, "zero": Fraction(0)}[charged]
    credit = rounded(whole_old * share, mode=mode, scale=scale)
    charge = rounded(taken, mode=mode, scale=scale)
    net = rounded(taken - whole_old * share, mode=mode, scale=scale) if net_first else charge - credit
    expect = {"net": digits(net, scale), "due_now": digits(Fraction(0) if waits else max(net, Fraction(0)), scale)}
    expect["renewal_amount"] = digits(rounded(whole_new, mode=mode, scale=scale), scale)
    if not net_first:
        left = max(credit - charge, Fraction(0))
        expect |= {
            "credit": digits(credit, scale),
            "charge": digits(charge, scale),
            "leftover_credit": digits(left, scale),
        }
    inputs = {
        "calc": "swap",
        "currency": "EUR",
        "old": old,
        "new": new,
        "timing": "immediate",
        "new_charge": charged,
        "unused_credit": route,
        "collect": "next_invoice" if waits else "now",
        "rounding": {"mode": mode, "scale": scale, "apply_to": "net" if net_first else "line"},
        **dated,
    }
    return {"given": inputs, "expect": expect}


@settings(max_examples=60)
@given(swaps())
def test_a_swap_is_old_and_new_for_their_shares(case: Case) -> None:
    holds(case)


@st.composite
def kill_bill_changes(draw: st.DrawFn) -> Case:
    """A change inside a paid item: shares of nine decimals, the new plan from its first bill day on."""
    old_every, new_every = draw(intervals), draw(intervals)
    bill_day, moved = draw(st.integers(1, 31)), draw(st.none() | st.integers(1, 31))
    interval = parse_interval(old_every)
    start = step_date(draw(days).replace(day=1), interval, times=0, anchor_day=bill_day)
    end = step_date(start, interval, anchor_day=bill_day)
    on = start + timedelta(days=draw(st.integers(0, (end - start).days - 1)))
    paid, price = draw(st.integers(1, 500_000)), draw(st.integers(1, 500_000))
    returned = draw(st.sampled_from([0, 0, paid // 3, paid]))
    share = rounded(Fraction((end - on).days, (end - start).days), scale=9)
    credit = max(min(rounded(Fraction(paid, 100) * share), Fraction(paid - returned, 100)), Fraction(0))
    (line, *_) = bill_lines(
        amount=price,
        start=on,
        bill_to=on,
        interval=parse_interval(new_every),
        bill_day=moved or bill_day,
        share_scale=9,
    )
    new = {"price": digits(Fraction(price, 100)), "every": new_every, "billed": "in_advance"}
    inputs = {
        "currency": "USD",
        "bill_day": bill_day,
        "period": {"start": str(start), "end": str(end)},
        "old": {"price": digits(Fraction(paid, 100)), "every": old_every, "billed": "in_advance"},
        "new": new | ({"bill_day": moved} if moved else {}),
        "change_on": str(on),
        "timing": "immediate",
        "proration": {"unit": "day", "basis": "actual"},
        "rounding": {"mode": "half_up", "scale": 2},
        "adjusted": digits(Fraction(returned, 100)),
    }
    charge = digits(Fraction(line.amount, 100))
    lines = [
        {"kind": "charge", "from": str(on), "to": str(line.end), "amount": charge},
        {"kind": "credit", "from": str(on), "to": str(end), "amount": digits(credit)},
    ]
    expect = {"credit": digits(credit), "charge": charge, "lines": lines, "next_bill_on": str(line.end)}
    return {"given": inputs, "expect": expect}


@settings(max_examples=60)
@given(kill_bill_changes())
def test_a_change_is_a_credit_to_the_end_and_a_charge_to_the_bill_day(case: Case) -> None:
    holds(case)


@st.composite
def extensions(draw: st.DrawFn) -> Case:
    """Unused money that buys days of the new plan."""
    old_every, new_every = draw(intervals), draw(intervals)
    old, new = Fraction(draw(st.integers(100, 50_000)), 100), Fraction(draw(st.integers(100, 50_000)), 100)
    start = draw(days)
    end = step_date(start, parse_interval(old_every))
    on = start + timedelta(days=draw(st.integers(0, (end - start).days - 1)))
    mode, after = draw(st.sampled_from(["up", "down", "half_up"])), draw(st.booleans())
    credit = rounded(old * (end - on).days / (end - start).days)
    length = (step_date(on, parse_interval(new_every)) - on).days
    units = int(rounded(credit * length / new, mode=mode, scale=0))
    assume(units <= MOST_DAYS)
    inputs = {
        "calc": "extend",
        "currency": "EUR",
        "period": {"start": str(start), "end": str(end)},
        "old": {"price": digits(old), "every": old_every},
        "new": {"price": digits(new), "every": new_every},
        "change_on": str(on),
        "timing": "immediate",
        "proration": {"unit": "day", "basis": "actual"},
        "unused_credit": "extend_paid_through",
        "extend": {
            "unit": "day",
            "new_days": "actual",
            "rounding": mode,
            "starts": "day_after_change" if after else "change_on",
        },
        "anchor": "reset",
        "rounding": {"mode": "half_up", "scale": 2},
    }
    next_bill = on + timedelta(days=units + after)
    expect = {
        "credit": digits(credit),
        "extension_units": units,
        "next_bill_on": str(next_bill),
        "next_bill_amount": digits(new),
        "due_now": "0.00",
    }
    return {"given": inputs, "expect": expect}


@settings(max_examples=40)
@given(extensions())
def test_unused_money_buys_days(case: Case) -> None:
    holds(case)
