"""A case as a book: the terms and the catalog of one worked figure, written as the two files of a book."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
    """Everything a book for one case says: `scale` are the decimals of all its amounts, `preset` is what it extends."""

    currency: str
    scale: int
    terms: Terms
    plans: tuple[CasePlan, ...]
    zone: str = "UTC"
    direction: str = "by_price_per_day"
    equal: str = "crossgrade"
    preset: str = ""

    def files(self) -> dict[str, str]:
        """The book's files by name; JSON is YAML."""
        return {"policy.yaml": json.dumps(self._policy()), "catalog.yaml": json.dumps(self._catalog())}

    def _policy(self) -> dict[str, object]:
        members = [plan.name for plan in self.plans]
        group = {"direction": self.direction, "equal": self.equal, "members": members}
        return {
            "policy_language": 1,
            "book": "case",
            "currency": self.currency,
            "timezone": self.zone,
            "decimals": {self.currency: self.scale},
            "groups": {"plans": group},
            "terms": {"any": self.terms},
            "extends": [self.preset] if self.preset else [],
        }

    def _catalog(self) -> dict[str, object]:
        return {"plans": {plan.name: {"prices": {PRICE: self._price(plan)}} for plan in self.plans}}

    def _price(self, plan: CasePlan) -> dict[str, object]:
        price: dict[str, object] = {
            "every": plan.every,
            "billed": "in_arrear" if plan.in_arrear else "in_advance",
            self.currency: plan.price,
        }
        if plan.setup is not None:
            price["setup"] = {self.currency: plan.setup}
        return price


def decide(book: CaseBook, *, subscription: Subscription, request: ChangeRequest) -> Decision:
    """What the engine answers to the request under the case's book.

    Raises:
        InvalidBook: the case says something that no book can.
        Undecided: the change is not allowed.
    """
    decision = load_text(book.files()).decide(subscription, request)
    if not decision.allowed:
        told = ", ".join(reason.code for reason in decision.reasons)
        raise Undecided(f"the change is {decision.verdict}: {told}")
    return decision
