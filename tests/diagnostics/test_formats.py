"""Diagnostics for other programs: nothing that a book says can end a message early, or begin another one."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from planshift.diagnostics.annotations import to_annotations, told
from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.excerpt import printable
from planshift.diagnostics.fix import Edit, Fix
from planshift.diagnostics.junit import JUnitCase, JUnitSuite, suite_of, to_junit
from planshift.diagnostics.sarif import to_sarif
from planshift.diagnostics.span import NOWHERE, Span, whole_file

ROOT = PurePosixPath("/books")
SARIF = Draft202012Validator(json.loads(Path(__file__).with_name("sarif.schema.json").read_text(encoding="utf-8")))

NASTY = ["::error::x", "a%0Ab", "a\r\n::warning::b", "##[error]", "]]>", "<!--", "&amp;", "[bold]x[/bold]", "[a](1)"]
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(alphabet=st.sampled_from("ab :,%\r\n\t\0\x1b\x85\u2028<>&\"'[](){}#=\ufffe\ud800é銀")),
    st.text(),
)
FILES = TEXTS.filter(lambda text: text and not re.search("[\ud800-\udfff]", text))
SPANS = st.builds(
    lambda file, line, column: Span(file=file, line=line, column=column, end_line=line, end_column=column + 2),
    FILES,
    st.integers(1, 99),
    st.integers(1, 99),
)
PLACES = st.one_of(SPANS, st.just(NOWHERE), st.builds(whole_file, FILES))
LABELS = st.lists(st.builds(Label, span=SPANS, text=TEXTS), max_size=2).map(tuple)
FIXES = st.lists(
    st.builds(
        Fix, title=TEXTS, edits=st.lists(st.builds(Edit, span=SPANS, text=TEXTS), min_size=1, max_size=3).map(tuple)
    ),
    max_size=2,
).map(tuple)
DIAGNOSTICS = st.builds(
    Diagnostic,
    code=st.sampled_from(["PS101", "PS320"]),
    message=TEXTS,
    span=PLACES,
    labels=LABELS,
    help=st.none() | TEXTS,
    severity=st.sampled_from(["error", "warning"]),
    context=TEXTS,
    fixes=FIXES,
)


def command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the one who runs it reads it: its name, properties and text."""
    assert line.startswith("::")
    head, _, text = line[2:].partition("::")
    name, _, rest = head.partition(" ")
    properties = dict(pair.split("=", 1) for pair in rest.split(","))
    return name, {key: read(value, ":,\r\n%") for key, value in properties.items()}, read(text, "\r\n%")


def read(text: str, escaped: str) -> str:
    for char in escaped:
        text = text.replace(f"%{ord(char):02X}", char)
    return text


@given(DIAGNOSTICS)
def test_a_diagnostic_is_one_annotation_and_says_what_it_says(diagnostic: Diagnostic) -> None:
    (line,) = to_annotations([diagnostic], root=ROOT)
    assert len(line.splitlines()) == 1
    assert line == printable(line)
    name, properties, text = command(line)
    assert name == diagnostic.severity
    assert properties["title"] == diagnostic.code
    assert properties.keys() <= {"file", "line", "col", "endLine", "endColumn", "title"}
    assert text == "\n".join(printable(each) for each in told(diagnostic).split("\n"))


def test_places_of_annotations() -> None:
    span = Span(file="/books/shop/policy.yaml", line=3, column=5, end_line=3, end_column=9)
    longer = Span(file="shop/policy.rules", line=3, column=5, end_line=7, end_column=9)
    wrong = Diagnostic(code="PS101", message="100% wrong", span=span, help="a, b: c")
    assert to_annotations([wrong], root=ROOT) == (
        "::error file=shop/policy.yaml,line=3,col=5,endLine=3,endColumn=9,title=PS101::100%25 wrong%0Ahelp: a, b: c",
    )
    over_lines = Diagnostic(code="PS301", message="long", span=longer, severity="warning")
    assert to_annotations([over_lines], root=ROOT) == (
        "::warning file=shop/policy.rules,line=3,endLine=7,title=PS301::long",
    )
    no_line = Diagnostic(code="PS001", message="not there", span=whole_file("a:b,c"))
    assert to_annotations([no_line], root=ROOT) == ("::error file=a%3Ab%2Cc,title=PS001::not there",)
    assert to_annotations([], root=ROOT) == ()


@given(st.lists(DIAGNOSTICS, max_size=3))
def test_any_log_is_sarif(diagnostics: list[Diagnostic]) -> None:
    log = json.loads(json.dumps(to_sarif(diagnostics, version="1.0", root=ROOT)))
    SARIF.validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for place in (*result["locations"], *result.get("relatedLocations", ())):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert urlsplit(uri).scheme in ("", "file")


