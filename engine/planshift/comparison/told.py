"""A comparison in words: what text, Markdown and JSON have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from planshift.comparison.compare import Comparison
from planshift.comparison.difference import KINDS, Difference, Moved
from planshift.diagnostics.span import Span

_MOST_PARTS = 6
"""So many parts of an answer are told; the case has all of them."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A comparison, and what the two versions are called: folders, or revisions with the folder in them.

    `roots` are what the names of the files of each begin with and people leave out, with the call of the version in
    its place: nothing for a folder, whose files are called by their paths.
    """

    comparison: Comparison
    old: str
    new: str
    prefixes: tuple[str, str] = ("", "")

    def place(self, difference: Difference) -> str:
        """Where the new version says it, or where the old one did; empty where no file does."""
        if difference.new.known:
            return _shown(difference.new, self.prefixes[1])
        return _shown(difference.old, self.prefixes[0])

    @property
    def name(self) -> str:
        """The book's name, or both of them."""
        names = dict.fromkeys((self.comparison.old.name, self.comparison.new.name))
        return " -> ".join(names)


def _shown(span: Span, prefix: str) -> str:
    return f"{prefix}{span.file}:{span.line}" if span.known else ""


def headline(difference: Difference) -> str:
    """What is different, in one line."""
    moved = difference.moved
    match difference.kind, moved:
        case "road_opened", (Moved(new=way), *_):
            return f"{difference.title}: open as {way}{_prices(difference)}"
        case "road_closed", (Moved(old=way), *_):
            return f"{difference.title}: no {way} any more{_prices(difference)}"
        case "road_turned", (Moved(old=was, new=now), *_):
            return f"{difference.title}: {was} become {now}{_prices(difference)}"
        case "rule_stricter", _:
            return f"{difference.title} holds for fewer changes"
        case "rule_looser", _:
            return f"{difference.title} holds for more changes"
        case _, (Moved(old=was, new=now, what=what),) if was is not None or now is not None:
            name = difference.title
            if not (name.startswith(what) or difference.kind in ("rule_renamed", "group_renamed", "rule_reordered")):
                name = f"{name}, {what}"
            return f"{name}: {_way(moved[0])}"
    return difference.title


def _prices(difference: Difference) -> str:
    return f" ({difference.notes[0]})" if difference.notes else ""


def _way(part: Moved) -> str:
    if part.old is None:
        return f"now {part.new}"
    return f"{part.old} -> {part.new}" if part.new is not None else f"no longer {part.old}"


def details(difference: Difference) -> Iterator[str]:
    """What else is to be said, a line each."""
    whole = difference.sign != "~" and difference.section != "terms"
    if difference.kind.startswith("road_"):
        yield from difference.notes[1:]
        return
    if len(difference.moved) > 1 or difference.kind in ("rule_stricter", "rule_looser"):
        for part in difference.moved:
            yield f"{part.what}: {(part.new or part.old) if whole else _way(part)}"
    yield from difference.notes


def witnessed(difference: Difference) -> Iterator[str]:
    """What of the answer of the witness is different, a line each; what says why comes last."""
    if difference.witness is None:
        return
    parts = sorted(difference.witness.moved, key=lambda part: part.what.startswith("sources."))
    for part in parts[:_MOST_PARTS]:
        yield (
            f"{part.what}: {part.old} -> {part.new}"
            if part.old is not None
            else f"{part.what}: {part.new}, no answer before"
        )
    if len(parts) > _MOST_PARTS:
        yield f"and {len(parts) - _MOST_PARTS} more"


def without(difference: Difference) -> str:
    """Why there is no witness."""
    if difference.untold:
        return f"no witness: {difference.untold}"
    if not difference.tried:
        return "no witness was found"
    return f"no witness was found among {difference.tried:,} changes that were tried"


def closing(comparison: Comparison) -> str:
    """How many differences there are of each kind, such as `2 roads opened, 1 term moved`."""
    counts = [f"{count} {KINDS[kind][count != 1]}" for kind, count in comparison.counts.items()]
    return ", ".join(counts) if counts else "no difference in meaning"


def shown_by(comparison: Comparison) -> str:
    """How many differences have a witness."""
    all_of_them = len(comparison.differences)
    found = sum(difference.witness is not None for difference in comparison.differences)
    if all_of_them == 1:
        return "It has a witness." if found else "It has no witness."
    return f"{found} of {all_of_them} differences have a witness."
