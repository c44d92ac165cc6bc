"""The job as expressions of the rule language, compiled to the scalar reading: the bare kernel without a book."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, final

import job

from planshift.billing.line import line_amount
from planshift.expressions.check import check_expression
from planshift.expressions.form import Form, Int, Node
from planshift.expressions.lower import Lowering
from planshift.expressions.names import Symbol, environment
from planshift.expressions.parse import parse_expression
from planshift.expressions.scalar import compile_scalar
from planshift.expressions.types import BOOL, WHOLE, Enum, Type

REASONS = ("", "same_plan", "unpaid_invoices", "region", "module", "usage_over_limit", "in_contract")
DIRECTIONS = ("upgrade", "downgrade", "crossgrade")
TIMINGS = ("now", "period_end", "none")

BOUNDS = {
    "from_level": (1, 6),
    "to_level": (1, 6),
    "months_tenure": (0, 1200),
    "contract_days_left": (0, 4000),
    "unpaid_invoices": (0, 1000),
    "old_price": (0, 10**12),
    "new_price": (0, 10**12),
    "days_left": (0, 366),
    "days_in_period": (1, 366),
    **{f"{side}_{name}": (0, 10**9) for side in ("use", "lim") for name in job.RESOURCES},
}

EXPRESSIONS = {
    "direction": "if not same_group then 2 else if to_level > from_level then 0 else 1",
    "reason": (
        "if from_level = to_level and same_group then 1 else if unpaid_invoices > 0 then 2 "
        "else if region = CN and to_level >= 5 then 3 else if not same_group and not same_module then 4 "
        "else if direction = 1 and (use_seats > lim_seats or use_storage > lim_storage "
        "or use_projects > lim_projects or use_api > lim_api) then 5 "
        "else if direction = 1 and contract_days_left > 0 and months_tenure < 12 then 6 else 0"
    ),
    "later": "direction = 1 or (direction = 2 and new_price < old_price)",
    "fee": (
        "if direction = 0 then (if months_tenure < 3 then 500 else if months_tenure < 12 then 200 else 0) "
        "+ (if to_level - from_level >= 3 and not (region = US and months_tenure >= 24) then 1000 else 0) "
        "else if direction = 1 then (if months_tenure < 3 then 2500 else if months_tenure < 12 then 1500 "
        "else if months_tenure < 24 then 500 else 0) "
        "else if months_tenure < 6 then 1000 else if months_tenure < 24 then 300 else 0"
    ),
}


@final
class Kernel:
    """The compiled job: `raw` gives codes, calling it gives the words of the hand-written function."""

    def __init__(self, raw: Callable[[job.Request], tuple[int, ...]]) -> None:
        self.raw = raw

    def __call__(self, r: job.Request) -> job.Answer:
        """The answer in words."""
        reason, direction, timing, fee, credit, charge = (*self.raw(r), 2, 0, 0, 0)[:6]
        return {
            "verdict": "denied" if reason else "allowed",
            "reason": REASONS[reason],
            "direction": DIRECTIONS[direction],
            "timing": TIMINGS[timing],
            "fee": fee,
            "credit": credit,
            "charge": charge,
        }


def graph() -> list[Node]:
    """The outputs of the job in its own form: reason, direction, timing, fee, credit and charge."""
    form = Form()
    made: dict[str, Node] = {}
    env = environment(Symbol(name=name, type=kind, input=name) for name, kind in _kinds().items())

    def read(symbol: Symbol) -> Node:
        if symbol.name in made:
            return made[symbol.name]
        if symbol.type == BOOL:
            return form.truth_input(symbol.name)
        low, high = BOUNDS.get(symbol.name, (0, len(job.REGIONS) - 1))
        return form.whole_input(symbol.name, low=low, high=high)

    lowering = Lowering(form, read)
    for name, text in EXPRESSIONS.items():
        expr, flaws = parse_expression(text, file=name)
        assert expr is not None, flaws
        typed, flaws = check_expression(expr, env)
        assert not flaws, flaws
        made[name] = lowering.value(typed)
    return [made["reason"], made["direction"], *_money(form, made, read)]


def kernel() -> Kernel:
    """Compile the job's expressions through the same steps as a book's rules."""
    from planshift.expressions.scalar import EarlyReturn  # noqa: PLC0415  # kept beside its only use

    outputs = graph()
    denied = cast("Int", outputs[0]) > 0
    access = {name: f"r[{name!r}]" for name in _kinds()} | {"region": "regions[r['region']]"}
    compiled = compile_scalar(
        outputs,
        name="job",
        parameters=("r",),
        access=access,
        constants={"regions": {name: k for k, name in enumerate(job.REGIONS)}},
        early=EarlyReturn(when=denied, outputs=2),
    )
    return Kernel(cast("Callable[[job.Request], tuple[int, ...]]", compiled.call))


def _kinds() -> dict[str, Type]:
    """The type of everything that an expression may name."""
    region = Enum(name="region", members=job.REGIONS)
    kinds: dict[str, Type] = dict.fromkeys(BOUNDS, WHOLE)
    return kinds | {"same_group": BOOL, "same_module": BOOL, "region": region, "direction": WHOLE}


def _money(form: Form, made: dict[str, Node], read: Callable[[Symbol], Node]) -> list[Node]:
    """Timing, fee, and both prorated lines."""
    later = made["later"]
    left, days = (read(Symbol(name=name, type=WHOLE)) for name in ("days_left", "days_in_period"))
    lines: list[Node] = []
    for side in ("old_price", "new_price"):
        price = read(Symbol(name=side, type=WHOLE))
        lines.append(form.cases(((later, 0),), line_amount(price, num=left, den=days, mode="half_up")))  # type: ignore[arg-type]  # a truth
    return [form.cases(((later, 1),), 0), made["fee"], *lines]  # type: ignore[arg-type]  # a truth
