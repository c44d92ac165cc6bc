"""A shop with a ladder of three plans and an island, into which a test plants one thing that stands in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planshift.advice.answer import Advice
from planshift.advice.from_decision import advise
from planshift.book import Book, Decision, load_text

POLICY = """
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
groups:
  ladder:
    direction: by_level
    members:
      small:  { level: 1 }
      middle: { level: 2 }
      large:  { level: 3 }
"""

CATALOG = """
plans:
  small:
    title: Small
    prices:
      monthly: { every: 1 month, EUR: "10.00" }
      yearly: { every: 1 year, EUR: "100.00" }
    limits: { sites: 2 }
    addons: [extra-site]
  middle:
    title: Middle
    prices:
      monthly: { every: 1 month, EUR: "20.00" }
      yearly: { every: 1 year, EUR: "200.00" }
    limits: { sites: 5 }
  large:
    title: Large
    prices:
      monthly: { every: 1 month, EUR: "40.00" }
    limits: { sites: unlimited }
  island:
    title: Island
    prices:
      monthly: { every: 1 month, EUR: "5.00" }
addons:
  extra-site: { title: One more site, raises: { sites: 1 }, EUR: "1.00" }
"""

HELD: Mapping[str, object] = {
    "id": "s1",
    "customer": {"id": "anna", "since": "2025-06-01"},
    "plan": "middle",
    "price": "monthly",
    "period": {"start": "2026-03-01", "end": "2026-04-01"},
    "usage": {"sites": 1},
}

AT = "2026-03-11T10:00"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is different from the plain shop: lines of policy, texts of the catalog, rules, the holder, the request."""

    policy: str = ""
    policy_for: Mapping[str, str] = field(default_factory=dict)
    catalog: Mapping[str, str] = field(default_factory=dict)
    rules: str = ""
    held: Mapping[str, object] = field(default_factory=dict)
    asked: Mapping[str, object] = field(default_factory=dict)

    def book(self) -> Book:
        """The book with it."""
        return load_text(
            {
                "policy.yaml": _with(POLICY, self.policy_for) + self.policy,
                "catalog.yaml": _with(CATALOG, self.catalog),
                "policy.rules": self.rules,
            }
        )

    def decided(self, book: Book) -> Decision:
        """What the book says about it."""
        subscription = book.subscription({**HELD, **self.held})
        if self.asked.get("kind") == "renew":
            return book.renew(subscription, at=book.request(subscription, at=self.asked["at"]).at)
        asked = {"at": AT, "to": "small", **self.asked}
        given = {name: value for name, value in asked.items() if value is not None}
        return book.decide(subscription, book.request(subscription, given))

    def advised(self) -> Advice:
        """What is advised about it."""
        book = self.book()
        return advise(book, self.decided(book))


def _with(text: str, pieces: Mapping[str, str]) -> str:
    for old, new in pieces.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
