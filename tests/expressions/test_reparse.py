"""Reading rules again after an edit gives the rules of the whole text, with every place, or nothing."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same edits

import pytest

from planshift.expressions.parse import parse_rules
from planshift.expressions.reparse import reparse_rules
from planshift.expressions.tree import RuleFile

ROOT = Path(__file__).parents[2]
TEXTS = [file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("policies/*/policy.rules"))]
TYPED = (
    "\n", "  ", 'rule "x" when upgrade\n set fee = 1 EUR\n', "#", "(", ")", "[", "]", '"', " and ", "let x = 1", "5",
    " when ", 'deny "no"\n', "\nrule", "on ", "not ", ", at most 5 EUR", "need approval", 'need a by "x"', "%", " of ",
)  # fmt: skip  # a pool, read by topic

RULES = """\
# what is meant by it
let loyal = customer.tenure >= 24 months

rule "Free" when upgrade and loyal
  set fee = 0 EUR
rule "Dear" when upgrade
  set fee = 9 EUR  # for all others

always "never below nothing": due_now >= 0 EUR
"""


def written(part: object) -> object:
    """A tree with all its places, which its own comparison leaves out."""
    if is_dataclass(part):
        return type(part).__name__, [written(getattr(part, field.name)) for field in fields(part)]
    return [written(each) for each in part] if isinstance(part, tuple) else part


def read(text: str, *, line: int = 1, column: int = 1) -> tuple[RuleFile, bool]:
    """The rules of a text, and whether it has no mistake."""
    rules, problems = parse_rules(text, file="f", first_line=line, first_column=column)
    return rules, not problems


@pytest.mark.parametrize("line, column", [(1, 1), (7, 5)])
@pytest.mark.parametrize(
    "old, new",
    [
        ("24 months", "36 months"),
        ("set fee = 9 EUR", 'set fee = 9 EUR\n  warn "dear"'),
        ('rule "Dear"', 'rule "New"\n  deny "no"\nrule "Dear"'),
        ('rule "Free" when upgrade and loyal\n  set fee = 0 EUR\n', ""),
        ("# what is meant by it\n", ""),
        ("# what is meant by it", "let early = today\n"),
        ("due_now >= 0 EUR\n", "due_now >= 0 EUR"),
    ],
)
def test_an_edit_of_a_statement_is_read_by_itself(old: str, new: str, line: int, column: int) -> None:
    before, text = read(RULES, line=line, column=column)[0], RULES.replace(old, new)
    found = reparse_rules(before, text, before=RULES)
    assert found is not None
    assert written(found) == written(read(text, line=line, column=column)[0])


def test_what_an_edit_leaves_is_the_same_object() -> None:
    before = read(RULES)[0]
    found = reparse_rules(before, RULES.replace("9 EUR", "8 EUR"), before=RULES)
    assert found is not None
    kept = [new is old for new, old in zip(found.statements, before.statements, strict=True)]
    assert kept == [True, True, False, True]


@pytest.mark.parametrize(
    "old, new",
    [("24 months", "24 moons and"), ("set fee = 9 EUR", ""), ('"Dear"', '"Dear'), ("  set fee = 0 EUR\n", "")],
)
def test_a_mistake_is_left_to_whoever_reads_it_all(old: str, new: str) -> None:
    assert reparse_rules(read(RULES)[0], RULES.replace(old, new), before=RULES) is None


@pytest.mark.parametrize("seed", range(4))
def test_whatever_somebody_types(seed: int) -> None:
    chance, found = Random(seed), 0  # noqa: S311  # edits, not secrets
    for _ in range(120):
        before = chance.choice(TEXTS)
        text = typed(before, chance)
        again = reparse_rules(read(before)[0], text, before=before)
        if again is not None:
            whole, is_right = read(text)
            assert is_right, text
            assert written(again) == written(whole), text
            found += 1
    assert found > 30


def typed(text: str, chance: Random) -> str:
    """The text after one edit."""
    place, lines = chance.randrange(len(text) + 1), text.split("\n")
    line, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    return chance.choice(
        [
            text[:place] + chance.choice(TYPED) + text[place:],
            text[:place] + text[place + chance.randrange(1, 4) :],
            "\n".join([*lines[:line], *lines[line + 1 :]]),
            "\n".join([*lines[:line], lines[other], *lines[line:]]),
            text[:place] + chance.choice("abc019") + text[place + 1 :],
        ]
    )
