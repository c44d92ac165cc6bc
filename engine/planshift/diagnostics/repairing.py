"""Repairing files: the safe repairs of what is wrong, made again and again until nothing more can be repaired.

Nothing is written here. Texts are edited in memory and checked again after each round; a repair after which something
else is wrong at its place is taken back, so that no file ends up worse than it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.fix import Edit, Fix, edited, overlaps

MAX_ROUNDS = 25
"""How often files are edited and checked again: a repair can bring out mistakes that it hid."""

Texts = Mapping[str, str]
"""Texts by the names that spans use."""

Check = Callable[[Texts], tuple[tuple[Diagnostic, ...], Texts]]
"""Everything wrong when some files have other texts, and the texts of all files that were read."""


Repair = tuple[Diagnostic, Fix]
"""A mistake and what is done about it."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What was repaired, in the order in which it was done, the new texts of the files it touched, and what is left."""

    done: tuple[Repair, ...]
    texts: Texts
    left: tuple[Diagnostic, ...]


def settled(diagnostics: Iterable[Diagnostic], texts: Texts) -> tuple[Diagnostic, ...]:
    """Return the diagnostics with every repair known to be safe or not: names of the book by how often it uses them."""
    uses: Counter[str] = Counter()
    found: list[Diagnostic] = []
    for diagnostic in diagnostics:
        if any(fix.trust == "by_use" for fix in diagnostic.fixes):
            uses = uses or Counter(word for text in texts.values() for word in re.findall(r"[\w-]+", text))
            fixes = tuple(_by_use(fix, texts, uses=uses) for fix in diagnostic.fixes)
            found.append(replace(diagnostic, fixes=fixes))
        else:
            found.append(diagnostic)
    return tuple(found)


def repair(check: Check, *, may_change: Callable[[str], bool]) -> Repaired:
    """Repair what can be repaired without asking in the files that may change.

    All that can be done together is done together. What may have made something worse is tried once more by itself.
    """
    texts: dict[str, str] = {}
    done: list[Repair] = []
    tried: Counter[tuple[str, Fix | None]] = Counter()
    found, sources = check(texts)
    for _ in range(MAX_ROUNDS):
        batch = _batch(found, tried=tried, may_change=may_change)
        if not batch:
            break
        trial = texts | _written((fix for _, fix in batch), sources)
        after, new_sources = check(trial)
        blamed = [each for each in batch if _made_worse(*each, before=found, after=after)]
        if blamed:
            tried.update({(problem.code, fix): 2 if len(batch) == 1 else 1 for problem, fix in blamed})
            continue
        texts, found, sources = trial, after, new_sources
        done += batch
    left = tuple(_offered(each) if tried[each.code, each.repair] > 1 else each for each in found)
    return Repaired(done=tuple(done), texts=texts, left=left)


def _offered(problem: Diagnostic) -> Diagnostic:
    """Return the diagnostic of a repair that did not help: it is no more than an offer."""
    return replace(problem, fixes=tuple(replace(fix, trust="open") for fix in problem.fixes))


def _by_use(fix: Fix, texts: Texts, *, uses: Counter[str]) -> Fix:
    if fix.trust != "by_use":
        return fix
    (edit,) = fix.edits
    line = texts.get(edit.span.file, "").split("\n")[edit.span.line - 1 : edit.span.line]
    wrong = "".join(line)[edit.span.column - 1 : edit.span.end_column - 1]
    # of `customer.pays_by` only the part that differs is in question
    pairs = zip(_words(wrong), _words(edit.text), strict=False)
    is_usual = all(uses[old] < uses[new] for old, new in pairs if old != new)
    return replace(fix, trust="safe" if is_usual else "open")


def _words(text: str) -> list[str]:
    return re.findall(r"[\w-]+", text)


def _batch(
    found: Iterable[Diagnostic], *, tried: Counter[tuple[str, Fix | None]], may_change: Callable[[str], bool]
) -> list[Repair]:
    """Return repairs that can be made together; those that overlap with an earlier one wait for the next round."""
    chosen: list[Repair] = []
    suspects: list[Repair] = []
    for diagnostic in found:
        fix = diagnostic.repair
        if fix is None or not all(may_change(each.span.file) for each in fix.edits):
            continue
        if tried[diagnostic.code, fix]:
            suspects += [(diagnostic, fix)] if tried[diagnostic.code, fix] == 1 else []
        elif not any(overlaps(one, other) for one in fix.edits for _, each in chosen for other in each.edits):
            chosen.append((diagnostic, fix))
    return chosen or suspects[:1]


def _written(fixes: Iterable[Fix], sources: Texts) -> dict[str, str]:
    by_file: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            by_file.setdefault(edit.span.file, []).append(edit)
    return {file: edited(sources[file], edits) for file, edits in by_file.items()}


def _made_worse(
    problem: Diagnostic, fix: Fix, *, before: tuple[Diagnostic, ...], after: tuple[Diagnostic, ...]
) -> bool:
    """Tell whether a repair did not help, or something else is wrong at its place that no repair is known for.

    Mistakes at other places are those that the repaired one hid: they were there before, and are told from now on.
    So are those of a rule that can be read now.
    """
    fresh = _fresh(before, after)
    lines = {(edit.span.file, edit.span.line) for edit in fix.edits}
    if any(_told(each) == _told(problem) and _lines(each) & lines for each in after):
        return True
    thing = (problem.span.file, problem.context) if problem.context else None
    was_unreadable = problem.code == "PS301"
    return any(
        each.is_error
        and each.repair is None
        and (each.code < "PS303" or not was_unreadable)
        and (each.code < "PS1" or _lines(each) & lines or (each.span.file, each.context) == thing)
        for each in fresh
    )


def _fresh(before: tuple[Diagnostic, ...], after: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """Return what is told afterwards and was not before, wherever it stands in its file."""
    known = Counter(map(_told, before))
    found: list[Diagnostic] = []
    for diagnostic in after:
        known[_told(diagnostic)] -= 1
        if known[_told(diagnostic)] < 0:
            found.append(diagnostic)
    return found


def _told(diagnostic: Diagnostic) -> tuple[str, str, str]:
    return diagnostic.span.file, diagnostic.code, diagnostic.message


def _lines(diagnostic: Diagnostic) -> set[tuple[str, int]]:
    spans = (diagnostic.span, *(label.span for label in diagnostic.labels))
    return {(span.file, span.line) for span in spans}
