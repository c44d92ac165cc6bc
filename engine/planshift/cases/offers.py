"""Comparing what is offered with what a case expects of it. A plan stands for all of its prices."""

from __future__ import annotations

from collections.abc import Sequence

from planshift.book import Decision, Options
from planshift.cases.named import difference, of_reasons, reason_told
from planshift.cases.report import Difference
from planshift.policy.expectations import Expected, ExpectedValue


def compare_offers(options: Options[Decision], expected: Expected) -> Difference | None:
    """What is different from one expectation about what is offered, or None."""
    head, _, inner = expected.name.partition(".")
    if head == "hidden":
        return _hidden(options, inner, expected=expected.value)
    if head == "offered":
        return _offered(options, expected=expected.value)
    if head == "why":
        return _why(options, expected=expected.value)
    half = halves(options, head)
    offered = [(entry_name(each), each.request.plan) for each in half.entries]
    return difference(head, offered, expected=expected.value, why=_reasons_of(half))


def halves(options: Options[Decision], name: str) -> Options[Decision]:
    """The part of what is offered that `options`, `other_plans` or `other_terms` is about."""
    return options if name == "options" else options.only("plans" if name == "other_plans" else "terms")


def entry_name(entry: Decision) -> str:
    """What is offered, by its plan and price."""
    return f"{entry.request.plan} {entry.request.price}"


def _reasons_of(options: Options[Decision]) -> tuple[str, ...]:
    return (options.reason,) if options.reason else ()


def _offered(options: Options[Decision], *, expected: ExpectedValue) -> Difference | None:
    if bool(options.entries) == bool(expected):
        return None
    got = ", ".join(entry_name(each) for each in options.entries) or "nothing"
    wanted = "something" if expected else "nothing"
    return Difference(what="offered", expected=wanted, got=got, why=_reasons_of(options))


def why_nothing(options: Options[Decision]) -> tuple[str, ...]:
    """Why nothing is offered, and why no other plan is."""
    return tuple(dict.fromkeys((*_reasons_of(options), *_reasons_of(options.only("plans")))))


def _why(options: Options[Decision], *, expected: ExpectedValue) -> Difference | None:
    said = why_nothing(options)
    if expected in said or (expected is None and not said):
        return None
    return Difference(what="why", expected=str(expected or "none"), got=said[0] if said else "none")


def _hidden(options: Options[Decision], name: str, *, expected: ExpectedValue) -> Difference | None:
    """Each price that the name stands for must be kept back by exactly the expected reasons."""
    what = f"hidden.{name}"
    found = [each for each in options.hidden if name in (each.request.plan, entry_name(each))]
    if expected is None and not found:
        return None
    if expected is None or not found:
        offered = any(name in (each.request.plan, entry_name(each)) for each in options.entries)
        got = _codes(found) if found else "offered" if offered else "no other plan or price of this name"
        return Difference(what=what, expected=_wanted(expected), got=got)
    for each in found:
        reasons = [reason for reason in each.reasons if not reason.overridden]
        at = what if len(found) == 1 else f"hidden.{entry_name(each)}"
        different = difference(at, of_reasons(reasons), expected=expected, why=tuple(map(reason_told, reasons)))
        if different is not None:
            return different
    return None


def _codes(found: Sequence[Decision]) -> str:
    return ", ".join(dict.fromkeys(reason.code for each in found for reason in each.reasons))


def _wanted(expected: ExpectedValue) -> str:
    return ", ".join(expected) if isinstance(expected, tuple) else "not hidden"
