"""Tables of cases: one row per example, made into cases of their own before anything else is read.

Every cell keeps its place in the file, so that a mistake in one is told where it stands. What is not built as a table
is left as it is, for the model to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, final

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span
from planshift.policy.located import Entry, Located, Mapping, Scalar, Sequence, span_of

NAME = "name"
"""The first column."""

NOTHING_SAID = "_"
"""A cell that leaves its key to what the table says for all rows."""

SIDES = ("given", "when", "expect")
"""What a column can be a part of."""

ALONE = ("now", "shows", "todo")
"""What a column can be as a whole."""

_DOTTED = ("terms", "sources")
"""Parts of `expect` whose keys have dots of their own."""


class Table(NamedTuple):
    """A table by its name, and the place of that."""

    name: str
    span: Span


@final
@dataclass(slots=True)
class Expanded:
    """A file with a case in place of each row, the tables by the names of their rows' cases, and what is wrong."""

    root: Located
    tables: dict[str, Table] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def expanded(root: Located) -> Expanded:
    """Return a file of cases with a case in place of each row of its tables."""
    found = Expanded(root)
    cases = root.entries.get("cases") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or cases is None or not isinstance(cases.value, Sequence):
        return found
    items = tuple(each for item in cases.value.items for each in _rows(item, found))
    if found.tables or found.problems:
        listing = Sequence(root.file, items, cases.value.start, cases.value.stop)
        found.root = Mapping(root.file, {**root.entries, "cases": Entry(cases.key, listing)}, root.start, root.stop)
    return found


def _rows(item: Located, found: Expanded) -> Iterator[Located]:
    table = item.entries.get("table") if isinstance(item, Mapping) else None
    lists = _lists(table.value) if table is not None else None
    if not isinstance(item, Mapping) or table is None or lists is None:
        yield item
        return
    head, *rows = lists
    columns = [cell for cell in head.items if isinstance(cell, Scalar)]
    problem = _misbuilt(head, rows, columns=columns, table=table.key)
    if problem is not None:
        found.problems.append(problem)
        return
    name = item.entries.get("name")
    title = Table(
        name=name.value.text if name is not None and isinstance(name.value, Scalar) else "a table",
        span=span_of(name.value if name is not None else table.key),
    )
    shared = {key: entry for key, entry in item.entries.items() if key != "table"}
    paths = list(_paths(columns[1:], found))
    for row in rows:
        yield from _case(row, title, shared, columns=columns, paths=paths, found=found)


def _case(
    row: Sequence,
    title: Table,
    shared: dict[str, Entry],
    *,
    columns: list[Scalar],
    paths: list[tuple[str, ...]],
    found: Expanded,
) -> Iterator[Located]:
    """Yield the case of a row: what holds for the table, with the cells put over it."""
    own = row.items[0] if row.items else None
    if len(row.items) != len(columns) or not isinstance(own, Scalar):
        found.problems.append(_uneven(row, columns=columns))
        return
    called = Scalar(row.file, f"{title.name}: {own.text}", '"', own.place)
    found.tables[called.text] = title
    case = Mapping(row.file, {**shared, "name": Entry(called, called)}, row.start, row.stop)
    for path, column, cell in zip(paths, columns[1:], row.items[1:], strict=True):
        if path and not (isinstance(cell, Scalar) and not cell.style and cell.text == NOTHING_SAID):
            case = _placed(case, path, column=column, value=cell)
    yield case


def _lists(table: Located) -> list[Sequence] | None:
    """Return the lists that a table is made of; None where it is made of something else, which its model tells."""
    if not isinstance(table, Sequence):
        return None
    lists = [item for item in table.items if isinstance(item, Sequence)]
    return lists if lists and len(lists) == len(table.items) else None


def _misbuilt(head: Sequence, rows: list[Sequence], *, columns: list[Scalar], table: Scalar) -> Diagnostic | None:
    """Return what keeps a table from being read at all."""
    help_text = f"the first list names the columns: [{NAME}, when.to, expect.due_now]"
    if len(columns) != len(head.items) or not columns or columns[0].text != NAME:
        message = f"the first column of a table is `{NAME}`"
        return Diagnostic(code="PS609", message=message, span=span_of(head), help=help_text)
    if not rows:
        message, help_text = "the table has no rows", "write a list below the first one for each example"
        return Diagnostic(code="PS609", message=message, span=span_of(table), help=help_text)
    return None


