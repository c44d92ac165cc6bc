"""The 12-rule job: one plan-change policy as a hand-written function, and random requests for it.

The function is the yardstick of `decide.py`: what a programmer would write for exactly this policy and nothing else.
"""

from __future__ import annotations

import random  # noqa: TID251  # seeded figures for a benchmark
from typing import TypedDict

REGIONS = ("EU", "US", "APAC", "LATAM", "CN")
RESOURCES = ("seats", "storage", "projects", "api")


class Request(TypedDict):
    """One request of the job."""

    from_level: int
    to_level: int
    same_group: bool
    same_module: bool
    months_tenure: int
    contract_days_left: int
    unpaid_invoices: int
    use_seats: int
    use_storage: int
    use_projects: int
    use_api: int
    lim_seats: int
    lim_storage: int
    lim_projects: int
    lim_api: int
    region: str
    old_price: int
    new_price: int
    days_left: int
    days_in_period: int


class Answer(TypedDict):
    """What the job answers."""

    verdict: str
    reason: str
    direction: str
    timing: str
    fee: int
    credit: int
    charge: int


def decide(r: Request) -> Answer:  # noqa: C901, PLR0912  # one function on purpose: the fastest way to write it by hand
    """Decide one request."""
    fl, tl, same_group = r["from_level"], r["to_level"], r["same_group"]
    tenure, region = r["months_tenure"], r["region"]
    direction = "crossgrade" if not same_group else "upgrade" if tl > fl else "downgrade"
    if fl == tl and same_group:
        reason = "same_plan"
    elif r["unpaid_invoices"] > 0:
        reason = "unpaid_invoices"
    elif region == "CN" and tl >= 5:
        reason = "region"
    elif not same_group and not r["same_module"]:
        reason = "module"
    elif direction == "downgrade" and (
        r["use_seats"] > r["lim_seats"]
        or r["use_storage"] > r["lim_storage"]
        or r["use_projects"] > r["lim_projects"]
        or r["use_api"] > r["lim_api"]
    ):
        reason = "usage_over_limit"
    elif direction == "downgrade" and r["contract_days_left"] > 0 and tenure < 12:
        reason = "in_contract"
    else:
        reason = ""
    if reason:
        return _denied(reason, direction)
    old, new = r["old_price"], r["new_price"]
    later = direction == "downgrade" or (direction == "crossgrade" and new < old)
    if direction == "upgrade":
        fee = 500 if tenure < 3 else 200 if tenure < 12 else 0
        if tl - fl >= 3 and not (region == "US" and tenure >= 24):
            fee += 1000
    elif direction == "downgrade":
        fee = 2500 if tenure < 3 else 1500 if tenure < 12 else 500 if tenure < 24 else 0
    else:
        fee = 1000 if tenure < 6 else 300 if tenure < 24 else 0
    credit = charge = 0
    if not later:
        left, days = r["days_left"], r["days_in_period"]
        credit = (2 * old * left + days) // (2 * days)
        charge = (2 * new * left + days) // (2 * days)
    timing = "period_end" if later else "now"
    return {
        "verdict": "allowed",
        "reason": "",
        "direction": direction,
        "timing": timing,
        "fee": fee,
        "credit": credit,
        "charge": charge,
    }


def _denied(reason: str, direction: str) -> Answer:
    return {
        "verdict": "denied",
        "reason": reason,
        "direction": direction,
        "timing": "none",
        "fee": 0,
        "credit": 0,
        "charge": 0,
    }


def request(rnd: random.Random) -> Request:
    """One random request."""
    days = rnd.choice((28, 29, 30, 31, 90, 365))
    use = {f"use_{name}": rnd.randint(0, 100) for name in RESOURCES}
    limits = {f"lim_{name}": rnd.randint(60, 160) for name in RESOURCES}
    return {  # type: ignore[typeddict-item]  # the keys of both dicts above are those of the type
        "from_level": rnd.randint(1, 6),
        "to_level": rnd.randint(1, 6),
        "same_group": rnd.randrange(100) < 75,
        "same_module": rnd.randrange(100) < 70,
        "months_tenure": rnd.randint(0, 40),
        "contract_days_left": rnd.choice((0, 0, rnd.randint(1, 400))),
        "unpaid_invoices": rnd.choice((0, 0, 0, 0, 0, 1, 2)),
        **use,
        **limits,
        "region": rnd.choice(REGIONS),
        "old_price": rnd.randint(0, 100_000),
        "new_price": rnd.randint(0, 100_000),
        "days_left": rnd.randint(1, days),
        "days_in_period": days,
    }


def requests(count: int, seed: int = 1) -> list[Request]:
    """Random requests, the same ones for the same seed."""
    rnd = random.Random(seed)  # noqa: S311  # figures for a benchmark, not secrets
    return [request(rnd) for _ in range(count)]
