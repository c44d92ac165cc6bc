"""The 12-rule job as variables of openfisca-core: `PYTHON benchmarks/job_in_openfisca.py REQUESTS.parquet TIMES`.

It runs in an environment of its own that has `openfisca-core` and `pyarrow`. It prints as JSON the seconds of processor
time of each run and the sums of what it computed, which have to be those of the others.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from pyarrow import parquet

DAY = "2026-03-11"
TRUTHS = ("same_group", "same_module")
ANSWERS = ("reason", "direction", "timing", "fee", "credit", "charge")


def direction(s: Any, day: Any) -> Any:
    """The way from plan to plan."""
    across, up = ~s("same_group", day), s("to_level", day) > s("from_level", day)
    return np.select([across, up], [2, 0], 1)


def reason(s: Any, day: Any) -> Any:
    """What stands against the change."""
    same, down = s("same_group", day), s("direction", day) == 1
    beyond = np.zeros(s.count, bool)
    for each in ("seats", "storage", "projects", "api"):
        beyond |= s(f"use_{each}", day) > s(f"lim_{each}", day)
    against = [
        same & (s("from_level", day) == s("to_level", day)),
        s("unpaid_invoices", day) > 0,
        (s("region", day) == 4) & (s("to_level", day) >= 5),
        ~same & ~s("same_module", day),
        down & beyond,
        down & (s("contract_days_left", day) > 0) & (s("months_tenure", day) < 12),
    ]
    return np.select(against, range(1, 7), 0)


def timing(s: Any, day: Any) -> Any:
    """When it happens."""
    cheaper = s("new_price", day) < s("old_price", day)
    later = (s("direction", day) == 1) | ((s("direction", day) == 2) & cheaper)
    return np.select([s("reason", day) > 0, later], [2, 1], 0)


def fee(s: Any, day: Any) -> Any:
    """What it costs."""
    tenure, way = s("months_tenure", day), s("direction", day)
    far = (s("to_level", day) - s("from_level", day) >= 3) & ~((s("region", day) == 1) & (tenure >= 24))
    up = np.select([tenure < 3, tenure < 12], [500, 200], 0) + np.where(far, 1000, 0)
    down = np.select([tenure < 3, tenure < 12, tenure < 24], [2500, 1500, 500], 0)
    across = np.select([tenure < 6, tenure < 24], [1000, 300], 0)
    return np.select([s("reason", day) > 0, way == 0, way == 1], [0, up, down], across)


def share_of(price: str) -> Callable[[Any, Any], Any]:
    """The rest of the period's share of a price."""

    def part(s: Any, day: Any) -> Any:
        days = s("days_in_period", day).astype(np.int64)
        whole = 2 * s(price, day).astype(np.int64) * s("days_left", day) + days
        return np.where(s("timing", day) == 0, whole // (2 * days), 0)

    return part


def system(inputs: Iterable[str]) -> Any:
    """All of it as variables."""
    person = build_entity(key="subscription", plural="subscriptions", label="A subscription", is_person=True)
    made = TaxBenefitSystem([person])
    formulas = dict(
        zip(ANSWERS, (reason, direction, timing, fee, share_of("old_price"), share_of("new_price")), strict=True)
    )
    for name in (*inputs, *ANSWERS):
        fields = {
            "value_type": bool if name in TRUTHS else int,
            "entity": person,
            "definition_period": DateUnit.DAY,
            "label": name,
        }
        if name in formulas:
            fields["formula"] = formulas[name]
        made.add_variable(type(name, (Variable,), fields))
    return made


def run(made: Any, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Every answer for every row."""
    simulation = SimulationBuilder().build_default_simulation(made, rows)
    for name, values in columns.items():
        simulation.set_input(name, DAY, values)
    return {name: simulation.calculate(name, DAY) for name in ANSWERS}


def main(path: str, times: int) -> None:
    """Run it some times, and print what it took."""
    table = parquet.read_table(path)
    columns = {name: table[name].to_numpy() for name in table.column_names if name != "rid"}
    made = system(columns)
    seconds = []
    for _ in range(times):
        begin = time.process_time()
        answers = run(made, columns, table.num_rows)
        seconds.append(time.process_time() - begin)
    print(json.dumps({"seconds": seconds, "sums": {name: int(values.sum()) for name, values in answers.items()}}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
