"""Sheets keep their width, their columns, and whoever reads them from harm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planshift.decision.citing import text_of as text_of_line
from planshift.decision.html import to_html
from planshift.decision.layout import cells, clean, wrap
from planshift.decision.markdown import to_markdown
from planshift.decision.sheet import (
    Column,
    Drawing,
    Pairs,
    Paragraph,
    Point,
    Points,
    Section,
    Sheet,
    Table,
    rows,
    sheet_of,
    to_text,
)
from planshift.diagnostics.excerpt import width

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)

BILL = Table(
    columns=(
        Column(heading="what", wraps=True),
        Column(heading="how", wraps=True),
        Column(heading="amount", align="right"),
        Column(heading="note"),
    ),
    rows=(("Gold", "29.00 EUR x 16/31 days", "14.97 EUR", ""), ("unused time on Silver", "", "-9.81 EUR", "")),
    totals=(("due now", "", "5.16 EUR", ""),),
)


def text_of(*blocks: Paragraph | Points | Pairs | Table, width: int = 80) -> str:
    return to_text(Sheet(title="T", sections=(Section(heading="H", blocks=blocks),)), width=width)


def test_a_table_aligns_its_columns_and_leaves_out_empty_ones() -> None:
    assert text_of(BILL) == (
        "T\n"
        "\n"
        "H\n"
        "  what                   how                        amount  note\n"
        "  Gold                   29.00 EUR x 16/31 days  14.97 EUR\n"
        "  unused time on Silver                          -9.81 EUR\n"
        "  --------------------------------------------------------\n"
        "  due now                                         5.16 EUR\n"
    ).replace("  note", "")


def test_a_table_that_is_too_wide_wraps_where_it_costs_least() -> None:
    assert text_of(BILL, width=52) == (
        "T\n"
        "\n"
        "H\n"
        "  what            how                        amount\n"
        "  Gold            29.00 EUR x 16/31 days  14.97 EUR\n"
        "  unused time on                          -9.81 EUR\n"
        "  Silver\n"
        "  -------------------------------------------------\n"
        "  due now                                  5.16 EUR\n"
    )


def test_points_hang_and_their_notes_stand_under_them() -> None:
    point = Point(text="one two three four", notes=("a place",))
    assert text_of(Points(points=(point,)), width=14).splitlines()[3:] == [
        "  - one two",
        "    three four",
        "      a place",
    ]


def test_pairs_stand_in_two_columns() -> None:
    assert text_of(Pairs(pairs=(("from", "Silver"), ("customer", "anna")))).splitlines()[3:] == [
        "  from      Silver",
        "  customer  anna",
    ]


def test_sections_that_say_nothing_are_left_out() -> None:
    sheet = sheet_of("T", [Section(blocks=(), heading="empty"), Section(blocks=(Paragraph(text="said"),))])
    assert to_text(sheet) == "T\n\nsaid\n"


def test_wide_letters_count_twice() -> None:
    grid = [("東京", "1"), ("ab", "2")]
    printed = cells(grid, aligned=["left", "left"], wraps=[False, False], room=80)
    assert [[text_of_line(line) for line in row] for row in printed] == [["東京  1"], ["ab    2"]]


def test_a_file_breaks_after_a_slash() -> None:
    assert wrap("policies/hosting/policy.rules:17", 20) == ["policies/hosting/", "policy.rules:17"]


def test_nothing_steers_the_terminal() -> None:
    nasty = "\x1b[2Jgone\r\n\u202eback"
    assert "\x1b" not in text_of(Paragraph(text=nasty))
    assert "\u202e" not in text_of(Points(points=(Point(text=nasty, notes=(nasty,)),)))
    assert clean(" a\n\tb ") == "a b"


@given(text=WORDS, room=st.integers(min_value=2, max_value=40))
def test_wrapped_lines_fit_and_say_everything(text: str, room: int) -> None:
    told = clean(text)
    lines = wrap(told, room)
    assert all(width(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == told.replace(" ", "")


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=4), st.integers(min_value=50, max_value=90))
def test_a_table_whose_columns_wrap_keeps_its_width(grid: list[tuple[str, str, str]], room: int) -> None:
    wraps = [True, True, True]
    printed = cells([tuple(map(clean, row)) for row in grid], aligned=["left", "left", "right"], wraps=wraps, room=room)
    assert all(width(text_of_line(line)) <= room for row in printed for line in row)


@given(st.lists(WORDS, max_size=3))
def test_a_row_is_one_line(texts: list[str]) -> None:
    sheet = Sheet(title="T", sections=(Section(blocks=tuple(Paragraph(text=text) for text in texts)),))
    assert all("\n" not in row.text for row in rows(sheet))


def test_markdown_has_tables_and_emphasis() -> None:
    sheet = Sheet(title="T", sections=(Section(heading="H", blocks=(Paragraph(text="Yes.", tone="good"), BILL)),))
    assert to_markdown(sheet) == (
        "## T\n\n### H\n\n**Yes.**\n\n"
        "| what | how | amount |\n"
        "|---|---|---:|\n"
        "| Gold | 29.00 EUR x 16/31 days | 14.97 EUR |\n"
        "| unused time on Silver |  | -9.81 EUR |\n"
        "| **due now** |  | **5.16 EUR** |\n"
    )


def test_markdown_does_not_take_names_for_markup() -> None:
    nasty = "[click](javascript:alert) | <img> *x* _y_ `z` &amp; #1"
    told = to_markdown(Sheet(title=nasty, sections=(Section(blocks=(Points(points=(Point(text=nasty),)),)),)))
    assert "\\[click\\]" in told
    assert "\\<img\\>" in told
    assert "\\|" in told
    assert "&amp;amp;" in told


def test_a_text_without_end_is_laid_out_all_the_same() -> None:
    endless = "word " * 20_000
    table = Table(
        columns=(Column(heading="a", wraps=True), Column(heading="b", wraps=True), Column(heading="c", wraps=True)),
        rows=((endless, endless, "c"), ("a", endless, endless)),
    )
    assert all(len(line) <= 80 for line in text_of(table).splitlines())


def test_a_drawing_keeps_its_blanks_in_every_rendering() -> None:
    drawing = Drawing(lines=("a <b>  c", "  |", "``` \x1b[31m"))
    sheet = Sheet(title="T", sections=(Section(heading="H", blocks=(drawing,)),))
    assert to_text(sheet).splitlines()[3:] == ["  a <b>  c", "    |", "  ``` \N{REPLACEMENT CHARACTER}[31m"]
    markdown = "````text\na <b>  c\n  |\n``` \N{REPLACEMENT CHARACTER}[31m\n````\n"
    assert to_markdown(sheet).endswith(markdown)
    assert "<pre>a &lt;b&gt;  c\n  |\n``` \N{REPLACEMENT CHARACTER}[31m</pre>" in to_html(sheet)
