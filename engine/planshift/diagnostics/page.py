"""The page of a diagnostic code: what it means, an example that has the mistake, and the same without it.

The pages lie beside this module in `pages/` and go wherever planshift is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Literal, final

_PAGES = Path(__file__).with_name("pages")
_FENCE = "```"
_INDENT = "    "
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")

Tone = Literal["plain", "heading", "faint"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page as a terminal shows it."""

    text: str
    tone: Tone = "plain"


def page_of(code: str) -> str | None:
    """The page of a code as Markdown; None where it has none yet."""
    page = _PAGES / f"{code}.md"
    return page.read_text(encoding="utf-8") if page.is_file() else None


def lines_of(page: str, *, width: int) -> Iterator[Line]:
    """The page for a terminal: prose in lines of that width, and examples as they stand, under the name of their file.

    A link is its words alone, and what a comment says is for those who edit the page.
    """
    lines = iter(page.splitlines())
    prose: list[str] = []
    for line in lines:
        if not line or line.startswith(("#", _FENCE, "<!--")):
            yield from _prose(prose, width=width)
            prose = []
        if line.startswith("#"):
            yield Line(text=line.lstrip("# "), tone="heading")
        elif line.startswith(_FENCE):
            yield from _example(line.removeprefix(_FENCE), lines)
        elif not line:
            yield Line(text="")
        elif not line.startswith("<!--"):
            prose.append(line)
    yield from _prose(prose, width=width)


def _prose(prose: list[str], *, width: int) -> Iterator[Line]:
    text = _LINK.sub(r"\1", " ".join(line.strip() for line in prose))
    hanging = "  " if text.startswith("- ") else ""
    for line in wrap(text, width=width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False):
        yield Line(text=line)


def _example(opening: str, lines: Iterator[str]) -> Iterator[Line]:
    _, _, file = opening.partition(" ")
    if file:
        yield Line(text=f"{_INDENT}{file}", tone="faint")
        yield Line(text="")
    for line in lines:
        if line == _FENCE:
            return
        yield Line(text=f"{_INDENT}{line}".rstrip())
