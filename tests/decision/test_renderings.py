"""Markdown and HTML say what the sheet says, and take nothing that it quotes for markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planshift.billing.change import ChangeRequest
from planshift.book import load_text
from planshift.decision.citing import Cited, Words, by_pattern, joined, runs_of, said, text_of
from planshift.decision.explain import to_html as decision_html
from planshift.decision.explain import to_markdown as decision_markdown
from planshift.decision.explain import trace_html, trace_markdown
from planshift.decision.html import to_html
from planshift.decision.markdown import to_markdown
from planshift.decision.sheet import (
    Column,
    Pairs,
    Paragraph,
    Point,
    Points,
    Section,
    Sheet,
    Table,
    rows,
    to_text,
    words_of,
)
from planshift.diagnostics.span import Span
from tests.cli.conftest import CATALOG, POLICY, RULES, SUBSCRIPTIONS

HERE = Span(file="my book/policy.yaml", line=12, column=3, end_line=12, end_column=9)
PLACE: Words = ("see ", Cited(text="policy.yaml:12", span=HERE), ", terms")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><b>",
    "[click](javascript:alert(1))",
    "![](https://evil.example/pixel.png)",
    "| a | b |",
    "`code` **bold** _it_ ~~gone~~ $x$",
    "# heading",
    "1. one",
    "- item",
    "+ item",
    "---",
    "===",
    "&lt;b&gt; &amp; &copy;",
    "https://evil.example www.evil.example",
    "@everyone",
    "\\",
    "\x1b[2J\u202e",
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
CALLING = re.compile(r"(?<![\w`])@\w")


class Seen(HTMLParser):
    """What a browser makes of a page: its elements, their attributes and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def links(self) -> list[str | None]:
        return [value for tag, name, value in self.attributes if (tag, name) == ("a", "href")]


def sheet_saying(text: str) -> Sheet:
    table = Table(columns=(Column(heading=text), Column(heading="n", align="right")), rows=((text, text),))
    blocks = (
        Paragraph(text=text),
        Paragraph(text=text, tone="good"),
        Points(points=(Point(text=text, notes=(text, PLACE), tone="bad"),)),
        Pairs(pairs=((text, text),)),
        replace(table, totals=((text, text),)),
    )
    return Sheet(title=text, sections=(Section(blocks=blocks, heading=text),))


def markdown_text(told: str) -> str:
    """What Markdown without any markup in it says."""
    return re.sub(r"\\(.)", r"\1", told).replace("&#8203;", "").replace("&amp;", "&")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_says_hostile_texts_and_does_nothing_else(text: str) -> None:
    harmless = Seen(to_html(sheet_saying("harmless")))
    seen = Seen(to_html(sheet_saying(text)))
    assert seen.tags == harmless.tags
    assert [(tag, name) for tag, name, _ in seen.attributes] == [(tag, name) for tag, name, _ in harmless.attributes]
    assert seen.links == harmless.links
    assert text_of(runs_of(text)) in "".join(seen.texts)


def test_a_page_asks_nobody_and_runs_nothing() -> None:
    page = to_html(sheet_saying("x"))
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(Seen(page).tags)
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert "@import" not in page


@given(text=TEXTS)
@example(text="<b>")
def test_whatever_is_quoted_a_page_keeps_its_elements(text: str) -> None:
    seen = Seen(to_html(sheet_saying(text or "x")))
    assert {"script", "img", "b"}.isdisjoint(seen.tags)
    assert {name for _, name, _ in seen.attributes} <= {
        "lang", "charset", "name", "content", "http-equiv", "id", "class", "scope", "href", "data-name"
    }  # fmt: skip  # one line reads better


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_quotes_hostile_texts(text: str) -> None:
    told = to_markdown(sheet_saying(text))
    shape = [re.match(r"[#|*\s-]*", line) for line in to_markdown(sheet_saying("x")).splitlines()]
    assert len(told.splitlines()) == len(shape)
    for line in told.splitlines():
        bare = re.sub(r"\[policy\.yaml:12\]\(<[^<>]*>\)", "", line)
        bare = re.sub(r"\\.", "", bare)
        assert not re.search(r"[<>`\[\]~$]", bare), line
        assert "&" not in bare.replace("&amp;", "").replace("&#8203;", "")
        assert "http:" not in bare
        assert "https:" not in bare
        assert "www." not in bare
        assert not CALLING.search(line)
    assert text_of(runs_of(text)) in markdown_text(told)


