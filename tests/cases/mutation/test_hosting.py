"""The cases of the example book notice at least nine of ten small edits of it."""

from __future__ import annotations

import re
from pathlib import Path

from planshift.book import load
from planshift.cases.mutation.outcomes import READ_BY_NAME
from planshift.cases.mutation.report import mutation_text
from planshift.cases.mutation.run import mutate
from planshift.policy.terms import TERM

ROOT = Path(__file__).parents[3]
ENGINE = ROOT / "engine" / "planshift"

EVERY = 29
"""Of some six hundred edits about twenty, from all over the book; `planshift test --mutate` makes them all."""

BOUND = 90


def test_nine_of_ten_edits_of_hosting_are_noticed() -> None:
    report = mutate(load(ROOT / "policies" / "hosting"), every=EVERY)
    assert {each.edit.file for each in report.judged} == {"policy.yaml", "catalog.yaml", "policy.rules"}
    assert not report.is_below(BOUND), mutation_text(report)


def test_a_term_whose_word_is_read_behind_the_kernel_is_compared() -> None:
    # Two kernels that computed the same are taken to say the same, but for what is made of these words afterwards.
    reads = re.compile(r"""(?:term|word|label_of|labels_of)\((?:\w+, )?f?"([a-z_.]+)""")
    files = [*(ENGINE / "decision").glob("*.py"), *(ENGINE / "actions").glob("*.py")]
    read = {name for file in files for name in reads.findall(file.read_text(encoding="utf-8"))}
    told_only = {
        "credit",  # how a formula is put into words
        "credit_basis",
        "rounding.mode",
        "rounding.place",
        "fee",  # its amount is computed by the kernel
        "frequency",  # how often is put into words; the kernel counts
    }
    carry = {name for name in TERM if name.startswith("carry.")}
    assert {name for name in read if name in TERM} <= {*READ_BY_NAME, *told_only}
    assert carry <= {*READ_BY_NAME}
