"""What the analysis of a book says of its rules, no change refutes; and mistakes that are planted it finds.

The oracle is the decision: a rule that is said never to hold holds for nobody who asks, and a term that earlier rules
are said always to settle is settled by that rule for nobody. Books, rules and people are drawn close to the bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random  # noqa: TID251  # seeded: same seed, same rules

import pytest

from planshift.book import Book, Decision, load_text
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.rulebook.analysis.passes import analyse
from planshift.rulebook.analysis.worlds import may_be_overridden
from planshift.rulebook.passes import run_passes
from tests.properties.strategies import Asked, asked, book_of

BLOCKS, BOOKS, REQUESTS = 6, 6, 50

ATOMS = (
    "upgrade", "downgrade", "crossgrade", "term_change", "cancel", "renewal",
    "longer_interval", "shorter_interval", "same_interval",
    "from = {plan}", "to = {plan}", "to in [{plan}, {other}]", "from not in [{plan}, nothing]",
    "from.level {compare} {small}", "to.level {compare} from.level", "to.level - from.level {compare} {small}",
    "from.every {compare} {small} months", "from.every = to.every", "from.module = to.module",
    "usage.disk_gb {compare} {small}", "usage.disk_gb {compare} usage.sites", "usage.disk_gb + 1 {compare} usage.sites",
    "usage.disk_gb {compare} to.limits.disk_gb", "from.limits.disk_gb {compare} to.limits.disk_gb",
    "request.quantity {compare} {small}", "request.quantity {compare} subscription.quantity",
    "subscription.renewals {compare} {small}", "customer.tenure {compare} {small} months",
    "request.urgent", "request.channel = phone", "request.channel = shop", "request.pieces {compare} {small}",
    'customer.client_group = "resellers"', 'customer.client_group in ["resellers", "schools"]',
    "request.by = staff", "request.by in [customer, system]", "contract.active", "contract.days_left > {small} days",
    "(if request.urgent then request.pieces else 1) {compare} {small}", "to.price {compare} from.price",
    "subscription.in_trial", "subscription.pending", "quick", "many",
)  # fmt: skip  # a pool, read by topic

LETS = """
let quick = request.urgent and request.channel = phone
let many = usage.disk_gb > 2 or request.pieces > 2
"""

EFFECTS = (
    "set collect = now",
    "set collect = next_invoice",
    "set timing = if request.urgent then now else period_end",
    "set notify = [client]",
    'warn "once more"',
)

CLOSED = {"no_road", "same_level", "may_not_leave", "may_not_arrive", "not_adjacent", "same_module", "same_interval"}
"""Reasons that a road gives against a change."""


def draw(chance: Random, plans: list[str], number: int) -> str:
    """A rule whose condition is close to saying nothing, or everything."""
    fill = {
        "plan": chance.choice(plans),
        "other": chance.choice(plans),
        "compare": chance.choice(("<", "<=", "=", "!=", ">=", ">")),
        "small": str(chance.choice((0, 1, 1, 2, 3))),
    }

    def part() -> str:
        atom = chance.choice(ATOMS).format(**fill | {"small": str(chance.choice((0, 1, 2, 3)))})
        return f"not ({atom})" if chance.random() < 0.2 else atom

    parts = [part() for _ in range(chance.choice((1, 2, 2, 3, 4)))]
    if len(parts) > 2 and chance.random() < 0.5:
        parts = [f"({parts[0]} or {parts[1]})", *parts[2:]]
    effects = dict.fromkeys(chance.choice(EFFECTS) for _ in range(chance.choice((1, 1, 2))))
    sets = {effect.partition(" = ")[0]: effect for effect in effects}
    return f'rule "A{number}"\n  when {" and ".join(parts)}\n  ' + "\n  ".join(sets.values())


def analysed(book: Book) -> tuple[Diagnostic, ...]:
    return analyse(run_passes(book.document))


def drawn_book(seed: int) -> tuple[Book, int]:
    """A drawn book with rules of ours before its own, and the seed that its people are drawn from."""
    drawn, _ = book_of(seed)
    chance = Random(f"{seed}/near")  # noqa: S311  # chance for tests, not for secrets
    plans = drawn.catalog["plans"]
    assert isinstance(plans, dict)
    written = [draw(chance, list(plans), number) for number in range(12)]
    files = drawn.files()
    return load_text(files | {"policy.rules": "\n".join([LETS, *written, files.get("policy.rules", "")])}), seed


def near(book: Book, seed: int, *, times: int) -> Iterator[Asked]:
    """People whose figures lie around the bounds of the rules."""
    chance = Random(f"{seed}/bounds")  # noqa: S311  # chance for tests, not for secrets
    for subscription, request in asked(book, seed, times=times):
        usage = tuple((name, chance.choice((0, 1, 2, 3, 4))) for name in ("disk_gb", "sites"))
        since = subscription.period.start - timedelta(days=chance.choice((0, 20, 31, 45, 62, 93)))
        moved = replace(
            subscription,
            usage=usage,
            renewals=chance.choice((0, 1, 2, 3)),
            customer=replace(subscription.customer, since=since),
        )
        facts = (("urgent", chance.random() < 0.5), ("channel", chance.randint(0, 1)), ("pieces", chance.randint(0, 3)))
        yield Asked(moved, replace(request, facts=facts))


def met(book: Book, seed: int) -> Iterator[Decision]:
    """Decisions about changes that a road allows, or that somebody may allow."""
    overridden = may_be_overridden(run_passes(book.document))
    for subscription, request in near(book, seed, times=REQUESTS):
        decision = book.decide(subscription, request)
        codes = {reason.code for reason in decision.reasons}
        if "no_price_in_currency" not in codes and (overridden or not codes & CLOSED):
            yield decision


def titled(found: tuple[Diagnostic, ...], *codes: str) -> set[str]:
    return {each.context.removeprefix('rule "').removesuffix('"') for each in found if each.code in codes}


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_change_refutes_what_is_said_of_rules(block: int) -> None:
    for seed in range(block * BOOKS, (block + 1) * BOOKS):
        book, people = drawn_book(seed)
        found = analysed(book)
        dead, covered = titled(found, "PS410", "PS411"), titled(found, "PS412")
        single = {(each.context, each.span) for each in found if each.code == "PS413"}
        for decision in met(book, people):
            told = {rule.title for k, rule in enumerate(decision.reading.kernel.rules) if decision.value(f"rule.{k}")}
            assert not told & dead, (seed, decision.subscription, decision.request)
            settled = {term.source for term in decision.terms.values()}
            assert not {source.title for source in settled} & {f'rule "{title}"' for title in covered}, seed
            assert not {(source.title, source.span) for source in settled} & single, seed


PLANTED = {
    "upgrade and downgrade": "PS410",
    "upgrade and to.level < from.level": "PS410",
    "to.level > 9": "PS410",
    "usage.disk_gb < 0": "PS410",
    "usage.disk_gb > usage.sites and usage.sites >= usage.disk_gb": "PS410",
    "usage.disk_gb > 2 and (usage.disk_gb = 1 or usage.disk_gb = 2)": "PS410",
    "contract.days_left > 3 days and not contract.active": "PS410",
    "customer.tenure > 24 months and customer.tenure < 6 months": "PS410",
    "request.by = staff and request.by in [customer, system]": "PS410",
    "request.channel not in [shop, phone]": "PS410",
    'customer.client_group = "a" and customer.client_group in ["b", "c"]': "PS410",
    "from = bronze and to = silver and usage.disk_gb > to.limits.disk_gb and usage.disk_gb <= 20": "PS410",
    "to = gold and longer_interval": "PS410",
    "renewal and from = bronze and to = gold": "PS411",
    "renewal and upgrade": "PS410",
    "to.price - from.price > 5 EUR and from.price >= to.price": "PS410",
    "from = gold and to = bronze": "PS411",
    "from = silver and to = bronze and downgrade and same_interval": None,
    "from = silver and to = silver and upgrade": None,
    "upgrade and to.price < from.price": None,
    "renewal and from = bronze and to = silver": None,
    'customer.client_group != "a" and customer.client_group != "b"': None,
    "usage.disk_gb > 20 and to = silver": None,
}
"""Conditions of a rule, and what is to be said of it."""

SMALL = {
    "catalog.yaml": """
