"""Random rules: conditions and effects from a pool that touches every kind of fact and of effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random  # noqa: TID251  # seeded, or driven by hypothesis: same seed, same rules
from typing import final

from tests.properties.terms import Vocabulary

LETS = """\
let loyal = customer.tenure >= 24 months
let left = subscription.days_left
let dearer = to.price > from.price
"""

CONDITIONS = (
    "upgrade",
    "downgrade or crossgrade",
    "upgrade and loyal",
    "term_change or cancel",
    "not loyal and dearer",
    "to.level - from.level >= 2",
    "from.level > to.level or to.level = 1",
    "to = {plan} or from = {plan}",
    "to in [{plan}, nothing]",
    "from.plan not in [{plan}]",
    "left < 10 days",
    "left >= 1 week and not cancel",
    "today > subscription.period.start + 10 days",
    "today + 1 month > subscription.period.end",
    "months(subscription.period.start, today) >= 1 month",
    "days(today, subscription.period.end) <= 15 days",
    "contract.active",
    "contract.active and contract.months_left > 3 months",
    "contract.days_left > 30 days",
    "request.by = staff",
    "request.by in [customer, system]",
    "request.quantity > subscription.quantity",
    "request.urgent",
    "request.channel = phone and request.pieces > 2",
    'customer.client_group = "resellers"',
    'customer.id in ["c1", "c3"]',
    'subscription.status != "active"',
    "subscription.in_trial or subscription.pending",
    "subscription.renewals >= 3",
    "subscription.unpaid_invoices > 0",
    "subscription.age > 6 months",
    "subscription.debt > {money}",
    "to.price - from.price > {money}",
    "abs(to.price - from.price) * 2 > from.price + {money}",
    "10% of to.price > {money}",
    "min(to.price, from.price) < max(to.price / 3, {money})",
    "longer_interval",
    "shorter_interval or same_interval",
    "from.every = to.every",
    "from.every < 12 months",
    "from.module = to.module",
    "usage.disk_gb > 3",
    "usage.disk_gb > to.limits.disk_gb",
    "addons.extra-disk + addons.extra-site >= 1",
    "(if upgrade then to.level else from.level) > 1",
    "today >= 2025-06-15",
    "renewal",
    "to = {plan} and not renewal",
)

EFFECTS = (
    "set fee = {money}",
    "set fee = 10% of to.price",
    "set fee = 33.3333% of to.price, at least {money}, at most {other}",
    "set fee = to.price - from.price, at least {money}",
    "set fee = if loyal then {money} else to.price / 7",
    "set fee = (to.price + from.price) * 2 / 3",
    "set timing = period_end",
    "set timing = if upgrade then now else period_end",
    "set timing = if left < 10 days then next_bill_day else on_date",
    "set unused_credit = refund",
    "set unused_credit = if cancel then forfeit else account_credit",
    "set charge = full",
    "set credit = if dearer then prorated else none",
    "set proration.unit = none",
    'set proration.basis = "fixed 30"',
    "set proration.basis = if upgrade then own_term else actual",
    'set anchor = "day 20"',
    "set anchor = reset",
    "set collect = next_invoice",
    "set rounding.mode = up",
    'set requires = ["nothing_unpaid", "approval by support"]',
    "set who = [staff]",
    "set who = [customer, staff]",
    "set backdating = anyone",
    'set frequency = "3 per 1 year"',
    "set contract = source",
    "set early_termination = both",
    "set limits = ignore",
    "set carry.addons = keep",
    'set cancellable_until = "2 days before"',
    "set override = staff",
    'deny "Not from {{from}} to {{to}} for {{to.price}}."',
    'warn "You have {{left}} left."',
    'need approval by "finance"',
    "need nothing_unpaid",
    "need not_in_trial",
    "need status active",
    "need stock",
)


def draw_rules(chance: Random, says: Vocabulary, plans: list[str]) -> str:
    """The text of a rule file, sometimes empty."""
    count = chance.choice((0, 1, 2, 3, 5))
    if not count:
        return ""
    fills = _Fills(chance, says, plans)
    written = [_rule(chance, fills, number=k + 1) for k in range(count)]
    return "\n".join([LETS, *written])


@final
@dataclass(frozen=True, slots=True)
class _Fills:
    """What fills the holes of the pool for one book."""

    chance: Random
    says: Vocabulary
    plans: list[str]

    def pick(self, pool: Sequence[str]) -> str:
        """One text of a pool with its holes filled."""
        money = {name: f"[{', '.join(map(str, self.says.listed(self.chance)))}]" for name in ("money", "other")}
        return self.chance.choice(pool).format(plan=self.chance.choice(self.plans), **money)


def _rule(chance: Random, fills: _Fills, *, number: int) -> str:
    lines = [f'rule "R{number}"']
    condition = fills.pick(CONDITIONS)
    if chance.random() < 0.3:
        condition = f"({condition}) {chance.choice(('and', 'or'))} ({fills.pick(CONDITIONS)})"
    lines.append(f"  when {condition}")
    pool = [effect for effect in EFFECTS if chance.random() < 0.3 or not effect.startswith(("deny", "need"))]
    effects: dict[str, str] = {}
    for _ in range(chance.randint(1, 2)):
        effect = fills.pick(pool)
        effects[effect.partition(" = ")[0]] = f"  {effect}"  # a rule settles a term once
    return "\n".join([*lines, *effects.values()]) + "\n"
