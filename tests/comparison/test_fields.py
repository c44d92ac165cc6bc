"""Everything that a book can say is compared, or is listed here with the reason why it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache

from planshift.billing.catalog import Addon, Catalog, ContractTerms, Plan, Price, Resource, Service
from planshift.book import Book, load_text
from planshift.comparison.compare import compare
from planshift.policy.document import (
    BookDocument,
    CarryMap,
    ClientTerms,
    Group,
    ImpactLimits,
    Member,
    MessageText,
    Path,
    PlanTerms,
    PolicyDocument,
    ScopedTerms,
    SpokenTerm,
    Switch,
)
from planshift.policy.facts import Fact, FactSchema

POLICY = """\
policy_language: 1
book: tiny
title: Tiny
currency: EUR
timezone: UTC
language: en
effective_from: 2026-01-01
invoice_days_before: 5
require: [same_module]
facts:
  customer: { type: object, properties: { vip: { description: Important, type: boolean, default: false } } }
groups:
  all:
    direction: by_level
    equal: crossgrade
    require: [same_interval]
    members: { small: { level: 2 }, large: { level: 1 }, odd: { level: 2 } }
    terms: { any: { fee: 2 EUR } }
paths:
  - { from: [small], upgrades: [huge], downgrades: [odd], crossgrades: [other], to: [last], fee: 3 EUR }
terms:
  upgrade: { fee: 1 EUR }
for:
  - { client_group: friends, terms: { any: { fee: 0 EUR } } }
  - { customer: north, terms: { any: { fee: 4 EUR } } }
plans:
  huge: { terms: { any: { fee: 5 EUR } }, arriving: { any: { override: none } } }
switches: [{ from: { plan: small }, to: { plan: large, price: monthly }, after_renewals: 3 }]
carry_map: { addons: { disk: site } }
impact_limits: { refused: 1%, dearer: 2%, moved_per_year: 100 EUR }
"""

CATALOG = """\
plans:
  small:
    title: Small
    module: web
    prices:
      monthly: { every: 1 month, EUR: "10.00", billed: in_advance, setup: { EUR: "1.00" }, renewal: { EUR: "11.00" } }
      yearly: { every: 1 year, EUR: "99.00", from: 2026-01-01, until: 2030-01-01 }
    limits: { disk_gb: 10 }
    allowances: { minutes: 10 }
    addons: [disk, site]
    services: [tax]
    resources: { box: box }
    settings: [dark]
    coupons: [SPRING]
    contract: { term: 12 months, penalty: 5 EUR }
    status: active
    stock: 9
    quantity_max: 50
  large: { module: web, prices: { monthly: { every: 1 month, EUR: "30.00" } } }
  huge: { module: web, prices: { monthly: { every: 1 month, EUR: "90.00" } } }
  odd: { module: web, prices: { monthly: { every: 1 month, EUR: "5.00" } } }
  other: { module: web, prices: { monthly: { every: 1 month, EUR: "10.00" } } }
  last: { module: web, prices: { monthly: { every: 1 month, EUR: "12.00" } } }
