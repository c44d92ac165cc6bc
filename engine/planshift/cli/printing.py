"""Putting answers on the screen: sheets with a little colour, diagnostics with their source, data as JSON.

Colour is for terminals only, and never where `NO_COLOR` is set. What goes into a pipe is plain text of 80 columns.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

from cyclopts import Parameter

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.excerpt import printable
from planshift.diagnostics.render import to_json, to_text

if TYPE_CHECKING:
    from rich.style import Style

    from planshift.decision.citing import Links, Run
    from planshift.decision.sheet import Sheet

Format = Literal["text", "json"]
FormatOption = Annotated[Format, Parameter(help="Text for people (the default), or JSON for programs.")]

_STYLES = {
    "plain": "",
    "title": "bold",
    "heading": "bold",
    "good": "bold green",
    "bad": "bold red",
    "wait": "bold yellow",
    "faint": "dim",
}
_MARK = re.compile(r"\[\d+\]")
_WIDEST = 100


def say(text: str) -> None:
    """Print lines of text; whatever they quote cannot steer the terminal."""
    sys.stdout.write(_lines(text))


def complain(text: str) -> None:
    """Print lines of text where errors go."""
    sys.stderr.write(_lines(text))


def _lines(text: str) -> str:
    return "".join(f"{printable(line)}\n" for line in text.split("\n"))


def screen_width() -> int:
    """How many columns a text may have: as many as the screen has and are still pleasant to read."""
    from rich.console import Console

    return min(Console().width, _WIDEST)


def say_sheet(sheet: Sheet, *, links: Links | None = None) -> None:
    """Print a sheet, as wide as the screen allows and still pleasant to read.

    With `links` its places lead to where these say, on a screen that knows links.
    """
    from rich.console import Console
    from rich.text import Text

    from planshift.decision.sheet import rows

    screen = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for row in rows(sheet, width=min(screen.width, _WIDEST)):
        line = Text(style=_STYLES[row.tone])
        for run in row.line:
            line.append(run.text, style=_link_style(run, links) if screen.is_terminal else "")
        line.highlight_regex(_MARK, "dim")
        screen.print(line)


def _link_style(run: Run, links: Links | None) -> Style | str:
    """The style that makes a run a link, where it leads somewhere."""
    from rich.style import Style

    url = links(run.span) if links is not None and run.span is not None else None
    return Style(link=url) if url is not None else ""


def say_page(page: str) -> None:
    """Print the page of a diagnostic code."""
    from rich.console import Console
    from rich.text import Text

    from planshift.diagnostics.page import lines_of

    screen = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for line in lines_of(page, width=min(screen.width, _WIDEST)):
        screen.print(Text(line.text, style=_STYLES[line.tone]))


def say_json(data: object) -> None:
    """Print data for a program."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def say_diagnostics(diagnostics: Sequence[Diagnostic], *, to: TextIO, repairs: bool = False) -> None:
    """Print diagnostics with the lines of the files they are about, and how many there are.

    With `repairs` it says what `--fix` can repair: that is for the command that has it.
    """
    to.write(to_text(diagnostics, source_text, color=_colors(to), repairs=repairs))


def _colors(stream: TextIO) -> bool:
    """Whether colour is welcome, asked without loading what draws tables."""
    return stream.isatty() and "NO_COLOR" not in environ and environ.get("TERM") != "dumb"


def diagnostics_json(diagnostics: Iterable[Diagnostic]) -> dict[str, object]:
    """Diagnostics as data, with what they amount to."""
    told = tuple(diagnostics)
    errors = sum(1 for diagnostic in told if diagnostic.is_error)
    return {
        "format_version": "1.0",
        "valid": not errors,
        "error_count": errors,
        "warning_count": len(told) - errors,
        "diagnostics": to_json(told, source_text),
    }


def source_text(file: str) -> str | None:
    """The text of a file that a diagnostic is about; None where there is none to show."""
    from planshift.policy.shelf import FolderShelf, preset_text

    if file.startswith("presets/"):
        return preset_text(file.removeprefix("presets/").removesuffix(".yaml"))[0]
    path = Path(file)
    return FolderShelf(path).text(path.name)[0] if path.is_file() else None
