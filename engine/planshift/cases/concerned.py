"""Which rules a difference is about: those that held and decided it, and those that would have been needed for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import get_args

from planshift.billing.money import Money
from planshift.book import Decision
from planshift.cases.alike import alike
from planshift.cases.report import Difference
from planshift.decision.condition_values import ConditionValues, condition_values
from planshift.expressions.lower import Shown
from planshift.policy.expectations import Expected, ExpectedValue
from planshift.policy.term_values import Choice, Fee, TermValue
from planshift.rulebook.requirements import REQUIREMENT_CODES
from planshift.rulebook.rule_nodes import RuleNodes
from planshift.rulebook.sources import Computed, Source

_MOST = 2
"""Of the rules that did not hold, as many as lacked least are told."""


def with_rules(
    difference: Difference, decision: Decision, *, expected: Expected, sources: Mapping[str, str]
) -> Difference:
    """The difference with the rules that it is about; `sources` are the texts of the book."""
    rules = decision.reading.kernel.rules
    held = {rule.title for k, rule in enumerate(rules) if decision.truth(f"rule.{k}")}
    asked = {rule.title for rule in rules if expected.value in (rule.title, f'rule "{rule.title}"')}
    deciding = held & {rule.title for rule in rules if rule.source.title in _deciding(decision, expected)}
    lacking = [rule for rule in rules if rule.title not in held | asked]
    sure, guessed = (
        {rule.title for rule in lacking if _would_do(rule, decision, expected=expected, guess=guess)}
        for guess in (False, True)
    )
    needed = guessed if not asked | deciding | sure else sure
    told = condition_values(decision, sources, wanted=lambda title: title in asked | deciding | needed)
    far = sorted((each for each in told if each.rule in needed), key=_lacking)[_MOST:]
    return replace(difference, rules=tuple(each for each in told if each not in far))


def _lacking(condition: ConditionValues) -> int:
    """How much of a condition did not hold."""
    return sum(part.truth is False for each in condition.expressions[:1] for part in each.parts)


def _deciding(decision: Decision, expected: Expected) -> set[str]:
    """The sources of what the decision says instead of what is expected."""
    term = _term(expected.name)
    if term:
        return {decision.term(term).source.title}
    wanted = expected.value if isinstance(expected.value, tuple) else ()
    said: dict[str, Iterator[Source | None]] = {
        "verdict": (each.source for each in decision.reasons if not each.overridden),
        "reasons": (each.source for each in decision.reasons if not {each.code, each.text} & set(wanted)),
        "warnings": (each.source for each in decision.warnings if not {each.code, each.text} & set(wanted)),
    }
    return {source.title for source in said.get(expected.name, iter(())) if source is not None}


def _term(name: str) -> str:
    """The term that settles what a case expects under a name; empty where that is not one alone."""
    head, _, inner = name.partition(".")
    if head in ("terms", "sources"):
        return inner
    return {"timing": "timing", "lines.fee": "fee", "taxed_as.fee": "fee_taxed_as"}.get(name, "")


def _would_do(rule: RuleNodes, decision: Decision, *, expected: Expected, guess: bool) -> bool:
    """Whether the answer would have been the expected one, had this rule held.

    What a rule computes is not known where it does not hold: by a `guess` it may be any amount but none.
    """
    term = _term(expected.name)
    if term:
        said = [statement.value for _, statement in rule.statements if statement.term == term]
        return any(_meets(value, decision, wanted=expected.value, guess=guess) for value in said)
    if expected.name not in ("reasons", "warnings") or not isinstance(expected.value, tuple):
        return False
    known = {name for each in decision.all_reasons for name in (each.code, each.text)}
    return any(_says(rule, wanted) for wanted in expected.value if wanted not in known)


def _meets(said: TermValue | Computed, decision: Decision, *, wanted: ExpectedValue, guess: bool) -> bool:
    """Whether a rule's word on a term is what a case expects."""
    if isinstance(said, Computed):
        return guess and wanted is not None and not (isinstance(wanted, Money) and not wanted.minor)
    currency = decision.subscription.currency
    if wanted is None or isinstance(wanted, Money):
        minor = wanted.minor if wanted is not None else 0
        return isinstance(said, Fee) and alike(Fee(amounts=((currency, minor),)), said, currency=currency)
    if isinstance(wanted, get_args(TermValue)):
        return alike(wanted, said, currency=currency)
    return isinstance(said, Choice) and said.word == wanted


def _says(rule: RuleNodes, wanted: str) -> bool:
    """Whether a rule would give a reason, named by its code or its sentence."""
    codes = {"rule" if text.kind == "deny" else "warning" for text in rule.texts}
    codes |= {REQUIREMENT_CODES[need.kind] for need in rule.needs}
    return wanted in codes or any(re.fullmatch(_pattern(text.parts), wanted, re.DOTALL) for text in rule.texts)


def _pattern(parts: tuple[str | Shown, ...]) -> str:
    return "".join(re.escape(part) if isinstance(part, str) else ".*" for part in parts)
