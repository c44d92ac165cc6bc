"""The small edits of a YAML file of a book: its policy, or its catalog.

Only what decides something is edited: titles, descriptions and the names of things stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, final

from planshift.cases.mutation.edit import Edit, Kind, Places
from planshift.cases.mutation.neighbours import amounts_beside, neighbours
from planshift.cases.mutation.words import Allowed
from planshift.policy.located import Entry, Located, Mapping, Mark, Scalar
from planshift.policy.located import Sequence as LocatedList

Path = tuple[str, ...]

_LEFT_ALONE: Final = frozenset(
    {"title", "description", "tax_code", "policy_language", "book", "currency", "extends", "rules", "decimals"}
    | {"impact_limits"}
)
"""Wording, names, what the rest of a book is read with, and what is asked of edits."""

_TEXTS: Final = frozenset({"label", "fee_label"})
_ROADS: Final = frozenset({"paths", "switches", "members", "upgrades", "downgrades", "crossgrades", "to"})
_REMOVED_BY_NAME: Final = frozenset({("groups",), ("plans",)})
_WAYS: Final = (("leave", "up"), ("leave", "down"), ("arrive", "up"), ("arrive", "down"))
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_OTHER_ZONE: Final = {"UTC": "Asia/Tokyo"}


def yaml_edits(root: Located, text: str, *, document: str) -> Iterator[Edit]:
    """The edits of a document of a kind, `policy` or `catalog`, in the order of its file."""
    allowed = Allowed.of(document)
    found = {(edit.start, edit.stop, edit.text): edit for edit in _Walk(text, root.file, document).node(root, allowed)}
    yield from sorted(found.values(), key=lambda edit: (edit.start, edit.stop))


@final
class _Walk:
    """Goes through a document; each method yields the edits of what it is given."""

    def __init__(self, text: str, file: str, document: str) -> None:
        self._places = Places(text)
        self._text = text
        self._file = file
        self._in_catalog = document == "catalog"

    def node(self, node: Located, allowed: Allowed, path: Path = ()) -> Iterator[Edit]:
        """Edits inside of a value."""
        if isinstance(node, Mapping):
            yield from self._mapping(node, allowed, path)
        elif isinstance(node, LocatedList):
            yield from self._list(node, allowed, path)
        else:
            yield from self._scalar(node, allowed, path)

    def _mapping(self, node: Mapping, allowed: Allowed, path: Path) -> Iterator[Edit]:
        entries = list(node.entries.items())
        for number, (name, entry) in enumerate(entries):
            here = (*path, name)
            if name in _LEFT_ALONE:
                continue
            if path[:1] == ("facts",) or name == "facts":
                yield from self._fact(node, entry, here)
                continue
            if name == "catalog" and not path:  # a catalog that stands inside of the policy
                self._in_catalog = True
                yield from self.node(entry.value, Allowed.of("catalog"))
                self._in_catalog = False
                continue
            if name not in _TEXTS:
                yield from self.node(entry.value, allowed.key(name), here)
            if self._is_removable(entry, allowed.key(name), here):
                kind: Kind = "road removed" if path[-1:] == ("members",) else "setting removed"
                yield from self._without_entry(node, [each for _, each in entries], number, kind=kind, path=here)
        if path[-2:-1] == ("members",):
            yield from self._ways(node, path)

    def _fact(self, node: Mapping, entry: Entry, path: Path) -> Iterator[Edit]:
        """Of the declared facts only what they are where nobody tells: their defaults."""
        if isinstance(entry.value, Mapping):
            for name, inner in entry.value.entries.items():
                yield from self._fact(entry.value, inner, (*path, name))
        elif path[-1] == "default" and isinstance(entry.value, Scalar):
            listed = node.entries.get("enum")
            items = listed.value.items if listed is not None and isinstance(listed.value, LocatedList) else ()
            words = [item.text for item in items if isinstance(item, Scalar)]
            others = [word for word in words if word != entry.value.text]
            told = [("value", word) for word in others] if words else [*_plain_neighbours(entry.value)]
            for kind, text in told:
                yield self._replaced(entry.value, kind, text, path=path)  # type: ignore[arg-type]  # kinds, both times

    def _is_removable(self, entry: Entry, allowed: Allowed, path: Path) -> bool:
        """Whether a book can do without an entry, and whether no other edit of it comes to the same."""
        value, name = entry.value, path[-1]
        if name in _TEXTS or path[:-1] in _REMOVED_BY_NAME or path[-2:-1] == ("members",):
            return True
        if isinstance(value, Mapping):
            return name in {"contract", "carry_map"}
        if isinstance(value, LocatedList):
            return name not in {"from", "members", "paths", "switches", "for"}
        if value.style in {"|", ">"} or name in {"from", "timezone", "effective_from", "plan"}:
            return False
        if len(allowed.words) > 1 and value.text in allowed.words:
            return False
        numeric = any(True for _ in neighbours(value.text)) or _is_amount(name, value)
        return not (_is_plain(value) or (self._in_catalog and numeric))

    def _without_entry(
        self, node: Mapping, entries: Sequence[Entry], number: int, *, kind: Kind, path: Path
    ) -> Iterator[Edit]:
        ends = [(each.key.start, each.value.stop) for each in entries]
        span = self._gap(node, ends, number)
        if span is not None:
            yield self._places.edit(kind, self._file, span=span, text="", about=self._about(path, ends[number][0]))

    def _gap(
        self, node: Mapping | LocatedList, ends: Sequence[tuple[Mark, Mark]], number: int
    ) -> tuple[int, int] | None:
        """What to take out so that one of several neighbours is gone; None where nothing can be taken out."""
        start, stop = (self._at(mark) for mark in ends[number])
        line = self._places.begin(self._places.line(start))
        alone = not self._text[line:start].strip().strip("-")
        is_flow = self._text[self._at(node.start)] in "{["
        if not is_flow and alone and (isinstance(node, LocatedList) or not self._text[line:start].strip()):
            end = self._text.find("\n", max(start, stop - 1))
            return line, len(self._text) if end < 0 else end + 1
        if number + 1 < len(ends):
            return start, self._at(ends[number + 1][0])
        if is_flow:
            return (self._at(ends[number - 1][1]) if number else start), stop
        return None

    def _list(self, node: LocatedList, allowed: Allowed, path: Path) -> Iterator[Edit]:
        ends = [(item.start, item.stop) for item in node.items]
        for number, item in enumerate(node.items):
            inner = allowed.item()
            here = (*path, item.text if isinstance(item, Scalar) else str(number))
            yield from self.node(item, inner, here)
            takes_out = len(node.items) > 1 or not isinstance(item, Scalar)
            if takes_out and not _is_money(item):
                kind: Kind = "road removed" if path[-1:] and path[-1] in _ROADS else "item removed"
                span = self._gap(node, ends, number)
                if span is not None:
                    about = self._about(here, item.start)
                    yield self._places.edit(kind, self._file, span=span, text="", about=about)
        if path[-1:] == ("members",):  # the order of a mere list says what is higher
            yield from self._swapped(node, path)

    def _swapped(self, node: LocatedList, path: Path) -> Iterator[Edit]:
        for first, second in pairwise(node.items):
            start, middle, after, stop = (
                self._at(mark) for mark in (first.start, first.stop, second.start, second.stop)
            )
            text = self._text[after:stop] + self._text[middle:after] + self._text[start:middle]
            about = self._about(path, first.start)
            yield self._places.edit("order", self._file, span=(start, stop), text=text, about=about)

    def _scalar(self, node: Scalar, allowed: Allowed, path: Path) -> Iterator[Edit]:
        name = path[-1] if path else ""
        if node.style in {"|", ">"} or name in {"from", "plan"}:
            return
        if name == "timezone":
            yield self._replaced(node, "zone", _OTHER_ZONE.get(node.text, "UTC"), path=path)
        elif node.text in allowed.words:
            for word in allowed.words:
                if word != node.text:
                    yield self._replaced(node, "value", word, path=path)
        elif _is_amount(name, node):
            yield self._replaced(node, "amount", next(amounts_beside(node.text)), path=path)
        elif path[:-1] and path[-2] == "decimals":
            return
        else:
            is_bound = name in {"at_least", "at_most"} or path[-2:-1] in {("at_least",), ("at_most",)}
            told = _plain_neighbours(node) if _is_plain(node) else neighbours(node.text, is_bound=is_bound)
            for kind, text in told:
                yield self._replaced(node, kind, text, path=path)

    def _ways(self, node: Mapping, path: Path) -> Iterator[Edit]:
        """Close one way of a member whose entry says nothing of it."""
        end = self._at(node.stop) - 1
        if not node.entries or self._text[end : end + 1] != "}":
            return
        last = list(node.entries.values())[-1].value
        span = (self._at(last.stop), self._at(last.stop))
        for side, way in _WAYS:
            if side not in node.entries:
                text = f", {side}: {{ {way}: false }}"
                about = self._about((*path, side), node.start)
                yield self._places.edit("flag", self._file, span=span, text=text, about=about)

    def _replaced(self, node: Scalar, kind: Kind, text: str, *, path: Path) -> Edit:
        span = (self._at(node.start), self._at(node.stop))
        written = f"{node.style}{text}{node.style}"
        return self._places.edit(kind, self._file, span=span, text=written, about=self._about(path, node.start))

    def _about(self, path: Path, start: Mark) -> frozenset[str]:
        return frozenset({*path, f"{self._file}:{start.line + 1}"})

    def _at(self, mark: Mark) -> int:
        return self._places.at(mark.line, mark.column)


def _is_plain(node: Scalar) -> bool:
    """Whether a scalar is a truth or a whole number."""
    return not node.style and (node.text in {"true", "false"} or node.text.removeprefix("-").isdigit())


def _plain_neighbours(node: Scalar) -> Iterator[tuple[Kind, str]]:
    if node.text in {"true", "false"} and not node.style:
        yield "flag", "false" if node.text == "true" else "true"
    else:
        yield from neighbours(node.text)


def _is_amount(name: str, node: Scalar) -> bool:
    return bool(_CURRENCY.fullmatch(name) and _AMOUNT.fullmatch(node.text))


def _is_money(node: Located) -> bool:
    return isinstance(node, Scalar) and bool(re.fullmatch(r"[0-9.]+[ \t]*[A-Z]{3}", node.text))
