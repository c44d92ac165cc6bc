"""Term values as a person writes them."""

from __future__ import annotations

from collections.abc import Mapping

from planshift.billing.money import format_minor, format_percent
from planshift.policy.term_values import Choice, Fee, Frequency, Names, Notices, Requirements, Texts, Wait
from planshift.policy.terms import TERM
from planshift.rulebook.sources import Computed, TermValue


def term_text(name: str, value: TermValue, *, decimals: Mapping[str, int]) -> str:
    """The value of a term in the words of a policy file; `decimals` are those of each currency."""
    if isinstance(value, Choice):
        return _choice_text(name, value)
    if isinstance(value, Fee):
        return _fee_text(value, decimals)
    if isinstance(value, Computed):
        return value.text
    if isinstance(value, Names):
        return ", ".join(value.names) or "none"
    if isinstance(value, Requirements):
        return ", ".join(f"{item.kind} {item.argument}".strip() for item in value.items) or "nothing"
    if isinstance(value, Frequency):
        return "unlimited" if value.changes is None else f"{value.changes} per {value.interval}"
    if isinstance(value, Wait):
        return "never" if value.interval is None else str(value.interval)
    if isinstance(value, Notices):
        return ", ".join(f"{item.kind} {item.argument}".strip() for item in value.items) or "nobody"
    assert isinstance(value, Texts)  # the last kind of value
    return "; ".join(f"{locale}: {text}" if locale else text for locale, text in value.texts) or "none"


def _choice_text(name: str, value: Choice) -> str:
    for counted in TERM[name].shape.counted:
        if counted.word == value.word:
            return counted.show(value.number)
    return value.word


def _fee_text(fee: Fee, decimals: Mapping[str, int]) -> str:
    def amounts(pairs: tuple[tuple[str, int], ...]) -> str:
        return " or ".join(f"{format_minor(minor, decimals[code])} {code}" for code, minor in pairs if code in decimals)

    if not fee.ppm:
        return amounts(fee.amounts) or "none"
    text = f"{format_percent(fee.ppm)} of {fee.of}"
    text += f", at least {amounts(fee.at_least)}" if fee.at_least else ""
    return text + (f", at most {amounts(fee.at_most)}" if fee.at_most else "")
