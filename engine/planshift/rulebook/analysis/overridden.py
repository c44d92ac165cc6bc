"""Words on terms that never count, because stronger places settle the term for every change that they are for."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.span import Span
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.analysis.settling import Rank, Settling, Word
from planshift.rulebook.analysis.spoken import is_own

_MOST_LABELS = 3


def find_overridden_terms(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report what a book itself says and what never comes to count; who says the same once more is left alone."""
    for word in Settling(scenes.draft).words():
        statement = word.statement
        if word.beaten_by and is_own(scenes.draft, statement) and _is_said_otherwise(word):
            yield Diagnostic(
                code="PS433",
                message=f"this `{statement.term}` never counts: a stronger place always settles it",
                span=statement.source.span,
                labels=_labels(word),
                help="take the line out, or say it in a place that is strong enough",
                severity="warning",
                context=statement.source.title,
            )


def _is_said_otherwise(word: Word) -> bool:
    """Whether some stronger place says something else."""
    return any(
        rank.rule is not None or any(each.value != word.statement.value for each in rank.words)
        for rank in word.beaten_by or ()
    )


def _labels(word: Word) -> tuple[Label, ...]:
    """Where the stronger places are; of many only the first."""
    spans = dict.fromkeys(span for rank in word.beaten_by or () for span in _spans(rank))
    labels = [Label(span=span, text="settles it instead") for span in list(spans)[:_MOST_LABELS]]
    if len(spans) > _MOST_LABELS:
        labels[-1] = Label(span=labels[-1].span, text=f"settles it instead, and {len(spans) - _MOST_LABELS} more")
    return tuple(labels)


def _spans(rank: Rank) -> Iterator[Span]:
    if rank.rule is not None:
        yield rank.rule.effect.span
    for each in rank.words:
        yield each.source.span