def test_what_begins_a_list_in_markdown_begins_none() -> None:
    for text, told in (
        ("1. one", "1\\. one"),
        ("- a", "\\- a"),
        ("+ a", "\\+ a"),
        ("---", "\\---"),
        ("2) a", "2\\) a"),
    ):
        sheet = Sheet(title="T", sections=(Section(blocks=(Paragraph(text=text),)),))
        assert to_markdown(sheet).splitlines()[2] == told


def test_all_renderings_say_the_same() -> None:
    sheet = sheet_saying("one two")
    page = "".join(Seen(to_html(sheet)).texts)
    marked = markdown_text(to_markdown(sheet))
    for words in words_of(sheet):
        assert words in page
        assert words in marked or words == said(PLACE)  # a link stands in its midst
        assert words in to_text(sheet)


def test_places_are_links() -> None:
    sheet = Sheet(title="T", sections=(Section(blocks=(Paragraph(text=PLACE),)),))
    assert "see [policy.yaml:12](<my%20book/policy.yaml#L12>), terms" in to_markdown(sheet)
    assert 'see <a href="my%20book/policy.yaml#L12">policy.yaml:12</a>, terms' in to_html(sheet)
    host = by_pattern("https://code.example.com/blob/main/{file}#L{line}-C{column}")
    assert "(<https://code.example.com/blob/main/my%20book/policy.yaml#L12-C3>)" in to_markdown(sheet, links=host)
    assert Seen(to_html(sheet, links=host)).links == ["https://code.example.com/blob/main/my%20book/policy.yaml#L12-C3"]


def test_what_is_shipped_or_nowhere_is_no_link() -> None:
    shipped = replace(HERE, file="presets/blesta.yaml")
    for span in (shipped, replace(HERE, line=0)):
        words = (Cited(text="a place", span=span),)
        sheet = Sheet(title="T", sections=(Section(blocks=(Paragraph(text=words),)),))
        assert "\na place\n" in to_markdown(sheet)
        assert not Seen(to_html(sheet, links=by_pattern("https://code.example.com/{file}"))).links


def test_a_link_that_is_broken_over_lines_leads_there_with_each_piece() -> None:
    words = joined("see ", (Cited(text="policies/hosting/policy.rules:17", span=HERE),), " here")
    sheet = Sheet(title="T", sections=(Section(blocks=(Paragraph(text=words),)),))
    found = [run for row in rows(sheet, width=20) for run in row.line if run.span is not None]
    assert len(found) == 2
    assert "".join(run.text.strip() for run in found) == "policies/hosting/policy.rules:17"


def test_links_keep_their_columns_in_a_table() -> None:
    cell: Words = (Cited(text="p:1", span=HERE),)
    table = Table(
        columns=(Column(heading="a"), Column(heading="b", align="right"), Column(heading="c")),
        rows=(("one", cell, cell), ("longer", "long text", cell)),
    )
    sheet = Sheet(title="T", sections=(Section(blocks=(table,)),))
    for row in rows(sheet):
        assert [run.text for run in row.line if run.span is not None] in (["p:1", "p:1"], ["p:1"], [])
    assert to_text(sheet).splitlines()[2:] == [
        "a               b  c",
        "one           p:1  p:1",
        "longer  long text  p:1",
    ]


@pytest.mark.parametrize("text", HOSTILE[:-1])  # the last one is none that a book can hold
def test_a_book_with_hostile_names_makes_a_harmless_page(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    files = {
        "policy.yaml": POLICY,
        "catalog.yaml": CATALOG.replace("title: Silver", f'title: "{quoted}"'),
        "policy.rules": RULES,
        "subscriptions/anna.yaml": SUBSCRIPTIONS["anna"],
    }
    book = load_text(files)
    anna = replace(book.subscriptions["anna"], id=text[:60])
    decision = book.decide(anna, ChangeRequest(at=1773219600, plan="silver", price="monthly"))
    for page in (decision_html(decision), trace_html(decision)):
        seen = Seen(page)
        assert {"script", "img", "b"}.isdisjoint(seen.tags)
        assert all(link and (link.startswith(("#part-", "policy.")) or link == "catalog.yaml") for link in seen.links)
    for told in (decision_markdown(decision), trace_markdown(decision)):
        assert not re.search(r"(?<!\\)<(?!policy|catalog)", told)
        assert not re.search(r"(?<!\\)\]\((?!<policy)", told)


def test_headings_of_a_long_page_are_listed_and_lead_there() -> None:
    sections = tuple(Section(heading=f"Part {k}", blocks=(Paragraph(text="x"),)) for k in range(7))
    seen = Seen(to_html(Sheet(title="T", sections=sections)))
    targets = [value for _, name, value in seen.attributes if name == "id"]
    assert [link for link in seen.links if link is not None] == [f"#{target}" for target in targets]
    assert all(first != second for first, second in pairwise(targets))
