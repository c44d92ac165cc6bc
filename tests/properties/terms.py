"""Random terms: for each term the values that a book may say."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random  # noqa: TID251  # seeded, or driven by hypothesis: same seed, same terms
from typing import TypeAlias, final

Data: TypeAlias = "str | int | bool | list[Data] | dict[str, Data] | None"

BLOCKS = ("other_interval", "longer_interval", "shorter_interval")

SCOPES = ("any", "upgrade", "downgrade", "crossgrade", "term_change", "cancel", "renewal")

WORDS: dict[str, tuple[Data, ...]] = {
    "timing": (
        "now", "now", "now", "period_end", "contract_end", "on_date", "on_date", "next_bill_day", "trial_end",
        "period_start",
    ),
    "backdating": ("refuse", "staff", "anyone", "anyone"),
    "proration.unit": ("day", "day", "second", "minute", "hour", "month", "none"),
    "proration.basis": (
        "actual", "fixed 30", "fixed 365", "months of 30", "months of 28", "30_360", "per_calendar_month", "own_term",
    ),
    "proration.change_day": ("new", "old", "old"),
    "proration.part_day": ("whole", "nearest"),
    "proration.share_scale": ("exact", 2, 4, 9),
    "proration.rate_scale": ("exact", 4, 5, 8),
    "proration.leading": ("counted_back", "own_period"),
    "charge": ("prorated", "full", "none", "month_equivalent", "difference"),
    "credit": ("prorated", "full", "none"),
    "credit_basis": ("paid", "list_price"),
    "price_basis": ("first_period", "renewal", "renewal"),
    "unpaid": ("reduce_debt", "reduce_debt", "count_as_paid", "count_as_paid", "refuse"),
    "unused_credit": (
        "offset", "account_credit", "refund", "next_invoice", "extend_time", "extend_time", "forfeit",
        "offset_then_forfeit",
    ),
    "collect": ("now", "now", "invoice_run", "next_invoice", "next_invoice"),
    "account_credit": ("next_bill", "at_once"),
    "apply": ("first", "after_payment", "regardless"),
    "payment_expires": ("14 days", "never"),
    "anchor": ("keep", "keep_next_bill", "realign", "reset", "day 15", "day 31"),
    "extend.unit": ("day", "month"),
    "extend.rounding": ("up", "down", "half_up"),
    "extend.starts": ("change_day", "day_after"),
    "extend.period_days": ("actual", 30),
    "extend.rate_scale": ("exact", 4, 6),
    "fee_taxed_as": ("hosting", "mail", "none"),
    "fee_label": ("Change fee", {"en": "Fee", "sv": "Avgift"}, "{from} to {to}", {"de": "{direction} {{to}}"}),
    "one_time": ("bill", "skip", "as_requested"),
    "setup": ("bill", "skip"),
    "contract": ("destination_then_source", "destination", "source", "none"),
    "early_termination": ("as_contract", "penalty", "remainder", "both", "none"),
    "hold_credit_until": ("none", ["rating.completed", "job.completed"]),
    "carry.answers": ("keep_if_same", "keep_if_same", "keep", "keep", "drop", "drop", "map", "refuse"),
    "carry.resources": ("keep_if_same", "keep_if_same", "keep", "keep", "drop", "drop", "map", "refuse"),
    "carry.settings": ("keep_if_same", "keep_if_same", "keep", "drop", "map", "refuse"),
    "carry.addons": ("keep_if_same", "keep_if_same", "keep", "keep", "drop", "drop", "map", "refuse"),
    "carry.coupons": ("keep_if_same", "keep_if_same", "keep", "drop", "drop", "map", "refuse"),
    "carry.price_override": ("keep_if_same", "keep", "keep", "drop", "map", "refuse"),
    "carry.usage": ("keep_if_same", "keep_if_same", "keep", "drop", "drop", "map", "refuse"),
    "limits": ("check", "warn", "ignore"),
    "provision": ("notify", "none"),
    "cancellable_until": ("effective", "invoice_issued", "3 days before", "never"),
    "pending": ("replace", "replace", "refuse", "queue"),
    "frequency": ("unlimited", "unlimited", "2 per 30 days", "2 per 1 month", "1 per 1 year"),
    "requires": (
        ["nothing_unpaid"], ["not_in_trial", "stock"], ["status active"], ["approval by finance"], ["stock"], ["stock"],
        ["approval by finance", "nothing_unpaid"],
    ),
    "who": (["customer", "system"], ["staff", "customer"], ["customer", "staff", "system"], "customer"),
    "override": ("none", "staff"),
    "notify": (["client", "staff"], "nobody", "bcc billing@example.com"),
    "quote_valid": ("1 day", "14 days", "2 weeks"),
    "label": ("Upgrade", {"en": "Upgrade", "sv": "Uppgradera"}, "{direction} from {from} to {to}"),
    "rounding.mode": ("half_up", "half_even", "up", "down"),
    "rounding.place": ("line", "net"),
    "rounding.side_scale": ("exact", 2, 4),
}  # fmt: skip  # one term a line
"""The values to draw from; what comes more than once is drawn more often."""

DRAWN = (
    *WORDS,
    "fee",
    "fee",
    "fee",
    "proration.unit",
    "proration.basis",
    "timing",
    "unused_credit",
    "charge",
    "credit",
)
"""The terms to draw from: those that many figures depend on come more than once."""

_CALENDAR = ("per_calendar_month", "month_equivalent", "net")
"""What no book says beside a rounded rate: a price per unit has no one meaning where units are of several lengths."""

_ORDER = {name: place for place, name in enumerate(dict.fromkeys(DRAWN))}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What one book can say: the decimals of its currencies, and the values of each term."""

    money: dict[str, int]
    words: dict[str, tuple[Data, ...]]

    def amount(self, chance: Random, code: str) -> str:
        """An amount as a document writes it: often odd, sometimes nothing."""
        decimals = self.money[code]
        minor = chance.choice((0, 1, chance.randint(1, 99), *(chance.randint(100, 99_999) for _ in range(5))))
        if not decimals:
            return str(minor)
        text = str(minor).rjust(decimals + 1, "0")
        return f"{text[:-decimals]}.{text[-decimals:]}"

    def amounts(self, chance: Random) -> dict[str, Data]:
        """An amount in each currency, by its code."""
        return {code: self.amount(chance, code) for code in self.money}

    def listed(self, chance: Random) -> list[Data]:
        """An amount in each currency, as a list."""
        return [f"{self.amount(chance, code)} {code}" for code in self.money]

    def fee(self, chance: Random) -> Data:
        """An amount, or a percentage within bounds."""
        if chance.random() < 0.5:
            return self.listed(chance)
        share: dict[str, Data] = {"percent": chance.choice(("10%", "12.5%", "0.3333%", "100%"))}
        if chance.random() < 0.7:
            share["of"] = chance.choice(("to.price", "from.price", "charge_base"))
        if chance.random() < 0.3:
            share["at_least"] = [f"{self._round(code, 1)} {code}" for code in self.money]
        if chance.random() < 0.3:
            share["at_most"] = [f"{self._round(code, 20)} {code}" for code in self.money]
        return share

    def _round(self, code: str, major: int) -> str:
        return f"{major}.{'0' * self.money[code]}" if self.money[code] else str(major)


