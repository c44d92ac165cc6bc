"""Diagnostics as SARIF 2.1.0, the format in which analyses tell code hosts and editors what they found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.places import path_from
from planshift.diagnostics.span import Span

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(diagnostics: Iterable[Diagnostic], *, version: str, root: PurePath) -> dict[str, object]:
    """Return a log of one run, its results in reading order, its files named from `root`.

    The rules are the codes that occur. A label on another place is a related location, one on the message's own place
    is the message of the location.
    """
    ordered = sort_diagnostics(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in ordered})
    driver = {"name": "planshift", "version": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, index=codes.index(each.code), root=root) for each in ordered],
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


def _result(diagnostic: Diagnostic, *, index: int, root: PurePath) -> dict[str, object]:
    lines = [diagnostic.message, *([f"help: {diagnostic.help}"] if diagnostic.help else [])]
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity,
        "message": _message("\n".join(lines)),
        "locations": [_own_location(diagnostic, root)] if diagnostic.span.file else [],
    }
    others = [label for label in diagnostic.labels if label.span != diagnostic.span and label.span.file]
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(label.span, root), "message": _message(label.text)}
            for number, label in enumerate(others, start=1)
        ]
    return result


def _own_location(diagnostic: Diagnostic, root: PurePath) -> dict[str, object]:
    location = _location(diagnostic.span, root)
    captions = [label.text for label in diagnostic.labels if label.span == diagnostic.span and label.text]
    if captions:
        location["message"] = _message("; ".join(captions))
    if diagnostic.context:
        location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.context}]
    return location


def _location(span: Span, root: PurePath) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(path_from(root, span.file))}}
    if span.known:
        place["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {"physicalLocation": place}


def _uri(path: str) -> str:
    """A relative reference, or an absolute one for a file outside of the root; either is pure ASCII."""
    if PurePath(path).is_absolute():
        return PurePath(path).as_uri()
    top = PurePosixPath("/")
    return top.joinpath(path).as_uri().removeprefix(top.as_uri())


def _message(text: str) -> dict[str, str]:
    """A plain message; readers of SARIF would make a link of `[word](1)`, so its brackets are escaped."""
    return {"text": re.sub(r"[\[\]]", r"\\\g<0>", text) if "](" in text else text}
