"""The shapes of terms' values: how each is read and described to an editor.

A shape reads the plain meaning of a YAML value, which is also what the words of a rule mean: a term is the same
wherever it is set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.billing.interval import Interval, parse_interval
from planshift.billing.money import parse_percent
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.amounts import Amounts, Decimals, read_amounts
from planshift.policy.labels import check_label
from planshift.policy.located import OddNumber
from planshift.policy.mistakes import Mistake, Mistakes, describe, no_such_word, read_each, shown, wrong
from planshift.policy.term_values import (
    FEE_BASES,
    Choice,
    Fee,
    Frequency,
    Names,
    Notice,
    Notices,
    Requirement,
    Requirements,
    TermValue,
    Texts,
    Wait,
)

Schema = dict[str, object]
"""A piece of JSON Schema."""

_YEAR = 366
_TEXT: Schema = {"type": "string", "minLength": 1}
_MONEY: Schema = {"type": "string", "examples": ["15 EUR", "9.00 EUR"]}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A choice that has a number in it: `pattern` holds `{n}`, `word` names the choice."""

    word: str
    pattern: str
    lowest: int = 1
    highest: int = 366

    def read(self, text: str) -> Choice | None:
        """Return the choice, or None when the text is not of this pattern."""
        before, _, after = self.pattern.partition("{n}")
        number = text.removeprefix(before).removesuffix(after)
        if text != f"{before}{number}{after}" or not (number.isascii() and number.isdigit()):
            return None
        if len(number) > 6 or not self.lowest <= int(number) <= self.highest:
            raise wrong("PS105", f"`{number}` is not between {self.lowest} and {self.highest}")
        return Choice(word=self.word, number=int(number))

    def show(self, number: object) -> str:
        """Return the pattern with a number in it."""
        return self.pattern.replace("{n}", str(number))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the values of a term look like.

    `read` returns the value that a document says and raises `Mistakes` when it says something else; `schema` is what an
    editor should know; `words` and `counted` are set where the value is one of a list of words.
    """

    read: Callable[[object, Decimals], TermValue]
    schema: Schema
    words: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()


def word(*words: str, counted: tuple[Counted, ...] = ()) -> Shape:
    """Return the shape of one of a list of words, or a pattern with a number in it."""
    shown = (*words, *(pattern.show("N") for pattern in counted))
    choices = {each: Choice(word=each) for each in words}

    def read(value: object, _decimals: Decimals) -> Choice:
        if isinstance(value, str) and value in choices:
            return choices[value]
        text = _word(value)
        if text is None:
            listed = ", ".join(f"`{each}`" for each in shown)
            raise wrong("PS103", f"expected a word, found {describe(value)}", help_text=f"write one of {listed}")
        if text in choices:
            return choices[text]
        for pattern in counted:
            choice = pattern.read(text)
            if choice is not None:
                return choice
        raise no_such_word(text, shown)

    schema: Schema = {"enum": list(words)}
    examples = [pattern.show(min(30, pattern.highest)) for pattern in counted]
    if examples:
        schema = {"anyOf": [schema, {"type": ["string", "integer"], "examples": examples}]}
    return Shape(read=read, schema=schema, words=words, counted=counted)


def word_set(*words: str) -> Shape:
    """Return the shape of one or several of a list of words."""

    def name(value: object) -> str:
        if not isinstance(value, str):
            raise wrong("PS103", f"expected a word, found {describe(value)}")
        if value not in words:
            raise no_such_word(value, words)
        return value

    def read(value: object, _decimals: Decimals) -> Names:
        return Names(names=tuple(dict.fromkeys(read_each(value, name))))

    return Shape(read=read, schema=_one_or_more({"enum": list(words)}), words=words)


def _event(value: object) -> str:
    if isinstance(value, str) and all(part.isidentifier() for part in value.replace("-", "_").split(".")):
        return value
    raise wrong(
        "PS106", f"{shown(value)} is not the name of an event", help_text="write words joined by dots: job.completed"
    )


def _read_events(value: object, _decimals: Decimals) -> Names:
    return Names() if value == "none" else Names(names=tuple(dict.fromkeys(read_each(value, _event))))


def _read_service(value: object, _decimals: Decimals) -> Names:
    if not isinstance(value, str) or not value:
        raise wrong("PS103", f"expected the name of a service, found {describe(value)}")
    return Names() if value == "none" else Names(names=(value,))


def _read_fee(value: object, decimals: Decimals) -> Fee:
    if value == "none":
        return Fee()
    if isinstance(value, dict):
        return _percentage_fee(value, decimals)
    if isinstance(value, str) and value.endswith("%"):
        help_text = f'write {{ percent: "{value}", of: to.price }}'
        raise wrong("PS120", "a percentage needs what it is of", help_text=help_text)
    return Fee(amounts=_charge(value, decimals))


_CONDITIONS = ("nothing_unpaid", "not_in_trial", "stock")
_CONDITIONS_WITH = (("status", "status"), ("approval by", "approval"))


def _requirement(value: object) -> Requirement:
    if not isinstance(value, str):
        raise wrong("PS103", f"expected a condition, found {describe(value)}")
    if value in _CONDITIONS:
        return Requirement(kind=value)
    for prefix, kind in _CONDITIONS_WITH:
        argument = value.removeprefix(prefix + " ").strip()
        if value.startswith(prefix + " ") and argument:
            return Requirement(kind=kind, argument=argument)
    raise no_such_word(value, (*_CONDITIONS, *(f"{prefix} NAME" for prefix, _ in _CONDITIONS_WITH)), what="a condition")


def _read_requirements(value: object, _decimals: Decimals) -> Requirements:
    return Requirements(items=tuple(dict.fromkeys(read_each(value, _requirement))))


def _read_frequency(value: object, _decimals: Decimals) -> Frequency:
    if value == "unlimited":
        return Frequency()
    count, per, duration = value.partition(" per ") if isinstance(value, str) else ("", "", "")
    if not per or not (count.isascii() and count.isdigit() and len(count) <= 4):
        help_text = "write `2 per 30 days` or `unlimited`"
        raise wrong("PS120", f"{shown(value)} does not say how often", help_text=help_text)
    return Frequency(changes=int(count), interval=_duration(duration))


def _read_wait(value: object, _decimals: Decimals) -> Wait:
    return Wait() if value == "never" else Wait(interval=_duration(value))


def _read_days(value: object, _decimals: Decimals) -> Wait:
    interval = _duration(value)
    if not 1 <= interval.days <= _YEAR:
        help_text = "write `1 day`, which ends with the day, or `14 days`"
        raise wrong("PS105", f"{shown(value)} is not between 1 and {_YEAR} days", help_text=help_text)
    return Wait(interval=interval)


def _notice(value: object) -> Notice:
    if not isinstance(value, str):
        raise wrong("PS103", f"expected who is told, found {describe(value)}")
    kind, _, argument = value.partition(" ")
    if kind in ("client", "staff") and not argument:
        return Notice(kind=kind)
    if kind == "bcc":
        name, at, host = argument.partition("@")
        if not (name and at and host) or " " in argument or "@" in host:
            raise wrong("PS120", f"`{argument}` is not a mail address", help_text="write `bcc billing@example.com`")
        return Notice(kind=kind, argument=argument)
    if kind == "template" and argument:
        return Notice(kind=kind, argument=argument)
    raise no_such_word(value, ("client", "staff", "bcc ADDRESS", "template NAME", "nobody"))


def _read_notices(value: object, _decimals: Decimals) -> Notices:
    return Notices() if value == "nobody" else Notices(items=tuple(dict.fromkeys(read_each(value, _notice))))


def _read_texts(value: object, _decimals: Decimals) -> Texts:
    if not isinstance(value, dict):
        return Texts(texts=(("", check_label(_text(value))),))
    mistakes: list[Mistake] = []
    texts: list[tuple[str, str]] = []
    for locale, text in value.items():
        try:
            texts.append((locale, check_label(_text(text))))
        except Mistakes as error:
            mistakes += error.at(locale)
    if mistakes:
        raise Mistakes(*mistakes)
    return Texts(texts=tuple(sorted(texts)))


_FEE_PARTS = ("percent", "of", "at_least", "at_most")


def _percentage_fee(value: dict[str, object], decimals: Decimals) -> Fee:
    mistakes: list[Mistake] = []
    bounds: dict[str, Amounts] = {}
    ppm, of = 0, FEE_BASES[0]
    for key, part in value.items():
        try:
            if key == "percent":
                ppm = _percent(part)
            elif key == "of":
                of = _fee_base(part)
            elif key in ("at_least", "at_most"):
                bounds[key] = _charge(part, decimals)
            else:
                help_text = (
                    did_you_mean(key, _FEE_PARTS) or f"known here: {', '.join(f'`{part}`' for part in _FEE_PARTS)}"
                )
                message, instead = f"`{key}` is not a field here", instead_of(key, _FEE_PARTS)
                mistakes.append(Mistake("PS101", message, help_text, (key,), on_key=True, instead=instead))
        except Mistakes as error:
            mistakes += error.at(key)
    if "percent" not in value:
        mistakes.append(Mistake("PS102", "`percent` is missing", 'write percent: "10%"'))
    if mistakes:
        raise Mistakes(*mistakes)
    at_least, at_most = bounds.get("at_least", ()), bounds.get("at_most", ())
    for currency, most in at_most:
        if dict(at_least).get(currency, 0) > most:
            raise Mistakes(Mistake("PS121", f"`at_most` is below `at_least` in {currency}", at=("at_most",)))
    return Fee(ppm=ppm, of=of, at_least=at_least, at_most=at_most)


def _fee_base(value: object) -> str:
    if not isinstance(value, str) or value not in FEE_BASES:
        raise no_such_word(str(value), FEE_BASES, what="an amount that a fee can be a part of")
    return value


def _charge(value: object, decimals: Decimals) -> Amounts:
    amounts = read_amounts(value, decimals)
    if any(minor < 0 for _, minor in amounts):
        raise wrong("PS105", "a fee cannot be negative", help_text="use the terms of the credit to give money back")
    return amounts


def _percent(value: object) -> int:
    if not isinstance(value, str):
        raise wrong("PS115", f"expected a percentage, found {describe(value)}", help_text='write it as text: "10%"')
    try:
        return parse_percent(value)
    except ValueError:
        raise wrong("PS115", f"{shown(value)} is not a percentage", help_text='write it as "12.5%"') from None


def _duration(value: object) -> Interval:
    try:
        if isinstance(value, str) and value != "once":
            return parse_interval(value)
    except ValueError:
        pass
    raise wrong("PS116", f"{shown(value)} is not a duration", help_text="write `30 days` or `12 months`")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("PS103", f"expected a text, found {describe(value)}")
    return value


def _word(value: object) -> str | None:
    """Return the word that was written, numbers as their digits: `30_360` and `9` look like numbers to YAML."""
    if isinstance(value, OddNumber):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


_SHARE: Schema = {
    "type": "object",
    "properties": {
        "percent": {"type": "string", "examples": ["10%"]},
        "of": {"enum": list(FEE_BASES)},
        "at_least": _one_or_more(_MONEY),
        "at_most": _one_or_more(_MONEY),
    },
    "required": ["percent"],
    "additionalProperties": False,
}
_EVENT: Schema = {**_TEXT, "examples": ["rating.completed", "job.completed"]}
_CONDITION: Schema = {**_TEXT, "examples": [*_CONDITIONS, "status active", "approval by finance"]}
_TOLD: Schema = {**_TEXT, "examples": ["client", "staff", "bcc billing@example.com", "template moved"]}

FEE = Shape(read=_read_fee, schema={"anyOf": [{"const": "none"}, _MONEY, {"type": "array", "items": _MONEY}, _SHARE]})
"""Nothing, amounts, or a share of a named amount with bounds."""

SERVICE = Shape(read=_read_service, schema=_TEXT)
"""The name of a service of the catalog, or `none`."""

EVENTS = Shape(read=_read_events, schema={"anyOf": [{"const": "none"}, _EVENT, {"type": "array", "items": _EVENT}]})
"""Events that must all have happened, or `none`."""

REQUIREMENTS = Shape(read=_read_requirements, schema=_one_or_more(_CONDITION))
"""Conditions, some with an argument: `nothing_unpaid`, `status active`, `approval by finance`."""

FREQUENCY = Shape(read=_read_frequency, schema={**_TEXT, "examples": ["unlimited", "2 per 30 days"]})
"""`unlimited`, or a count within a duration."""

WAIT = Shape(read=_read_wait, schema={**_TEXT, "examples": ["never", "14 days"]})
"""`never`, or a duration."""

DAYS = Shape(read=_read_days, schema={**_TEXT, "examples": ["1 day", "14 days"]})
"""A number of days, the first of which is that of the request."""

NOTICES = Shape(read=_read_notices, schema=_one_or_more(_TOLD))
"""Who is told: `client`, `staff`, `bcc ADDRESS`, `template NAME`, or `nobody`."""

_LABEL: Schema = {**_TEXT, "examples": ["Change to {to}", "{to} upgrade fee"]}

TEXTS = Shape(read=_read_texts, schema={"anyOf": [_LABEL, {"type": "object", "additionalProperties": _LABEL}]})
"""One text for everybody, or a text per locale, with holes that name the change."""
