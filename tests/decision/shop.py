"""A shop whose terms a test writes, and people who hold plans in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Discount, HeldAddon, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, load_text

CATALOG = """
plans:
  silver:
    title: Silver
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "19.00" }
      yearly: { every: 1 year, EUR: "190.00" }
    limits: { disk_gb: 10 }
    addons: [extra-disk]
  gold:
    title: Gold
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "29.00" }
      yearly: { every: 1 year, EUR: "290.00" }
    limits: { disk_gb: 20 }
addons:
  extra-disk: { title: Extra disk, raises: { disk_gb: 10 }, EUR: "2.00" }
"""

POLICY = """
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
paths: [{ from: silver, to: gold }]
terms: { any: { %s } }
"""

AT = parse_instant("2026-05-16 10:00", "Europe/Stockholm")

PLAIN = Subscription(
    id="anna",
    plan="silver",
    price="monthly",
    currency="EUR",
    period=Period(start=date(2026, 5, 1), end=date(2026, 6, 1)),
    customer=Customer(id="anna"),
    bill_day=1,
)

HOLDERS = {
    "plain": PLAIN,
    "of several": replace(PLAIN, quantity=5),
    "with a coupon": replace(PLAIN, discount=Discount(ppm=100_000)),
    "with an amount off": replace(PLAIN, discount=Discount(amount=333)),
    "of several with a coupon": replace(PLAIN, quantity=3, discount=Discount(ppm=333_333)),
    "who paid less": replace(PLAIN, paid=700),
    "who owes": replace(PLAIN, paid=700, debt=1_200),
    "who got back": replace(PLAIN, paid=1_900, given_back=1_500),
    "with an agreed price": replace(PLAIN, amount=1_234),
    "with an add-on": replace(PLAIN, addons=(HeldAddon(name="extra-disk", quantity=2),), usage=(("disk_gb", 27),)),
}
"""People by what is special about their subscription."""


def book(terms: str = "", *, rules: str = "") -> Book:
    """The shop with these terms for every change."""
    return load_text({"policy.yaml": POLICY % terms, "catalog.yaml": CATALOG, "policy.rules": rules})


def to_gold(price: str = "monthly") -> ChangeRequest:
    """The request for the larger plan."""
    return ChangeRequest(at=AT, plan="gold", price=price)
