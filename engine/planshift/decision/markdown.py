"""Sheets as GitHub-flavoured Markdown: for a ticket, a mail or a pull request.

What a sheet says is text: nothing in a title, a label or a reason becomes markup, a link or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from planshift.decision.citing import Links, Run, Words, beside, runs_of
from planshift.decision.sheet import Block, Branch, Drawing, Pairs, Paragraph, Points, Sheet, Table, Tree, told_columns
from planshift.diagnostics.excerpt import printable

_MARKUP = frozenset("\\`*_[]<>|#~$")
_BEGINS = re.compile(r"(?:[-+=]|\d{1,9}[.)])(?=\s|$|[-=])|[-=]{2}")
_LINK = re.compile(r"(?i)\b(https?|ftp)(:)|\bwww(\.)")
_MENTION = re.compile(r"(?<![\w`])@(?=\w)")


def to_markdown(sheet: Sheet, *, links: Links = beside, level: int = 2) -> str:
    """The sheet under a heading of a level, closed by a newline; `links` says where its places are to be found."""
    writer = _Writer(links)
    parts = [f"{'#' * level} {writer.inline(sheet.title)}"]
    for section in sheet.sections:
        parts += [f"{'#' * (level + 1)} {writer.inline(section.heading)}"] if section.heading else []
        parts += [writer.block(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def blocks_to_markdown(blocks: Iterable[Block], *, links: Links = beside) -> str:
    """Blocks without a heading, such as those of a part that is folded away."""
    writer = _Writer(links)
    return "\n\n".join(writer.block(block) for block in blocks)


def escaped(text: str) -> str:
    """The text with everything marked that Markdown or HTML would read as more than text."""
    marked = "".join(f"\\{char}" if char in _MARKUP else char for char in text).replace("&", "&amp;")
    marked = _LINK.sub(lambda found: f"{found[1]}\\:" if found[1] else f"{found[0][:-1]}\\.", marked)
    return _MENTION.sub("@&#8203;", marked)  # a space of no width: nobody is called by a name in a book


class _Writer:
    def __init__(self, links: Links) -> None:
        self._links = links

    def inline(self, words: Words) -> str:
        """A text within a line."""
        return "".join(map(self._run, runs_of(words)))

    def _run(self, run: Run) -> str:
        url = self._links(run.span) if run.span is not None else None
        if url is None:
            return escaped(run.text)
        lead = run.text[: len(run.text) - len(run.text.lstrip())]
        return f"{lead}[{escaped(run.text.lstrip())}](<{_target(url)}>)"

    def first(self, words: Words) -> str:
        """A text at the beginning of a line: what would begin a list or underline a heading there does not."""
        text = self.inline(words)
        begins = _BEGINS.match(text)
        if begins is None:
            return text
        at = next(k for k, char in enumerate(text) if not char.isdigit())
        return f"{text[:at]}\\{text[at:]}"

    def block(self, block: Block) -> str:
        """A block, without the empty lines around it."""
        if isinstance(block, Paragraph):
            strong = block.tone in ("good", "bad", "wait")
            return f"**{self.inline(block.text)}**" if strong else self.first(block.text)
        if isinstance(block, Points):
            return "\n".join(self._point(point.text, point.notes) for point in block.points)
        if isinstance(block, Pairs):
            return "\n".join(f"- **{self.inline(name)}**: {self.inline(value)}" for name, value in block.pairs)
        if isinstance(block, Drawing):
            return _fenced(block.lines)
        if isinstance(block, Tree):
            return "\n".join(self._branches(block.branches))
        return self._table(block)

    def _branches(self, branches: Sequence[Branch], *, depth: int = 0) -> Iterator[str]:
        for branch in branches:
            strong = "**" if branch.tone == "good" else ""
            yield f"{'  ' * depth}- {strong}{self.first(branch.text)}{strong}"
            yield from (f"{'  ' * depth}  - {self.first(note)}" for note in branch.notes)
            yield from self._branches(branch.branches, depth=depth + 1)

    def _point(self, text: Words, notes: Sequence[Words]) -> str:
        return "\n".join((f"- {self.first(text)}", *(f"  - {self.first(note)}" for note in notes)))

    def _table(self, table: Table) -> str:
        here = told_columns(table)
        columns = [table.columns[k] for k in here]
        if not any(column.heading for column in columns):
            return "\n".join("- " + " ".join(filter(None, (self.inline(row[k]) for k in here))) for row in table.rows)
        lines = [_cells(self.inline(column.heading) for column in columns)]
        lines.append("|" + "|".join("---:" if column.align == "right" else "---" for column in columns) + "|")
        lines += [_cells(self.inline(row[k]) for k in here) for row in table.rows]
        for row in table.totals:
            told = [self.inline(row[k]) for k in here]
            lines.append(_cells(f"**{cell}**" if cell else "" for cell in told))
        return "\n".join(lines)


def _fenced(lines: Sequence[str]) -> str:
    """Lines as a block of code; the fence is longer than any that they quote."""
    ticks = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, ticks + 1)
    return "\n".join((f"{fence}text", *map(printable, lines), fence))


def _cells(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _target(url: str) -> str:
    """A link's target between angle brackets, out of which nothing leads."""
    return "".join("" if char in "<>\n\r" else char for char in url)
