"""A starter book is right as soon as it is written, whatever was answered.

`RECORD=1 pytest tests/starter` writes the default book; what changed is then for review.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planshift.billing.currency import decimals, known_currencies
from planshift.book import check, load_text
from planshift.cases.run import run
from planshift.cli import main
from planshift.cli.exits import Exit
from planshift.cli.fmt import fmt
from planshift.cli.init import init
from planshift.cli.placing import place
from planshift.diagnostics.errors import InvalidInput
from planshift.policy.shelf import preset_names
from planshift.starter.answers import Answers, read_answers
from planshift.starter.files import starter_files
from tests.golden import assert_golden

GOLDEN = Path(__file__).with_name("golden")

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}(-[a-z0-9_]{1,8}){0,2}", fullmatch=True) | st.sampled_from(
    ["no", "null", "y"]
)
TITLES = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", *known_currencies()]))
    plans = draw(st.lists(NAMES.filter(lambda name: name != "trial"), min_size=1, max_size=5, unique=True))
    prices = draw(st.none() | st.lists(amounts(currency), min_size=len(plans), max_size=len(plans)))
    return read_answers(
        folder=draw(NAMES | TITLES),
        title=draw(st.none() | TITLES.filter(lambda text: text == text.strip() and text.isprintable())),
        currency=currency,
        timezone=draw(st.sampled_from(["Europe/Berlin", "UTC", "Pacific/Apia", "Etc/GMT+12"])),
        preset=draw(st.none() | st.sampled_from(preset_names())),
        plans=",".join(plans),
        prices=None if prices is None else ",".join(prices),
        yearly=draw(st.booleans()),
        trial=draw(st.sampled_from([None, "14 days", "1 day", "2 weeks", "1 month", "1 year"])),
    )


def amounts(currency: str) -> st.SearchStrategy[str]:
    places = decimals(currency)
    return st.integers(0, 10**9).map(
        lambda minor: f"{minor // 10**places}.{minor % 10**places:0{places}}" if places else str(minor)
    )


def answered(**given: object) -> Answers:
    return read_answers(folder="shop", **given)  # type: ignore[arg-type]  # the tests below say what they answer


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers())
@example(answered(currency="JPY", yearly=True, trial="14 days"))
@example(answered(currency="KWD", plans="pro-plus,no", prices="0,1.125", yearly=True))
@example(answered(plans="one"))
@example(answered(plans="pro-plus,no", yearly=True, title="A: b"))
def test_a_starter_book_passes_its_check_and_its_cases_and_is_laid_out(tmp_path: Path, given_answers: Answers) -> None:
    files = starter_files(given_answers)
    place(files, tmp_path)
    assert fmt((tmp_path,), check=True) is Exit.YES
    book = load_text(files)
    assert not book.diagnostics
    assert run(book).ok
    assert book.title == given_answers.title
    assert all(len(line) <= 120 for name, text in files.items() if name != "README.md" for line in text.splitlines())


@pytest.mark.parametrize("preset", preset_names())
def test_it_passes_with_every_preset(preset: str, tmp_path: Path) -> None:
    files = starter_files(answered(preset=preset, yearly=True, trial="14 days"))
    place(files, tmp_path / "book")
    assert check(tmp_path / "book") == ()
    assert fmt((tmp_path / "book",), check=True) is Exit.YES
    assert run(load_text(files)).ok


def test_the_default_book() -> None:
    files = starter_files(read_answers(folder="magazine"))
    for name, text in files.items():
        assert_golden(text, GOLDEN / name)
    assert {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()} == set(files)


def test_prices_are_taken_to_the_last_decimal() -> None:
    files = starter_files(answered(currency="KWD", plans="one", prices="9.125", yearly=True))
    assert 'KWD: "9.125"' in files["catalog.yaml"]
    assert 'KWD: "91.250"' in files["catalog.yaml"]


@pytest.mark.parametrize(
    "given_answers, told",
    [
        ({"prices": "9,19.999,49"}, "more decimals"),
        ({"currency": "JPY", "prices": "9.5,19,49"}, "more decimals"),
        ({"prices": "9,-1,49"}, "negative"),
        ({"prices": "9,x,49"}, "`x` is not an amount"),
        ({"prices": "9,19"}, None),
        ({"prices": "9,19,49,99"}, "3 plans and 4 prices"),
        ({"prices": "999999999999,1,1", "currency": "KWD", "yearly": True}, "too large"),
        ({"plans": "a,b,a"}, "named twice"),
        ({"plans": "a,trial", "trial": "14 days"}, "`--trial` adds"),
        ({"plans": "a,trial"}, None),
        ({"plans": ",".join("abcdefghijkl")}, "12 plans and 10 prices"),
        ({"trial": "once"}, "no length of a trial"),
        ({"trial": "14"}, "not an interval"),
        ({"title": "two\nlines"}, "no title"),
        ({"preset": "strip"}, "there is no preset"),
    ],
)
def test_a_wrong_answer_is_told(given_answers: dict[str, object], told: str | None) -> None:
    if told is None:
        assert run(load_text(starter_files(answered(**given_answers)))).ok
        return
    with pytest.raises(InvalidInput, match=told):
        answered(**given_answers)


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_mistake_leaves_nothing_behind(tmp_path: Path) -> None:
    assert init(tmp_path / "a" / "b", prices="x") is Exit.USAGE
    assert names_in(tmp_path) == set()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.joinpath("notes.txt").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 2
    assert "it holds notes.txt" in capsys.readouterr().err
    assert names_in(tmp_path) == {"notes.txt"}


def test_an_empty_repository_is_empty(tmp_path: Path) -> None:
    tmp_path.joinpath(".git").mkdir()
    assert init(tmp_path) is Exit.YES
    assert check(tmp_path) == ()


def test_force_says_what_it_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.joinpath("README.md").write_text("mine", encoding="utf-8")
    tmp_path.joinpath("notes.txt").write_text("mine", encoding="utf-8")
    assert init(tmp_path, force=True) is Exit.YES
    told = capsys.readouterr().out
    assert told.count("(replaced)") == 1
    assert tmp_path.joinpath("notes.txt").read_text(encoding="utf-8") == "mine"
    assert check(tmp_path) == ()


@pytest.mark.parametrize("name", ["policy.yaml", "cases/changes.yaml"])
def test_force_does_not_replace_a_folder(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.joinpath(name).mkdir(parents=True)
    before = names_in(tmp_path)
    assert init(tmp_path, force=True) is Exit.USAGE
    assert name in capsys.readouterr().err
    assert names_in(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    tmp_path.joinpath("book").write_text("mine", encoding="utf-8")
    assert init(tmp_path / "book", force=True) is Exit.USAGE
    assert init(tmp_path / "book" / "inner") is Exit.USAGE
    assert names_in(tmp_path) == {"book"}


def test_what_cannot_be_finished_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = tmp_path / "book"
    book.mkdir()
    book.joinpath("policy.yaml").write_text("mine", encoding="utf-8")
    really = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == book / "README.md":
            raise OSError(28, "No space left on device")
        return really(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    assert init(book, force=True) is Exit.USAGE
    assert names_in(tmp_path) == {"book", "book/policy.yaml"}
    assert book.joinpath("policy.yaml").read_text(encoding="utf-8") == "mine"
