"""Random books: catalogs, groups, paths, terms at every level and rules, drawn from one source of chance.

A book is drawn as plain data and dumped as JSON, which is YAML too. What holders of one rank say never overlaps by
construction, so a drawn book has no conflicts; everything else is left to chance.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from random import Random  # noqa: TID251  # seeded, or driven by hypothesis: same seed, same book
from typing import TypeAlias, final

from tests.properties.rules import draw_rules
from tests.properties.terms import Data, Vocabulary, draw_blocks, draw_scopes, draw_terms, draw_vocabulary

Json: TypeAlias = "dict[str, Data]"

PLANS = ("bronze", "silver", "gold", "trial", "dns")
EVERY = {
    "monthly": "1 month",
    "yearly": "1 year",
    "days": "365 days",
    "quarterly": "3 months",
    "thirty": "30 days",
    "fortnight": "15 days",
    "weekly": "1 week",
    "once": "once",
}
ZONES = ("UTC", "Europe/Stockholm", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata")
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
NAMED_DAYS = (date(2024, 6, 1), date(2025, 2, 1))
"""When a policy begins to hold; when prices begin or end to be sold."""

CLIENT_GROUPS = ("resellers", "schools")
CUSTOMERS = ("c1", "c2")
COUPONS = ("SPRING", "WINTER")
EVENTS = ("rating.completed", "job.completed")


REQUEST_FACTS: Json = {
    "urgent": {"type": "boolean", "default": False},
    "channel": {"enum": ["shop", "phone"], "default": "shop"},
    "pieces": {"type": "integer", "default": 1},
}
"""What every book declares of requests."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A book before it is text."""

    policy: Json
    catalog: Json
    rules: str

    def files(self) -> dict[str, str]:
        """The texts of the book."""
        files = {"policy.yaml": json.dumps(self.policy, indent=1), "catalog.yaml": json.dumps(self.catalog, indent=1)}
        return files | ({"policy.rules": self.rules} if self.rules else {})


def draw_book(chance: Random, *, groups: int | None = None) -> Drawn:
    """A book with one to three currencies, two to five plans, and whatever it says about changes between them."""
    currencies = ["EUR", *(code for code in ("USD", "JPY", "KWD") if chance.random() < 0.25)]
    own_decimals = {"USD": 4} if "USD" in currencies and chance.random() < 0.2 else {}
    decimals = DECIMALS | own_decimals
    plans = list(PLANS[: chance.randint(2, len(PLANS))])
    says = draw_vocabulary(chance, {code: decimals[code] for code in currencies})
    policy: Json = {
        "policy_language": 1,
        "book": "drawn",
        "currency": "EUR",
        "timezone": chance.choice(ZONES),
        "invoice_days_before": chance.choice((0, 0, 5)),
        "facts": {"request": {"properties": REQUEST_FACTS}},
    }
    if own_decimals:
        policy["decimals"] = dict(own_decimals)
    if chance.random() < 0.05:
        policy["effective_from"] = NAMED_DAYS[0].isoformat()
    groups = chance.choice((0, 1, 1, 1, 2)) if groups is None else groups
    policy |= _ladder(chance, plans=plans, says=says, groups=groups)
    policy |= _holders(chance, plans=plans, says=says)
    if chance.random() < 0.1:
        policy["require"] = [chance.choice(("same_module", "same_interval", "adjacent"))]
    catalog, rules = draw_catalog(chance, plans=plans, says=says), draw_rules(chance, says, plans)
    if chance.random() < 0.6:
        policy["carry_map"] = _carry_map(catalog)
    switches = _switches(chance, catalog, plans=plans)
    return Drawn(policy=policy | ({"switches": switches} if switches else {}), catalog=catalog, rules=rules)


def _switches(chance: Random, catalog: Json, *, plans: list[str]) -> list[Data]:
    """Some switches, in rows and circles; now and then one is off, or leads to a price that is gone."""
    drawn = catalog["plans"]
    assert isinstance(drawn, dict)
    found: list[Data] = []
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        origin, target = chance.choice(plans), chance.choice(plans)
        price = {"price": chance.choice(_prices_of(drawn[origin]))} if chance.random() < 0.4 else {}
        switch: Json = {
            "from": {"plan": origin, **price},
            "to": {"plan": target, "price": chance.choice((*_prices_of(drawn[target]) * 3, "gone"))},
            "after_renewals": chance.choice((0, 0, 0, 1, 3)),
        }
        found.append(switch | ({"enabled": False} if chance.random() < 0.1 else {}))
    return found


