"""How fast one decision is: `python benchmarks/decide.py` prints ratios to the hand-written function of `job.py`.

Everything is measured side by side in one run, in turns, and the medians are compared: machines are noisy, the ratios
of one run are less so. Every answer is checked against the function first.
"""

from __future__ import annotations

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import job
from book_of_the_job import RULES, book, inputs
from kernel_of_the_job import kernel

COUNT = 2_000
ROUNDS = 15


def rate(run: Callable[[], None]) -> int:
    """Decisions a second, of one pass over all requests."""
    start = time.perf_counter_ns()
    run()
    return COUNT * 1_000_000_000 // max(time.perf_counter_ns() - start, 1)


def percentile(samples: Sequence[int], share: int) -> int:
    """The sample below which `share` of a hundred lie."""
    return sorted(samples)[len(samples) * share // 100]


def check(requests: Sequence[job.Request]) -> None:
    """Stop when the book or the kernel disagrees with the function."""
    compiled, answers = book(), kernel()
    for r in requests:
        wanted = job.decide(r)
        found = answers(r)
        if found != wanted:
            sys.exit(f"the kernel disagrees: {r}\n{found}\n{wanted}")
        subscription, request = inputs(compiled, r)
        decision = compiled.decide(subscription, request)
        now = decision.immediate
        told = {
            "verdict": decision.verdict,
            "direction": decision.direction,
            "fee": decision.value("fee"),
            "credit": decision.value("credit") if now else 0,
            "charge": decision.value("charge") if now else 0,
        }
        if wanted["verdict"] == "allowed":
            wanted_here = {key: wanted[key] for key in told}  # type: ignore[literal-required]  # keys of the answer
        else:
            told, wanted_here = {"verdict": told["verdict"]}, {"verdict": wanted["verdict"]}
        if told != wanted_here:
            sys.exit(f"the book disagrees: {r}\n{told}\n{wanted}")


def measure() -> dict[str, object]:
    """All rates of one run."""
    requests = job.requests(COUNT, seed=11)
    check(requests)
    compiled, run_kernel = book(), kernel().raw
    pairs = [inputs(compiled, r) for r in requests]

    def by_hand() -> None:
        for r in requests:
            job.decide(r)

    def by_kernel() -> None:
        for r in requests:
            run_kernel(r)

    def by_book() -> None:
        for subscription, request in pairs:
            compiled.decide(subscription, request)

    rates: dict[str, list[int]] = {"hand": [], "kernel": [], "book": []}
    gc.collect()
    for _ in range(ROUNDS):
        for name, run in (("hand", by_hand), ("kernel", by_kernel), ("book", by_book)):
            rates[name].append(rate(run))
    samples = []
    for subscription, request in pairs * 5:
        start = time.perf_counter_ns()
        compiled.decide(subscription, request)
        samples.append(time.perf_counter_ns() - start)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    return {
        "hand_per_second": medians["hand"],
        "kernel_ratio": f"{medians['kernel'] * 100 // medians['hand']}%",
        "book_ratio": f"{medians['book'] * 1000 // medians['hand']} per mille",
        "decide_p50_ns": percentile(samples, 50),
        "decide_p99_ns": percentile(samples, 99),
        "rules": RULES.count('rule "'),
        "peak_rss_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
