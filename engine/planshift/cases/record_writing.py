"""Writing one answer into the text of a case or of a moment, where it says nothing, or is to be put right."""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass
from typing import TypeAlias, final

from planshift.book import Decision, Options
from planshift.cases.answering import Answered
from planshift.cases.answers import answered as said
from planshift.cases.answers import lines_of, offered
from planshift.cases.compare import compare
from planshift.cases.offers import compare_offers
from planshift.cases.written import keys_of, nested
from planshift.policy.case_documents import Case
from planshift.policy.case_tables import NOTHING_SAID
from planshift.policy.expectations import Expected
from planshift.policy.located import Located, Scalar, Sequence, span_of
from planshift.policy.located import Mapping as LocatedMapping
from planshift.policy.text_edits import Editing
from planshift.policy.written_yaml import Data

Expectations: TypeAlias = Several[Expected]
"""What a case or a moment expects of an answer."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is written: into cases that expect nothing yet always, and on demand into those that expect something."""

    complete: bool = False
    """What they leave out."""
    update: bool = False
    """What differs from what they expect."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where a case stands: its mapping, or the row that it is with the columns of its table."""

    case: LocatedMapping
    row: Sequence | None = None
    columns: tuple[str, ...] = ()


def node_of(case: Case, root: Located) -> Node | None:
    """Where a case stands in the tree of its file, or None where it cannot be told."""
    for item in items_of(root, "cases"):
        if not isinstance(item, LocatedMapping):
            continue
        if "name" in item.entries and span_of(item.entries["name"].value) == case.span:
            return Node(case=item)
        rows = [row for row in items_of(item, "table") if isinstance(row, Sequence)]
        for row in rows[1:]:
            if row.items and span_of(row.items[0]) == case.span:
                columns = tuple(cell.text for cell in rows[0].items if isinstance(cell, Scalar))
                return Node(case=item, row=row, columns=columns)
    return None


def items_of(node: Located, key: str) -> tuple[Located, ...]:
    """The items of the list that a mapping holds under a key."""
    entry = node.entries.get(key) if isinstance(node, LocatedMapping) else None
    return entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ()


def write(expected: Expectations, found: Answered, *, editing: Editing, node: Node, what: What) -> None:
    """Write an answer into the case or moment at a node, which expects this of it so far."""
    if what.update:
        _update(expected, found, editing=editing, node=node)
    if node.row is not None:
        _fill_cells(expected, found, editing=editing, node=node)
        return
    answer = _answer(found)
    fields = nested({name: _said(found, name) for name in keys_of(answer)})
    fill_up(node.case, "expect", fields=fields, editing=editing, complete=what.complete, is_open=True)


def fill_up(
    node: LocatedMapping,
    key: str,
    *,
    fields: dict[str, Data],
    editing: Editing,
    complete: bool,
    is_open: bool = False,
) -> None:
    """Write fields under a key: all where nothing stands there yet, and to be `complete` those that are missing."""
    there = node.entries.get(key)
    if there is None:
        editing.add(node, {key: fields}, is_open=is_open)
    elif isinstance(there.value, LocatedMapping) and there.value.entries:
        missing = {name: value for name, value in fields.items() if name not in there.value.entries}
        if complete and missing:
            editing.add(there.value, missing)
    else:
        editing.fill(there.key, there.value, fields=fields)


def _fill_cells(expected: Expectations, found: Answered, *, editing: Editing, node: Node) -> None:
    """Write the cells of a row that say nothing of what the case is to expect, unless the table does."""
    known = {each.name for each in expected}
    for column, cell in zip(node.columns, node.row.items if node.row is not None else (), strict=False):
        side, _, name = column.partition(".")
        is_blank = isinstance(cell, Scalar) and cell.text == NOTHING_SAID and not cell.style
        if side == "expect" and is_blank and name not in known:
            editing.replace(span_of(cell), _said(found, name))


def _update(expected: Expectations, found: Answered, *, editing: Editing, node: Node) -> None:
    """Write what the book answers in place of what differs from it."""
    for each in expected:
        if not _differs(found, each):
            continue
        own = node.row
        if own is not None and all(span_of(cell) != each.span for cell in own.items):
            continue  # the whole table says so
        if each.name == "lines":
            _add_lines(found, node, editing=editing, named=each.value if isinstance(each.value, tuple) else ())
        else:
            editing.replace(each.span, _said(found, each.name))


def _add_lines(found: Answered, node: Node, *, editing: Editing, named: tuple[str, ...]) -> None:
    """Write the lines of kinds that the case does not name."""
    expect = node.case.entries.get("expect")
    lines = expect.value.entries["lines"].value if expect and isinstance(expect.value, LocatedMapping) else None
    if isinstance(lines, LocatedMapping) and found.decision is not None:
        more = {kind: amount for kind, amount in lines_of(found.decision).items() if amount.minor}
        editing.add(lines, {kind: amount for kind, amount in more.items() if kind not in named})


def _differs(found: Answered, each: Expected) -> bool:
    if each.about_offers:
        return found.offered is not None and compare_offers(found.offered, each) is not None
    return found.decision is not None and compare(found.decision, each) is not None


def _answer(found: Answered) -> Decision | Options[Decision]:
    answer = found.decision if found.decision is not None else found.offered
    assert answer is not None  # a book always says something
    return answer


def _said(found: Answered, name: str) -> Data:
    if found.decision is not None and name.partition(".")[0] not in ("options", "other_plans", "other_terms", "hidden"):
        return said(found.decision, name)
    return offered(found.offered, name) if found.offered is not None else None
