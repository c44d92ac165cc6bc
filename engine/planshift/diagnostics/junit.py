"""Outcomes as JUnit XML, which most systems of continuous integration read.

The document is pure ASCII, so that it says the same whatever the encoding of the stream it is written to. Characters
that XML cannot hold become marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, final

from planshift.diagnostics.annotations import told
from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.places import path_from
from planshift.diagnostics.span import NOWHERE, Span

Outcome = Literal["passed", "failed", "skipped"]

_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitCase:
    """One outcome: `message` in a line says why it failed or was skipped, `text` says it in full."""

    name: str
    span: Span = NOWHERE
    outcome: Outcome = "passed"
    message: str = ""
    text: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class JUnitSuite:
    """The outcomes of one book."""

    name: str
    cases: tuple[JUnitCase, ...]

    def count(self, outcome: Outcome) -> int:
        """How many came out so."""
        return sum(1 for case in self.cases if case.outcome == outcome)


def to_junit(suites: Iterable[JUnitSuite], *, name: str, root: PurePath) -> str:
    """Return the document of these suites; files are named from `root`. It ends with a newline."""
    return "\n".join(_document(tuple(suites), name=name, root=root)) + "\n"


def suite_of(diagnostics: Iterable[Diagnostic], *, name: str) -> JUnitSuite:
    """Return what `check` found as a suite: each error fails, each warning is told, and a clean book passes."""
    cases = tuple(
        JUnitCase(
            name=f"{each.code} {each.message}",
            span=each.span,
            outcome="failed" if each.is_error else "passed",
            message=each.message,
            text=f"{each.span}: {each.severity}[{each.code}]: {told(each)}",
        )
        for each in sort_diagnostics(diagnostics)
    )
    return JUnitSuite(name=name, cases=cases or (JUnitCase(name="no mistakes found"),))


def _document(suites: tuple[JUnitSuite, ...], *, name: str, root: PurePath) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield _opened("testsuites", name=name, **_counts(suites))
    for suite in suites:
        yield "  " + _opened("testsuite", name=suite.name, **_counts((suite,)))
        for case in suite.cases:
            yield from _case(case, suite=suite.name, root=root)
        yield "  </testsuite>"
    yield "</testsuites>"


def _case(case: JUnitCase, *, suite: str, root: PurePath) -> Iterator[str]:
    place = {"classname": path_from(root, case.span.file) if case.span.file else suite}
    if case.span.file:
        place["file"] = place["classname"]
    if case.span.known:
        place["line"] = str(case.span.line)
    yield "    " + _opened("testcase", name=case.name, **place)
    if case.outcome == "failed":
        yield f"      {_opened('failure', message=case.message)}{_escaped(case.text)}</failure>"
    elif case.outcome == "skipped":
        yield f"      {_opened('skipped', message=case.message)}</skipped>"
    elif case.text:
        yield f"      <system-out>{_escaped(case.text)}</system-out>"
    yield "    </testcase>"


def _counts(suites: tuple[JUnitSuite, ...]) -> dict[str, str]:
    return {
        "tests": str(sum(len(suite.cases) for suite in suites)),
        "failures": str(sum(suite.count("failed") for suite in suites)),
        "errors": "0",
        "skipped": str(sum(suite.count("skipped") for suite in suites)),
    }


def _opened(tag: str, **attributes: str) -> str:
    """A start tag; line ends in attributes are kept, which they are only as references."""
    pairs = (f'{name}="{_in_line(value)}"' for name, value in attributes.items())
    return f"<{' '.join([tag, *pairs])}>"


def _in_line(text: str) -> str:
    return _escaped(text).replace("\n", "&#10;").replace("\t", "&#9;")


def _escaped(text: str) -> str:
    return "".join(_MARKUP.get(char) or _allowed(char) for char in text)


def _allowed(char: str) -> str:
    if " " <= char <= "~" or char in "\t\n":
        return char
    in_xml = char == "\r" or "\x7f" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
    return f"&#{ord(char) if in_xml else 0xFFFD};"
