"""Sheets in the format that was asked for, with their places as links that lead to the files of the book."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from planshift.cli.printing import say_sheet
from planshift.diagnostics.places import path_from

if TYPE_CHECKING:
    from planshift.decision.citing import Links
    from planshift.decision.sheet import Sheet

SheetFormat = Literal["text", "markdown", "html", "json"]
SheetFormatOption = Annotated[
    SheetFormat,
    Parameter(help="Text for people (the default), Markdown for a ticket, HTML as a page, or JSON for programs."),
]
PictureFormat = Literal["text", "markdown", "html", "json", "svg"]
PictureFormatOption = Annotated[
    PictureFormat,
    Parameter(
        help="Text for people (the default), Markdown for a ticket, HTML as a page, or JSON for programs; with --term "
        "also SVG, a picture."
    ),
]
_HOLES = ("file", "line", "column", "path")


def _check_pattern(_: object, pattern: str | None) -> None:
    """Refuse a pattern with an unknown hole, or with none for the file."""
    if pattern is None:
        return
    holes = re.findall(r"\{([^{}]*)\}", pattern)
    for hole in holes:
        if hole not in _HOLES:
            known = ", ".join(f"{{{each}}}" for each in _HOLES)
            raise ValueError(f"There is no {{{hole}}} in a link; there are {known}.")
    if "file" not in holes and "path" not in holes:
        raise ValueError("The link names no file: write {file} where its name belongs.")


LinkOption = Annotated[
    str | None,
    Parameter(
        help="Where the places in the policy are to be found, such as "
        "https://code.example.com/policies/blob/main/{file}#L{line}.",
        metavar="URL-PATTERN",
        validator=_check_pattern,
    ),
]

LocaleOption = Annotated[
    str | None,
    Parameter(help="Say it as the customer reads it, in a locale such as de or de-AT.", metavar="LOCALE"),
]

_ON_SCREEN = "file://{path}"


def say_as(
    sheet: Sheet, *, form: SheetFormat, link_to: str | None = None, language: str = "en", inset: str = ""
) -> None:
    """Print a sheet in a format; in Markdown and HTML its places are links, on a screen where it knows links.

    `inset` is markup for HTML, such as a drawing.
    """
    from planshift.decision.citing import beside

    links = None if link_to is None else links_to(link_to)
    match form:
        case "markdown":
            from planshift.decision.markdown import to_markdown

            sys.stdout.write(to_markdown(sheet, links=links or beside))
        case "html":
            from planshift.decision.html import to_html

            sys.stdout.write(to_html(sheet, links=links or beside, language=language, inset=inset))
        case _:
            say_sheet(sheet, links=links or links_to(_ON_SCREEN))


def links_to(pattern: str) -> Links:
    """The links that a pattern makes; `{file}` is named from the present folder."""
    from planshift.decision.citing import by_pattern

    here = Path.cwd()
    return by_pattern(
        pattern,
        named=lambda file: path_from(here, Path(file).as_posix()),
        whole=lambda file: here.joinpath(file).as_posix(),
    )
