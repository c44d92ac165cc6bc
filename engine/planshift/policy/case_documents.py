"""Cases and subscriptions of a book: what is given, what is asked for, what must come out, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.billing.zones import parse_instant
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span
from planshift.policy.case_model import CaseModel, CasesModel
from planshift.policy.case_requests import Asked, asked_at, inside
from planshift.policy.case_tables import Table, expanded
from planshift.policy.case_timelines import Moment, read_timeline
from planshift.policy.document import BookDocument
from planshift.policy.expectations import Expected, entries_at, read_expectation, refuse_answers_without_request
from planshift.policy.expected_plans import check_plans
from planshift.policy.extends import merge
from planshift.policy.located import Located
from planshift.policy.located import Mapping as LocatedMapping
from planshift.policy.places import Path
from planshift.policy.placing import Placing
from planshift.policy.shelf import FolderShelf, Shelf, TextShelf
from planshift.policy.subscription_documents import read_document, subscription_of
from planshift.policy.validation import Validated, validate

CASES, SUBSCRIPTIONS = "cases/", "subscriptions/"
SUFFIXES = (".yaml", ".yml", ".json")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One worked example at an instant; without a request it is about the options.

    `before` was asked for and carried out first, one after the other. `request` is what is asked for then, as far as
    that can be said before anything is decided; `asked` is the same as it is written.
    """

    name: str
    span: Span
    now: int
    subscription: Subscription
    request: ChangeRequest | None
    expected: tuple[Expected, ...]
    todo: str | None = None
    shows: tuple[str, ...] = ()
    before: tuple[Asked, ...] = ()
    asked: Asked | None = None
    table: Table | None = None
    """The table that it is a row of; its own name begins with the table's."""
    timeline: tuple[Moment, ...] = ()
    """What is asked and happens one after the other; then there is no request and nothing expected besides."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """The cases of one file, in its order."""

    file: str
    cases: tuple[Case, ...]


ReadCases = tuple[tuple[CaseFile, ...], tuple[Diagnostic, ...], dict[str, str]]
"""The cases that could be read, everything wrong with any, and the texts by file."""

ReadSubscriptions = tuple[tuple[tuple[str, Subscription], ...], tuple[Diagnostic, ...], dict[str, str]]
"""Subscriptions by file name without its ending, everything wrong with any, and the texts by file."""


Files = FilePath | Mapping[str, str] | Shelf
"""The files of a book: its folder, its texts by file name, or a shelf that holds them."""


def read_cases(book: BookDocument, files: Files, *, recording: bool = False, only: str | None = None) -> ReadCases:
    """Return the cases of a book, or of `only` one file. In `recording` a case may expect nothing yet."""
    reading = _Reading(book, _shelf(files), recording=recording)
    names = reading.names(CASES) if only is None else (only,)
    found = tuple(each for name in names if (each := reading.case_file(name)) is not None)
    return found, _once(reading.problems), reading.sources


def read_subscriptions(book: BookDocument, files: Files) -> ReadSubscriptions:
    """Return the subscriptions of a book."""
    reading = _Reading(book, _shelf(files))
    found: list[tuple[str, Subscription]] = []
    for name in reading.names(SUBSCRIPTIONS):
        root = reading.tree(name)
        subscription = reading.subscription(root) if root is not None else None
        if subscription is not None:
            found.append((_stem(name), subscription))
    return tuple(found), sort_diagnostics(reading.problems), reading.sources


def _once(problems: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What is wrong with something that several rows or cases share is told once."""
    return sort_diagnostics({(each.code, each.span, each.message): each for each in reversed(problems)}.values())


def _shelf(files: Files) -> Shelf:
    if isinstance(files, FilePath):
        return FolderShelf(files)
    return TextShelf(files) if isinstance(files, Mapping) else files


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


