"""A comparison as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.comparison.difference import SECTIONS, Difference
from planshift.comparison.told import Told, closing, details, headline, shown_by, without, witnessed
from planshift.decision.layout import clean, wrap

LEGEND = "  + added   - removed   ~ changed"

_INDENT = 6


def to_text(told: Told, *, width: int) -> str:
    """The differences part by part, each with its place and its witness, and at last how many there are."""
    return "\n".join(_lines(told, width))


def _lines(told: Told, width: int) -> Iterator[str]:
    comparison = told.comparison
    yield from _wrapped(f"{told.name}: {told.old} -> {told.new}", width, indent=0)
    if not comparison.differences:
        yield "No difference in meaning."
        return
    yield from (LEGEND, "")
    for section, heading in SECTIONS.items():
        found = [difference for difference in comparison.differences if difference.section == section]
        if found:
            yield heading
            for difference in found:
                yield from _difference(told, difference, width=width)
            yield ""
    yield from _wrapped(f"{closing(comparison)}. {shown_by(comparison)}", width, indent=0)


def _difference(told: Told, difference: Difference, *, width: int) -> Iterator[str]:
    yield from _wrapped(f"{difference.sign} {headline(difference)}", width, indent=2, hanging=2)
    for line in details(difference):
        yield from _wrapped(line, width, indent=_INDENT, hanging=2)
    place = told.place(difference)
    if place:
        yield from _wrapped(f"at {place}", width, indent=_INDENT)
    if difference.witness is None:
        yield from _wrapped(without(difference), width, indent=_INDENT)
        return
    yield from _wrapped(f"{difference.witness.told}:", width, indent=_INDENT)
    for line in witnessed(difference):
        yield from _wrapped(line, width, indent=_INDENT + 2, hanging=2)


def _wrapped(text: str, width: int, *, indent: int, hanging: int = 0) -> Iterator[str]:
    lines = wrap(clean(text), width - indent - hanging)
    yield f"{' ' * indent}{lines[0]}"
    yield from (f"{' ' * (indent + hanging)}{line}" for line in lines[1:])
