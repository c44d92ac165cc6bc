"""A comparison as data that `json` can write. The keys and the words of `section` and `kind` are kept stable."""

from __future__ import annotations

from planshift.comparison.difference import Difference, Moved
from planshift.comparison.told import Told
from planshift.diagnostics.span import Span


def to_data(told: Told) -> dict[str, object]:
    """The whole comparison."""
    comparison = told.comparison
    return {
        "format_version": "1.0",
        "old": {"name": told.old, "book": comparison.old.name, "digest": comparison.old.digest},
        "new": {"name": told.new, "book": comparison.new.name, "digest": comparison.new.digest},
        "same": not comparison.differences,
        "counts": comparison.counts,
        "tried": comparison.tried,
        "differences": [_difference(each) for each in comparison.differences],
    }


def _difference(difference: Difference) -> dict[str, object]:
    witness = difference.witness
    return {
        "section": difference.section,
        "kind": difference.kind,
        "sign": difference.sign,
        "title": difference.title,
        "count": difference.count,
        "moved": [_moved(part) for part in difference.moved],
        "notes": list(difference.notes),
        "old_place": _place(difference.old),
        "new_place": _place(difference.new),
        "witness": None
        if witness is None
        else {"told": witness.told, "moved": [_moved(part) for part in witness.moved], "case": witness.case},
        "tried": difference.tried,
        "no_witness_because": difference.untold or None,
    }


def _moved(part: Moved) -> dict[str, str | None]:
    return {"what": part.what, "old": part.old, "new": part.new}


def _place(span: Span) -> dict[str, object] | None:
    return {"file": span.file, "line": span.line, "column": span.column} if span.known else None