def _prices_of(plan: Data) -> list[str]:
    assert isinstance(plan, dict)
    prices = plan["prices"]
    assert isinstance(prices, dict)
    return list(prices)


def _carry_map(catalog: Json) -> Json:
    """Other names for some of what can move, as far as the catalog has them."""
    wanted = {
        "answers": ("mail.size", "hosting.domain", "services", "hosting"),
        "resources": ("cache", "db", "resources", "db"),
        "settings": ("voicemail", "caller_id", "settings", "caller_id"),
        "addons": ("extra-site", "extra-disk", "", ""),
        "usage": ("minutes", "data_mb", "allowances", "data_mb"),
        "coupons": ("WINTER", "SPRING", "coupons", "SPRING"),
    }
    return {kind: {old: new} for kind, (old, new, field, name) in wanted.items() if _some_plan(catalog, field, name)}


def _some_plan(catalog: Json, field: str, name: str) -> bool:
    """Whether a plan has a name under a field; every catalog has its add-ons."""
    plans = catalog["plans"]
    assert isinstance(plans, dict)
    held = [plan.get(field) for plan in plans.values() if isinstance(plan, dict)]
    return not field or any(isinstance(names, (list, dict)) and name in names for names in held)


def draw_catalog(chance: Random, *, plans: list[str], says: Vocabulary) -> Json:
    """Plans with their prices, add-ons and services."""
    return {
        "plans": {name: _plan(chance, says, limited=name == plans[0]) for name in plans},
        "addons": {
            "extra-disk": {"raises": {"disk_gb": chance.choice((1, 10))}, **says.amounts(chance)},
            "extra-site": {"raises": {"sites": 1, "disk_gb": 2}, **says.amounts(chance)},
        },
        "services": {
            "hosting": {"one_time": says.amounts(chance), "questions": ["domain"]},
            "mail": {"questions": ["domain", "size"]},
        },
    }


def _plan(chance: Random, says: Vocabulary, *, limited: bool) -> Json:
    ids = chance.sample(list(EVERY), k=chance.randint(1, 3))
    if "monthly" not in ids and chance.random() < 0.7:
        ids[0] = "monthly"
    plan: Json = {
        "module": chance.choice(("panel",) * 7 + ("dns",)),
        "prices": {each: _price(chance, EVERY[each], says=says) for each in ids},
        "addons": chance.sample(["extra-disk", "extra-site"], k=chance.randint(0, 2)),
        "services": chance.sample(["hosting", "mail"], k=chance.randint(0, 2)),
        "status": chance.choice(("active",) * 18 + ("restricted", "inactive")),
        "usage_bucket": chance.random() < 0.2,
    }
    names = [name for name in ("disk_gb", "sites") if limited or chance.random() < 0.6]
    if names:
        plan["limits"] = {name: chance.choice((0, 5, 20, "unlimited")) for name in names}
    if chance.random() < 0.3:
        contract: Json = {
            "term": chance.choice(("12 months", "1 month", "30 days", "2 weeks")),
            "remainder": chance.random() < 0.5,
        }
        contract |= {"penalty": says.listed(chance)} if chance.random() < 0.6 else {}
        plan["contract"] = contract | ({"service": "hosting"} if chance.random() < 0.3 else {})
    if chance.random() < 0.3:
        plan["resources"] = {"db": chance.choice(("mysql", "maria"))}
    if chance.random() < 0.3:
        plan["settings"] = chance.sample(["caller_id", "voicemail"], k=chance.randint(1, 2))
    if chance.random() < 0.3:
        plan["allowances"] = {"minutes": chance.choice((100, "unlimited")), "data_mb": 50}
    if chance.random() < 0.3:
        plan["coupons"] = chance.sample([*COUPONS], k=chance.randint(0, 2))
    if chance.random() < 0.15:
        plan["stock"] = chance.choice((0, 5, 5))
    if not chance.randint(0, 7):
        plan["quantity_max"] = 2
    return plan


