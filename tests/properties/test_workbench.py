"""A book that is checked again after each of many edits: what a workbench says is what a check by itself says.

Edits are drawn: figures, names, lines that go, come, or are written twice, halves of what somebody types, and whole
files. The books have cases, subscriptions, paths, groups and rules that the analysis has something to say about.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same edits

import pytest

from planshift.rulebook.checked import Checked
from planshift.rulebook.checking import check_all
from planshift.rulebook.workbench import Workbench

ROOT = Path(__file__).parents[2]
DAY = date(2026, 1, 1)
TYPED = (
    "\n", "  ", "    - ", ": ", "# ", "{ ", " }", "[", "]", '"', "|", "&a ", "*a", "? ", "---\n", "not ", " and ", "0",
    "\n  silver2: { title: Two, module: cpanel, prices: { monthly: { every: 1 month, EUR: 4.00 } } }\n",
    "\n  - { from: bronze, upgrades: [trial], fee: 3 EUR }\n",
    '\nrule "Typed" when upgrade and from.level > 9\n  set fee = 2 EUR\n', "\nlet typed = customer.orders > 3\n",
)  # fmt: skip  # a pool, read by topic

POLICY = """
paths:
  - from: trial
    upgrades: [bronze, silver]
    fee: [3 EUR, 3 USD]
  - { from: bronze, upgrades: [silver], terms: { downgrade: { timing: now } } }
  - { from: silver, downgrades: [trial], fee_label: "Back to {to}" }
"""
RULES = """
let loyal = customer.orders >= 5

rule "Never holds" when from.limits.disk_gb > 50 and upgrade
  set fee = [1 EUR, 1 USD]

# what follows is covered
rule "Loyal" when loyal and upgrade
  set fee = [0 EUR, 0 USD]
  set timing = if customer.orders > 9 then now else period_end

rule "Covered" when upgrade and customer.orders > 7 and not cancel
  set fee = [9 EUR, 9 USD]
rule "Alternatives" when customer.orders < 3 or customer.orders < 0 or renewal
  warn "you have {customer.orders} orders"
"""


@pytest.fixture
def book(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of a book that can be edited, with another one beside it that is left as it was."""
    folder = tmp_path / "book"
    shutil.copytree(ROOT / request.param, folder)
    if request.param.endswith("base"):
        for name, text in (("policy.yaml", POLICY), ("policy.rules", RULES)):
            file = folder / name
            file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    shutil.copytree(folder, tmp_path / "before")
    return folder


@pytest.mark.parametrize("book, steps", [("tests/diagnostics/base", 150), ("policies/atomia", 30)], indirect=["book"])
@pytest.mark.parametrize("seed", range(3))
def test_a_workbench_says_what_a_check_says(book: Path, steps: int, seed: int) -> None:
    chance, bench = Random(seed), Workbench(book)  # noqa: S311  # edits, not secrets
    told = {check(bench, book).diagnostics}
    for _ in range(steps):
        edit(book, chance)
        told.add(check(bench, book).diagnostics)
    assert len(told) > steps // 6, "the edits matter"


@pytest.mark.parametrize("book", ["tests/diagnostics/base"], indirect=True)
def test_a_day_and_an_edit_that_is_taken_back_are_noticed(book: Path) -> None:
    bench, policy = Workbench(book), book / "policy.yaml"
    before = policy.read_text(encoding="utf-8")
    first = check(bench, book)
    policy.write_text(before.replace("bronze, silver]", "bronze, golden]"), encoding="utf-8")
    assert "PS201" in {each.code for each in check(bench, book).diagnostics}
    policy.write_text(before, encoding="utf-8")
    assert check(bench, book) == first
    catalog = book / "catalog.yaml"
    ended = catalog.read_text(encoding="utf-8").replace('EUR: "19.00"', 'EUR: "19.00", until: 2026-02-01')
    catalog.write_text(ended, encoding="utf-8")
    assert "PS215" not in {each.code for each in bench.check(on=DAY).diagnostics}
    assert "PS215" in {each.code for each in bench.check(on=date(2026, 2, 1)).diagnostics}


def check(bench: Workbench, book: Path) -> Checked:
    """What both say, which must be the same to the last place."""
    found, alone = bench.check(on=DAY), check_all(book, on=DAY)
    assert list(map(str, found.diagnostics)) == list(map(str, alone.diagnostics))
    assert found == alone
    return found


def edit(book: Path, chance: Random) -> None:
    """Do something to one file of a book, such as people do, and now and then to which files there are."""
    file = chance.choice(sorted(each for each in book.rglob("*.*") if each.suffix in (".yaml", ".rules")))
    if chance.random() < 0.35:  # what was broken long enough is mended
        shutil.copytree(book.with_name("before"), book, dirs_exist_ok=True)
    elif chance.random() < 0.03:
        file.rename(file.with_stem(f"{file.stem}x"))
    else:
        text = file.read_text(encoding="utf-8")
        file.write_text(chance.choice(list(edits(text, chance))), encoding="utf-8")


def edits(text: str, chance: Random) -> Iterator[str]:
    """The text with one edit, of each kind."""
    place, lines = chance.randrange(len(text) + 1), text.split("\n")
    line, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    for pattern, instead in ((r"\d+", str(chance.randrange(40))), (r"[a-z_]{3,}", "silver"), (r"[<>]", "<=")):
        found = list(re.finditer(pattern, text))
        if found:
            start, stop = chance.choice(found).span()
            yield from [text[:start] + instead + text[stop:]] * 3
    yield text[:place] + chance.choice(TYPED) + text[place:]
    yield text[:place] + text[place + chance.randrange(1, 4) :]
    yield "\n".join([*lines[:line], chance.choice(TYPED), *lines[line:]])
    yield "\n".join([*lines[:line], *lines[line + 1 :]])
    yield "\n".join([*lines[:line], lines[other], *lines[line:]])
