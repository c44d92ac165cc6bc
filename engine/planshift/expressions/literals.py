"""What literals are worth, and what is wrong with those that are worth nothing."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import MAXYEAR, date
from fractions import Fraction

from planshift.billing import calendar, currency
from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.fix import Edit, Fix
from planshift.diagnostics.nearest import did_you_mean, only_nearest
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.names import Environment
from planshift.expressions.syntax_errors import either
from planshift.expressions.typed import Amounts
from planshift.expressions.types import DAYS, MONTHS, Plain

MAX_DIGITS = 15
"""How many digits a number may have, before and after its point together."""
MAX_MONTHS = 1_200
"""The longest duration in months."""
MAX_DAYS = 36_525
"""The longest duration in days."""

_UNITS: Mapping[tree.Unit, tuple[Plain, int]] = {
    "day": (DAYS, 1),
    "week": (DAYS, 7),
    "month": (MONTHS, 1),
    "year": (MONTHS, 12),
}


def number(node: tree.Number | tree.Percent) -> Fraction | Diagnostic:
    """Return the value of a number or a percentage (1/8 for 12.5%)."""
    return _too_long(node) or node.value


def duration(node: tree.Duration) -> tuple[Plain, int] | Diagnostic:
    """Return a duration's type and its count of months or days."""
    flaw = _too_long(node)
    if flaw is not None:
        return flaw
    kind, each = _UNITS[node.unit]
    count = int(node.digits) * each
    if count > (MAX_MONTHS if kind == MONTHS else MAX_DAYS):
        return _flaw("a duration is at most 100 years", node.span)
    return kind, count


def day(node: tree.Date) -> int | Diagnostic:
    """Return a date's day number."""
    try:
        found = calendar.to_day(date.fromisoformat(node.text))
    except ValueError:
        return _flaw(f"the calendar has no `{node.text}`", node.span, advice=_last_of_month(node.text))
    if not calendar.FIRST_DAY <= found <= calendar.LAST_DAY:
        ends = f"{calendar.from_day(calendar.FIRST_DAY)} to {calendar.from_day(calendar.LAST_DAY)}"
        return _flaw(f"`{node.text}` lies outside {ends}", node.span)
    return found


def _last_of_month(text: str) -> str | None:
    """What to write for a day that its month does not have."""
    year, month, _ = (int(part) for part in text.split("-"))
    if not (1 <= year < MAXYEAR and 1 <= month <= 12):
        return "write the year, the month and the day, as in `2026-01-31`"
    return f"the last day of that month is `{year:04}-{month:02}-{monthrange(year, month)[1]}`"


def money(
    node: tree.Money | tree.Listing, items: Sequence[tree.Money], *, env: Environment
) -> tuple[Amounts | None, tuple[Diagnostic, ...]]:
    """Return the amounts that `items`, written as `node`, give for each currency."""
    flaws: list[Diagnostic] = []
    pairs: dict[str, int] = {}
    seen: dict[str, tree.Money] = {}
    for item in items:
        if item.currency in seen:
            label = Label(span=seen[item.currency].span, text="first given here")
            flaws.append(
                _flaw(
                    f"`{item.currency}` is given twice",
                    item.span,
                    code="PS326",
                    labels=(label,),
                    advice="keep one of them",
                )
            )
        seen.setdefault(item.currency, item)
        minor = _minor(item, env)
        if isinstance(minor, Diagnostic):
            flaws.append(minor)
        else:
            pairs.setdefault(item.currency, minor)
    if flaws:
        return None, tuple(flaws)
    if not any(pairs.values()):
        return Amounts(pairs=((None, 0),)), ()
    missing = [code for code in env.currencies if code not in pairs]
    if missing:
        flaws.append(_incomplete(node, items, missing))
    return Amounts(pairs=tuple(pairs.items())), tuple(flaws)


def _minor(item: tree.Money, env: Environment) -> int | Diagnostic:
    flaw = _too_long(item)
    if flaw is not None:
        return flaw
    places = env.decimals_of(item.currency)
    if places is None:
        advice = did_you_mean(item.currency, env.currencies) or did_you_mean(item.currency, currency.known_currencies())
        near = only_nearest(item.currency, env.currencies)
        amount = Edit(span=item.span, text=f"{item.digits} {near}")
        fix = Fix(title=f"replace `{item.currency}` by `{near}`", edits=(amount,))
        flaw = _flaw(f"`{item.currency}` is not a currency", item.span, advice=advice)
        return flaw if near is None else replace(flaw, fixes=(fix,))
    minor = item.value * Fraction(10) ** places
    if minor.denominator != 1:
        word = "no decimals" if places == 0 else "one decimal" if places == 1 else f"{places} decimals"
        return _flaw(f"`{item.currency}` has {word}, and `{item.digits}` has more", item.span)
    return minor.numerator


def _incomplete(node: tree.Money | tree.Listing, items: Sequence[tree.Money], missing: list[str]) -> Diagnostic:
    codes = either([f"`{code}`" for code in missing], joint="and")
    parts = [f"{item.digits} {item.currency}" for item in items] + [f"... {code}" for code in missing]
    return _flaw(
        f"the book also sells in {codes}, and this gives no amount there",
        node.span,
        code="PS326",
        advice=f"write one amount for each currency: `[{', '.join(parts)}]`",
    )


def _too_long(node: tree.Number | tree.Percent | tree.Money | tree.Duration) -> Diagnostic | None:
    if len(node.digits.replace(".", "").lstrip("0")) <= MAX_DIGITS and len(node.digits) <= 4 * MAX_DIGITS:
        return None
    return _flaw(f"a number has at most {MAX_DIGITS} digits", node.span)


def _flaw(
    message: str, span: Span, *, code: str = "PS304", advice: str | None = None, labels: tuple[Label, ...] = ()
) -> Diagnostic:
    return Diagnostic(code=code, message=message, span=span, help=advice, labels=labels)