plans:
  bronze: { prices: { monthly: { every: 1 month, EUR: "9.00" } }, limits: { disk_gb: 10, sites: 1 } }
  silver: { prices: { monthly: { every: 1 month, EUR: "19.00" }, yearly: { every: 1 year, EUR: "190.00" } },
            limits: { disk_gb: 20, sites: 2 } }
  gold: { prices: { monthly: { every: 1 month, EUR: "29.00" } }, limits: { disk_gb: 50, sites: 9 } }
""",
    "policy.yaml": """
policy_language: 1
book: small
currency: EUR
facts: { request: { properties: { channel: { enum: [shop, phone], default: shop } } } }
groups:
  plans:
    require: [adjacent]
    members: { bronze: { level: 1 }, silver: { level: 2 }, gold: { level: 3, leave: { down: false } } }
switches:
  - { from: { plan: bronze }, to: { plan: silver, price: monthly }, after_renewals: 3 }
""",
}


@pytest.mark.parametrize("condition", PLANTED)
def test_a_condition_is_told_for_what_it_is(condition: str) -> None:
    code = PLANTED[condition]
    rule = f'rule "Planted"\n  when {condition}\n  warn "hello"\n'
    told = {each.code for each in analysed(load_text(SMALL | {"policy.rules": rule}))}
    assert told == ({code} if code else set())


COVERED = {
    ("upgrade", "upgrade and from = bronze"): "PS412",
    ("upgrade and from = bronze", "upgrade"): None,
    ("usage.disk_gb > 5", "usage.disk_gb > 7"): "PS412",
    ("usage.disk_gb > 5", "usage.disk_gb = 5"): None,
    ("usage.disk_gb > 5", "upgrade", "usage.disk_gb > 9 or upgrade"): "PS412",
    ("from = bronze", "from = silver", "from in [bronze, silver]"): "PS412",
    ("from = bronze", "from != bronze and not cancel", "not cancel"): "PS412",
    ("renewal", "renewal and from = bronze"): "PS412",
    ("from = bronze", "renewal and from = bronze"): None,
    ("from = bronze", "(cancel or renewal) and from = bronze"): None,
}
"""Rules in their order, and what is to be said of the last one."""


@pytest.mark.parametrize("conditions", COVERED)
def test_a_rule_is_covered_or_it_is_not(conditions: tuple[str, ...]) -> None:
    code = COVERED[conditions]
    rules = "\n".join(f'rule "R{k}"\n  when {each}\n  set notify = [client]\n' for k, each in enumerate(conditions))
    found = analysed(load_text(SMALL | {"policy.rules": rules}))
    assert {(each.code, each.context) for each in found} == (
        {(code, f'rule "R{len(conditions) - 1}"')} if code else set()
    )