addons: { disk: { title: Disk, raises: { disk_gb: 10 }, EUR: "1.00" }, site: { EUR: "2.00" } }
services: { tax: { tax_code: T, one_time: { EUR: "1.00" }, questions: [size] }, bond: { tax_code: B } }
"""

FILES = {
    "policy.yaml": POLICY,
    "catalog.yaml": CATALOG,
    "policy.rules": 'rule "No" when upgrade deny "No."\n',
    "messages/de.yaml": "lines: { credit: Rest }\n",
}

PLACE = "only where it stands"
NAMED = "another name is another thing, and that is compared"
DERIVED = "follows from what is compared"

Said = str | tuple[str, str]
"""Why a field is not compared, or an edit that changes it: what is written, and what is written in its place."""

SAID: Mapping[type, Mapping[str, Said]] = {
    BookDocument: {
        "policy": DERIVED,
        "catalog": DERIVED,
        "facts": DERIVED,
        "rules": ('deny "No."', 'deny "Not now."'),
        "messages": ("lines: { credit: Rest }", "lines: { fee: Preis }"),
        "texts": PLACE,
    },
    MessageText: {
        "locale": NAMED,
        "file": PLACE,
        "text": ("credit: Rest", "credit: Restzeit"),
        "problems": "a book with mistakes is not compared",
    },
    PolicyDocument: {
        "book": ("book: tiny", "book: small"),
        "title": ("title: Tiny", "title: Tinier"),
        "currency": ("EUR", "USD"),
        "timezone": ("timezone: UTC", "timezone: Europe/Paris"),
        "language": ("language: en", "language: de"),
        "effective_from": ("effective_from: 2026-01-01", "effective_from: 2026-02-01"),
        "decimals": ("language: en", "language: en\ndecimals: { JPY: 2 }"),
        "invoice_days_before": ("before: 5", "before: 6"),
        "groups": ("  all:\n", "  every:\n"),
        "paths": ("upgrades: [huge], ", ""),
        "require": ("require: [same_module]", "require: [same_module, same_interval]"),
        "terms": ("  upgrade: { fee: 1 EUR }", "  upgrade: { fee: 9 EUR }"),
        "clients": ("  - { customer: north, terms: { any: { fee: 4 EUR } } }\n", ""),
        "plans": (", arriving: { any: { override: none } }", ""),
        "switches": (
            "switches: [{ from: { plan: small }, to: { plan: large, price: monthly }, after_renewals: 3 }]",
            "",
        ),
        "carry_map": ("carry_map: { addons: { disk: site } }", ""),
        "impact_limits": ("impact_limits: { refused: 1%, dearer: 2%, moved_per_year: 100 EUR }", ""),
    },
    ImpactLimits: {
        "refused": ("refused: 1%", "refused: 3%"),
        "dearer": ("dearer: 2%, ", ""),
        "moved_per_year": ("moved_per_year: 100 EUR", "moved_per_year: 200 EUR"),
    },
    CarryMap: {"rows": ("{ disk: site }", "{ site: disk }")},
    Group: {
        "name": ("  all:\n", "  whole:\n"),
        "span": PLACE,
        "direction": ("direction: by_level", "direction: by_price_per_day"),
        "equal": ("equal: crossgrade", "equal: upgrade"),
        "members": (", large: { level: 1 }, odd", ", odd"),
        "require": ("require: [same_interval]", "require: []"),
        "terms": ("fee: 2 EUR", "fee: 7 EUR"),
    },
    Member: {
        "plan": ("large: { level: 1 }", "other: { level: 1 }"),
        "span": PLACE,
        "level": ("small: { level: 2 }", "small: { level: 0 }"),
        "leave_up": ("large: { level: 1 }", "large: { level: 1, leave: { up: false } }"),
        "leave_down": ("small: { level: 2 }", "small: { level: 2, leave: { down: false } }"),
        "arrive_up": ("small: { level: 2 }", "small: { level: 2, arrive: { up: false } }"),
        "arrive_down": ("large: { level: 1 }", "large: { level: 1, arrive: { down: false } }"),
    },
    Path: {
        "number": PLACE,
        "span": PLACE,
        "origins": ("from: [small]", "from: [large]"),
        "upgrades": ("upgrades: [huge]", "upgrades: [large]"),
        "downgrades": ("downgrades: [odd], ", ""),
        "crossgrades": ("crossgrades: [other]", "crossgrades: [large]"),
        "to": (", to: [last]", ""),
        "require": (", fee: 3 EUR }", ", fee: 3 EUR, require: [same_interval] }"),
        "terms": ("fee: 3 EUR", "fee: 8 EUR"),
    },
    ScopedTerms: {
        "scope": ("  upgrade: { fee: 1 EUR }", "  downgrade: { fee: 1 EUR }"),
        "terms": ("  upgrade: { fee: 1 EUR }", "  upgrade: { fee: 1 EUR, timing: period_end }"),
        "interval": ("  upgrade: { fee: 1 EUR }", "  upgrade: { fee: 1 EUR, longer_interval: { fee: 9 EUR } }"),
    },
    SpokenTerm: {
        "name": ("fee: 1 EUR", "timing: period_end"),
        "value": ("fee: 1 EUR", "fee: 2 EUR"),
        "span": PLACE,
    },
    ClientTerms: {
        "span": PLACE,
        "terms": ("fee: 0 EUR", "fee: 1 EUR"),
        "client_group": ("client_group: friends", "client_group: family"),
        "customer": ("customer: north", "customer: south"),
    },
    PlanTerms: {
        "plan": ("  huge: { terms:", "  odd: { terms:"),
        "span": PLACE,
        "leaving": ("fee: 5 EUR", "fee: 9 EUR"),
        "arriving": ("override: none", "override: staff"),
    },
    Switch: {
        "number": PLACE,
        "span": PLACE,
        "to_span": PLACE,
        "from_plan": ("from: { plan: small }", "from: { plan: odd }"),
        "from_prices": ("from: { plan: small }", "from: { plan: small, price: yearly }"),
        "to_plan": ("to: { plan: large, price: monthly }", "to: { plan: huge, price: monthly }"),
        "to_price": ("to: { plan: large, price: monthly }", "to: { plan: small, price: yearly }"),
        "after_renewals": ("after_renewals: 3", "after_renewals: 4"),
    },
    Fact: {
        "name": ("{ vip: {", "{ big: {"),
        "type": ("type: boolean, default: false", "type: integer, default: 0"),
        "doc": "it describes the fact to people, and no answer shows it",
        "default": ("default: false", "default: true"),
        "default_currency": "an amount's default names its currency, which is part of the type",
    },
    FactSchema: {
        "customer": ("  customer: { type", "  usage: { type"),
        "usage": ("  customer: { type", "  request: { type"),
        "request": ("  customer: { type", "  request: { type"),
        "digest": DERIVED,
        "texts": DERIVED,
    },
    Catalog: {
        "plans": (
            "addons: { disk: {",
            '  more: { prices: { monthly: { every: 1 month, EUR: "7.00" } } }\naddons: { disk: {',
        ),
        "addons": ('site: { EUR: "2.00" }', 'site: { EUR: "2.00" }, more: { EUR: "9.00" }'),
        "services": (", bond: { tax_code: B }", ""),
        "currencies": DERIVED,
        "decimals": DERIVED,
    },
    Plan: {
        "name": NAMED,
        "title": ("title: Small", "title: Smaller"),
        "module": ("module: web\n", "module: mail\n"),
        "prices": ("yearly: { every: 1 year", "twelve: { every: 1 year"),
        "limits": ("disk_gb: 10 }\n", "disk_gb: 20 }\n"),
        "addons": ("addons: [disk, site]", "addons: [disk]"),
        "services": ("services: [tax]", "services: []"),
        "resources": ("resources: { box: box }", ""),
        "allowances": ("minutes: 10", "minutes: 20"),
        "settings": ("settings: [dark]", "settings: [dark, wide]"),
        "coupons": ("coupons: [SPRING]", "coupons: [AUTUMN]"),
        "contract": ("contract: { term: 12 months, penalty: 5 EUR }", ""),
        "trial": ("status: active", "trial: 14 days"),
        "status": ("status: active", "status: restricted"),
        "stock": ("stock: 9", "stock: 8"),
        "usage_bucket": ("stock: 9", "stock: 9\n    usage_bucket: true"),
        "quantity_max": ("quantity_max: 50", "quantity_max: 60"),
    },
    Price: {
        "id": NAMED,
        "interval": ("every: 1 year", "every: 2 years"),
        "amounts": ('EUR: "99.00"', 'EUR: "98.00"'),
        "in_arrear": ("billed: in_advance", "billed: in_arrear"),
        "setup": ('setup: { EUR: "1.00" }', 'setup: { EUR: "2.00" }'),
        "renewal": (', renewal: { EUR: "11.00" }', ""),
        "available_from": ("from: 2026-01-01,", "from: 2026-01-02,"),
        "available_until": ("until: 2030-01-01", "until: 2030-01-02"),
        "retired": ("until: 2030-01-01", "until: 2030-01-01, retired: true"),
    },
    ContractTerms: {
        "months": ("term: 12 months", "term: 24 months"),
        "days": ("term: 12 months", "term: 365 days"),
        "penalty": ("penalty: 5 EUR", "penalty: 6 EUR"),
        "remainder": ("penalty: 5 EUR", "penalty: 5 EUR, remainder: true"),
        "service": ("penalty: 5 EUR", "penalty: 5 EUR, service: tax"),
    },
    Resource: {"name": NAMED, "connector": ("{ box: box }", "{ box: crate }")},
    Addon: {
        "name": NAMED,
        "title": ("title: Disk", "title: Disc"),
        "raises": ("raises: { disk_gb: 10 }", "raises: { disk_gb: 20 }"),
        "amounts": ('site: { EUR: "2.00" }', 'site: { EUR: "3.00" }'),
    },
    Service: {
        "name": NAMED,
        "tax_code": ("tax_code: T", "tax_code: U"),
        "one_time": ('one_time: { EUR: "1.00" }', 'one_time: { EUR: "2.00" }'),
        "questions": ("questions: [size]", "questions: [colour]"),
    },
}
"""What is said of every field that a book is read into."""


def edits() -> Iterator[tuple[str, str, str]]:
    for model, said in SAID.items():
        for name, edit in said.items():
            if isinstance(edit, tuple):
                yield f"{model.__name__}.{name}", *edit


@cache
def before() -> Book:
    return load_text(FILES)


def test_there_is_a_word_about_every_field() -> None:
    assert {model: {each.name for each in fields(model)} for model in SAID} == {
        model: set(said) for model, said in SAID.items()
    }


def test_every_other_field_is_compared() -> None:
    """One test for all of them: each takes a hundredth of a second."""
    silent = []
    for name, old, new in edits():
        assert any(old in text for text in FILES.values()), name
        after = load_text({file: text.replace(old, new) for file, text in FILES.items()})
        if not compare(before(), after, tries=0).differences:
            silent.append(name)
    assert silent == []
