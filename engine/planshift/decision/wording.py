"""Words for customers in a locale: messages with their holes filled as the locale writes days and amounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import final

from planshift.billing.interval import Interval
from planshift.billing.money import Money
from planshift.policy import locales
from planshift.policy.message_files import Message, Messages, fallbacks
from planshift.policy.message_text import Count, Hole, Plural, Template

Value = str | int | date | Money | Interval | Sequence[str]
"""What can fill a hole."""

Values = Mapping[str, Value | Callable[[], Value]]
"""What fills the holes of a message; what has to be looked up first is, where the message has a hole for it."""


@final
class Wording:
    """Says things in a locale, and remembers which messages it said them by."""

    def __init__(self, messages: Messages, locale: str) -> None:
        self._messages = messages
        self.locale = locale
        self.used: dict[str, Message] = {}

    def say(self, key: str, **values: Value | Callable[[], Value]) -> str:
        """The message of a key with its holes filled."""
        message = self._messages.find(key, self.locale)
        assert message is not None  # the shipped English has every key
        return self.filled(message, values)

    def own(self, key: str, values: Values) -> str | None:
        """The book's own message of a key in the language of the locale, filled; None where it has none."""
        message = self._messages.find_own(key, self.locale)
        return None if message is None else self.filled(message, values)

    def named(self, kind: str, name: str, *, otherwise: str) -> str:
        """What something is called in the locale."""
        message = self._messages.find(f"names.{kind}.{name}", self.locale)
        return otherwise if message is None else self.filled(message, {})

    def filled(self, message: Message, values: Values) -> str:
        """A message with its holes filled, as its own language writes values."""
        self.used.setdefault(message.key, message)
        return self._fill(message.template, values, locale=self._writes(message.locale))

    def labelled(self, texts: Mapping[str, str], key: str) -> str:
        """A label of the policy, where it has one for everybody or one nearer than the message of a key; else that."""
        general = self._messages.find(key, self.locale)
        assert general is not None  # as in `say`
        for name in fallbacks(self.locale, self._messages.language):
            if name in texts:
                return texts[name]
            if name == general.locale:
                break
        return texts.get("") or self.filled(general, {})

    def written(self, value: Value, *, locale: str = "", style: str = "long") -> str:
        """A value as the locale writes it."""
        locale = locale or self.locale
        if isinstance(value, str):
            return value
        if isinstance(value, date):
            return locales.date_text(value, locale=locale, style=style)
        if isinstance(value, Money):
            return locales.money_text(value.minor, value.currency, decimals=value.decimals, locale=locale)
        if isinstance(value, Interval):
            return self.interval(value)
        if isinstance(value, int):
            return locales.number_text(value, locale=locale)
        return locales.list_text(tuple(value), locale=locale)

    def interval(self, value: Interval, *, every: bool = False) -> str:
        """A length of time, or how often something comes."""
        if value.once:
            return self.say("intervals.once")
        count, unit = (value.days, "days") if not value.months else (value.months, "months")
        if unit == "months" and count % 12 == 0:
            count, unit = count // 12, "years"
        return self.say(f"intervals.{'every_' if every else ''}{unit}", n=count)

    def decimal(self, number: Decimal) -> str:
        """A number that is not whole."""
        return locales.number_text(number.normalize(), locale=self.locale)

    def in_book_language(self) -> str:
        """The locale for a text in the language of the book: this one where it is the same language."""
        return self._writes(self._messages.language)

    def _writes(self, locale: str) -> str:
        """How a text of a locale writes values: as the one that was asked for where both are of one language."""
        return self.locale if locales.language(locale) == locales.language(self.locale) else locale

    def _fill(self, template: Template, values: Values, *, locale: str, count: str = "#") -> str:
        filled: list[str] = []
        for part in template:
            if isinstance(part, str):
                filled.append(part)
            elif isinstance(part, Count):
                filled.append(count)
            elif isinstance(part, Hole):
                filled.append(self.written(_value(values, part.name), locale=locale, style=part.style))
            else:
                number = _value(values, part.name)
                assert isinstance(number, int)  # checked when the message was read
                form = _form(part, number, locale)
                filled.append(self._fill(form, values, locale=locale, count=self.written(number, locale=locale)))
        return "".join(filled)


def _value(values: Values, name: str) -> Value:
    value = values[name]
    return value() if callable(value) else value


def _form(plural: Plural, number: int, locale: str) -> Template:
    """The form that a number chooses."""
    forms = dict(plural.forms)
    exact = forms.get(f"={number}")
    if exact is not None:
        return exact
    return forms.get(locales.plural_form(number, locale=locale)) or forms.get("other") or plural.forms[-1][1]
