"""What is wrong with the declared facts of a subscription or a request that was not read from a document."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import FactValue, Subscription
from planshift.decision.flaws import flaw, number, quoted, repeated
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, MONTHS, TEXT, WHOLE, Enum, Type
from planshift.policy.fact_validation import default_fits
from planshift.policy.facts import MAX_FACT, Fact
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.facts import LAST_DAY, MAX_COUNT
from planshift.rulebook.rulebook import Rulebook

_FACT_RANGES: dict[Type, tuple[int, int]] = {
    WHOLE: (-MAX_FACT, MAX_FACT),
    MONEY: (0, MAX_AMOUNT),
    DATE: (0, LAST_DAY),
    MONTHS: (0, MAX_COUNT),
    DAYS: (0, MAX_COUNT),
}

_HELD_AS: dict[Type, str] = {
    MONEY: "an amount is held in minor units",
    DATE: "a date is held as days since 1970-01-01",
    MONTHS: "a duration is held as its months",
    DAYS: "a duration is held as its days",
}


def subscription_fact_flaws(rulebook: Rulebook, subscription: Subscription) -> Iterator[Diagnostic]:
    """Facts must stand in the order of the book's schema, each of them, as the engine holds them."""
    for side, facts in (("customer", subscription.customer.facts), ("usage", subscription.usage_facts)):
        schema = rulebook.document.facts.of(side)
        wanted = tuple(fact.name for fact in schema)
        if wanted != tuple(name for name, _ in facts):
            listed = ", ".join(f"`{name}`" for name in wanted) or "none"
            yield flaw("PS529", f"the book wants these {side} facts, in this order: {listed}")
            continue
        for fact, (_, value) in zip(schema, facts, strict=True):
            yield from _fact(fact, value, side=side)


def request_fact_flaws(
    rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest
) -> Iterator[Diagnostic]:
    """Facts of a request may stand in any order, and those with a default that fits the currency may be left out."""
    declared = {fact.name: fact for fact in rulebook.document.facts.request}
    given = dict(request.facts)
    yield from repeated((name for name, _ in request.facts), at="facts")
    for name in given:
        if name not in declared:
            message = f"the book declares no fact {quoted(name)} of the request"
            yield flaw("PS501", message, help_text=did_you_mean(name, declared))
    for name, fact in declared.items():
        if name in given:
            yield from _fact(fact, given[name], side="request")
        elif fact.default is None:
            if request.kind != "renew":  # nobody asks for a renewal
                yield flaw("PS529", f"the request lacks the fact `{name}`")
        elif not default_fits(fact, subscription.currency):
            message = f"the default of `{name}` is in {fact.default_currency}, not in {subscription.currency}"
            yield flaw("PS505", message, help_text="give the fact with the request")


def _fact(fact: Fact, value: FactValue, *, side: str) -> Iterator[Diagnostic]:
    name = f"the {side} fact `{fact.name}`"
    if fact.type in (BOOL, TEXT):
        kind, words = (bool, "a truth") if fact.type == BOOL else (str, "a text")
        if not isinstance(value, kind):
            yield flaw("PS532", f"{name} must be {words}")
    elif isinstance(value, (bool, str)):
        yield flaw("PS532", f"{name} must be a whole number", help_text=_HELD_AS.get(fact.type))
    else:
        enum = fact.type if isinstance(fact.type, Enum) else None
        low, high = (0, len(enum.members) - 1) if enum else _FACT_RANGES[fact.type]
        if not low <= value <= high:
            help_text = f"the position of one of {', '.join(enum.members)}" if enum else None
            yield flaw(
                "PS527", f"{name} is {number(value)}, which is not between {low} and {high}", help_text=help_text
            )
