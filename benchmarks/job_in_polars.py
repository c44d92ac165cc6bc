"""The 12-rule job in Polars: by hand, as somebody would write it who knows enums, and by the reading."""

from __future__ import annotations

from typing import cast

import polars as pl
from kernel_of_the_job import DIRECTIONS, REASONS, TIMINGS, graph

from planshift.expressions.form import Int
from planshift.population.polars_form import PolarsForm

REGION = pl.Enum(["EU", "US", "APAC", "LATAM", "CN"])
VERDICT, REASON = pl.Enum(["allowed", "denied"]), pl.Enum(REASONS)
DIRECTION, TIMING = pl.Enum(DIRECTIONS), pl.Enum(TIMINGS)

USES = ("seats", "storage", "projects", "api")


def by_hand(requests: pl.DataFrame) -> pl.DataFrame:
    """The job, written for Polars and for nothing else."""
    c, when = pl.col, pl.when
    beyond = pl.any_horizontal(c(f"use_{each}") > c(f"lim_{each}") for each in USES)
    tenure, ok = c("months_tenure"), c("reason") == ""
    down, up = c("direction") == "downgrade", c("direction") == "upgrade"
    direction = (
        when(~c("same_group"))
        .then(pl.lit("crossgrade", dtype=DIRECTION))
        .when(c("to_level") > c("from_level"))
        .then(pl.lit("upgrade", dtype=DIRECTION))
        .otherwise(pl.lit("downgrade", dtype=DIRECTION))
    )
    against = {
        "same_plan": c("same_group") & (c("from_level") == c("to_level")),
        "unpaid_invoices": c("unpaid_invoices") > 0,
        "region": (c("region") == "CN") & (c("to_level") >= 5),
        "module": ~c("same_group") & ~c("same_module"),
        "usage_over_limit": down & beyond,
        "in_contract": down & (c("contract_days_left") > 0) & (tenure < 12),
    }
    reason = pl.lit("", dtype=REASON)
    for name, holds in reversed(against.items()):
        reason = when(holds).then(pl.lit(name, dtype=REASON)).otherwise(reason)
    far = (c("to_level") - c("from_level") >= 3) & ~((c("region") == "US") & (tenure >= 24))
    upward = when(tenure < 3).then(500).when(tenure < 12).then(200).otherwise(0) + when(far).then(1000).otherwise(0)
    downward = when(tenure < 3).then(2500).when(tenure < 12).then(1500).when(tenure < 24).then(500).otherwise(0)
    across = when(tenure < 6).then(1000).when(tenure < 24).then(300).otherwise(0)
    days, left = c("days_in_period").cast(pl.Int64), c("days_left").cast(pl.Int64)

    def part(price: str) -> pl.Expr:
        return when(c("verdict") & ~c("later")).then((2 * c(price) * left + days) // (2 * days)).otherwise(0)

    return (
        requests.lazy()
        .with_columns(direction=direction)
        .with_columns(reason=reason, later=down | (~c("same_group") & (c("new_price") < c("old_price"))))
        .with_columns(verdict=ok)
        .select(
            "rid",
            verdict=when("verdict").then(pl.lit("allowed", dtype=VERDICT)).otherwise(pl.lit("denied", dtype=VERDICT)),
            reason="reason",
            direction="direction",
            timing=when(~c("verdict"))
            .then(pl.lit("none", dtype=TIMING))
            .when("later")
            .then(pl.lit("period_end", dtype=TIMING))
            .otherwise(pl.lit("now", dtype=TIMING)),
            fee=when(~c("verdict")).then(0).when(up).then(upward).when(down).then(downward).otherwise(across),
            credit=part("old_price"),
            charge=part("new_price"),
        )
        .collect()
    )


class Reading:
    """The job by the reading: its codes are the physical values of the same enums."""

    def __init__(self) -> None:
        outputs = graph()
        refused = cast("Int", outputs[0]) > 0
        amounts = [refused.choose(0, node) for node in outputs[3:]]
        names = ("verdict", "reason", "direction", "timing", "fee", "credit", "charge")
        told = [refused.choose(1, 0), *outputs[:2], refused.choose(2, outputs[2]), *amounts]
        self._form = PolarsForm(dict(zip(names, told, strict=True)))

    def __call__(self, requests: pl.DataFrame) -> pl.DataFrame:
        """The answers, in batches that stay in the caches."""
        parts = [self._decided(requests[at : at + _ROWS]) for at in range(0, requests.height, _ROWS)]
        return pl.concat(parts)

    def _decided(self, requests: pl.DataFrame) -> pl.DataFrame:
        codes = self._form.computed(requests.with_columns(pl.col("region").to_physical()))
        words = {"verdict": VERDICT, "reason": REASON, "direction": DIRECTION, "timing": TIMING}
        told = codes.with_columns(
            pl.col(name).cast(pl.UInt8, wrap_numerical=True).cat.to(kind) for name, kind in words.items()
        )
        return requests.select("rid").hstack(told)


_ROWS = 1 << 18
