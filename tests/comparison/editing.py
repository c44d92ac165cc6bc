"""Edits of shipped books: some mean something, some are only another way to write the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import final

from planshift.book import Book, load_text

Files = dict[str, str]


@final
@dataclass(frozen=True, kw_only=True)
class Edit:
    """A piece of a file and what is written in its place; the kind and the words that a comparison must tell of it."""

    file: str
    old: str
    new: str
    kind: str = ""
    told: str = ""
    shown: bool = True
    """Whether it has a witness."""

    def __str__(self) -> str:
        return f"{self.file}: {self.new.strip().splitlines()[0].strip() if self.new.strip() else 'without ' + self.old}"


@lru_cache(maxsize=8)
def files_of(book: str) -> Files:
    """The files of a shipped book but its cases, which would take their time and change nothing."""
    folder = Path("policies", book)
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".yaml", ".rules") and path.parent.name != "cases"
    }


def edited(files: Files, edits: Iterable[Edit]) -> Files:
    found = dict(files)
    for edit in edits:
        assert edit.old in found[edit.file], f"{edit} has no place"
        found[edit.file] = found[edit.file].replace(edit.old, edit.new, 1)
    return found


@lru_cache(maxsize=4)
def shipped(book: str) -> Book:
    return load_text(files_of(book))


RULES, POLICY, CATALOG = "policy.rules", "policy.yaml", "catalog.yaml"

MEANT: tuple[Edit, ...] = (
    # the book
    Edit(
        file=POLICY,
        old="effective_from: 2026-01-01",
        new="effective_from: 2026-02-01",
        kind="value_moved",
        told="effective_from: 2026-01-01 -> 2026-02-01",
    ),
    Edit(
        file=POLICY,
        old="timezone: Europe/Stockholm",
        new="timezone: America/New_York",
        kind="value_moved",
        told="New_York",
    ),
    Edit(file=POLICY, old="invoice_days_before: 5", new="invoice_days_before: 9", kind="value_moved", told="5 -> 9"),
    Edit(
        file=POLICY, old="title: Example Hosting", new="title: Hosting", kind="value_moved", told="title", shown=False
    ),
    # what is sold
    Edit(file=CATALOG, old='EUR: "19.00"', new='EUR: "21.00"', kind="price_moved", told="silver monthly"),
    Edit(
        file=CATALOG,
        old='      yearly:  { every: 1 year, EUR: "590.00", USD: "650.00", JPY: "88000" }\n',
        new="",
        kind="price_removed",
        told="gold yearly",
    ),
    Edit(
        file=CATALOG,
        old='      yearly:  { every: 1 year, EUR: "190.00"',
        new='      quarterly: { every: 3 months, EUR: "54.00", USD: "60.00", JPY: "8000" }\n'
        '      yearly:  { every: 1 year, EUR: "190.00"',
        kind="price_added",
        told="silver quarterly",
    ),
    Edit(
        file=CATALOG,
        old="  # Sold until 2023.",
        new='  platinum: { module: cpanel, prices: { monthly: { every: 1 month, EUR: "99.00", USD: "99.00" } } }\n'
        "  # Sold until 2023.",
        kind="plan_added",
        told="platinum",
    ),
    Edit(
        file=CATALOG,
        old="limits: { disk_gb: 50, sites: 5 }",
        new="limits: { disk_gb: 5, sites: 5 }",
        kind="plan_changed",
        told="disk_gb: 50 -> 5",
    ),
    Edit(
        file=CATALOG,
        old="penalty: [50 EUR, 55 USD, 7500 JPY]",
        new="penalty: [70 EUR, 55 USD, 7500 JPY]",
        shown=False,  # it counts in the commitments that begin from then on
        kind="plan_changed",
        told="contract penalty",
    ),
    Edit(
        file=CATALOG, old="coupons: [SPRING]  ", new="coupons: [SUMMER]  ", kind="plan_changed", told="SPRING -> SUMMER"
    ),
    Edit(
        file=CATALOG,
        old="title: Silver",
        new="title: Silber",
        kind="plan_changed",
        told="Silver -> Silber",
        shown=False,
    ),
    Edit(
        file=CATALOG,
        old="raises: { disk_gb: 10 }",
        new="raises: { disk_gb: 20 }",
        kind="addon_changed",
        told="add-on extra-disk",
    ),
    Edit(
        file=CATALOG,
        old='one_time: { EUR: "10.00"',
        new='one_time: { EUR: "12.00"',
        kind="service_changed",
        told="dedicated-ip",
    ),
    Edit(
        file=CATALOG,
        old="  business:\n    title: Business\n    module: cpanel\n    status: inactive",
        new="  business:\n    title: Business\n    module: cpanel",
        kind="plan_changed",
        told="business, status",
    ),
    # roads
    Edit(
        file=POLICY,
        old="upgrades: [bronze, silver, gold]",
        new="upgrades: [bronze, silver]",
        kind="road_closed",
        told="trial -> gold",
    ),
    Edit(
        file=POLICY,
        old="business: { level: 2, arrive: { up: false, down: false } }",
        new="business: { level: 2 }",
        kind="road_opened",
        told="gold -> business",
    ),
    Edit(
        file=POLICY,
        old="    require: [same_interval]          #",
        new="    #",
        kind="road_opened",
        told="monthly -> yearly",
    ),
    Edit(
        file=POLICY,
        old="gold:    { level: 3 }",
        new="gold:    { level: 3, leave: { down: false } }",
        kind="road_closed",
        told="gold -> bronze, silver",
    ),
    Edit(
        file=POLICY,
        old="business: { level: 2,",
        new="business: { level: 4,",
        kind="road_turned",
        told="business -> gold",
    ),
    Edit(
        file=POLICY,
        old="gold:    { level: 3 }",
        new="gold:    { level: 9 }",
        kind="level_moved",
        told="3 -> 9",
    ),
    # terms
    Edit(
        file=POLICY,
        old="fee: [5 EUR, 6 USD, 800 JPY]",
        new="fee: [7 EUR, 6 USD, 800 JPY]",
        kind="term_moved",
        told="fee of upgrades",
    ),
    Edit(
        file=POLICY,
        old="fee: [15 EUR, 17 USD, 2400 JPY]",
        new="fee: [18 EUR, 17 USD, 2400 JPY]",
        kind="term_moved",
        told="path bronze -> silver, gold",
    ),
    Edit(
        file=POLICY,
        old="frequency: 2 per 30 days",
        new="frequency: 3 per 30 days",
        kind="term_moved",
        told="frequency of every change but cancellations",
    ),
    Edit(
        file=POLICY,
        old="timing: period_end                #",
        new="timing: now  #",
        kind="term_moved",
        told="timing of downgrades: period_end -> now",
    ),
    Edit(file=POLICY, old="usage: drop    ", new="usage: keep    ", kind="term_moved", told="carry.usage"),
    Edit(file=POLICY, old="notify: [client, bcc", new="notify: [client, staff, bcc", kind="term_moved", told="notify"),
    Edit(
        file=POLICY,
        old="hold_credit_until: [rating.completed, job.completed]",
        new="hold_credit_until: [job.completed]",
        kind="term_moved",
        told="leaving gold",
    ),
    Edit(
        file=POLICY,
        old="fee: 0 EUR",
        new="fee: [1 EUR, 1 USD, 100 JPY]",
        kind="term_moved",
        told="client group resellers",
    ),
    Edit(
        file=POLICY,
        old="any: { frequency: unlimited }",
        new="any: { frequency: 9 per 30 days }",
        kind="term_moved",
        told="customer northwind",
    ),
    Edit(
        file=POLICY,
        old="backdating: staff, fee: none",
        new="backdating: anyone, fee: none",
        kind="term_moved",
        told="group name-servers",
    ),
    Edit(
        file=POLICY,
        old="carry: { coupons: drop }        #",
        new="carry: { coupons: keep }        #",
        kind="term_moved",
        told="term changes to a longer interval",
    ),
    Edit(file=POLICY, old="override: staff  ", new="override: none  ", kind="term_moved", told="override"),
    Edit(
        file=POLICY,
        old="label: { en: Upgrade, de: Mehr bekommen }",
        new="label: { en: Upgrade, de: Mehr }",
        kind="term_moved",
        told="label of upgrades",
    ),
    # rules
    Edit(
        file=RULES,
        old="customer.tenure >= 24 months",
        new="customer.tenure >= 36 months",
        kind="rule_stricter",
        told="Loyal customers move up free",
    ),
    Edit(
        file=RULES,
        old="subscription.days_left <= 5 days",
        new="subscription.days_left <= 8 days",
        kind="rule_looser",
        told="A change that is invoiced is not replaced",
    ),
    Edit(
        file=RULES,
        old="to.level - from.level >= 2",
        new="to.level - from.level >= 1",
        kind="rule_looser",
        told="A big jump",
    ),
    Edit(
        file=RULES,
        old="set fee = 30% of to.price",
        new="set fee = 40% of to.price",
        kind="rule_changed",
        told="30% of to.price",
    ),
    Edit(
        file=RULES,
        old="at most [50 EUR, 55 USD, 7500 JPY]\n\n# More",
        new="at most [10 EUR, 55 USD, 7500 JPY]\n\n# More",
        kind="rule_changed",
        told="A big jump",
    ),
    Edit(
        file=RULES,
        old="when downgrade and usage.open_tickets > 0",
        new="when upgrade and usage.open_tickets > 0",
        kind="rule_changed",
        told="Open tickets",
    ),
    Edit(
        file=RULES,
        old='deny "Your commitment runs until {contract.ends_on}."',
        new='deny "You are bound until {contract.ends_on}."',
        kind="rule_changed",
        told="You are bound",
    ),
    Edit(
        file=RULES, old='need approval by "finance"', new='need approval by "sales"', kind="rule_changed", told="sales"
    ),
    Edit(
        file=RULES,
        old='rule "A cancelled trial ends at once"\n  when cancel and subscription.in_trial\n  set timing = now\n',
        new="",
        kind="rule_removed",
        told="A cancelled trial ends at once",
    ),
    Edit(
        file=RULES,
        old="# What is refused",
        new='rule "Bound customers pay"\n  when upgrade and contract.active and not loyal\n'
        "  set fee = [9 EUR, 9 USD, 900 JPY]\n\n# What is refused",
        kind="rule_added",
        told="Bound customers pay",
    ),
    Edit(
        file=RULES,
        old='rule "Limits do not stop anybody from moving up"',
        new='rule "Moving up ignores limits"',
        kind="rule_renamed",
        told="Moving up ignores limits",
    ),
    Edit(
        file=RULES,
        old='rule "Loyal customers move up free"\n  when upgrade and loyal\n  set fee = 0 EUR\n',
        new="",
        kind="rule_removed",
        told="Loyal customers move up free",
    ),
    # the rest
    Edit(file=POLICY, old="after_renewals: 0", new="after_renewals: 2", kind="switch_moved", told="after 2 renewals"),
    Edit(
        file=POLICY,
        old="to:   { plan: bronze, every: 1 month }",
        new="to:   { plan: silver, every: 1 month }",
        kind="switch_moved",
        told="silver monthly",
    ),
    Edit(file=POLICY, old="default: card", new="default: invoice", kind="fact_changed", told="customer.pays_by"),
    Edit(
        file=RULES,
        old="on invoice.issued when change.waiting\n  then lock_change",
        new="",
        kind="reaction_removed",
        told="invoice.issued",
        shown=False,
    ),
    Edit(
        file=RULES,
        old='always "nobody is paid out": refunded <= 0 EUR',
        new="",
        kind="statement_removed",
        told="nobody is paid out",
        shown=False,
    ),
)
"""Edits of the book `hosting`, every kind of difference among them."""

COSMETIC: tuple[Edit, ...] = (
    Edit(file=POLICY, old="# How customers of", new="# In short: how customers of"),
    Edit(
        file=POLICY,
        old="currency: EUR\ntimezone: Europe/Stockholm\n",
        new="timezone: Europe/Stockholm\ncurrency: EUR\n",
    ),
    Edit(file=POLICY, old="members: [dns, dns-plus]", new="members: [dns-plus, dns]"),
    Edit(
        file=POLICY,
        old="upgrades: [bronze, silver, gold]",
        new="upgrades:\n      - gold\n      - silver\n      - bronze",
    ),
    Edit(file=POLICY, old="notify: [client, bcc billing@example.com]", new="notify: [bcc billing@example.com, client]"),
    Edit(file=POLICY, old="requires: [status active, nothing_unpaid]", new="requires: [nothing_unpaid, status active]"),
    Edit(file=POLICY, old="fee: [15 EUR, 17 USD, 2400 JPY]", new="fee: [2400 JPY, 17.00 USD, 15.00 EUR]"),
    Edit(
        file=POLICY,
        old="  - from: bronze\n    upgrades: [silver, gold]\n    require: [same_interval]\n"
        "    fee: [15 EUR, 17 USD, 2400 JPY]\n"
        "    fee_label: { en: Migration fee, de: Umzugsgebühr }\n    fee_taxed_as: migration\n",
        new="  - from: bronze\n    upgrades: [gold]\n    require: [same_interval]\n"
        "    terms: { any: { fee: [15 EUR, 17 USD, 2400 JPY], "
        "fee_label: { de: Umzugsgebühr, en: Migration fee }, fee_taxed_as: migration } }\n"
        "  - from: bronze\n    upgrades: [silver]\n    require: [same_interval]\n    fee: [15 EUR, 17 USD, 2400 JPY]\n"
        "    fee_label: { en: Migration fee, de: Umzugsgebühr }\n    fee_taxed_as: migration\n",
    ),
    Edit(
        file=POLICY, old="timing: now\n    unused_credit: offset\n    collect: now\n", new="unused_credit: offset\n"
    ),  # as the defaults are
    Edit(
        file=POLICY,
        old="      any: { hold_credit_until: [rating.completed, job.completed] }",
        new="      upgrade: { hold_credit_until: [rating.completed, job.completed] }\n"
        "      downgrade: { hold_credit_until: [rating.completed, job.completed] }\n"
        "      crossgrade: { hold_credit_until: [rating.completed, job.completed] }\n"
        "      term_change: { hold_credit_until: [rating.completed, job.completed] }\n"
        "      cancel: { hold_credit_until: [rating.completed, job.completed] }\n"
        "      renewal: { hold_credit_until: [rating.completed, job.completed] }\n"
        "      any: { hold_credit_until: [job.completed, rating.completed] }",
    ),
    Edit(file=CATALOG, old="addons: [extra-disk, extra-sites]", new="addons: [extra-sites, extra-disk]"),
    Edit(file=CATALOG, old='EUR: "19.00", USD: "21.00"', new='USD: "21.00", EUR: "19.00"'),
    Edit(
        file=CATALOG,
        old="term: 12 months\n      penalty: [50 EUR, 55 USD, 7500 JPY]",
        new="penalty: [55 USD, 50.00 EUR, 7500 JPY]\n      term: 1 year",
    ),
    Edit(file=RULES, old="let loyal = customer.tenure >= 24 months", new="let loyal = not customer.tenure < 24 months"),
    Edit(
        file=RULES,
        old="when from = trial and not cancel and request.start = after_trial",
        new="when request.start = after_trial\n    and not cancel and trial = from",
    ),
    Edit(file=RULES, old="when downgrade and usage.open_tickets > 0", new="when usage.open_tickets >= 1 and downgrade"),
    Edit(
        file=RULES,
        old="on rating.completed and job.completed when credit.held",
        new="on job.completed and rating.completed when credit.held",
    ),
    Edit(
        file=RULES,
        old='always "nobody is paid out": refunded <= 0 EUR',
        new='always "nobody is paid out":\n  not refunded > 0 EUR',
    ),
)
"""Other ways to write the book `hosting`."""

RENAMED_LET = (
    ("let loyal =", "let faithful ="),
    (" and loyal\n", " and faithful\n"),
    ("loyal implies", "faithful implies"),
    ("not loyal", "not faithful"),
)
