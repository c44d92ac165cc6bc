"""An impact as Markdown for a pull request: the answer in a few lines, and every table folded away behind its name.

What a book or the data says is escaped, so that nothing in it can be markup or call anybody. A comment has a bounded
length: what does not fit is left out from the end, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from planshift.decision.markdown import blocks_to_markdown, escaped
from planshift.decision.sheet import Block, Paragraph, Section
from planshift.impact.impact import Impact
from planshift.impact.sheets import (
    HEADINGS,
    groups_blocks,
    heading_of,
    overview,
    parts_table,
    refused_blocks,
    title_of,
    told_of,
)

MOST_CHARACTERS = 60_000
"""A comment on a code host holds a little more than this."""

_ROOM_TO_CLOSE = 200


def to_markdown(impact: Impact, *, most: int = MOST_CHARACTERS) -> str:
    """The impact as Markdown of about so many characters at most."""
    head = f"### {escaped(title_of(impact))}\n\n" + "\n\n".join(_head(overview(impact))) + "\n"
    used, kept, left_out = len(head), [], 0
    for part in map("".join, _folded(impact)):
        if left_out or used + len(part) > most - _ROOM_TO_CLOSE:
            left_out += 1
            continue
        kept.append(part)
        used += len(part)
    tables = "table is" if left_out == 1 else "tables are"
    more = f"\n_{left_out} more {tables} left out: `planshift impact` tells all._\n" if left_out else ""
    return head + "".join(kept) + more


def _head(sections: Iterator[Section]) -> Iterator[str]:
    for section in sections:
        if section.blocks:
            if section.heading:
                yield f"#### {escaped(section.heading)}"
            yield blocks_to_markdown(section.blocks)


def _folded(impact: Impact) -> Iterator[Iterator[str]]:
    for name in HEADINGS:
        yield _details(heading_of(impact, name), tuple(groups_blocks(impact, name)))
    yield _details("Newly refused", tuple(refused_blocks(impact)))
    hit: list[Block] = []
    for each in impact.hardest:
        hit += [Paragraph(text=told_of(each.affected)), parts_table(each)]
    yield _details("Hit hardest", tuple(hit))


def _details(heading: str, blocks: tuple[Block, ...]) -> Iterator[str]:
    if blocks:
        yield f"\n<details><summary>{escaped(heading)}</summary>\n\n{blocks_to_markdown(blocks)}\n\n</details>\n"
