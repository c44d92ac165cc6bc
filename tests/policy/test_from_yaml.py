"""Books as typed documents: everything a file says, with its place and the file it came from."""

from __future__ import annotations

import gc
from datetime import date
from pathlib import Path

import pytest

from planshift.billing.catalog import UNLIMITED, Addon, ContractTerms, Price, Resource, Service
from planshift.billing.garbage import uncollected
from planshift.billing.interval import ONCE, Interval
from planshift.book import load_text
from planshift.policy.document import Path as Road
from planshift.policy.document import SpokenTerm
from planshift.policy.from_yaml import read_book, read_book_text
from planshift.policy.term_values import Choice, Fee, Names
from tests.policy import shop

ROOT = Path(__file__).parents[2]

CATALOG = """
plans:
  bronze:
    title: Bronze
    module: cpanel
    prices:
      monthly: { every: 1 month, EUR: "9.00", JPY: "1300", setup: { EUR: "5.00" }, renewal: { EUR: "10.00" } }
      once: { every: once, EUR: "99.00", billed: in_arrear, from: 2026-01-01, until: 2027-01-01, retired: true }
    limits: { disk_gb: 10, sites: unlimited }
    addons: extra-disk
    services: [hosting]
    contract: { term: 1 year, penalty: [50 EUR, 5000 JPY], remainder: true, service: hosting }
    resources: { panel: shared }
    allowances: { mails: 1000, traffic_gb: unlimited }
    settings: [php]
    coupons: SPRING
    trial: 15 days
    status: restricted
    stock: 3
    usage_bucket: true
    quantity_max: 5
addons:
  extra-disk: { title: Extra disk, raises: { disk_gb: 10 }, EUR: "2.00", JPY: "300" }
services:
  hosting: { tax_code: T1, one_time: { EUR: "5.00" }, questions: [domain] }
"""


def test_a_catalog_says_everything() -> None:
    catalog = shop.book({"policy.yaml": "policy_language: 1\ncurrency: EUR\n", "catalog.yaml": CATALOG}).catalog
    (plan,) = catalog.plans
    assert plan.prices == (
        Price(
            id="monthly",
            interval=Interval(months=1),
            amounts=(("EUR", 900), ("JPY", 1300)),
            setup=(("EUR", 500),),
            renewal=(("EUR", 1000),),
        ),
        Price(
            id="once",
            interval=ONCE,
            amounts=(("EUR", 9900),),
            in_arrear=True,
            available_from="2026-01-01",
            available_until="2027-01-01",
            retired=True,
        ),
    )
    assert plan.limits == (("disk_gb", 10), ("sites", UNLIMITED))
    assert (plan.addons, plan.services) == (("extra-disk",), ("hosting",))
    assert plan.contract == ContractTerms(
        months=12, penalty=(("EUR", 5000), ("JPY", 5000)), remainder=True, service="hosting"
    )
    assert plan.resources == (Resource(name="panel", connector="shared"),)
    assert plan.allowances == (("mails", 1000), ("traffic_gb", UNLIMITED))
    assert (plan.settings, plan.coupons) == (("php",), ("SPRING",))
    assert (plan.trial, plan.status, plan.stock) == (Interval(days=15), "restricted", 3)
    assert (plan.usage_bucket, plan.quantity_max) == (True, 5)
    assert catalog.addons == (
        Addon(
            name="extra-disk",
            title="Extra disk",
            raises=(("disk_gb", 10),),
            amounts=(("EUR", 200), ("JPY", 300)),
        ),
    )
    assert catalog.services == (
        Service(name="hosting", tax_code="T1", one_time=(("EUR", 500),), questions=("domain",)),
    )
    assert catalog.currencies == ("EUR", "JPY")


def test_the_books_own_decimals_count() -> None:
    texts = {
        "policy.yaml": "policy_language: 1\ndecimals: { USD: 4 }\nterms: { any: { fee: 0.0001 USD } }\n",
        "catalog.yaml": 'plans: { a: { prices: { m: { every: 1 month, USD: "0.1234" } } } }\n',
    }
    document = shop.book(texts)
    assert document.catalog.plans[0].prices[0].amounts == (("USD", 1234),)
    assert document.catalog.decimals == (("USD", 4),)
    assert document.policy.terms[0].terms[0].value == Fee(amounts=(("USD", 1),))


def test_the_books_own_decimals_count_in_rules_before_anything_is_sold_in_the_currency() -> None:
    texts = {
        "policy.yaml": "policy_language: 1\ncurrency: EUR\ndecimals: { USD: 4 }\n",
        "catalog.yaml": 'plans: { a: { prices: { m: { every: 1 month, EUR: "1.00" } } } }\n',
        "policy.rules": 'rule "It costs something"\n  set fee = [1 EUR, 0.1234 USD]\n',
    }
    assert load_text(texts).rulebook.decimals == {"EUR": 2}


def test_the_currency_is_that_of_the_catalog_where_it_has_one() -> None:
    texts = shop.files(policy="policy_language: 1\n")
    texts["catalog.yaml"] = 'plans: { a: { prices: { m: { every: 1 month, USD: "1.00" } } } }\n'
    del texts["policy.rules"]
    assert shop.book(texts).policy.currency == "USD"


PATHS = """
policy_language: 1
currency: EUR
effective_from: 2026-01-01
invoice_days_before: 5
require: same_module
paths:
  - from: bronze
    upgrades: silver
    fee: 15 EUR
    fee_taxed_as: support
    carry: { coupons: drop }
    terms:
      any: { timing: now }
      upgrade: { fee: none }
  - { from: [silver, bronze], to: [trial], require: [same_interval] }
plans:
  bronze: { terms: { any: { charge: full } }, arriving: { downgrade: { credit: none } } }
"""


