"""Whatever a file holds, the answer is a book or diagnostics with places: no exception, no half-read book, no wait."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic, has_errors
from planshift.diagnostics.render import to_text
from planshift.policy.case_documents import read_cases
from planshift.policy.from_yaml import read_book, read_book_text
from planshift.policy.request_documents import read_request
from planshift.policy.subscription_documents import read_subscription
from planshift.rulebook.from_policy import compile_book
from planshift.rulebook.passes import run_passes
from tests.policy import shop

GOOD = shop.files()
BOOK = shop.book()
ANNA, _ = read_subscription(GOOD["subscriptions/anna.yaml"], file="anna", book=BOOK)

PIECES = [
    *"{}[],:-#&*!|>'\"%@`?~ \n\t.",
    "\n  ",
    "\n    ",
    "\n- ",
    ": ",
    "<<: ",
    "&a ",
    "*a",
    "!!str ",
    "---\n",
    "null",
    "true",
    "0",
    "-1",
    "9.99",
    ".nan",
    "1e999",
    "0x1F",
    "2026-02-30",
    "2026-03-29 02:30",
    "9.00 EUR",
    "10%",
    "1 month",
    "once",
    "unlimited",
    "bronze",
    "silver",
    "\\",
    "\u2028",
    "\x00",
    "\ud7ff",
    "é😀",
    "policy_language: 1\n",
    "terms:",
    "any:",
    "fee:",
    "plans:",
    "prices:",
    "groups:",
    "members:",
    "paths:",
    "from:",
    "facts:",
    "rules: |\n",
    "extends: stripe\n",
    "catalog:",
    "cases:",
    "expect:",
    "{}",
    "[]",
]
yamlish = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
VALUES = st.sampled_from(["", "5", "'5'", "[]", "{}", "[x, y]", "{ a: b }", "true", "null", "x", "-1", "9.99", "1 EUR"])


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A good text with a few things cut, doubled, moved or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 40)))
        how = draw(st.sampled_from(["cut", "double", "piece", "value", "yamlish"]))
        if how == "cut":
            text = text[:start] + text[stop:]
        elif how == "double":
            text = text[:stop] + text[start:stop] + text[stop:]
        elif how == "piece":
            text = text[:start] + draw(st.sampled_from(PIECES)) + text[stop:]
        elif how == "yamlish":
            text = text[:start] + draw(yamlish) + text[start:]
        else:
            text = with_other_value(text, draw(st.integers(0, 200)), value=draw(VALUES))
    return text


def with_other_value(text: str, number: int, *, value: str) -> str:
    """The text with the value of one key replaced."""
    rows = text.split("\n")
    keyed = [index for index, row in enumerate(rows) if ": " in row]
    if keyed:
        index = keyed[number % len(keyed)]
        rows[index] = rows[index].partition(": ")[0] + ": " + value
    return "\n".join(rows)


def judged(problems: tuple[Diagnostic, ...], texts: dict[str, str]) -> None:
    """Every problem has a known code, a sentence and a place inside its file, and can be shown."""
    for problem in problems:
        assert problem.code in CODES
        assert problem.message
        assert not problem.message.endswith(".")
        if problem.span.known:
            lines = texts[problem.span.file].split("\n")
            assert 1 <= problem.span.line <= len(lines)
            assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 1
            assert problem.span.start <= problem.span.end
    assert bool(to_text(problems, texts)) == bool(problems)


def read(texts: dict[str, str]) -> None:
    document, problems, sources = read_book_text(texts)
    judged(problems, sources | texts)
    assert document is not None or has_errors(problems)
    if document is None:
        return
    judged(tuple(run_passes(document).diagnostics), sources)
    if not has_errors(problems):
        judged(compile_book(document, digest_of="")[1], sources)
        judged(read_cases(document, texts)[1], sources | texts)


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"%YAML 1.1\n")
@example(b"? \n")
def test_any_bytes(data: bytes) -> None:
    subscription, problems = read_subscription(data, file="s.yaml", book=BOOK)
    assert (subscription is None) == has_errors(problems)
    assert to_text(problems, {"s.yaml": data.decode("utf-8", errors="replace")})


@given(st.one_of(st.text(max_size=200), yamlish))
@settings(max_examples=300)
def test_any_text_as_policy(text: str) -> None:
    read(GOOD | {"policy.yaml": text})


@given(st.one_of(st.text(max_size=200), yamlish))
def test_any_text_as_catalog(text: str) -> None:
    read(GOOD | {"catalog.yaml": text})


@given(mutated(GOOD["policy.yaml"]))
@settings(max_examples=300)
def test_a_policy_with_slips(text: str) -> None:
    read(GOOD | {"policy.yaml": text})


@given(mutated(GOOD["catalog.yaml"]))
@settings(max_examples=300)
def test_a_catalog_with_slips(text: str) -> None:
    read(GOOD | {"catalog.yaml": text})


@given(mutated(GOOD["subscriptions/anna.yaml"]))
@settings(max_examples=300)
def test_a_subscription_with_slips(text: str) -> None:
    subscription, problems = read_subscription(text, file="s.yaml", book=BOOK)
    assert (subscription is None) == has_errors(problems)
    judged(problems, {"s.yaml": text})


@given(st.one_of(yamlish, mutated("to: silver\nprice: monthly\nby: staff\nat: 2026-03-11 10:00\nquantity: 2\n")))
def test_a_request_with_slips(text: str) -> None:
    assert ANNA is not None
    request, problems = read_request(text, file="r.yaml", book=BOOK, subscription=ANNA, now=0)
    assert (request is None) == has_errors(problems)
    judged(problems, {"r.yaml": text})


@given(mutated(GOOD["cases/up.yaml"]))
def test_a_case_with_slips(text: str) -> None:
    files, problems, sources = read_cases(BOOK, GOOD | {"cases/up.yaml": text})
    judged(problems, sources | {"cases/up.yaml": text})
    assert files or problems


def test_a_device_or_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").mkdir()
    document, problems, _ = read_book(tmp_path)
    assert document is None
    assert [problem.code for problem in problems] == ["PS001"]
