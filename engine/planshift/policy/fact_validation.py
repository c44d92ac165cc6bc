"""Incoming facts, checked against the JSON Schema that the book declares, before any rule sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from planshift.billing.subscription import FactValue
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.amounts import Decimals
from planshift.policy.facts import Fact, FactSchema, fact_value
from planshift.policy.located import Located, plain
from planshift.policy.mistakes import Mistake, Mistakes, describe, no_such_word, wrong

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

FactPairs = tuple[tuple[str, FactValue], ...]
"""Values in the order of the declarations."""


def read_facts(
    schema: FactSchema, node: Located | None, *, side: str, currency: str, decimals: Decimals
) -> tuple[FactPairs, tuple[Mistake, ...]]:
    """Return a value for every declared fact of a side, defaults filled in, and what is wrong with those given.

    A mistake's `at` leads from the mapping of the facts to the wrong one.
    """
    given = {} if node is None else plain(node)
    if given is None:
        given = {}
    facts = schema.of(side)
    if not isinstance(given, dict):
        return (), (Mistake("PS103", f"expected a mapping of facts, found {describe(given)}"),)
    if not facts:
        message = f"the book declares no facts of the {side}"
        return (), tuple(Mistake("PS501", message, "declare them under `facts:`", (name,)) for name in given)
    mistakes = list(_undeclared(facts, given))
    if given:  # of facts that are missing the schema says nothing that is not said below
        validator = _validator(dict(schema.texts)[side])
        mistakes += [_mistake(error) for error in validator.iter_errors(given) if error.absolute_path]
    wrong_ones = {mistake.at[0] for mistake in mistakes if mistake.at}
    pairs: list[tuple[str, FactValue]] = []
    for fact in facts:
        if fact.name not in wrong_ones:
            try:
                pairs.append((fact.name, _value(fact, given, side=side, currency=currency, decimals=decimals)))
            except Mistakes as error:
                mistakes += error.mistakes
    return tuple(pairs), tuple(mistakes)


def _value(fact: Fact, given: Mapping[str, object], *, side: str, currency: str, decimals: Decimals) -> FactValue:
    if fact.name in given:
        try:
            return fact_value(fact, given[fact.name], currency=currency, decimals=decimals)
        except Mistakes as error:
            raise Mistakes(*error.at(fact.name)) from None
    if fact.default is None:
        raise wrong("PS102", f"the fact `{fact.name}` is missing")
    if not default_fits(fact, currency):
        message = f"the default of `{fact.name}` is in {fact.default_currency}, not in {currency}"
        given_with = "request" if side == "request" else "subscription"
        raise wrong("PS505", message, help_text=f"give the fact with the {given_with}")
    return fact.default


def default_fits(fact: Fact, currency: str) -> bool:
    """Whether the default of a fact may stand in for it in a currency; an amount of another one may not."""
    return not fact.default or fact.default_currency in ("", currency)


def _undeclared(facts: tuple[Fact, ...], given: Iterable[str]) -> Iterator[Mistake]:
    known = [fact.name for fact in facts]
    for name in given:
        if name not in known:
            help_text = did_you_mean(name, known) or f"the book declares {', '.join(f'`{each}`' for each in known)}"
            instead = instead_of(name, known, trust="by_use")
            yield Mistake("PS501", f"there is no fact `{name}`", help_text, (name,), instead=instead)


@lru_cache(maxsize=64)
def _validator(text: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  # costs a third of a start, and few books declare facts

    return Draft202012Validator(json.loads(text))


def _mistake(error: ValidationError) -> Mistake:
    """Return what the validator found in the value of one fact, in the user's words."""
    at, value, bound = tuple(error.absolute_path), error.instance, error.validator_value
    if error.validator == "type":
        expected = _KINDS.get(str(bound), "another value")
        return Mistake("PS103", f"expected {expected}, found {describe(value)}", at=at)
    if error.validator == "enum" and isinstance(bound, list):
        return no_such_word(str(value), bound, what="a value of this fact").mistakes[0]._replace(at=at)
    relation = _RELATIONS.get(str(error.validator), "must be other than")
    return Mistake("PS105", f"{describe(value)} {relation} {bound}", at=at)


_KINDS = {"integer": "a whole number", "boolean": "`true` or `false`", "string": "a text"}
_RELATIONS = {
    "minimum": "must be at least",
    "maximum": "must be at most",
    "minLength": "must not have fewer characters than",
    "maxLength": "must not have more characters than",
}
