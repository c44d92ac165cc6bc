"""Running a conformance file: every case translated, answered by the engine and compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planshift.conformance import kill_bill_changes, kill_bill_dates, published_changes, published_figures
from planshift.conformance.case_book import Through, Undecided
from planshift.conformance.case_file import Case, read_cases
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Answer, differences
from planshift.conformance.published_switches import switch_of_a_trial
from planshift.conformance.report import CaseResult, Difference, Report
from planshift.conformance.scope import out_of_scope
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.policy.shelf import FolderShelf

Translation = Callable[[Fields, Through], Answer]


def _alone(translate: Callable[[Fields], Answer]) -> Translation:
    """The translation of a kind that asks for no decision."""
    return lambda given, _through: translate(given)


def _dates(given: Fields, through: Through) -> Answer:
    """Due dates: of a trial by its renewal, of anything else by the calendar."""
    return switch_of_a_trial(given, through) if given.has("trial_days") else published_figures.dates(given)


TRANSLATIONS: dict[str, dict[str, Translation]] = {
    "kill_bill": {
        **kill_bill_changes.KINDS,
        **{kind: _alone(translate) for kind, translate in kill_bill_dates.KINDS.items()},
    },
    "published": {
        **published_changes.KINDS,
        **{kind: _alone(translate) for kind, translate in published_figures.KINDS.items()},
        "dates": _dates,
    },
}
"""How each kind of case of each format is answered."""


def run_file(path: str | Path) -> Report:
    """Run every case of a file.

    Raises:
        InvalidInput: the file cannot be read, or is not built as a conformance file is.
    """
    where = Path(path)
    text, problems = FolderShelf(where).text(where.name)
    if text is None:
        raise InvalidInput(diagnostics=problems)
    return run_text(text, file=where.as_posix())


def run_text(text: str, *, file: str) -> Report:
    """Run every case of a file's text; `file` is how messages call it.

    Raises:
        InvalidInput: it is not built as a conformance file is.
    """
    return Report(file=file, results=tuple(run_case(case) for case in read_cases(text, file=file)))


def run_case(case: Case) -> CaseResult:
    """The outcome of one case. A case that cannot be translated or decided has failed, and says why."""
    kind, why = out_of_scope(case)
    if why:
        return CaseResult(id=case.id, kind=kind, status="out_of_scope", why=why)
    translate = TRANSLATIONS[case.format].get(case.kind)
    if translate is None:
        return CaseResult(id=case.id, kind=kind, status="failed", why=f"`{case.kind}` is not a kind of this format")
    through = Through(case.preset)
    try:
        found = differences(case.expect, translate(case.given, through), tolerance=case.tolerance)
    except (ValueError, OverflowError, Undecided) as error:  # what a case says that the trade does not accept
        return _result(case, through, why=str(error))
    except (InvalidBook, InvalidInput) as error:
        told = "; ".join(diagnostic.message for diagnostic in error.diagnostics if diagnostic.is_error)
        return _result(case, through, why=f"no book or subscription can say this: {told}")
    return _result(case, through, found=found)


def _result(case: Case, through: Through, *, found: tuple[Difference, ...] = (), why: str = "") -> CaseResult:
    return CaseResult(
        id=case.id,
        kind=case.kind,
        status="failed" if found or why else "passed",
        differences=found,
        why=why,
        preset=through.preset if through.asked else "",
        beside=tuple(through.beside),
    )
