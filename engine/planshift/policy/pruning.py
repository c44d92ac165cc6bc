"""A tree without its wrong parts, so that whoever reads on finds the mistakes that lie deeper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import final

from planshift.policy.located import Entry, Located, Mapping, Scalar, Sequence, follow
from planshift.policy.mistakes import Step

Path = tuple[Step, ...]


@final
@dataclass(slots=True)
class _Cut:
    """What goes: the value itself, or parts of it."""

    whole: bool = False
    parts: dict[Step, _Cut] = field(default_factory=dict)


def without(root: Located, paths: Iterable[Path]) -> Located:
    """Return the tree without the entries and items at the paths, or the tree itself where no path leads to one.

    Of a path the beginning counts that the tree has: what stands deeper is a part of one value.
    """
    cut = _Cut()
    for path in paths:
        branch = cut
        steps = path[: follow(root, path).steps]
        for step in steps:
            branch = branch.parts.setdefault(step, _Cut())
        branch.whole = bool(steps)
    return _without(root, cut) if cut.parts else root


def _without(node: Located, cut: _Cut) -> Located:
    if isinstance(node, Scalar) or not cut.parts:
        return node
    if isinstance(node, Mapping):
        entries = {
            name: Entry(entry.key, _without(entry.value, part))
            for name, entry in node.entries.items()
            if not (part := cut.parts.get(name, _KEEP)).whole
        }
        return Mapping(node.file, entries, node.start, node.stop)
    numbers = node.numbers or tuple(range(len(node.items)))
    kept = [
        (number, _without(item, part))
        for index, (number, item) in enumerate(zip(numbers, node.items, strict=True))
        if not (part := _of_item(cut, index, item)).whole
    ]
    items = tuple(item for _, item in kept)
    return Sequence(node.file, items, node.start, node.stop, tuple(number for number, _ in kept))


def _of_item(cut: _Cut, index: int, item: Located) -> _Cut:
    """Return what goes of an item, which a path names by position or, where it is a word, by itself."""
    by_word = cut.parts.get(item.text) if isinstance(item, Scalar) else None
    return by_word or cut.parts.get(index, _KEEP)


_KEEP = _Cut()
