"""Values of terms as a policy sets them: the way back of the shapes."""

from __future__ import annotations

from planshift.billing.money import Money, format_percent
from planshift.policy.amounts import Amounts, Decimals
from planshift.policy.term_values import (
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
from planshift.policy.terms import TERM
from planshift.policy.written_yaml import Data


def term_data(name: str, value: TermValue, *, decimals: Decimals) -> Data:
    """What to write for a term so that it has this value; `decimals` are those of each currency."""
    match value:
        case Choice():
            return _choice(name, value)
        case Fee():
            return _fee(value, decimals)
        case Names():
            return list(value.names) or "none"
        case Requirements():
            return [_requirement(item) for item in value.items]
        case Frequency():
            return "unlimited" if value.changes is None else f"{value.changes} per {value.interval}"
        case Wait():
            return "never" if value.interval is None else str(value.interval)
        case Notices():
            return [_notice(item) for item in value.items] or "nobody"
        case Texts():
            texts = dict(value.texts)
            return texts[""] if list(texts) == [""] else texts


def _choice(name: str, value: Choice) -> str:
    patterns = (counted for counted in TERM[name].shape.counted if counted.word == value.word)
    return next((counted.show(value.number) for counted in patterns), value.word)


def _fee(fee: Fee, decimals: Decimals) -> Data:
    if not fee.ppm:
        return _amounts(fee.amounts, decimals) or "none"
    parts: dict[str, Data] = {"percent": format_percent(fee.ppm), "of": fee.of}
    bounds = {"at_least": _amounts(fee.at_least, decimals), "at_most": _amounts(fee.at_most, decimals)}
    return parts | {name: amounts for name, amounts in bounds.items() if amounts}


def _amounts(pairs: Amounts, decimals: Decimals) -> Data:
    found = [Money(minor=minor, currency=code, decimals=decimals[code]) for code, minor in pairs]
    return found[0] if len(found) == 1 else found


def _requirement(item: Requirement) -> str:
    word = "approval by" if item.kind == "approval" else item.kind
    return f"{word} {item.argument}".strip()


def _notice(item: Notice) -> str:
    return f"{item.kind} {item.argument}".strip()
