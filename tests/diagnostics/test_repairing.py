"""Repairs: edits that do not overlap, made as long as they help, and taken back where they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.fix import Edit, Fix, Instead, Trust, edited, instead_of, overlaps
from planshift.diagnostics.nearest import only_nearest
from planshift.diagnostics.repairing import MAX_ROUNDS, repair, settled
from planshift.diagnostics.span import Span

FILE = "a.yaml"


def at(line: int, column: int, end: int, *, file: str = FILE) -> Span:
    return Span(file=file, line=line, column=column, end_line=line, end_column=end)


def wrong(
    word: str, right: str, text: str, *, trust: Trust = "safe", code: str = "PS101", file: str = FILE
) -> Diagnostic:
    """The diagnostic of the first place of a word in a text."""
    before = text[: text.index(word)]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    span = at(line, column, column + len(word), file=file)
    fixes = Instead(wrong=word, right=right, trust=trust).at(span)
    return Diagnostic(code=code, message=f"`{word}` is wrong", span=span, fixes=fixes)


def checking(*rules: Callable[[str], Diagnostic | None], text: str) -> Callable[..., object]:
    def check(texts: Mapping[str, str]) -> tuple[tuple[Diagnostic, ...], dict[str, str]]:
        now = texts.get(FILE, text)
        return tuple(found for rule in rules if (found := rule(now)) is not None), {FILE: now}

    return check


def misspelt(word: str, right: str) -> Callable[[str], Diagnostic | None]:
    return lambda text: wrong(word, right, text) if word in text else None


def run(*rules: Callable[[str], Diagnostic | None], text: str) -> tuple[str, int, tuple[Diagnostic, ...]]:
    answer = repair(checking(*rules, text=text), may_change=lambda _: True)  # type: ignore[arg-type]  # as above
    return answer.texts.get(FILE, text), len(answer.done), answer.left


LINES = st.text(alphabet=st.sampled_from("ab \r\n😀é"), max_size=20)


@given(LINES, st.data())
def test_an_edit_touches_nothing_outside_of_its_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    places = [(text.count("\n", 0, each) + 1, each - text.rfind("\n", 0, each)) for each in (start, end)]
    (line, column), (end_line, end_column) = places
    span = Span(file=FILE, line=line, column=column, end_line=end_line, end_column=end_column)
    assert edited(text, [Edit(span=span, text="NEW")]) == f"{text[:start]}NEW{text[end:]}"


def test_edits_are_made_in_the_order_of_their_places() -> None:
    edits = [Edit(span=at(2, 1, 2), text="X"), Edit(span=at(1, 3, 4), text=""), Edit(span=at(1, 1, 1), text=">")]
    assert edited("abc\ndef", edits) == ">ab\nXef"


@pytest.mark.parametrize(
    "one, other, do",
    [
        (at(1, 1, 3), at(1, 2, 4), True),
        (at(1, 1, 3), at(1, 3, 4), False),
        (at(1, 2, 2), at(1, 2, 2), True),
        (at(1, 1, 3), at(2, 1, 3), False),
        (at(1, 1, 3), at(1, 1, 3, file="b.yaml"), False),
    ],
)
def test_edits_that_overlap_are_refused(one: Span, other: Span, do: bool) -> None:
    edits = [Edit(span=one, text="x"), Edit(span=other, text="y")]
    assert overlaps(*edits) is overlaps(*reversed(edits)) is do
    if do:
        with pytest.raises(ValueError, match="overlap"):
            edited("abcdef\nabcdef", edits)


def test_only_a_clear_nearest_is_meant() -> None:
    assert only_nearest("gruops", ["groups", "paths"]) == "groups"
    assert only_nearest("upgrads", ["upgrade", "upgrades"]) is None
    assert only_nearest("ot", ["to", "terms"]) is None, "half of its letters"
    assert instead_of("groups", ["groups"]) is None
    assert instead_of("bronez", ["bronze"], trust="by_use") == Instead(wrong="bronez", right="bronze", trust="by_use")


def test_repairs_go_on_until_nothing_is_left() -> None:
    hidden = misspelt("bb", "B")
    rules = (misspelt("aa", "A"), lambda text: None if "aa" in text else hidden(text))
    assert run(*rules, text="aa\nbb\n") == ("A\nB\n", 2, ())


def test_repairs_that_never_end_are_stopped() -> None:
    rules = (misspelt("a", "b"), misspelt("b", "a"))
    text, count, left = run(*rules, text="a\n")
    assert (text in ("a\n", "b\n"), count <= MAX_ROUNDS, len(left)) == (True, True, 1)


def test_a_repair_after_which_its_place_is_still_wrong_is_taken_back() -> None:
    message = Diagnostic(code="PS103", message="expected a list", span=at(1, 4, 9))
    text, count, left = run(
        misspelt("mmebers", "members"),
        misspelt("othre", "other"),
        lambda text: message if "members: 3" in text else None,
        text="mmebers: 3\nothre: 1\n",
    )
    assert (text, count) == ("mmebers: 3\nother: 1\n", 1)
    assert [(each.code, each.repair, [fix.trust for fix in each.fixes]) for each in left] == [("PS101", None, ["open"])]


def test_a_repair_that_brings_out_what_it_hid_stays() -> None:
    hidden = Diagnostic(code="PS201", message="there is no plan", span=at(2, 1, 3))
    text, count, left = run(misspelt("aa", "A"), lambda t: hidden if "A" in t else None, text="aa\nxx\n")
    assert (text, count, left) == ("A\nxx\n", 1, (hidden,))


def test_a_file_that_cannot_be_read_any_more_gets_its_text_back() -> None:
    unread = Diagnostic(code="PS004", message="not YAML", span=at(9, 1, 2))
    text, count, _ = run(misspelt("aa", "A"), lambda t: unread if "A" in t else None, text="aa\n")
    assert (text, count) == ("aa\n", 0)


def test_files_that_may_not_change_do_not() -> None:
    found = wrong("aa", "A", "aa")
    answer = repair(lambda _: ((found,), {FILE: "aa"}), may_change=lambda file: file != FILE)
    assert (answer.done, dict(answer.texts), answer.left) == ((), {}, (found,))


def test_a_name_of_the_book_is_repaired_towards_its_use() -> None:
    usual = "plans: [bronze]\nfrom: bronze\nto: bronez\n"
    (found,) = settled([wrong("bronez", "bronze", usual, trust="by_use")], {FILE: usual})
    assert found.repair is not None
    assert found.repair.done == "replaced `bronez` by `bronze`"
    definition = "plans: [bronez]\nfrom: bronze\nto: bronze\n"
    (found,) = settled([wrong("bronze", "bronez", definition, trust="by_use")], {FILE: definition})
    assert found.repair is None
    even = "plans: [bronez]\nfrom: bronze\n"
    (found,) = settled([wrong("bronze", "bronez", even, trust="by_use")], {FILE: even})
    assert found.repair is None


def test_of_a_dotted_name_only_what_differs_is_counted() -> None:
    text = "pays_by: {}\nwhen customer.pays_by and customer.pays_yb\n"
    fixes = Instead(wrong="customer.pays_yb", right="customer.pays_by", trust="by_use").at(at(2, 27, 43))
    (found,) = settled([Diagnostic(code="PS310", message="", span=at(2, 27, 43), fixes=fixes)], {FILE: text})
    assert found.repair is not None


def test_what_was_done_is_told_as_done() -> None:
    for title, done in (
        ("replace a", "replaced a"),
        ("add a", "added a"),
        ("quote 1", "quoted 1"),
        ("remove x", "removed x"),
    ):
        assert Fix(title=title, edits=()).done == done
