"""Diagnostics as SARIF 2.1.0, the format in which analyses tell code hosts and editors what they found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import final

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.fix import Fix
from planshift.diagnostics.places import path_from
from planshift.diagnostics.render import Lines, Sources
from planshift.diagnostics.span import Span

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(
    diagnostics: Iterable[Diagnostic], *, version: str, root: PurePath, sources: Sources | None = None
) -> dict[str, object]:
    """Return a log of one run, its results in reading order, its files named from `root`.

    The rules are the codes that occur. A label on another place is a related location, one on the message's own place
    is the message of the location. Columns count the units of UTF-16, as SARIF does; `sources` are the texts that they
    are counted in.
    """
    ordered = sort_diagnostics(diagnostics)
    places = _Places(root, Lines(sources if sources is not None else {}))
    codes = sorted({diagnostic.code for diagnostic in ordered})
    driver = {"name": "planshift", "version": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, index=codes.index(each.code), places=places) for each in ordered],
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, object]:
    title = CODES[code].title if code in CODES else code
    page = f"docs/diagnostics/{code}.md"
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title[:1].upper()}{title[1:]}."},
        "help": {
            "text": f"`planshift explain {code}` tells more; its page is {page}.",
            "markdown": f"`planshift explain {code}` tells more; its page is `{page}`.",
        },
    }


def _result(diagnostic: Diagnostic, *, index: int, places: _Places) -> dict[str, object]:
    lines = [diagnostic.message, *([f"help: {diagnostic.help}"] if diagnostic.help else [])]
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity,
        "message": _message("\n".join(lines)),
        "locations": [_own_location(diagnostic, places)] if diagnostic.span.file else [],
    }
    others = [label for label in diagnostic.labels if label.span != diagnostic.span and label.span.file]
    if others:
        result["relatedLocations"] = [
            {"id": number, **places.location(label.span), "message": _message(label.text)}
            for number, label in enumerate(others, start=1)
        ]
    if diagnostic.fixes:
        result["fixes"] = [_fix(fix, places) for fix in dict.fromkeys(diagnostic.fixes)]
    return result


def _fix(fix: Fix, places: _Places) -> dict[str, object]:
    """A repair: for each file the regions that are deleted, and what is put in there."""
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    return {
        "description": _message(fix.title),
        "artifactChanges": [
            {
                "artifactLocation": places.file(file),
                "replacements": [
                    {"deletedRegion": places.region(edit.span), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                    if edit.span.file == file
                ],
            }
            for file in files
        ],
    }


def _own_location(diagnostic: Diagnostic, places: _Places) -> dict[str, object]:
    location = places.location(diagnostic.span)
    captions = [label.text for label in diagnostic.labels if label.span == diagnostic.span and label.text]
    if captions:
        location["message"] = _message("; ".join(captions))
    if diagnostic.context:
        location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.context}]
    return location


@final
@dataclass(frozen=True, slots=True)
class _Places:
    """How a log writes places: files from its root, columns in the units of UTF-16."""

    root: PurePath
    lines: Lines

    def file(self, file: str) -> dict[str, object]:
        """Where a file is."""
        return {"uri": _uri(path_from(self.root, file))}

    def location(self, span: Span) -> dict[str, object]:
        """A place, or the file as a whole where it has no line."""
        place: dict[str, object] = {"artifactLocation": self.file(span.file)}
        return {"physicalLocation": place | ({"region": self.region(span)} if span.known else {})}

    def region(self, span: Span) -> dict[str, object]:
        """A stretch of a file."""
        return {
            "startLine": span.line,
            "startColumn": self._units(span.file, span.line, column=span.column),
            "endLine": span.end_line,
            "endColumn": self._units(span.file, span.end_line, column=span.end_column),
        }

    def _units(self, file: str, line: int, *, column: int) -> int:
        text = self.lines.of(file)
        before = text[line - 1][: column - 1] if 0 < line <= len(text) else ""
        return column + sum(1 for character in before if character > "\uffff")


def _uri(path: str) -> str:
    """A relative reference, or an absolute one for a file outside of the root; either is pure ASCII."""
    if PurePath(path).is_absolute():
        return PurePath(path).as_uri()
    top = PurePosixPath("/")
    return top.joinpath(path).as_uri().removeprefix(top.as_uri())


def _message(text: str) -> dict[str, str]:
    """A plain message; readers of SARIF would make a link of `[word](1)`, so its brackets are escaped."""
    return {"text": re.sub(r"[\[\]]", r"\\\g<0>", text) if "](" in text else text}
