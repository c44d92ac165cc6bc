"""How a flaw of a value that was made by hand is said: a diagnostic without a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from planshift.billing.calendar import to_day
from planshift.billing.subscription import Discount, HeldAddon
from planshift.diagnostics.diagnostic import Diagnostic, Severity
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import NOWHERE
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.facts import LAST_DAY, MAX_COUNT
from planshift.rulebook.rulebook import Rulebook

MAX_PPM = 1_000_000
"""A coupon takes off everything at most, in millionths."""

_LONG = 10**30  # a number beyond it is described, not written out
_LONG_TEXT = 60


def flaw(code: str, message: str, *, help_text: str | None = None, severity: Severity = "error") -> Diagnostic:
    """A diagnostic without a place."""
    return Diagnostic(code=code, message=message, span=NOWHERE, help=help_text, severity=severity)


def number(value: int) -> str:
    """A number for a message."""
    return str(value) if -_LONG < value < _LONG else "a number of more than thirty digits"


def quoted(text: str) -> str:
    """A text for a message."""
    if not text:
        return "an empty text"
    return f"`{text}`" if len(text) <= _LONG_TEXT and text.isprintable() else "a long or unprintable text"


def unknown_price(rulebook: Rulebook, plan: str, *, price: str, of: str) -> Iterator[Diagnostic]:
    """A plan that the catalog does not have, or a price that the plan does not have."""
    if plan not in rulebook.plans:
        message = f"the {of} names the plan {quoted(plan)}, which the catalog does not have"
        yield flaw("PS520", message, help_text=did_you_mean(plan, rulebook.plans))
    elif (plan, price) not in rulebook.tables.prices:
        known = [item.id for item in rulebook.plans[plan].prices]
        message = f"the {of} names the price {quoted(price)}, which `{plan}` does not have"
        yield flaw("PS521", message, help_text=did_you_mean(price, known))


def bad_dates(days: Mapping[str, object]) -> Iterator[Diagnostic]:
    """Dates that lie where the engine does not count days."""
    for name, day in days.items():
        if isinstance(day, date) and not 0 <= to_day(day) <= LAST_DAY:
            yield flaw("PS524", f"`{name}` is {day}, outside of the years 1970 to 2200")


def bad_amounts(amounts: Mapping[str, int]) -> Iterator[Diagnostic]:
    """Amounts below zero or beyond what the engine counts."""
    for name, minor in amounts.items():
        if not 0 <= minor <= MAX_AMOUNT:
            message = f"`{name}` is {number(minor)}, which is not between 0 and {MAX_AMOUNT} minor units"
            yield flaw("PS526", message)


def bad_counts(counts: Mapping[str, int], *, low: int = 0, high: int = MAX_COUNT) -> Iterator[Diagnostic]:
    """Counts that are too small or too large."""
    for name, count in counts.items():
        if not low <= count <= high:
            yield flaw("PS527", f"`{name}` is {number(count)}, which is not between {low} and {high}")


def bad_discount(discount: Discount) -> Iterator[Diagnostic]:
    """A coupon that takes off less than nothing, or more than everything."""
    yield from bad_amounts({"discount.amount": discount.amount})
    yield from bad_counts({"discount.ppm": discount.ppm}, high=MAX_PPM)


def bad_addons(rulebook: Rulebook, addons: tuple[HeldAddon, ...], *, at: str) -> Iterator[Diagnostic]:
    """Add-ons that are unknown, or too many or too few, each and together."""
    total: Counter[str] = Counter()
    for addon in addons:
        total[addon.name] += addon.quantity
    known = {addon.name for addon in rulebook.tables.catalog.addons}
    yield from bad_counts({f"{at}[{k}].quantity": addon.quantity for k, addon in enumerate(addons)}, low=1)
    for name in dict.fromkeys(addon.name for addon in addons if addon.name not in known):
        yield flaw("PS517", f"there is no add-on {quoted(name)}", help_text=did_you_mean(name, known))
    if len(total) < len(addons):
        yield from bad_counts({f"{at}: `{name}` in all": count for name, count in total.items()}, low=1)


def repeated(names: Iterable[str], *, at: str) -> Iterator[Diagnostic]:
    """Names that stand in a list more than once."""
    for name, count in Counter(names).items():
        if count > 1:
            yield flaw("PS514", f"`{at}` lists {quoted(name)} {count} times", help_text="list it once")