def _paths(columns: list[Scalar], found: Expanded) -> Iterator[tuple[str, ...]]:
    """Yield where the cells of each column belong; nothing for one that is wrong."""
    seen: dict[str, Scalar] = {}
    for column in columns:
        head, _, inner = column.text.partition(".")
        path: tuple[str, ...] = ()
        if head in SIDES and inner:
            part, _, rest = inner.partition(".")
            whole = head == "expect" and part in _DOTTED
            path = (head, part, rest) if whole and rest else (head, *inner.split("."))
        elif column.text in ALONE:
            path = (column.text,)
        else:
            found.problems.append(_no_column(column))
        if column.text in seen:
            first = Label(span=span_of(seen[column.text]), text="first here")
            message = f"the column `{column.text}` is given twice"
            found.problems.append(Diagnostic(code="PS005", message=message, span=span_of(column), labels=(first,)))
            path = ()
        seen[column.text] = column
        yield path


def _no_column(column: Scalar) -> Diagnostic:
    known = [*(f"{side}.{part}" for side, part in _EXAMPLES), *ALONE]
    near = did_you_mean(column.text, known)
    help_text = near or "a column is a key of a case with dots in it, such as `when.to` or `expect.lines.fee`"
    message = f"`{column.text}` is not a column"
    return Diagnostic(code="PS609", message=message, span=span_of(column), help=help_text)


_EXAMPLES = (
    *(("given", part) for part in ("subscription", "status", "usage", "customer")),
    *(("when", part) for part in ("to", "price", "kind", "by", "at", "quantity", "approvals")),
    *(("expect", part) for part in ("verdict", "reasons", "direction", "effective_on", "due_now", "next_bill")),
    *(("expect", part) for part in ("lines.charge", "lines.credit", "lines.fee", "terms.timing")),
)


def _uneven(row: Sequence, *, columns: list[Scalar]) -> Diagnostic:
    has, wanted = len(row.items), len(columns)
    if has == wanted:
        return Diagnostic(code="PS609", message="the row has no name", span=span_of(row))
    message = f"the row has {_counted(has, 'cell')}, and the table {_counted(wanted, 'column')}"
    if has > wanted:
        return Diagnostic(code="PS609", message=message, span=span_of(row.items[wanted]))
    missing = ", ".join(f"`{column.text}`" for column in columns[has:])
    help_text = f"{missing} {'is' if wanted - has == 1 else 'are'} missing: `{NOTHING_SAID}` says nothing of a column"
    return Diagnostic(code="PS609", message=message, span=span_of(row), help=help_text)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _placed(node: Mapping, path: tuple[str, ...], *, column: Scalar, value: Located, offset: int = 0) -> Mapping:
    """Return a mapping with a cell at a path; mappings on the way that are not there yet stand where the cell does.

    The part of the column's name that a key comes from begins `offset` characters into it.
    """
    name, *rest = path
    there = node.entries.get(name)
    key = Scalar(column.file, name, "", _Part(column, offset=offset, length=len(name)))
    if rest:
        inner = there.value if there is not None and isinstance(there.value, Mapping) else None
        inner = inner or Mapping(value.file, {}, value.start, value.stop)
        value = _placed(inner, tuple(rest), column=column, value=value, offset=offset + len(name) + 1)
        key = there.key if there is not None else key
    return Mapping(node.file, {**node.entries, name: Entry(key, value)}, node.start, node.stop)


class _At(NamedTuple):
    line: int
    column: int


@final
class _Part:
    """The place of a part of a column's name."""

    def __init__(self, column: Scalar, *, offset: int, length: int) -> None:
        begin = column.start.column + offset + bool(column.style)
        self.start_mark = _At(column.start.line, begin)
        self.end_mark = _At(column.start.line, begin + length)
