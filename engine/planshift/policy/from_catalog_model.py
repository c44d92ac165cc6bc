"""From the model of a catalog to the catalog: amounts in minor units, names checked against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from planshift.billing.catalog import Addon, Catalog, ContractTerms, Plan, Price, Resource, Service
from planshift.billing.currency import is_currency
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean, known_names
from planshift.expressions.kept import Kept
from planshift.policy import located
from planshift.policy.amounts import Amounts, Decimals, read_amount, unknown_currency
from planshift.policy.catalog_model import AddonModel, CatalogModel, ContractModel, PlanModel, PriceModel, ServiceModel
from planshift.policy.places import Path, problem_at
from planshift.policy.placing import Placing


def read_catalog(
    model: CatalogModel, placing: Placing, *, at: Path, decimals: Decimals, kept: Kept[Plan] | None = None
) -> Catalog:
    """Return the catalog; what is wrong with it is left in `placing`, the value in doubt left out.

    `kept` are the plans that were read before and say nothing wrong: what else is read for them are the names of the
    catalog.
    """
    reading = _Reading(model, placing, at=at, decimals=decimals)
    plans = tuple(_plans(reading, model, placing=placing, at=at, kept=kept or Kept()))
    addons = tuple(reading.addon(name, addon) for name, addon in (model.addons or {}).items())
    services = tuple(reading.service(name, service) for name, service in (model.services or {}).items())
    _check_raises(plans, addons, placing=placing, at=at)
    currencies = {currency for plan in plans for price in plan.prices for currency, _ in price.amounts}
    return Catalog(
        plans=plans,
        addons=addons,
        services=services,
        currencies=tuple(sorted(currencies)),
        decimals=tuple(sorted(decimals.items())),
    )


def _plans(reading: _Reading, model: CatalogModel, *, placing: Placing, at: Path, kept: Kept[Plan]) -> Iterator[Plan]:
    kept.on((reading.basis, bool(placing.cut)))
    section = placing.node((*at, "plans"))
    entries = section.entries if isinstance(section, located.Mapping) else {}
    for name, each in model.plans.items():
        node = entries[name].value if name in entries else None
        plan = kept.of(node)
        if plan is None or plan.name != name:
            told = len(placing.problems)
            plan = reading.plan(name, each)
            if told == len(placing.problems) and not placing.cut:
                kept.keep(node, plan)
        yield plan


class _Reading:
    """The parts of one catalog model, read."""

    def __init__(self, model: CatalogModel, placing: Placing, *, at: Path, decimals: Decimals) -> None:
        self._addons = model.addons or {}
        self._services = model.services or {}
        self._placing = placing
        self._at = at
        self._decimals = decimals

    @property
    def basis(self) -> object:
        """What is read for every plan beside its own model."""
        return frozenset(self._addons), frozenset(self._services), dict(self._decimals)

    def plan(self, name: str, model: PlanModel) -> Plan:
        """Return a plan."""
        at = (*self._at, "plans", name)
        resources = sorted((model.resources or {}).items())
        prices = tuple(self._price(id_, price, at=(*at, "prices", id_)) for id_, price in model.prices.items())
        self._check_known("PS203", "add-on", names=model.addons, known=self._addons, at=(*at, "addons"))
        self._check_known("PS204", "service", names=model.services, known=self._services, at=(*at, "services"))
        return Plan(
            name=name,
            title=model.title or name,
            module=model.module,
            prices=prices,
            limits=tuple(sorted((model.limits or {}).items())),
            addons=model.addons,
            services=model.services,
            resources=tuple(Resource(name=key, connector=connector) for key, connector in resources),
            allowances=tuple(sorted((model.allowances or {}).items())),
            settings=model.settings,
            coupons=model.coupons,
            contract=self._contract(model.contract, at=(*at, "contract")),
            trial=model.trial,
            status=model.status,
            stock=model.stock,
            usage_bucket=model.usage_bucket,
            quantity_max=model.quantity_max,
        )

    def addon(self, name: str, model: AddonModel) -> Addon:
        """Return an add-on."""
        at = (*self._at, "addons", name)
        return Addon(
            name=name,
            title=model.title or name,
            raises=tuple(sorted((model.raises or {}).items())),
            amounts=self._keyed(model.model_extra or {}, at=at, fields=("title", "raises")),
        )

    def service(self, name: str, model: ServiceModel) -> Service:
        """Return a service."""
        at = (*self._at, "services", name, "one_time")
        one_time = self._keyed(model.one_time or {}, at=at)
        return Service(name=name, tax_code=model.tax_code, one_time=one_time, questions=model.questions)

    def _price(self, id_: str, model: PriceModel, *, at: Path) -> Price:
        extra = model.model_extra or {}
        fields = ("every", "billed", "setup", "renewal", "from", "until", "retired")
        amounts = self._keyed(extra, at=at, fields=fields)
        if not extra and not self._placing.was_cut(*at):
            help_text = 'write an amount under its currency: EUR: "9.00"'
            self._placing.report("PS205", "the price has no amount", path=at, help_text=help_text, on_key=True)
        if model.from_ and model.until and model.until <= model.from_:
            self._placing.report("PS121", f"`until` is not after `from` ({model.from_})", path=(*at, "until"))
        return Price(
            id=id_,
            interval=model.every,
            amounts=amounts,
            in_arrear=model.billed == "in_arrear",
            setup=self._keyed(model.setup or {}, at=(*at, "setup")),
            renewal=self._keyed(model.renewal or {}, at=(*at, "renewal")),
            available_from=model.from_.isoformat() if model.from_ else None,
            available_until=model.until.isoformat() if model.until else None,
            retired=model.retired,
        )

    def _contract(self, model: ContractModel | None, *, at: Path) -> ContractTerms | None:
        if model is None:
            return None
        if model.service is not None:
            self._check_known("PS204", "service", names=(model.service,), known=self._services, at=(*at, "service"))
        return ContractTerms(
            months=model.term.months,
            days=model.term.days,
            penalty=model.penalty,
            remainder=model.remainder,
            service=model.service,
        )

    def _keyed(self, texts: Mapping[str, str], *, at: Path, fields: tuple[str, ...] = ()) -> Amounts:
        """Return amounts that stand under their currencies; `fields` are what else may stand there."""
        found: list[tuple[str, int]] = []
        for currency, text in texts.items():
            path = (*at, currency)
            if is_currency(currency):
                amount = partial(read_amount, text, currency, decimals=self._decimals)
                minor = self._placing.read(path, amount, otherwise=0)
                if minor < 0:
                    self._placing.report("PS105", "an amount cannot be negative here", path=path)
                found.append((currency, minor))
            elif (len(currency) == 3 and currency.isalpha()) or not fields:
                mistake = unknown_currency(currency)
                self._placing.problems.append(problem_at(self._placing.root, path, mistake=mistake, on_key=True))
            else:
                message, help_text = f"`{currency}` is not a field here", did_you_mean(currency, fields)
                instead = instead_of(currency, fields)
                self._placing.report("PS101", message, path=path, help_text=help_text, on_key=True, instead=instead)
        return tuple(sorted(found))

    def _check_known(
        self, code: str, what: str, *, names: tuple[str, ...], known: Mapping[str, object], at: Path
    ) -> None:
        section = at[-1] if at[-1] in ("addons", "services") else "services"
        for name in names if known or not self._placing.was_cut(*self._at, section) else ():
            if name not in known:
                self._placing.unknown(code, what, name=name, known=known, path=(*at, name))


def _check_raises(plans: tuple[Plan, ...], addons: tuple[Addon, ...], *, placing: Placing, at: Path) -> None:
    limits = {name for plan in plans for name, _ in plan.limits}
    for addon in addons:
        for name, _ in addon.raises:
            if name not in limits:
                path = (*at, "addons", addon.name, "raises", name)
                help_text = known_names(name, limits)
                message = f"no plan has a limit `{name}` that this could raise"
                placing.report(
                    "PS206",
                    message,
                    path=path,
                    help_text=help_text,
                    on_key=True,
                    severity="warning",
                    instead=instead_of(name, limits, trust="by_use"),
                )
