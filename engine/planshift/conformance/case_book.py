"""A case as a book: the terms and the catalog of one worked figure, written as the two files of a book.

A case of a system that has a preset is decided in a book that extends it, and sets only what the case states otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Customer, Subscription
from planshift.book import load_text
from planshift.decision.decision import Decision

PRICE = "p"
"""The id of every price of a case's book: a plan has only one there."""

CUSTOMER = Customer(id="case")

Terms = Mapping[str, object]
"""Terms as a policy writes them."""


@dataclass(eq=False)
class Undecided(Exception):
    """The engine did not allow a change that the case has a figure for; `text` says why."""

    text: str

    def __str__(self) -> str:
        return self.text


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """A plan with one price, in the digits and words of the case."""

    name: str
    price: str
    every: str
    in_arrear: bool = False
    setup: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBook:
    """Everything a book for one case says: `scale` are the decimals of all its amounts.

    A book that extends a preset sets its terms on the plan that is `left`: there they are stronger than those of the
    preset, whatever direction the change has.
    """

    currency: str
    scale: int
    terms: Terms
    plans: tuple[CasePlan, ...]
    zone: str = "UTC"
    direction: str = "by_price_per_day"
    equal: str = "crossgrade"
    preset: str = ""
    left: str = ""

    def files(self) -> dict[str, str]:
        """The book's files by name; JSON is YAML."""
        return {"policy.yaml": json.dumps(self._policy()), "catalog.yaml": json.dumps(self._catalog())}

    def _policy(self) -> dict[str, object]:
        members = [plan.name for plan in self.plans]
        group = {"direction": self.direction, "equal": self.equal, "members": members}
        scopes = {"any": self.terms}
        return {
            "policy_language": 1,
            "book": "case",
            "currency": self.currency,
            "timezone": self.zone,
            "decimals": {self.currency: self.scale},
            "groups": {"plans": group},
            **({"plans": {self.left: {"terms": scopes}}} if self.preset else {"terms": scopes}),
            "extends": [self.preset] if self.preset else [],
        }

    def _catalog(self) -> dict[str, object]:
        return {"plans": {plan.name: {"prices": {PRICE: priced(plan, self.currency)}} for plan in self.plans}}


def priced(plan: CasePlan, currency: str) -> dict[str, object]:
    """The price of a plan as a catalog writes it."""
    price: dict[str, object] = {
        "every": plan.every,
        "billed": "in_arrear" if plan.in_arrear else "in_advance",
        currency: plan.price,
    }
    if plan.setup is not None:
        price["setup"] = {currency: plan.setup}
    return price


@final
class Through:
    """Decides the changes of one case, through a preset where its system has one.

    `beside` gathers what had to be set beside the preset: each term with its value, in the words of a policy.
    """

    def __init__(self, preset: str = "") -> None:
        self.preset = preset
        self.beside: dict[tuple[str, str], None] = {}
        self.asked = False

    def decide(self, book: CaseBook, *, subscription: Subscription, request: ChangeRequest) -> Decision:
        """What the engine answers to the request under the case's book.

        Raises:
            InvalidBook: the case says something that no book can.
            Undecided: the change is not allowed.
        """
        self.asked = True
        decision = self._decide(book, subscription=subscription, request=request)
        if not decision.allowed:
            told = ", ".join(reason.code for reason in decision.reasons)
            raise Undecided(f"the change is {decision.verdict}: {told}")
        return decision

    def _decide(self, book: CaseBook, *, subscription: Subscription, request: ChangeRequest) -> Decision:
        if not self.preset:
            return load_text(book.files()).decide(subscription, request)
        alone = replace(book, preset=self.preset, left=subscription.plan, terms={})
        decision = load_text(alone.files()).decide(subscription, request)
        beside = self._beside(book.terms, decision)
        if beside:
            decision = load_text(replace(alone, terms=beside).files()).decide(subscription, request)
        return decision

    def _beside(self, terms: Terms, decision: Decision) -> Terms:
        """The terms of the case that the preset does not give by itself: its decision tells what it says."""
        beside: dict[str, object] = {}
        for name, value in leaves(terms):
            if decision.terms[name].text != value:
                self.beside[name, value] = None
                _put(beside, name, value)
        return beside


def leaves(terms: Terms, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every term with its dotted name."""
    for name, value in terms.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _put(terms: dict[str, object], name: str, value: str) -> None:
    """Set a term by its dotted name in the nested mapping that a policy writes."""
    head, _, rest = name.partition(".")
    if not rest:
        terms[head] = value
        return
    inner = terms.setdefault(head, {})
    assert isinstance(inner, dict)  # a name is either a term or the head of terms
    _put(inner, rest, value)
