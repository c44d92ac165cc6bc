"""Whether an edit does more than it may: exact comparisons of counts and amounts with the limits that somebody set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planshift.billing.money import PPM, format_percent
from planshift.impact.impact import Counts, Sums
from planshift.impact.words import grouped, percentage
from planshift.policy.document import ImpactLimits


def limits_in_force(old: ImpactLimits, new: ImpactLimits, *, told: ImpactLimits) -> ImpactLimits:
    """The limits of the command line, then of the version before: an edit does not loosen what it is measured by.

    What the old version does not limit, the new one may.
    """
    moved = dict(new.moved_per_year) | dict(old.moved_per_year) | dict(told.moved_per_year)
    return ImpactLimits(
        refused=_first(told.refused, old.refused, new.refused),
        dearer=_first(told.dearer, old.dearer, new.dearer),
        moved_per_year=tuple(sorted(moved.items())),
    )


def _first(*limits: int | None) -> int | None:
    return next((limit for limit in limits if limit is not None), None)


def limits_passed(limits: ImpactLimits, counts: Counts, *, of: int, sums: Sequence[Sums]) -> Iterator[str]:
    """Each limit that is passed, as a sentence; `of` is how many customers there are."""
    shares = (("are newly refused", counts.refused, limits.refused), ("pay more", counts.dearer, limits.dearer))
    for what, customers, limit in shares:
        if limit is not None and customers * PPM > limit * of:
            told = f"{percentage(customers, of)} of all customers ({customers:,})"
            yield f"{told} {what}: at most {format_percent(limit)} may"
    for each in sums:
        most = dict(limits.moved_per_year).get(each.currency)
        if most is not None and each.moved_per_year.minor > most:
            allowed = replace(each.now, minor=most)
            yield f"{grouped(each.moved_per_year)} a year are moved: at most {grouped(allowed)} may be"