class _Reading:
    """The case and subscription files of one book."""

    def __init__(self, book: BookDocument, shelf: Shelf, *, recording: bool = False) -> None:
        self._book = book
        self._recording = recording
        self._shelf = shelf
        self._trees: dict[str, Located | None] = {}
        self._unchanged: dict[str, Subscription | None] = {}
        self._told: dict[str, frozenset[tuple[str, str]]] = {}
        self._decimals = dict(book.policy.decimals)
        self.problems: list[Diagnostic] = []
        self.sources: dict[str, str] = {}

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the YAML and JSON files of a folder of the book."""
        return tuple(name for name in self._shelf.names() if name.startswith(folder) and name.endswith(SUFFIXES))

    @cached_property
    def _named_files(self) -> dict[str, str]:
        return {_stem(each): each for each in self.names(SUBSCRIPTIONS)}

    def tree(self, name: str) -> Located | None:
        """Return the tree of a file, read once; its problems are reported once."""
        if name not in self._trees:
            text, problems = self._shelf.text(name)
            self.problems += problems
            self._trees[name] = None
            if text is not None:
                shown = self._shelf.shown(name)
                self.sources[shown] = text
                self._trees[name], problems = read_document(text, file=shown)
                self.problems += problems
        return self._trees[name]

    def subscription(self, root: Located) -> Subscription | None:
        """Return the subscription of a tree; its problems are kept."""
        found, problems = subscription_of(root, self._book)
        self.problems += problems
        return found

    def _of_case(self, root: Located, name: str | None, *, cut: tuple[Path, ...]) -> Subscription | None:
        """Return the subscription of a case; what is wrong with the file that it takes over is told there alone."""
        if name is None or root is not self.tree(name):
            return self._put_together(root, name, cut=cut)
        if name not in self._unchanged:  # many cases take a file over as it is: it is read and checked once
            self._unchanged[name] = self._put_together(root, name, cut=cut)
        return self._unchanged[name]

    def _put_together(self, root: Located, name: str | None, *, cut: tuple[Path, ...]) -> Subscription | None:
        found, problems = subscription_of(root, self._book, cut=cut)
        told = self._mistakes_of(name) if problems and name is not None else frozenset()
        self.problems += [each for each in problems if (each.code, each.message) not in told]
        return found

    def _mistakes_of(self, name: str) -> frozenset[tuple[str, str]]:
        """Return what is wrong with a subscription file by itself, and report it."""
        if name not in self._told:
            root = self.tree(name)
            _, problems = subscription_of(root, self._book) if root is not None else (None, ())
            self.problems += problems
            self._told[name] = frozenset((each.code, each.message) for each in problems)
        return self._told[name]

    def case_file(self, name: str) -> CaseFile | None:
        """Return the cases of a file that have no mistakes, or None where nothing can be made of it."""
        root = self.tree(name)
        if root is None:
            return None
        rows = expanded(root)
        validated = validate(CasesModel, rows.root, context={"decimals": self._decimals})
        model = validated.model
        self.problems += (*rows.problems, *validated.problems)
        if model is None:
            return None
        placing = Placing.of(validated)
        seen: dict[str, int] = {}
        for index, case in enumerate(model.cases):
            if case.name in seen:
                message = f"a second case is called `{case.name}`"
                help_text = "a report names what fails: give each case the sentence that it shows"
                placing.report("PS604", message, path=("cases", index, "name"), help_text=help_text)
            seen[case.name] = index
        self.problems += placing.all_problems()
        cases = (self._case(index, case, model, validated=validated) for index, case in enumerate(model.cases))
        found = tuple(replace(case, table=rows.tables.get(case.name)) for case in cases if case is not None)
        return CaseFile(file=self._shelf.shown(name), cases=found)

    def _case(self, index: int, model: CaseModel, file: CasesModel, *, validated: Validated[CasesModel]) -> Case | None:
        placing = Placing.of(validated)
        case = self._read_case(index, model, file, placing=placing)
        self.problems += placing.all_problems()
        return None if has_errors(placing.problems) else case

    def _read_case(self, index: int, model: CaseModel, file: CasesModel, *, placing: Placing) -> Case | None:
        at = ("cases", index)
        root, base = self._given(index, model, file, placing=placing)
        cut = placing.below(*at, "given").cut
        subscription = self._of_case(root, base, cut=cut) if root is not None else None
        expected = read_expectation(placing, at=(*at, "expect"), decimals=self._decimals)
        check_plans(expected, placing, book=self._book, at=(*at, "expect"))
        is_said = model.timeline is not None or entries_at(placing.root, (*at, "expect"))
        if not (is_said or self._recording or placing.was_cut(*at)):
            help_text = "write what the answer has to be, such as `verdict: allowed`, or let `test --record` write it"
            placing.report("PS603", "the case expects nothing", path=(*at, "expect"), help_text=help_text, on_key=True)
        if subscription is None:
            return None
        before, left = self._before(index, model, subscription, placing=placing)
        case = Case(
            name=model.name,
            span=placing.span(*at, "name"),
            now=0,
            subscription=subscription,
            request=None,
            expected=expected,
            todo=model.todo,
            shows=model.shows,
            before=before,
        )
        if model.timeline is not None:
            moments = read_timeline(model, placing, at=at, book=self._book, subscription=left)
            return replace(case, now=moments[0].at, timeline=moments) if moments else None
        now = self._now(index, model, file, placing=placing, zone=subscription.timezone)
        if model.when is None:
            refuse_answers_without_request(expected, placing, at=(*at, "expect"))
            return None if now is None else replace(case, now=now)
        asked = asked_at(model.when, placing, at=(*at, "when"), book=self._book, now=now or 0, expected=expected)
        request, problems = asked.of(left)
        placing.problems += inside(problems, placing, at=(*at, "when"))
        return None if now is None else replace(case, now=now, request=request, asked=asked)

    def _before(
        self, index: int, model: CaseModel, subscription: Subscription, *, placing: Placing
    ) -> tuple[tuple[Asked, ...], Subscription]:
        """Return what is carried out first, and the subscription with what that changes for sure."""
        found = []
        for step, wanted in enumerate(model.given.after if model.given is not None else ()):
            at: Path = ("cases", index, "given", "after", step)
            now = 0 if placing.was_cut(*at) else None  # each step says its own instant
            inner = placing.below(*at)
            asked = Asked(model=wanted, root=inner.root, book=self._book, now=now, cut=inner.cut)
            request, problems = asked.of(subscription)
            placing.problems += inside(problems, placing, at=at)
            if has_errors(problems):
                continue
            subscription = replace(
                subscription,
                plan=request.plan or subscription.plan,
                price=request.price or subscription.price,
                services=tuple(each for each in subscription.services if each.id not in request.remedies.end),
            )
            found.append(asked)
        return tuple(found), subscription

    def _now(self, index: int, model: CaseModel, file: CasesModel, *, placing: Placing, zone: str | None) -> int | None:
        own = model.now is not None
        text = model.now or file.now
        path: Path = ("cases", index, "now") if own else ("now",)
        at = model.when.at if model.when is not None else None
        if text is None and at is not None:
            text, path = at, ("cases", index, "when", "at")
        if text is None and (placing.was_cut("now") or placing.was_cut("cases", index)):
            return None
        if text is None:
            message = "the case has no instant"
            help_text = "write `now:` in the case or at the top of the file"
            placing.report("PS607", message, path=("cases", index), help_text=help_text, on_key=True)
            return None
        try:
            return parse_instant(text, zone or self._book.policy.timezone)
        except ValueError as error:
            placing.report("PS118", str(error), path=path)
            return None

    def _given(
        self, index: int, model: CaseModel, file: CasesModel, *, placing: Placing
    ) -> tuple[Located | None, str | None]:
        """Return the tree of the subscription, that of its file with what the case says put over it, and the file."""
        at = ("cases", index)
        name = model.given.subscription if model.given is not None else None
        path: Path = (*at, "given", "subscription") if name is not None else ("subscription",)
        name = name or file.subscription
        own = placing.node((*at, "given")) if model.given is not None else None
        if isinstance(own, LocatedMapping):
            entries = {key: entry for key, entry in own.entries.items() if key not in ("subscription", "after")}
            own = LocatedMapping(own.file, entries, own.start, own.stop)
        if name is None:
            cut = placing.was_cut("subscription") or placing.was_cut(*at, "given", "subscription")
            if own is None and not cut and not placing.was_cut(*at, "given"):
                help_text = "write `subscription:` at the top of the file, or in the case under `given`"
                placing.report("PS606", "the case has no subscription", path=at, help_text=help_text, on_key=True)
            return (None if cut else own), None
        base = self._named(name, path, placing=placing)
        root = self.tree(base) if base is not None else None
        return (merge(root, own) if root is not None and own is not None else root), base

    def _named(self, name: str, path: Path, *, placing: Placing) -> str | None:
        known = self._named_files
        file = known.get(name) or known.get(_stem(name) if name.endswith(SUFFIXES) else name)
        if file is None:
            help_text = did_you_mean(name, known)
            message, instead = f"there is no subscription file `{name}`", instead_of(name, known, trust="by_use")
            placing.report("PS601", message, path=path, help_text=help_text, instead=instead)
        return file
