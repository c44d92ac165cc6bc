"""What a starter book is made from: the answers that somebody gave, and a default for each that was not given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, final

from planshift.billing.currency import decimals
from planshift.billing.interval import Interval
from planshift.billing.money import Money, parse_money
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.policy.amounts import read_amount
from planshift.policy.fields import read_currency, read_interval, read_name, read_zone
from planshift.policy.mistakes import Mistakes, describe, shown, wrong
from planshift.policy.shelf import preset_names, unknown_preset

T = TypeVar("T")

TRIAL = "trial"
"""The name of the trial plan."""

MONTHS_OF_A_YEAR = 10
"""How many months a year at once costs."""

_PLANS = ("small", "medium", "large")
_PRICES = (9, 19, 49, 99, 199, 499, 999, 1999, 4999, 9999)
_LONGEST_TITLE = 80
_LONGEST_TRIAL = Interval(months=12, days=366)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan of the starter book with what it costs."""

    name: str
    monthly: Money
    yearly: Money | None

    @property
    def title(self) -> str:
        """What people call it."""
        return titled(self.name)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the starter book is to be."""

    book: str
    title: str
    currency: str
    timezone: str
    preset: str | None
    offers: tuple[Offer, ...]
    trial: Interval | None

    @property
    def yearly(self) -> bool:
        """Whether there are yearly prices."""
        return self.offers[0].yearly is not None

    @property
    def climbs(self) -> bool:
        """Whether there is more than one plan to choose from."""
        return len(self.offers) > 1


@dataclass(kw_only=True)
class _Reader:
    """Reads answers one by one and gathers what is wrong with them."""

    found: list[Diagnostic] = field(default_factory=list)

    def read(self, option: str, value: str, *, by: Callable[[str], T]) -> T | None:
        """The value of an option, or None and a diagnostic whose place is the option."""
        try:
            return by(value)
        except Mistakes as error:
            place = whole_file(f"{option} {value}")
            self.found += (
                Diagnostic(code=mistake.code, message=mistake.message, span=place, help=mistake.help)
                for mistake in error.mistakes
            )
        return None


def read_answers(  # one argument for each question
    *,
    folder: str,
    title: str | None = None,
    currency: str = "EUR",
    timezone: str = "Europe/Berlin",
    preset: str | None = None,
    plans: str | None = None,
    prices: str | None = None,
    yearly: bool = False,
    trial: str | None = None,
) -> Answers:
    """Read the answers as they were typed; `folder` is the name of the folder that the book goes into.

    Raises:
        InvalidInput: with everything that is wrong with them.
    """
    reader = _Reader()
    reader.read("--title", title or "", by=_read_title)
    reader.read("--timezone", timezone, by=read_zone)
    if preset is not None and preset not in preset_names():
        reader.found.append(unknown_preset(preset, whole_file(f"--preset {preset}")))
    every = None if trial is None else reader.read("--trial", trial, by=_read_trial)
    names = tuple(_listed(plans)) if plans is not None else _PLANS[: max(1, _count(prices))]
    named = reader.read(
        "--plans", plans or ",".join(names), by=lambda _: _read_plans(names, has_trial=every is not None)
    )
    offers: tuple[Offer, ...] | None = None
    if reader.read("--currency", currency, by=read_currency) and named:
        asked = prices or ",".join(_usual_prices(currency)[: len(named)])
        offers = reader.read("--prices", asked, by=lambda text: _offers(named, text, currency=currency, yearly=yearly))
    if reader.found or not offers:
        raise InvalidInput(diagnostics=tuple(reader.found))
    book = _book_name(folder)
    return Answers(
        book=book,
        title=title or titled(book),
        currency=currency,
        timezone=timezone,
        preset=preset,
        offers=offers,
        trial=every,
    )


def titled(name: str) -> str:
    """What people call the thing of this name: `pro-plus` is `Pro plus`."""
    return name.replace("-", " ").replace("_", " ").strip().capitalize() or name


def _listed(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(","))


def _count(prices: str | None) -> int:
    return len(_PLANS) if prices is None else len(tuple(_listed(prices)))


def _usual_prices(currency: str) -> tuple[str, ...]:
    """Prices to begin with; a currency without decimals counts in hundreds."""
    return tuple(str(price if decimals(currency) else price * 100) for price in _PRICES)


def _book_name(folder: str) -> str:
    try:
        return read_name("-".join("".join(c if c.isalnum() else " " for c in folder.lower()).split()))
    except Mistakes:
        return "starter"


def _read_title(value: str) -> str:
    if len(value) > _LONGEST_TITLE or not value.isprintable() or value != value.strip():
        raise wrong("PS105", "this is no title", help_text=f"write one line of at most {_LONGEST_TITLE} letters")
    return value


def _read_trial(value: str) -> Interval:
    every = read_interval(value)
    if every.once or every.months > _LONGEST_TRIAL.months or every.days > _LONGEST_TRIAL.days:
        raise wrong(
            "PS116", f"{shown(value)} is no length of a trial", help_text="write days, weeks or months up to a year"
        )
    return every


def _read_plans(names: tuple[str, ...], *, has_trial: bool) -> tuple[str, ...]:
    for place, name in enumerate(names):
        read_name(name)
        if name in names[:place]:
            raise wrong("PS105", f"{shown(name)} is named twice", help_text="give each plan a name of its own")
        if name == TRIAL and has_trial:
            raise wrong(
                "PS105", f"{shown(name)} is the name of the plan that `--trial` adds", help_text="call yours another"
            )
    return names


def _offers(names: tuple[str, ...], text: str, *, currency: str, yearly: bool) -> tuple[Offer, ...]:
    amounts = tuple(_listed(text))
    if len(amounts) != len(names):
        message = f"{_counted(len(names), 'plan')} and {_counted(len(amounts), 'price')}"
        raise wrong(
            "PS105", message, help_text="give each plan its price: commas between prices, a point before decimals"
        )
    return tuple(
        _offer(name, each, currency=currency, yearly=yearly) for name, each in zip(names, amounts, strict=True)
    )


def _offer(name: str, text: str, *, currency: str, yearly: bool) -> Offer:
    minor = read_amount(text, currency, decimals={})
    if minor < 0:
        raise wrong("PS105", f"a price cannot be negative, as {describe(text)} is")
    monthly = parse_money(f"{text} {currency}")
    year = Money(minor=minor * MONTHS_OF_A_YEAR, currency=currency, decimals=monthly.decimals)
    if yearly:
        read_amount(str(year), currency, decimals={})  # ten months may be too large an amount
    return Offer(name=name, monthly=monthly, yearly=year if yearly else None)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