def test_places_of_sarif() -> None:
    own = Span(file="/books/my shop/a:b.yaml", line=3, column=5, end_line=3, end_column=9)
    other = Span(file="shop/catalog.yaml", line=1, column=1, end_line=1, end_column=4)
    diagnostic = Diagnostic(
        code="PS101",
        message="read [this](1)",
        span=own,
        labels=(Label(span=own, text="here"), Label(span=other, text="and there")),
        context='rule "R"',
    )
    (result,) = to_sarif([diagnostic], version="1.0", root=ROOT)["runs"][0]["results"]  # type: ignore[index]  # plain data
    assert result["message"] == {"text": r"read \[this\](1)"}
    (location,) = result["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert (uri, unquote(uri)) == ("my%20shop/a%3Ab.yaml", "my shop/a:b.yaml")
    assert location["message"] == {"text": "here"}
    assert location["logicalLocations"] == [{"fullyQualifiedName": 'rule "R"'}]
    assert [(each["id"], each["message"]["text"]) for each in result["relatedLocations"]] == [(1, "and there")]


def test_repairs_of_sarif() -> None:
    """Each file that a repair changes is one change; columns count UTF-16, in which some characters are two."""
    text = 'a: "😀é", gruops: [x]\nnext\n'
    word = Span(file="shop/policy.yaml", line=1, column=10, end_line=1, end_column=16)
    assert text[9:15] == "gruops"
    item = Span(file="shop/policy.yaml", line=1, column=19, end_line=2, end_column=5)
    other = Span(file="shop/my rules.rules", line=2, column=3, end_line=2, end_column=3)
    edits = (Edit(span=word, text="groups"), Edit(span=other, text="in\n"), Edit(span=item, text=""))
    found = Diagnostic(code="PS101", message="wrong", span=word, fixes=(Fix(title="repair it", edits=edits),))
    log = to_sarif([found], version="1.0", root=ROOT, sources={"shop/policy.yaml": text})
    SARIF.validate(log)
    (run,) = json.loads(json.dumps(log))["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 11
    assert result["fixes"] == [
        {
            "description": {"text": "repair it"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "shop/policy.yaml"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 1, "startColumn": 11, "endLine": 1, "endColumn": 17},
                            "insertedContent": {"text": "groups"},
                        },
                        {
                            "deletedRegion": {"startLine": 1, "startColumn": 20, "endLine": 2, "endColumn": 5},
                            "insertedContent": {"text": ""},
                        },
                    ],
                },
                {
                    "artifactLocation": {"uri": "shop/my%20rules.rules"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 3},
                            "insertedContent": {"text": "in\n"},
                        }
                    ],
                },
            ],
        }
    ]


def test_a_file_elsewhere_keeps_its_whole_name() -> None:
    away = Diagnostic(code="PS001", message="not there", span=whole_file("/else where/a.yaml"))
    (result,) = to_sarif([away], version="1.0", root=ROOT)["runs"][0]["results"]  # type: ignore[index]  # plain data
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "file:" + "///else%20where/a.yaml"}}


IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["passed", "failed", "skipped"]))
@example("\0\x1b\ud800\ufffe", "a\n\tb\r", "]]></failure><failure>", "failed")
def test_any_text_stays_where_it_is_in_xml(name: str, message: str, text: str, outcome: str) -> None:
    case = JUnitCase(name=name, message=message, text=text, outcome=outcome)  # type: ignore[arg-type]  # one of the three
    written = to_junit([JUnitSuite(name=name, cases=(case,))], name="all", root=ROOT)
    assert written.isascii()
    document = ET.fromstring(written)  # noqa: S314  # what was just written
    assert [each.tag for each in document.iter()][:3] == ["testsuites", "testsuite", "testcase"]
    read_case = document[0][0]
    assert read_case.get("name") == document[0].get("name") == IN_XML.sub("\ufffd", name)
    if outcome == "passed":
        assert [each.tag for each in read_case] == (["system-out"] if text else [])
    else:
        (inner,) = read_case
        assert inner.get("message") == IN_XML.sub("\ufffd", message)
    if outcome == "failed":
        assert (read_case[0].text or "") == IN_XML.sub("\ufffd", text)


@given(st.lists(DIAGNOSTICS, max_size=3))
def test_errors_of_a_book_fail_and_warnings_do_not(diagnostics: list[Diagnostic]) -> None:
    suite = suite_of(diagnostics, name="shop")
    document = ET.fromstring(to_junit([suite], name="check", root=ROOT))  # noqa: S314  # what was just written
    errors = len({each for each in diagnostics if each.is_error})
    assert len(document.findall(".//failure")) == errors == int(document.attrib["failures"])
    assert len(document.findall(".//testcase")) == int(document.attrib["tests"]) >= 1