def _price(chance: Random, every: str, *, says: Vocabulary) -> Json:
    sold = [code for code in says.money if code == "EUR" or chance.random() < 0.9]
    price: Json = {"every": every, **{code: says.amount(chance, code) for code in sold}}
    if chance.random() < 0.15 and every != "once":
        price["billed"] = "in_arrear"
    if chance.random() < 0.3:
        price["setup"] = says.amounts(chance)
    if chance.random() < 0.3:
        price["renewal"] = says.amounts(chance)
    if chance.random() < 0.05:
        price |= chance.choice(
            ({"retired": True}, {"from": NAMED_DAYS[1].isoformat()}, {"until": NAMED_DAYS[1].isoformat()})
        )
    return price


def _ladder(chance: Random, *, plans: list[str], says: Vocabulary, groups: int) -> Json:
    """Groups and paths."""
    found: Json = {}
    if groups:
        found["groups"] = {f"group-{k}": _group(chance, plans, says=says, share=(k, groups)) for k in range(groups)}
    paths = _paths(chance, plans, says=says)
    if paths:
        found["paths"] = paths
    return found


def _group(chance: Random, plans: list[str], *, says: Vocabulary, share: tuple[int, int]) -> Json:
    members = chance.sample(plans, k=chance.choice((len(plans), len(plans), chance.randint(2, len(plans)))))
    direction = chance.choice(
        ("by_level", "by_level", "by_list", "by_price_per_day", "by_price_per_month", "by_amount_per_day")
    )
    group: Json = {
        "direction": direction,
        "members": {name: _member(chance, leveled=direction == "by_level") for name in members},
        "terms": draw_scopes(chance, says, most=4, share=share),
    }
    if chance.random() < 0.4:
        group["equal"] = chance.choice(("crossgrade", "upgrade", "downgrade", "refuse"))
    if chance.random() < 0.2:
        group["require"] = [chance.choice(("same_module", "same_interval", "adjacent"))]
    return group


def _member(chance: Random, *, leveled: bool) -> Json:
    member: Json = {"level": chance.randint(1, 4)} if leveled or chance.random() < 0.2 else {}
    for way in ("leave", "arrive"):
        if chance.random() < 0.15:
            member[way] = {"up": chance.random() < 0.6, "down": chance.random() < 0.6}
    return member


def _paths(chance: Random, plans: list[str], *, says: Vocabulary) -> list[Data]:
    """Each pair of plans is joined by one path at most, apart from those of `_double`."""
    free = {(a, b) for a in plans for b in plans if a != b}
    count = chance.choice((0, 0, 1, 2, 3))
    found: list[Data] = []
    for k in range(count):
        origin = chance.choice(plans)
        targets = sorted(b for a, b in free if a == origin and chance.random() < 0.7)
        free -= {(origin, target) for target in targets}
        if targets:
            found.append(_path(chance, origin, targets=targets, says=says, share=(k, count)))
    return found


def _path(chance: Random, origin: str, *, targets: list[str], says: Vocabulary, share: tuple[int, int]) -> Json:
    path: Json = {"from": origin}
    for target in targets:
        kind = chance.choice(("upgrades", "upgrades", "downgrades", "crossgrades", "to"))
        names = path.setdefault(kind, [])
        assert isinstance(names, list)
        names.append(target)
    if chance.random() < 0.25:
        path["require"] = [chance.choice(("same_module", "same_interval"))]
    path |= draw_terms(chance, says, most=3, share=share)
    path |= draw_blocks(chance, says, most=2, share=share)
    if chance.random() < 0.3:
        path["terms"] = draw_scopes(chance, says, most=2, share=share, scopes=("upgrade", "downgrade"))
    return path


def _holders(chance: Random, *, plans: list[str], says: Vocabulary) -> Json:
    """Terms of the company, of client groups and customers, and of plans."""
    found: Json = {"terms": draw_scopes(chance, says, most=12)}
    clients: list[Data] = [
        {"client_group": name, "terms": draw_scopes(chance, says, most=4)}
        for name in CLIENT_GROUPS
        if chance.random() < 0.4
    ]
    clients += [
        {"customer": name, "terms": draw_scopes(chance, says, most=4)} for name in CUSTOMERS if chance.random() < 0.3
    ]
    if clients:
        found["for"] = clients
    sides: Json = {}
    for name in plans:
        if chance.random() < 0.4:
            both = {"terms": (0, 2), "arriving": (1, 2)}
            sides[name] = {
                side: draw_scopes(chance, says, most=4, share=share)
                for side, share in both.items()
                if chance.random() < 0.6
            }
    if sides:
        found["plans"] = sides
    return found
