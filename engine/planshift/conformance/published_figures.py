"""The kinds of published cases that are single lines, bounds, day counts and dates: calls of the billing package."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from planshift.billing.calendar import month_length, to_day
from planshift.billing.line import line_amount, tax_on
from planshift.billing.money import Money
from planshift.billing.proration import cap_credit, month_share, share_of_days, share_of_seconds
from planshift.billing.schedule import step_date
from planshift.billing.whole import greatest
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Figure, Figures
from planshift.conformance.money import Coin, coin_of, percent_ppm
from planshift.conformance.times import UTC, day_at, instant_at, zone_of

ONE_DAY = timedelta(days=1)


def basis_of(proration: Fields | None) -> tuple[str, int]:
    """The basis of a share of days and its number; `fixed_30` are real days over 30.

    Raises:
        CaseMistake: it is no basis of a plain share.
    """
    if proration is None:
        return "actual", 30
    text = proration.text("basis", "actual")
    if text in ("actual", "30_360", "per_calendar_month"):
        return text, 30
    word, _, number = text.rpartition("_")
    if word != "fixed" or not number.isdigit():
        raise proration.mistake("basis", f"is `{text}`, which is none of `actual`, `30_360` and `fixed_N`")
    return "fixed", int(number)


def lines(given: Fields) -> Figures:
    """Separately rounded lines, their sum, and what a minimum adds to it."""
    coin = coin_of(given)
    each = [(_line(line, given=given, coin=coin), line) for line in given.each("lines")]
    amounts = [_signed(amount, line) for amount, line in each]
    taxes = [_signed(_tax(amount, line, given=given, coin=coin), line) for amount, line in each]
    total = coin.total([*amounts, *taxes])

    def true_up() -> Money:
        return coin.of(greatest(coin.read(given, "minimum") - total.minor, 0))

    return {
        "line_amounts": lambda: tuple(amounts),
        "total": lambda: total,
        "net": lambda: total,
        "tax": lambda: coin.total(taxes),
        "true_up": true_up,
        "total_with_true_up": lambda: total + true_up(),
    }


def _signed(amount: Money, line: Fields) -> Money:
    return -amount if line.word("sign", of={"charge": "", "credit": "-"}, default="charge") else amount


def _tax(amount: Money, line: Fields, *, given: Fields, coin: Coin) -> Money:
    taxed = line if line.has("tax_percent") else given
    return coin.of(tax_on(amount.minor, percent_ppm(taxed, "tax_percent"), mode=coin.mode))


def _line(line: Fields, *, given: Fields, coin: Coin) -> Money:
    minor, pieces = coin.parts(line, "price")
    quantity = line.fraction("qty", "1")
    num, den = _share(line, given)
    amount = line_amount(
        minor,
        quantity=quantity.numerator,
        per=pieces * quantity.denominator * line.whole("per", 1, low=1),
        discount=coin.read_or(line, "discount_amount", default=0),
        discount_ppm=percent_ppm(line, "discount_percent"),
        num=num,
        den=den,
        mode=coin.mode,
    )
    return coin.of(amount)


def _share(line: Fields, given: Fields) -> tuple[int, int]:
    """The share of a line: as printed, or its days or seconds over those of its period, or all of it."""
    if line.has("ratio"):
        ratio = line.fraction("ratio")
        return ratio.numerator, ratio.denominator
    if not line.has("from"):
        return 1, 1
    proration, zone = given.optional("proration"), zone_of(given)
    period = line.inner("of") if line.has("of") else given.inner("period")
    unit = "day" if proration is None else proration.text("unit", "day")
    if unit in ("second", "minute", "hour"):
        start, end = instant_at(line, "from", zone=zone), instant_at(line, "to", zone=zone)
        first, last = instant_at(period, "start", zone=zone), instant_at(period, "end", zone=zone)
        num, den = share_of_seconds(start, end, period_start=first, period_end=last)
        return num, den
    days = [to_day(day_at(line, name, zone=zone)) for name in ("from", "to")]
    whole = [to_day(day_at(period, name, zone=zone)) for name in ("start", "end")]
    if unit == "month":
        num, den = month_share(days[0], days[1], period_start=whole[0], period_end=whole[1])
        return num, den
    basis, n = basis_of(proration)
    num, den = share_of_days(start=days[0], end=days[1], period_start=whole[0], period_end=whole[1], basis=basis, n=n)
    return num, den


def cap(given: Fields) -> Figures:
    """A credit limited to what was paid and not yet credited."""
    coin = coin_of(given)
    potential, paid = coin.read(given, "potential_credit"), coin.read(given, "paid")
    credit = cap_credit(potential, paid, coin.read_or(given, "previous_credits", default=0))
    return {"credit": lambda: coin.of(credit)}


_CONVENTIONS = {
    "actual": ("actual", 30),
    "actual_over_30": ("fixed", 30),
    "actual_over_365": ("fixed", 365),
    "strict_30_360": ("30_360", 30),
}
"""What the format calls a convention -> the basis and its number."""


def day_count(given: Fields) -> Figures:
    """The share of a month that a service makes up, its last day included, under several conventions."""
    start, end = given.day("from"), given.day("to") + ONE_DAY
    month = start.replace(day=1)
    length: int = month_length(month.year, month.month)

    def by(basis: str, n: int) -> Fraction:
        num, den = share_of_days(
            start=to_day(start),
            end=to_day(end),
            period_start=to_day(month),
            period_end=to_day(month) + length,
            basis=basis,
            n=n,
        )
        return Fraction(num, den)

    return {name: lambda b=basis, k=n: by(b, k) for name, (basis, n) in _CONVENTIONS.items()}  # type: ignore[misc]  # the defaults bind the loop's words


def dates(given: Fields) -> Figures:
    """Due dates: the ends of the first interval and of the second."""
    start = day_at(given, "start", zone=UTC)
    every = given.interval("every") if given.has("every") else given.inner("new").interval("every")
    anchor = given.whole("anchor_day") if given.has("anchor_day") else None

    def after(times: int) -> Callable[[], Figure]:
        return lambda: step_date(start, every, times=times, anchor_day=anchor)

    return {
        "next_bill_on": after(1),
        "effective_on": lambda: start,
        "first_renewal_on": after(1),
        "renewal_after_that_on": after(2),
    }


KINDS: dict[str, Callable[[Fields], Figures]] = {
    "lines": lines,
    "cap": cap,
    "day_count": day_count,
    "dates": dates,
}
"""How each kind is translated."""
