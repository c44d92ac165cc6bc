"""Reading a document again after an edit: only the entry that was edited, the rest of the tree is taken over.

The answer is what `read_yaml` gives for the whole text, or nothing where that cannot be known without reading it all:
then it is read. An entry is a key of the top, or a key or an item of what stands under one, and begins a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple, final

from planshift.expressions.edited_lines import EditedLines, edited_lines
from planshift.policy.located import Entry, Located, Mapping, Mark, Scalar, Sequence
from planshift.policy.read_yaml import MAX_NODES, read_piece

_DEPTH = 2
"""How deep entries are looked for: a plan, a path or a group stands under a key of the top."""

_FAR_REACHING = re.compile(r"(?:^|[\s\[{(,:-])(?:[&*%]\S|!(?!=))", re.MULTILINE)
"""What may have an effect on other entries: an anchor, an alias, a directive, a tag; some texts look like one, too."""

_BEFORE_ITEM = re.compile(r" *- +")


def reread(
    root: Located | None, text: str, *, before: str, moved: Callable[[Located, Located], None]
) -> Located | None:
    """Return the tree of an edited text; `root` was that `read_piece` gave of the text `before`.

    None where the whole text has to be read. `moved` is told of each node that came to other lines: the old one, the
    new one.
    """
    if root is None or len(text) >= 2 * MAX_NODES or _FAR_REACHING.search(text) or _FAR_REACHING.search(before):
        return None
    lines = before.split("\n")
    return _Rereading(edited_lines(before, text), lines, text, moved=moved).node(root, stop=len(lines), depth=0)


class _Point(NamedTuple):
    """A mark that was moved."""

    line: int
    column: int


class _Stretch(NamedTuple):
    """Where a value stands that was moved."""

    start_mark: Mark
    end_mark: Mark


def _down(mark: Mark, by: int) -> _Point:
    return _Point(mark.line + by, mark.column)


@final
class _Rereading:
    """One edit, and the lines of both texts."""

    def __init__(
        self, edit: EditedLines, before: list[str], text: str, *, moved: Callable[[Located, Located], None]
    ) -> None:
        self._edit = edit
        self._tell_moved = moved
        self._before = before
        self._after = text.split("\n")

    def node(self, node: Located, *, stop: int, depth: int) -> Mapping | Sequence | None:
        """Return a value as it is now, where the edit lies in one of its entries; it ends before the line `stop`."""
        if depth == _DEPTH or isinstance(node, Scalar) or self._is_flow(node):
            return None
        if isinstance(node, Mapping):
            return self._mapping(node, stop=stop, depth=depth)
        return self._sequence(node, stop=stop, depth=depth)

    def _mapping(self, node: Mapping, *, stop: int, depth: int) -> Mapping | None:
        entries = list(node.entries.values())
        starts = [entry.key.start.line for entry in entries]
        place, behind = self._places(starts)
        blank = all(not self._before_it(each.key).strip(" ") for each in entries[max(place, 0) : behind + 1])
        if place < 0 or not blank:
            return None
        end = starts[behind] if behind < len(starts) else stop
        inner = self.node(entries[place].value, stop=end, depth=depth + 1) if behind == place + 1 else None
        if inner is not None:
            changed = [Entry(entries[place].key, inner)]
        else:
            found = self._read(entries[place].key, end, parent=node, depth=depth)
            if not isinstance(found, Mapping):
                return None
            changed = list(found.entries.values())
        after = [Entry(self._scalar(each.key), self._moved(each.value)) for each in entries[behind:]]
        whole = [*entries[:place], *changed, *after]
        by_name = {entry.key.text: entry for entry in whole}
        if len(by_name) < len(whole) or not whole:
            return None  # a key is given twice, or none at all
        return Mapping(node.file, by_name, whole[0].key.start, whole[-1].value.stop)

    def _sequence(self, node: Sequence, *, stop: int, depth: int) -> Sequence | None:
        starts = [item.start.line for item in node.items]
        place, behind = self._places(starts)
        marked = all(_BEFORE_ITEM.fullmatch(self._before_it(each)) for each in node.items[max(place, 0) : behind + 1])
        if place < 0 or not marked:
            return None
        end = starts[behind] if behind < len(starts) else stop
        found = self._read(node.items[place], end, parent=node, depth=depth)
        if not isinstance(found, Sequence):
            return None
        items = (*node.items[:place], *found.items, *map(self._moved, node.items[behind:]))
        return Sequence(node.file, items, node.start if place else found.start, items[-1].stop) if items else None

    def _places(self, starts: list[int]) -> tuple[int, int]:
        """Return the places, among entries that begin at some lines, of the first that was edited and the next left."""
        return bisect_right(starts, self._edit.first) - 1, bisect_right(starts, self._edit.last)

    def _before_it(self, node: Located) -> str:
        return self._before[node.start.line][: node.start.column]

    def _is_flow(self, node: Mapping | Sequence) -> bool:
        return self._before[node.start.line].startswith(("{", "["), node.start.column)

    def _read(self, first: Located, end: int, *, parent: Mapping | Sequence, depth: int) -> Located | None:
        """Return the entries that stand now where some did, from `first` to the line `end`; more entries are left."""
        start = first.start.line
        lines = self._after[start : end + self._edit.by]
        if start > parent.start.line and not any(line.strip() for line in lines):
            at = first.start
            return (
                Mapping(parent.file, {}, at, at) if isinstance(parent, Mapping) else Sequence(parent.file, (), at, at)
            )
        rest = "\n" if end < len(self._before) else ""
        found = read_piece("\n" * start + "\n".join(lines) + rest, file=parent.file, depth=depth)
        return found if found is not None and found.start.column == parent.start.column else None

    def _moved(self, node: Located) -> Located:
        """Return what stands behind the edit, in its new place."""
        by = self._edit.by
        if not by:
            return node
        if isinstance(node, Scalar):
            return self._scalar(node)
        start, stop = _down(node.start, by), _down(node.stop, by)
        found: Located
        if isinstance(node, Sequence):
            found = Sequence(node.file, tuple(map(self._moved, node.items)), start, stop)
        else:
            entries = {
                name: Entry(self._scalar(entry.key), self._moved(entry.value)) for name, entry in node.entries.items()
            }
            found = Mapping(node.file, entries, start, stop)
        self._tell_moved(node, found)
        return found

    def _scalar(self, node: Scalar) -> Scalar:
        by = self._edit.by
        if not by:
            return node
        return Scalar(node.file, node.text, node.style, _Stretch(_down(node.start, by), _down(node.stop, by)))
