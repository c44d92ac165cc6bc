"""A comparison as Markdown for a pull request: a list by parts, each witness folded away behind its difference.

What a book says stands in code spans and blocks, so that nothing in it can be markup. A comment has a bounded length:
first the cases are left out, then whole differences, and what is left out is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from planshift.comparison.difference import SECTIONS, Difference
from planshift.comparison.told import Told, closing, details, headline, shown_by, without, witnessed
from planshift.decision.layout import clean

MOST_CHARACTERS = 60_000
"""A comment on a code host holds a little more than this."""

_ROOM_TO_CLOSE = 400
_BACKTICKS = re.compile("`+")


def to_markdown(told: Told, *, most: int = MOST_CHARACTERS) -> str:
    """The differences as Markdown of at most so many characters."""
    comparison = told.comparison
    head = f"### {_code(told.name)}: {_code(told.old)} → {_code(told.new)}\n\n"
    if not comparison.differences:
        return f"{head}No difference in meaning.\n"
    head += f"**{closing(comparison)}.** {shown_by(comparison)}\n"
    full = [(each.section, _item(told, each, folded=True)) for each in comparison.differences]
    short = [(each.section, _item(told, each, folded=False)) for each in comparison.differences]
    room = most - len(head) - _ROOM_TO_CLOSE
    kept: list[tuple[str, str]] = []
    used, without_case, left_out = 0, 0, 0
    for (section, whole), (_, brief) in zip(full, short, strict=True):
        later = sum(len(text) for _, text in short[len(kept) + left_out + 1 :])
        text = whole if used + len(whole) + later <= room else brief
        if left_out or used + len(text) > room:
            left_out += 1
            continue
        without_case += text is not whole and whole != brief
        used += len(text) + len(SECTIONS) * 2
        kept.append((section, text))
    return head + "".join(_sections(kept)) + _left_out(without_case, left_out)


def _sections(kept: list[tuple[str, str]]) -> Iterator[str]:
    for section, heading in SECTIONS.items():
        items = [text for name, text in kept if name == section]
        if items:
            yield f"\n#### {heading}\n\n{''.join(items)}"


def _left_out(without_case: int, left_out: int) -> str:
    said = []
    if without_case:
        said.append(f"{without_case} {'witness is' if without_case == 1 else 'witnesses are'} told without the case")
    if left_out:
        said.append(f"{left_out} more {'difference is' if left_out == 1 else 'differences are'} left out")
    return f"\n_{'; '.join(said)}: `planshift diff` tells all._\n" if said else ""


def _item(told: Told, difference: Difference, *, folded: bool) -> str:
    """A bullet, and behind it the witness with its case."""
    place = told.place(difference)
    lines = [f"- {_code(difference.sign)} {_code(headline(difference))}{f' at {_code(place)}' if place else ''}"]
    lines += [f"  - {_code(line)}" for line in details(difference)]
    witness = difference.witness
    if witness is None:
        lines.append(f"  - {without(difference)}")
    else:
        parts = [f"    - {_code(line)}" for line in witnessed(difference)]
        lines += [f"  - {_code(witness.told)}", *parts]
        lines += _folded(witness.case) if folded else ()
    return "\n".join(lines) + "\n"


def _folded(case: str) -> Iterator[str]:
    fence = _fence(case, 3)
    yield ""
    yield "  <details><summary>The case to keep</summary>"
    yield ""
    yield f"  {fence}yaml"
    yield from (f"  {line}".rstrip() for line in case.splitlines())
    yield f"  {fence}"
    yield ""
    yield "  </details>"
    yield ""


def _code(text: str) -> str:
    """A text as a code span, whatever it holds."""
    shown = clean(text)
    ticks = _fence(shown, 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{edge}{shown}{edge}{ticks}"


def _fence(text: str, shortest: int) -> str:
    """More backticks than stand together anywhere in the text."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    return "`" * max(longest + 1, shortest)
