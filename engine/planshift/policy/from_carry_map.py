"""From the model of a `carry_map` to the map: its names checked against the catalog."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.billing.catalog import Catalog
from planshift.diagnostics.diagnostic import Severity
from planshift.diagnostics.nearest import known_names
from planshift.policy.document import NO_MAP, CarryMap
from planshift.policy.policy_model import CarryMapModel
from planshift.policy.spoken_terms import Against

_THINGS = {
    "answers": "question",
    "resources": "resource",
    "settings": "setting",
    "usage": "allowance",
}


def read_carry_map(model: CarryMapModel | None, against: Against) -> CarryMap:
    """Return the map; what is wrong with it is left in the placing.

    A new place must be one that some plan has. An old one that no plan has may be what a plan had once, so that is
    only warned of; settings and coupons are the customers' own, so their old names are not looked for at all.
    """
    if model is None:
        return NO_MAP
    rows = {kind: rows for kind in CarryMapModel.model_fields if (rows := getattr(model, kind))}
    if against.named_plans is not None:
        for kind, pairs in rows.items():
            for old, new in pairs.items():
                _check(kind, old, new=new, against=against)
    return CarryMap(
        rows=tuple((kind, tuple((a, b) for a, b in pairs.items() if a != b)) for kind, pairs in rows.items())
    )


def _check(kind: str, old: str, *, new: str, against: Against) -> None:
    at = ("carry_map", kind, old)
    if kind == "addons":
        known = {addon.name for addon in against.catalog.addons}
        for name, on_key in ((old, True), (new, False)):
            if name not in known:
                against.placing.unknown("PS203", "add-on", name=name, known=known, path=at, on_key=on_key)
        return
    places = frozenset(_places(kind, against.catalog))
    if kind == "coupons":
        if new not in places and all(plan.coupons is not None for plan in against.catalog.plans):
            help_text = known_names(new, places)
            against.placing.report("PS219", f"no plan takes the coupon `{new}`", path=at, help_text=help_text)
        return
    names: list[tuple[str, bool, Severity]] = [(new, False, "error")]
    names += [(old, True, "warning")] if kind != "settings" else []
    for name, on_key, severity in names:
        if name not in places:
            thing = _THINGS[kind]
            message = f"no plan has {'an' if thing[0] in 'aeiou' else 'a'} {thing} `{name}`"
            help_text = known_names(name, places)
            against.placing.report("PS219", message, path=at, help_text=help_text, on_key=on_key, severity=severity)


def _places(kind: str, catalog: Catalog) -> Iterator[str]:
    """The names that plans have for things of a kind; a question stands behind its service and a dot."""
    services = {service.name: service for service in catalog.services}
    for plan in catalog.plans:
        if kind == "answers":
            yield from (f"{name}.{q}" for name in plan.services if name in services for q in services[name].questions)
        elif kind == "resources":
            yield from (resource.name for resource in plan.resources)
        elif kind == "settings":
            yield from plan.settings
        elif kind == "usage":
            yield from (name for name, _ in plan.allowances)
        else:
            yield from plan.coupons or ()