def test_a_path_says_everything_with_its_places() -> None:
    document = shop.book(shop.files(policy=PATHS)).policy
    first, second = document.paths
    assert isinstance(first, Road)
    assert [place.name for place in first.upgrades] == ["silver"]
    assert [place.name for place in second.origins] == ["silver", "bronze"]
    assert (second.number, second.require, document.require) == (2, ("same_interval",), ("same_module",))
    direct, upgrade = first.terms
    assert (direct.scope, upgrade.scope) == ("any", "upgrade")
    assert [(term.name, term.value) for term in direct.terms] == [
        ("fee", Fee(amounts=(("EUR", 1500),))),
        ("fee_taxed_as", Names(names=("support",))),
        ("carry.coupons", Choice(word="drop")),
        ("timing", Choice(word="now")),
    ]
    assert [str(term.span) for term in direct.terms] == [
        "policy.yaml:10:10",
        "policy.yaml:11:19",
        "policy.yaml:12:23",
        "policy.yaml:14:22",
    ]


def test_plans_and_days() -> None:
    policy = shop.book(shop.files(policy=PATHS)).policy
    (plan,) = policy.plans
    assert plan.leaving[0].terms[0].value == Choice(word="full")
    assert plan.arriving[0].scope == "downgrade"
    assert (policy.effective_from, policy.invoice_days_before) == (date(2026, 1, 1), 5)


def test_a_group_settles_its_direction() -> None:
    text = (
        "policy_language: 1\ncurrency: EUR\ngroups:\n  a: { members: { bronze: { level: 1 }, silver: { level: 2 } } }\n"
        "  b: { members: [bronze, silver] }\n  c: { direction: by_price_per_day, members: { bronze: , silver: } }\n"
        "  d: { members: { bronze: { level: 1, leave: { up: false }, arrive: { down: false } } }, equal: upgrade }\n"
    )
    groups = shop.book(shop.files(policy=text)).policy.groups
    assert [(group.direction, group.equal) for group in groups] == [
        ("by_level", "refuse"),
        ("by_list", "crossgrade"),
        ("by_price_per_day", "crossgrade"),
        ("by_level", "upgrade"),
    ]
    (member,) = groups[3].members
    assert (member.leave_up, member.leave_down, member.arrive_up, member.arrive_down) == (False, True, True, False)


def test_a_switch_finds_its_prices() -> None:
    (switch,) = shop.book().policy.switches
    assert (switch.from_plan, switch.from_prices) == ("trial", ("trial",))
    assert (switch.to_plan, switch.to_price, switch.after_renewals) == ("bronze", "monthly", 0)


def test_where_looks_places_up() -> None:
    document = shop.book()
    assert str(document.where("catalog", "plans", "bronze")) == "catalog.yaml:7:3"
    assert str(document.where("policy", "terms", "upgrade", "fee")) == "policy.yaml:23:14"
    assert not document.where("policy", "nothing", "here").known
    assert not document.where("nothing").known


def test_one_file_can_be_a_whole_book() -> None:
    text = shop.files()["policy.yaml"]
    text += "catalog:\n" + "".join(f"  {line}\n" for line in shop.files()["catalog.yaml"].splitlines())
    text += 'rules: |\n  rule "Free"\n    when upgrade\n    set fee = 0 EUR\n'
    document = shop.book({"hosting.yaml": text})
    assert [plan.name for plan in document.catalog.plans] == ["trial", "bronze", "silver"]
    (rule,) = document.rules.rules
    line = next(number for number, row in enumerate(text.splitlines(), 1) if 'rule "Free"' in row)
    assert (rule.title.span.line, rule.title.span.column) == (line, 8)
    assert str(document.where("catalog", "plans", "bronze")).startswith("hosting.yaml:")


def test_a_folder_and_its_texts_are_the_same_book() -> None:
    document, problems, sources = read_book(shop.BASE)
    assert not problems
    assert document is not None
    assert document.catalog == shop.book().catalog
    assert [Path(name).name for name in sources] == ["policy.yaml", "catalog.yaml", "policy.rules"]


def test_a_missing_folder_is_a_diagnostic(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        document, (problem, *_), _ = read_book(path)
        assert document is None
        assert problem.code == "PS001"


@pytest.mark.parametrize("folder", sorted((ROOT / "policies").iterdir()), ids=lambda path: path.name)
def test_the_books_of_the_project_have_no_mistake(folder: Path) -> None:
    document, problems, _ = read_book(folder)
    assert document is not None
    assert problems == ()


def test_reading_leaves_the_collector_as_it_was() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_spans_and_terms_are_values() -> None:
    first, second = (shop.book().policy for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert isinstance(first.terms[0].terms[0], SpokenTerm)


def test_many_mistakes_are_counted_not_told() -> None:
    text = "policy_language: 1\ncurrency: EUR\npaths:\n" + "  - { from: nowhere, to: bronze }\n" * 5000
    _, problems, _ = read_book_text(shop.files(policy=text))
    assert len(problems) == 101
    assert "4,900 more mistakes are not told" in [problem.message for problem in problems]
    text = "policy_language: 1\n" + "".join(f"unknown{number}: 1\n" for number in range(5000))
    _, problems, _ = read_book_text(shop.files(policy=text))
    assert len(problems) <= 102
