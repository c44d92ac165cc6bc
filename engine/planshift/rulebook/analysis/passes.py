"""The analyses of a book that has no errors, in the one order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.rulebook.analysis.closed_roads import (
    find_closed_groups,
    find_closed_paths,
    find_cut_off_plans,
    find_lonely_groups,
    find_unread_levels,
)
from planshift.rulebook.analysis.covered_rules import find_covered_rules
from planshift.rulebook.analysis.currencies import find_currencies_apart, find_unmet_amounts
from planshift.rulebook.analysis.dead_rules import find_dead_rules
from planshift.rulebook.analysis.idle_parts import find_idle_parts
from planshift.rulebook.analysis.idle_terms import find_idle_terms, find_misplaced_terms, find_terms_of_renewals
from planshift.rulebook.analysis.kept_scenes import KeptScenes
from planshift.rulebook.analysis.overridden import find_overridden_terms
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.draft import Draft

Analysis = Callable[[Scenes], Iterable[Diagnostic]]

ANALYSES: tuple[Analysis, ...] = (
    find_dead_rules,
    find_covered_rules,
    find_idle_parts,
    find_closed_paths,
    find_cut_off_plans,
    find_lonely_groups,
    find_closed_groups,
    find_unread_levels,
    find_currencies_apart,
    find_unmet_amounts,
    find_idle_terms,
    find_overridden_terms,
    find_misplaced_terms,
    find_terms_of_renewals,
)


def analyse(draft: Draft, kept: KeptScenes | None = None) -> tuple[Diagnostic, ...]:
    """What is true of every change under a book without errors, as far as it is worth a warning.

    `kept` is what was found out about the book before.
    """
    scenes = Scenes(draft, kept)
    return tuple(found for analysis in ANALYSES for found in analysis(scenes))
