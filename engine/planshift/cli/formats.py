"""The formats of what `check` and `test` found that other programs read; each is made by a function of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from planshift import __version__
from planshift.cli.printing import diagnostics_json, say, say_json, source_text
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.render import count_line

ForPrograms = Literal["json", "sarif", "github", "junit"]
CheckFormat = Literal["text", "json", "sarif", "github", "junit"]
TestFormat = Literal["text", "json", "github", "junit"]


def say_found(by_book: Mapping[str, tuple[Diagnostic, ...]], *, form: ForPrograms) -> None:
    """Print what is wrong with each of these books for another program; files are named from the present folder."""
    found = tuple(diagnostic for each in by_book.values() for diagnostic in each)
    match form:
        case "json":
            say_json(diagnostics_json(found))
        case "sarif":
            from planshift.diagnostics.sarif import to_sarif

            # pure ASCII: a log is UTF-8, whatever the encoding of the stream
            log = to_sarif(found, version=__version__, root=Path.cwd(), sources=source_text)
            sys.stdout.write(json.dumps(log, indent=2) + "\n")
        case "github":
            from planshift.diagnostics.annotations import to_annotations

            # the last line quotes nothing: a line that a book could begin might be taken for a command
            closing = count_line(found) if found else "no mistakes found"
            say("\n".join((*to_annotations(found, root=Path.cwd()), closing)))
        case "junit":
            from planshift.diagnostics.junit import suite_of, to_junit

            suites = tuple(suite_of(each, name=name) for name, each in by_book.items())
            sys.stdout.write(to_junit(suites, name="planshift check", root=Path.cwd()))
