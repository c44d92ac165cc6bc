"""Repairs of what somebody wrote, as values: which stretches of which files are replaced by what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, final

from planshift.diagnostics.nearest import only_nearest
from planshift.diagnostics.span import Span

Trust = Literal["safe", "by_use", "open"]
"""How sure a repair is.

`safe` cannot be meant otherwise; `by_use` is safe where the files write the new word more often than the old one, for
else the place that gives the name may be the misspelt one; `open` is for its author to choose.
"""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One replacement: the text that stands in the span afterwards. An empty span is where text is put in."""

    span: Span
    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A repair: what it does, as an order (``replace `bronez` by `bronze```), and how."""

    title: str
    edits: tuple[Edit, ...]
    trust: Trust = "safe"

    @property
    def is_safe(self) -> bool:
        """Whether it is done without asking."""
        return self.trust == "safe"

    @property
    def done(self) -> str:
        """What was done, once it is."""
        verb, _, rest = self.title.partition(" ")
        return f"{verb}{'d' if verb.endswith('e') else 'ed'} {rest}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """The one word that another was clearly meant to be."""

    wrong: str
    right: str
    trust: Trust = "safe"

    def quoted(self) -> Instead:
        """Return the same of words that stand in double quotes, which belong to their places."""
        return replace(self, wrong=f'"{self.wrong}"', right=f'"{self.right}"')

    def at(self, span: Span) -> tuple[Fix, ...]:
        """Return the repair of the wrong word at its place."""
        title = f"replace `{self.wrong}` by `{self.right}`"
        return (Fix(title=title, edits=(Edit(span=span, text=self.right),), trust=self.trust),)


def instead_of(name: str, candidates: Iterable[str], *, trust: Trust = "safe") -> Instead | None:
    """Return the candidate that a name was clearly meant to be, or None where none or more than one is near."""
    right = only_nearest(name, candidates)
    return None if right is None or right == name else Instead(wrong=name, right=right, trust=trust)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text of a file after all of the edits, whose spans are those of the text before.

    Raises:
        ValueError: two edits overlap.
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    ordered = sorted((_offset(starts, edit.span.start), _offset(starts, edit.span.end), edit.text) for edit in edits)
    parts: list[str] = []
    done = 0
    for index, (start, end, new) in enumerate(ordered):
        if start < done or (index and start == ordered[index - 1][0]):
            raise ValueError("edits overlap")
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])


def overlaps(one: Edit, other: Edit) -> bool:
    """Tell whether two edits cannot both be made; two that put text in at one place cannot."""
    if one.span.file != other.span.file:
        return False
    first, second = sorted((one.span, other.span), key=lambda span: (span.start, span.end))
    return second.start < first.end or second.start == first.start


def _offset(starts: list[int], place: tuple[int, int]) -> int:
    line, column = place
    return starts[line - 1] + column - 1
