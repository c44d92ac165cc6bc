"""How long a large book takes to load: `python benchmarks/large_book.py`.

It writes a book of 1,000 plans, 5,000 paths and 500 rules, loads and compiles it, and prints the milliseconds of each
step and the peak memory.
"""

from __future__ import annotations

import json
import random  # noqa: TID251  # seeded figures for a benchmark
import resource
import sys
import tempfile
import time
from pathlib import Path

PLANS, PATHS, RULES = 1_000, 5_000, 500


def write_book(folder: Path, seed: int = 3) -> None:
    """Write the book."""
    rnd = random.Random(seed)  # noqa: S311  # figures for a benchmark, not secrets
    plans = "plans:\n"
    for k in range(PLANS):
        plans += f"  plan{k}:\n    title: Plan {k}\n    module: m{k % 7}\n    prices:\n"
        plans += f'      monthly: {{ every: 1 month, EUR: "{k + 5}.00" }}\n'
        plans += f'      yearly: {{ every: 1 year, EUR: "{(k + 5) * 10}.00" }}\n'
        plans += f"    limits: {{ disk: {k + 1}, sites: {k % 50 + 1} }}\n"
    (folder / "catalog.yaml").write_text(plans, encoding="utf-8")
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < PATHS:
        origin, target = rnd.randrange(PLANS), rnd.randrange(PLANS)
        if origin != target:
            pairs.add((origin, target))
    policy = "policy_language: 1\nbook: large\ncurrency: EUR\ntimezone: Europe/Stockholm\n"
    policy += "terms:\n  any: { proration: { unit: day } }\n  downgrade: { timing: period_end }\npaths:\n"
    for origin, target in sorted(pairs):
        word = "upgrades" if target > origin else "downgrades"
        policy += f"  - {{ from: plan{origin}, {word}: [plan{target}], fee: {rnd.randrange(1, 50)} EUR }}\n"
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    rules = "let loyal = customer.tenure >= 24 months\n"
    for k in range(RULES):
        plan = rnd.randrange(PLANS)
        effect = f"set fee = {k % 30} EUR" if k % 3 else 'deny "not now"'
        rules += f'\nrule "Rule {k}"\n  when from.plan = plan{plan} and upgrade and '
        rules += f"customer.tenure < {k % 40 + 1} months and not loyal\n  {effect}\n"
    (folder / "policy.rules").write_text(rules, encoding="utf-8")


def measure(folder: Path) -> dict[str, object]:
    """Seconds of each step, in milliseconds, and the peak memory in MiB."""
    from planshift.book import load  # noqa: PLC0415  # imported late, so that the start is measured apart

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter_ns()
    book = load(folder)
    loaded = time.perf_counter_ns()
    book.rulebook.reading()
    compiled = time.perf_counter_ns()
    return {
        "load_ms": (loaded - start) // 1_000_000,
        "kernel_ms": (compiled - loaded) // 1_000_000,
        "total_ms": (compiled - start) // 1_000_000,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "imported_rss_mib": before // 1024,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(name)
        target.mkdir(exist_ok=True)
        write_book(target)
        print(json.dumps(measure(target), indent=2))
