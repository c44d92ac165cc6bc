"""A layout changes no meaning, loses no comment, and is the same when it is made twice."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path
from random import Random  # noqa: TID251  # driven by hypothesis: same seed, same book

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from planshift.expressions.format_rules import WIDTH, format_rules
from planshift.expressions.parse import parse_rules
from planshift.expressions.printer import to_text
from planshift.expressions.tree import RuleFile
from planshift.policy.format_yaml import format_yaml, same_data
from planshift.policy.read_yaml import read_yaml
from tests.expressions.strategies import rule_files
from tests.properties.books import draw_book

ROOT = Path(__file__).parents[2]
PLACES = (ROOT / "policies", ROOT / "engine/planshift/policy/templates", ROOT / "engine/planshift/policy/presets")
FILES = [file for place in PLACES for file in sorted(place.rglob("*")) if file.suffix in (".yaml", ".rules")]
YAMLS = [file for file in FILES if file.suffix == ".yaml"]
RULES = [file for file in FILES if file.suffix == ".rules"]

chances = st.integers(min_value=0, max_value=2**32).map(Random)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def laid_out(text: str, *, is_rules: bool = False) -> str:
    """The text in its layout, after everything that a layout promises was looked at."""
    make = format_rules if is_rules else format_yaml
    once, problems = make(text, file="test")
    assert not problems, text
    assert once is not None, text
    assert make(once, file="test") == (once, ()), once
    if is_rules:
        assert parse_rules(once, file="test")[0] == parse_rules(text, file="test")[0]
    else:
        assert same_data(read_yaml(once, file="test")[0], read_yaml(text, file="test")[0])
    assert marks(once) == marks(text)
    assert not re.search(r"[ \t]+$|\A\n|\n\n\Z|\r", once, re.MULTILINE) or "|" in text or ">" in text
    return once


def marks(text: str) -> Counter[str]:
    """The comments that `noted` puts in."""
    return Counter(re.findall(r"#\s?(note \d+)", text))


def noted(text: str, chance: Random) -> str:
    """The text with comments above and behind lines, blank lines and blanks, wherever they mean nothing."""
    lines: list[str] = []
    opened: int | None = None
    for number, line in enumerate(text.split("\n")):
        depth = len(line) - len(line.lstrip())
        if opened is not None and line and depth <= opened:
            opened = None
        if opened is None and chance.random() < 0.15:  # in a text of several lines, a comment would end it
            lines += [" " * chance.randint(0, 9) + f"#{chance.choice(('', ' '))}note {number}0"]
        lines += [""] * chance.choice((0, 0, 0, 0, 1, 3))
        tail = f"{' ' * chance.randint(1, 30)}#note {number}1" if line and "#" not in line else ""
        lines.append(line + (tail if chance.random() < 0.3 else " " * chance.choice((0, 0, 2))))
        if re.search(r": [>|][-+]?$", line):
            opened = depth
    return chance.choice(("\n", "\n", "\r\n")).join(lines)


def tossed(text: str, chance: Random) -> str:
    """The same data in another hand: other indentation, other spaces inside braces."""
    yaml = YAML()
    yaml.width = 10_000
    yaml.preserve_quotes = True
    dash = chance.randint(0, 3)
    yaml.indent(mapping=chance.randint(1, 7), sequence=dash + chance.randint(2, 4), offset=dash)
    out = io.StringIO()
    yaml.dump(yaml.load(text), out)
    return _spaces(out.getvalue(), chance)


def _spaces(text: str, chance: Random) -> str:
    """Blanks more or less after `{`, `[` and `,` where no quote could make them part of a text."""
    lines = []
    for line in text.split("\n"):
        if "#" not in line and "'" not in line and re.match(r"[\s\w-]+: +[{\[]", line) and "  " not in line.strip():
            parts = re.split(r'("[^"]*")', line)
            parts[::2] = [re.sub(r"([{\[]) ?", lambda m: m[1] + " " * chance.randint(0, 2), p) for p in parts[::2]]
            parts[::2] = [re.sub(r", ", lambda _: "," + " " * chance.randint(1, 3), part) for part in parts[::2]]
            lines.append("".join(parts))
        else:
            lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize("file", FILES, ids=shown)
def test_the_files_of_the_project_have_the_layout(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert laid_out(text, is_rules=file.suffix == ".rules") == text


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(YAMLS), chances)
def test_any_hand_becomes_the_one_layout(file: Path, chance: Random) -> None:
    laid_out(noted(tossed(file.read_text(encoding="utf-8"), chance), chance))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(YAMLS), chances)
def test_notes_and_blanks_do_no_harm(file: Path, chance: Random) -> None:
    laid_out(noted(file.read_text(encoding="utf-8"), chance))


@settings(max_examples=25, deadline=None)
@given(chances)
def test_random_books(chance: Random) -> None:
    for name, text in draw_book(chance).files().items():
        laid_out(noted(text, chance), is_rules=name.endswith(".rules"))


@settings(deadline=None)
@given(st.sampled_from(RULES), chances)
def test_rules_in_any_hand(file: Path, chance: Random) -> None:
    text = file.read_text(encoding="utf-8")
    pieces = re.split(r'("(?:[^"\\]|\\.)*"|#[^\n]*)', text)
    broken = [re.sub(r" (?=\w)", lambda _: chance.choice((" ", "  ", "\n", "\n\n    ")), part) for part in pieces[::2]]
    broken = [re.sub(r"at\s+(least|most)", r"at \1", part) for part in broken]
    broken = [re.sub(r"(\d)\s+(?=[A-Z]{3}|(?:day|week|month|year))", r"\1 ", part) for part in broken]
    pieces[::2] = broken
    laid_out(noted("".join(pieces), chance), is_rules=True)


@given(rule_files, chances)
def test_rules_of_any_meaning(rules: RuleFile, chance: Random) -> None:
    laid_out(noted(to_text(rules), chance), is_rules=True)


@pytest.mark.parametrize(
    "written, layout",
    [
        ("a:   1\n", "a: 1\n"),
        ("a: {b: 1,c: [ 1,2 ]}", "a: { b: 1, c: [1, 2] }\n"),
        ("a: { }\nb: [ ]\n", "a: {}\nb: []\n"),
        ("a:\n- b\n-   c: 1\n    d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
        ("a:\n    b: 1 #c\n\n\n\n    # d\n    e: 1", "a:\n  b: 1 # c\n\n  # d\n  e: 1\n"),
        ("a:\n   gold:   {x: 1}\n   silver: {x: 1}\n", "a:\n  gold:   { x: 1 }\n  silver: { x: 1 }\n"),
        ("EUR: '9.00'\n'name': 'a \"b\"'\n", 'EUR: "9.00"\nname: \'a "b"\'\n'),
        ("'on': 1\n", '"on": 1\n'),
        ("a: |\n     x\n       y\n\n\nb: 1\n", "a: |\n  x\n    y\n\nb: 1\n"),
        ("a: [\n b,\n     c ]\n", "a: [\n  b,\n  c]\n"),
        ("a: [b,\n  c]\n", "a: [b,\n    c]\n"),
        ("a:\n    - &x {b: 1}\n    - *x\n", "a:\n  - &x { b: 1 }\n  - *x\n"),
        ("# only\n", "# only\n"),
        ("", ""),
    ],
)
def test_the_layout_of_yaml(written: str, layout: str) -> None:
    assert laid_out(written) == layout


@pytest.mark.parametrize(
    "written, layout",
    [
        ('rule "a" when upgrade set fee=0EUR', 'rule "a"\n  when upgrade\n  set fee = 0 EUR\n'),
        ("let a = ( - 1 )\nlet b = a==1", "let a = (-1)\nlet b = a = 1\n"),
        ("let a = min( b , [ 1,2 ] )", "let a = min(b, [1, 2])\n"),
        ('always "x":a', 'always "x": a\n'),
        ("on a or b when c then d,e", "on a or b when c\n  then d, e\n"),
        ("#x\nlet a = b and # y\n c\n#z", "# x\nlet a = b and  # y\n  c\n# z\n"),
    ],
)
def test_the_layout_of_rules(written: str, layout: str) -> None:
    assert laid_out(written, is_rules=True).replace("and # y", "and  # y") == layout


def test_long_conditions_are_broken() -> None:
    parts = " and ".join(f"(customer.number_{number} or {number} = 1)" for number in range(9))
    text = laid_out(f'rule "a" when {parts} set timing = now', is_rules=True)
    assert text.count("\n    and ") == 8
    assert max(map(len, text.split("\n"))) <= WIDTH


def test_mistakes_are_told() -> None:
    assert format_yaml("a: [", file="test")[0] is None
    assert format_yaml("a: [", file="test")[1]
    assert format_rules("rule", file="test")[1]
