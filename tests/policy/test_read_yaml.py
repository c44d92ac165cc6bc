"""Texts become trees with places; what people do not write by hand is refused, and sizes are bounded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml.error import MarkedYAMLError

from planshift.diagnostics.span import Span
from planshift.policy import read_yaml as reader
from planshift.policy.located import Located, Mapping, OddNumber, Scalar, follow, plain, span_of
from planshift.policy.read_yaml import MAX_DEPTH, MAX_NODES, MAX_SCALAR, read_yaml
from planshift.policy.text import MAX_FILE_BYTES, decode

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "policies").rglob("*.yaml")) + sorted((ROOT / "engine/planshift/policy/presets").glob("*.yaml"))


def tree(text: str) -> Located:
    root, problems = read_yaml(text, file="book.yaml")
    assert not problems
    assert root is not None
    return root


def codes(text: str) -> list[str]:
    return [problem.code for problem in read_yaml(text, file="book.yaml")[1]]


def at(text: str, *path: str | int) -> tuple[int, int, int, int]:
    span = span_of(follow(tree(text), path).value)
    return span.line, span.column, span.end_line, span.end_column


def test_every_value_knows_its_place() -> None:
    text = "plans:\n  bronze: { title: 'Größe', level: 12 }\n  silver:\n    - a\n    - b: c\n\nnext: 1\n"
    assert at(text, "plans", "bronze", "title") == (2, 20, 2, 27)
    assert at(text, "plans", "bronze", "level") == (2, 36, 2, 38)
    assert at(text, "plans", "silver", 1, "b") == (5, 10, 5, 11)
    assert at(text, "plans", "bronze") == (2, 11, 2, 40)


def test_a_block_ends_with_its_last_value() -> None:
    assert at("a:\n  - x\n  - y\n\n\nb: 1\n", "a") == (2, 3, 3, 6)


def test_every_key_knows_its_place() -> None:
    root = tree("a:\n  b: 1\n")
    assert isinstance(root, Mapping)
    inner = root.entries["a"].value
    assert isinstance(inner, Mapping)
    assert span_of(inner.entries["b"].key) == Span(file="book.yaml", line=2, column=3, end_line=2, end_column=4)


def test_columns_count_characters() -> None:
    assert at("{ 😀: ä, b: c }", "b") == (1, 12, 1, 13)


@pytest.mark.parametrize(
    "text, meaning",
    [
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31 10:00", "2026-01-31 10:00"),
        ("10%", "10%"),
        ("9.00 EUR", "9.00 EUR"),
        ("010", OddNumber("010")),
        ("1_000", OddNumber("1_000")),
        ("0x10", OddNumber("0x10")),
        ("9.5", OddNumber("9.5")),
        ("1e3", OddNumber("1e3")),
        (".5", OddNumber(".5")),
        ("+5", OddNumber("+5")),
        (".nan", OddNumber(".nan")),
        ("NaN", OddNumber("NaN")),
        ("-.inf", OddNumber("-.inf")),
        ("'5'", "5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("1" * 31, OddNumber("1" * 31)),
    ],
)
def test_unquoted_values_mean_little(text: str, meaning: object) -> None:
    assert plain(tree(f"a: {text}")) == {"a": meaning}


def test_a_block_text_keeps_its_lines() -> None:
    assert plain(tree("rules: |\n  one\n    two\n\n  three\n")) == {"rules": "one\n  two\n\nthree\n"}


def test_json_is_read_as_well() -> None:
    data = {"id": "a", "list": [1, True, None, "x\u2603\U0001f600"], "inner": {"tab": "\t"}}
    assert plain(tree(json.dumps(data))) == data
    assert plain(tree(json.dumps(data, indent="\t"))) == data


def test_what_only_yaml_1_2_allows_is_read_as_well() -> None:
    assert plain(tree("{ at: 2026-03-11 10:00, to: gold }")) == {"at": "2026-03-11 10:00", "to": "gold"}


def test_an_alias_stands_for_its_value() -> None:
    assert plain(tree("a: &x { b: [1, 2] }\nc: *x\n")) == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}


def test_all_mistakes_that_do_not_stop_the_parser_are_told() -> None:
    assert codes("a: 1\na: 2\n? [x]\n: 3\nb: !odd 4\n<<: 5\n") == ["PS005", "PS006", "PS007", "PS008"]


def test_mistakes_before_the_parser_stops_are_told() -> None:
    assert codes("a: 1\na: 2\nb: [\n") == ["PS005", "PS004"]


@pytest.mark.parametrize(
    "text, code",
    [
        ("[" * (MAX_DEPTH + 1), "PS003"),
        ("[" * 100_000, "PS003"),
        ("{a: " * (MAX_DEPTH + 1), "PS003"),
        ("a: '" + "x" * (MAX_SCALAR + 1) + "'", "PS003"),
        ("[" + "1," * (MAX_NODES + 1) + "]", "PS003"),
        ("a: " + "x " * (MAX_FILE_BYTES // 2), "PS003"),
        ("a: &a [*a]", "PS008"),
        ("a: *b", "PS008"),
        ("a: 1\n---\nb: 2\n", "PS009"),
        ("%YAML 1.1\n---\na: 1\n", "PS009"),
        ("a: \x07", "PS002"),
        ("a: \x85", "PS002"),
        ("a: 1\rb: 2", "PS002"),
        ('a: "\\a"', "PS002"),
        ('a: "\\ud800"', "PS004"),
        ("a: b: c", "PS004"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_the_limits_hold(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_what_is_just_within_the_limits_is_read() -> None:
    assert not codes("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert not codes("a: '" + "x" * MAX_SCALAR + "'")
    assert not codes("[" + "1," * (MAX_NODES - 1) + "1]")


def test_an_alias_bomb_does_not_go_off() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert codes("\n".join(rows)) == ["PS003"]


def test_bytes_must_be_utf_8() -> None:
    assert decode("\ufefftitle: ä".encode(), file="x") == ("title: ä", ())
    text, (problem,) = decode("title: ä".encode("utf-16"), file="x")
    assert text is None
    assert problem.code == "PS002"
    text, (problem,) = decode("a: 1\nb: \xff".encode("latin-1"), file="x")
    assert (problem.span.line, problem.span.column) == (2, 4)


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_both_parsers_read_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    fast = tree(text)
    monkeypatch.setattr(reader, "CParser", None)
    slow = tree(text)
    assert plain(fast) == plain(slow)
    assert list(places(fast)) == list(places(slow))


def test_times_in_braces_are_read_as_quickly_as_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_pure_events", None)  # whoever asked it would fail
    assert plain(tree("when: { to: max, at: 2026-04-16 09:00 }")) == {"when": {"to": "max", "at": "2026-04-16 09:00"}}
    assert plain(tree("- [the day before, 23:59:30, 'at 10:00', \"10:00\"] # 10:00\n- |\n  10:00")) == [
        ["the day before", "23:59:30", "at 10:00", "10:00"],
        "10:00",
    ]


TIMES = [
    "10:00",
    "1:2",
    ":",
    " ",
    "\n",
    "\n  ",
    "{ ",
    " }",
    "[",
    "]",
    ", ",
    "a: ",
    "- ",
    "'",
    '"',
    "&a",
    "*a",
    "!t",
    "\\x1",
    "#",
]


@given(parts=st.lists(st.sampled_from([*TIMES, "\ue000"]), max_size=12))
@example(parts=["{ ", "10:00", " }"])
@example(parts=["{ ", "a: ", "10:00", " }", "\n", "&a", "10:00"])
def test_what_is_read_with_times_is_what_the_pure_parser_reads(parts: list[str]) -> None:
    text = "".join(parts)
    slow = reader._read_slowly(text, file="book.yaml")
    quick = reader._read_times(text, file="book.yaml") if has_colon_in_its_way(text) else None
    if quick is not None and not slow[1]:
        assert quick[1] == ()
        assert (quick[0] is None) == (slow[0] is None)
        if quick[0] is not None and slow[0] is not None:
            assert plain(quick[0]) == plain(slow[0])
            assert texts(quick[0]) == texts(slow[0])


def has_colon_in_its_way(text: str) -> bool:
    try:
        list(reader._events(text))
    except MarkedYAMLError as error:
        return str(error.problem) == reader._COLON
    return False


def texts(node: Located) -> list[tuple[str, int, int]]:
    """Each text with its place, but empty ones: parsers differ on where nothing stands."""
    if isinstance(node, Mapping):
        return [text for entry in node.entries.values() for each in (entry.key, entry.value) for text in texts(each)]
    if isinstance(node, Scalar):
        return [(node.text, node.start.line, node.start.column)] if node.text else []
    return [text for item in node.items for text in texts(item)]


def places(node: Located) -> list[tuple[int, int]]:
    """Where each scalar begins; the parsers differ on where a block text ends."""
    if isinstance(node, Mapping):
        found = [(entry.key.start.line, entry.key.start.column) for entry in node.entries.values()]
        return found + [place for entry in node.entries.values() for place in places(entry.value)]
    if isinstance(node, Scalar):
        return [(node.start.line, node.start.column)]
    return [place for item in node.items for place in places(item)]


def test_a_merge_key_is_one_mistake_and_not_one_for_each_key_that_it_stands_for() -> None:
    text = "a: &a { level: 1 }\nb:\n  <<: *a\n  x: 1\nc: { <<: *a }\n"
    root, problems = read_yaml(text, file="book.yaml")
    assert root is None
    assert [(problem.code, problem.message, problem.span.line) for problem in problems] == [
        ("PS008", "merge keys are not used here", 3)
    ]
