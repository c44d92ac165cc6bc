"""The differences as a file to keep: amounts with their decimals, and what moved beside what was and what is."""

from __future__ import annotations

from pathlib import Path

from planshift.impact.assess import Assessment
from planshift.impact.differences import MEASURES
from planshift.population.dialects import text


def keep(assessment: Assessment, out: Path) -> None:
    """Write every answer that differs to a Parquet file, in the order of the data."""
    decimals = {**assessment.edit.old.rulebook.decimals, **assessment.edit.new.rulebook.decimals}
    names = [f"{side}_{measure}" for measure in MEASURES for side in ("old", "new")]
    told = [f"{_amount(name, decimals)} AS {name}" for name in names]
    told += [f"{_amount(f'(new_{name} - old_{name})', decimals)} AS moved_{name}" for name in MEASURES]
    found = f"read_parquet({text(str(assessment.differences))})"
    query = f"SELECT * EXCLUDE ({', '.join(names)}), {', '.join(told)} FROM {found}"
    assessment.engine.execute(
        f"COPY ({query} ORDER BY row, to_plan, to_price) TO {text(str(out))} (FORMAT parquet, COMPRESSION zstd)"
    )


def _amount(minor: str, decimals: dict[str, int]) -> str:
    """An amount as people write it, with as many decimals as any currency has."""
    most = max(decimals.values())
    units = " ".join(f"WHEN {text(code)} THEN {10 ** (most - places)}" for code, places in decimals.items())
    smallest = "0." + "1".rjust(most, "0") if most else "1"
    unit = f"CAST({text(smallest)} AS DECIMAL({most + 1}, {most}))"
    kind = f"DECIMAL(30, {most})"
    return f"CAST(CAST({minor} AS DECIMAL(24, 0)) * CASE currency {units} ELSE 1 END * {unit} AS {kind})"
