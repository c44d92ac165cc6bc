"""An impact as data that `json` can write: amounts as text, and all groups. The keys are kept stable."""

from __future__ import annotations

from typing import Final

from planshift.billing.money import format_percent
from planshift.impact.impact import Affected, Counts, Explained, Group, Impact, Sums, Version
from planshift.impact.kinds import KINDS

VERSION: Final = "1.0"


def to_data(impact: Impact) -> dict[str, object]:
    """The whole impact."""
    compared = impact.compared
    return {
        "format_version": VERSION,
        "title": impact.title,
        "question": impact.question,
        "at": impact.at,
        "old": _version(impact.old),
        "new": _version(impact.new),
        "compared": {
            "subscriptions": compared.subscriptions,
            "set_aside": {"old": compared.set_aside[0], "new": compared.set_aside[1]},
            "answers": compared.answers,
            "columns": compared.columns,
            "cells": compared.cells,
        },
        "untouched": impact.untouched,
        **_counts(impact.counts),
        "moved": [_sums(each) for each in impact.sums],
        "kinds": [
            {"kind": each.kind, "means": KINDS[each.kind], "answers": each.answers, "anywhere": each.anywhere}
            for each in impact.kinds
        ],
        "segment": impact.segment or None,
        "groups": {name: [_group(each) for each in groups] for name, groups in impact.groups.items()},
        "newly_refused": [_affected(each) for each in impact.refused],
        "hit_hardest": [_explained(each) for each in impact.hardest],
        "limits": {
            "refused": _percent(impact.limits.refused),
            "dearer": _percent(impact.limits.dearer),
            "moved_per_year": [[currency, minor] for currency, minor in impact.limits.moved_per_year],
        },
        "limits_passed": list(impact.passed),
    }


def _percent(ppm: int | None) -> str | None:
    return None if ppm is None else format_percent(ppm)


def _version(version: Version) -> dict[str, str]:
    return {"name": version.name, "book": version.book, "digest": version.digest}


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "customers": counts.customers,
        "answers": counts.answers,
        "refused": counts.refused,
        "dearer": counts.dearer,
        "cheaper": counts.cheaper,
    }


def _sums(sums: Sums) -> dict[str, str]:
    return {
        "currency": sums.currency,
        "now": str(sums.now),
        "next_bill": str(sums.next_bill),
        "per_year": str(sums.per_year),
        "more_per_year": str(sums.more_per_year),
        "less_per_year": str(sums.less_per_year),
    }


def _group(group: Group) -> dict[str, object]:
    of = {"of": group.of} if group.of else {}
    return {"key": list(group.key), **of, **_counts(group.counts), "moved": [_sums(each) for each in group.sums]}


def _affected(affected: Affected) -> dict[str, object]:
    return {
        "row": affected.row,
        "id": affected.id,
        "from": {"plan": affected.plan, "price": affected.price},
        "to": {"plan": affected.to_plan, "price": affected.to_price},
        "kind": affected.kind,
        "cause": affected.cause,
        "old_verdict": affected.old_verdict,
        "new_verdict": affected.new_verdict,
        "reasons": list(affected.reasons),
        "first_year": str(affected.first_year) if affected.first_year is not None else None,
    }


def _explained(explained: Explained) -> dict[str, object]:
    parts = [{"what": part.what, "old": part.old, "new": part.new} for part in explained.moved]
    return {**_affected(explained.affected), "moved": parts}
