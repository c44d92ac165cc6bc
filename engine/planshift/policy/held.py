"""What the parts of subscriptions and requests are read with: book, currency, zone, and where mistakes go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import final

from planshift.billing.calendar import from_day
from planshift.billing.catalog import Plan, Price
from planshift.billing.currency import decimals
from planshift.billing.money import format_minor
from planshift.billing.subscription import Discount, HeldAddon
from planshift.billing.zones import local_day, midnight, parse_instant
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.amounts import read_money
from planshift.policy.document import BookDocument
from planshift.policy.mistakes import wrong
from planshift.policy.places import Path
from planshift.policy.placing import Placing
from planshift.policy.subscription_model import DiscountModel, HeldAddonModel


@final
@dataclass(frozen=True, kw_only=True)
class Held:
    """One document being read against a book, in one currency and one zone."""

    book: BookDocument
    placing: Placing
    currency: str
    zone: str

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The plans of the catalog by name."""
        return {plan.name: plan for plan in self.book.catalog.plans}

    @cached_property
    def limits(self) -> frozenset[str]:
        """The resources that some plan limits."""
        return frozenset(name for plan in self.book.catalog.plans for name, _ in plan.limits)

    def plan(self, name: str, *, at: Path) -> Plan | None:
        """Return the plan; report one that the catalog does not have."""
        if name not in self.plans:
            self.placing.unknown("PS520", "plan", name=name, known=self.plans, path=at)
        return self.plans.get(name)

    def service(self, name: str, *, at: Path) -> None:
        """Report a service that the catalog does not have."""
        known = {service.name for service in self.book.catalog.services}
        if name not in known:
            self.placing.unknown("PS204", "service", name=name, known=known, path=at)

    def price(self, plan: Plan, id_: str, *, at: Path) -> Price | None:
        """Return the price; report one that the plan does not have."""
        found = plan.price(id_)
        if found is None:
            known = [price.id for price in plan.prices]
            help_text = did_you_mean(id_, known) or f"its prices are {', '.join(f'`{each}`' for each in known)}"
            message, instead = f"`{plan.name}` has no price `{id_}`", instead_of(id_, known, trust="by_use")
            self.placing.report("PS521", message, path=at, help_text=help_text, instead=instead)
        return found

    def money(self, text: str | None, *, at: Path) -> int:
        """Return minor units of an amount that cannot be negative and is in the one currency; 0 for none."""
        return 0 if text is None else self.placing.read(at, partial(self._money, text), otherwise=0)

    def _money(self, text: str) -> int:
        currency, minor = read_money(text, dict(self.book.policy.decimals))
        if currency != self.currency:
            raise wrong("PS505", f"`{text}` is not in the currency of the subscription, {self.currency}")
        if minor < 0:
            raise wrong("PS105", f"`{text}` is negative")
        return minor

    def shown(self, minor: int) -> str:
        """Return an amount in the one currency as a person writes it."""
        own = dict(self.book.policy.decimals).get(self.currency)
        places = decimals(self.currency) if own is None else own
        return f"{format_minor(minor, places)} {self.currency}"

    def instant(self, text: str, *, at: Path) -> int:
        """Return the epoch seconds of an instant; 0 where there is no such one, which is reported."""
        return self.placing.read(at, partial(self._instant, text), otherwise=0)

    def _instant(self, text: str) -> int:
        try:
            return parse_instant(text, self.zone)
        except ValueError as error:
            raise wrong("PS118", str(error)) from None

    def moment(self, text: str, *, at: Path) -> tuple[date, int | None]:
        """Return the local day of a day or instant, and the instant where it is not the beginning of that day."""
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text), None
        seconds = self.instant(text, at=at)
        day = local_day(seconds, self.zone)
        return from_day(day), None if midnight(day, self.zone) == seconds else seconds

    def addons(self, models: Iterable[HeldAddonModel], *, at: Path) -> tuple[HeldAddon, ...]:
        """Return held add-ons; report those that the catalog does not have, and the same one twice."""
        known = {addon.name for addon in self.book.catalog.addons}
        found: list[HeldAddon] = []
        for index, model in enumerate(models):
            path = (*at, index, "name")
            if model.name not in known:
                self.placing.unknown("PS517", "add-on", name=model.name, known=known, path=path)
            if any(addon.name == model.name for addon in found):
                self.placing.report(
                    "PS514", f"`{model.name}` is listed twice", path=path, help_text="add up the quantities"
                )
            found.append(HeldAddon(name=model.name, quantity=model.quantity))
        return tuple(found)

    def discount(self, model: DiscountModel | None, *, at: Path) -> Discount:
        """Return a coupon."""
        if model is None:
            return Discount()
        if model.percent is not None and model.percent > 1_000_000:
            self.placing.report("PS105", "a coupon cannot take off more than 100%", path=(*at, "percent"))
        cut = any(self.placing.was_cut(*at, each) for each in ("percent", "amount"))
        if model.percent is None and model.amount is None and not cut:
            help_text = "write `percent` or `amount`"
            self.placing.report("PS102", "the coupon takes nothing off", path=at, help_text=help_text, on_key=True)
        amount = self.money(model.amount, at=(*at, "amount"))
        return Discount(ppm=model.percent or 0, amount=amount, code=model.code)

    def resources(self, names: Iterable[str], *, at: Path) -> None:
        """Warn of use of something that no plan limits: its name may be misspelt."""
        self._in_some_plan(names, self.limits, what="limit", at=at)

    def allowances(self, names: Iterable[str]) -> None:
        """Warn of an allowance that no plan includes."""
        known = frozenset(name for plan in self.book.catalog.plans for name, _ in plan.allowances)
        self._in_some_plan(names, known, what="allowance", at=("allowances",))

    def _in_some_plan(self, names: Iterable[str], known: frozenset[str], *, what: str, at: Path) -> None:
        for name in names:
            if name not in known:
                article = "an" if what[0] in "aeiou" else "a"
                help_text, message = did_you_mean(name, known), f"no plan has {article} {what} `{name}`"
                self.placing.report(
                    "PS513",
                    message,
                    path=(*at, name),
                    help_text=help_text,
                    on_key=True,
                    severity="warning",
                    instead=instead_of(name, known, trust="by_use"),
                )
