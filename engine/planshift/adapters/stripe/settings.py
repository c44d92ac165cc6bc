"""What has to be said about a Stripe account before planshift can work with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, final

from planshift.adapters.halting import refusal

Collection = Literal["charge_automatically", "send_invoice"]
CreditUse = Literal["as_decided", "as_stripe_does"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripeSettings:
    """How plans and amounts of a book are told to a Stripe account.

    `prices` gives for a plan and one of its prices the id of the Stripe price (`silver` -> `monthly` -> `price_...`),
    `coupons` for the code of a coupon that of the Stripe coupon, and `tax_codes` for a service that lines are taxed as
    the Stripe tax code. `timezone` says where days begin for subscriptions that do not say it themselves.

    Invoices are charged to the stored means of payment or sent, to be paid within `days_until_due` days. With
    `automatic_tax` Stripe adds taxes to them. Stripe pays every invoice from the customer's account first: where the
    decision says otherwise, the bill is refused (`as_decided`), or Stripe has its way (`as_stripe_does`). `compare`
    has amounts that Stripe bills by itself compared with those of the decision, by Stripe's own preview, before
    anything is left to it. `address` is that of the API where it is not Stripe's own, and `timeout` the seconds that a
    call may take. `webhook_secret` is that of the endpoint of its webhooks.
    """

    prices: Mapping[str, Mapping[str, str]]
    addons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    coupons: Mapping[str, str] = field(default_factory=dict)
    tax_codes: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    collection: Collection = "charge_automatically"
    days_until_due: int = 14
    automatic_tax: bool = False
    account_credit: CreditUse = "as_decided"
    compare: bool = True
    address: str = ""
    timeout: int = 30
    webhook_secret: str = field(default="", repr=False)

    def price(self, plan: str, name: str) -> str:
        """The Stripe price of a plan's price.

        Raises:
            Halt: there is none in the settings.
        """
        found = self.prices.get(plan, {}).get(name)
        if found is None:
            raise refusal(f"the settings name no Stripe price for the price `{name}` of plan `{plan}`")
        return found

    def addon(self, name: str, price: str) -> str:
        """The Stripe price of an add-on of a plan at one of the plan's prices.

        Raises:
            Halt: there is none in the settings.
        """
        found = self.addons.get(name, {}).get(price)
        if found is None:
            raise refusal(f"the settings name no Stripe price for the add-on `{name}` at the price `{price}`")
        return found

    def addon_of(self, price: str) -> str | None:
        """The add-on that a Stripe price is for; None where it is for none."""
        return next((name for name, prices in self.addons.items() if price in prices.values()), None)

    def coupon(self, code: str | None) -> str:
        """The Stripe coupon of a coupon.

        Raises:
            Halt: there is none in the settings.
        """
        found = self.coupons.get(code or "")
        if found is None:
            raise refusal(f"the settings name no Stripe coupon for the coupon `{code or 'without a code'}`")
        return found