def draw_vocabulary(chance: Random, money: dict[str, int]) -> Vocabulary:
    """What a book of these currencies can say."""
    words = dict(WORDS)
    if chance.random() < 0.5:
        del words["proration.rate_scale"]
    else:
        words = {name: tuple(value for value in values if value not in _CALENDAR) for name, values in words.items()}
    return Vocabulary(money=money, words=words)


def draw_terms(
    chance: Random, vocabulary: Vocabulary, *, most: int, share: tuple[int, int] = (0, 1)
) -> dict[str, Data]:
    """Some terms as a document nests them; of `share` (k, n) every n-th term is drawn from, beginning with the k-th."""
    found: dict[str, Data] = {}
    place, of = share
    for name in chance.sample(DRAWN, k=chance.randint(0, min(most * of, len(DRAWN)))):
        if _ORDER[name] % of != place or (name != "fee" and name not in vocabulary.words):
            continue
        value = vocabulary.fee(chance) if name == "fee" else chance.choice(vocabulary.words[name])
        head, dot, tail = name.partition(".")
        inner = found.setdefault(head, {}) if dot else found
        assert isinstance(inner, dict)
        inner[tail or head] = value
    return found


def draw_scopes(
    chance: Random,
    vocabulary: Vocabulary,
    *,
    most: int,
    share: tuple[int, int] = (0, 1),
    scopes: tuple[str, ...] = SCOPES,
) -> dict[str, Data]:
    """Terms by scope; `any` says most."""
    found: dict[str, Data] = {}
    for scope in scopes:
        limit = most if scope == "any" else most // 2
        if scope in ("any", "upgrade", "downgrade") or chance.random() < 0.3:
            terms = draw_terms(chance, vocabulary, most=limit, share=share)
            if scope != "cancel":
                terms |= draw_blocks(chance, vocabulary, most=limit // 2, share=share)
            found |= {scope: terms} if terms else {}
    return found


def draw_blocks(
    chance: Random, vocabulary: Vocabulary, *, most: int, share: tuple[int, int] = (0, 1)
) -> dict[str, Data]:
    """Terms for changes of the interval; most scopes say nothing about them."""
    found: dict[str, Data] = {}
    for block in BLOCKS:
        terms = draw_terms(chance, vocabulary, most=most, share=share) if chance.random() < 0.1 else {}
        found |= {block: terms} if terms else {}
    return found
