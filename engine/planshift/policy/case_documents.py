"""Cases and subscriptions of a book: what is given, what is asked for, what must come out, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import TypeVar, final

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
from planshift.policy.kept_files import FileRead, KeptFiles
from planshift.policy.located import Located
from planshift.policy.located import Mapping as LocatedMapping
from planshift.policy.places import Path
from planshift.policy.placing import Placing
from planshift.policy.shelf import FolderShelf, Shelf, TextShelf
from planshift.policy.subscription_documents import read_document, subscription_of
from planshift.policy.validation import Validated, validate

T = TypeVar("T")

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


def read_cases(
    book: BookDocument,
    files: Files,
    *,
    recording: bool = False,
    only: str | None = None,
    kept: KeptFiles[CaseFile] | None = None,
) -> ReadCases:
    """Return the cases of a book, or of `only` one file. In `recording` a case may expect nothing yet.

    `kept` is what was read before.
    """
    reading = _Reading(book, _shelf(files), recording=recording)
    kept = (kept or KeptFiles()).on((book, reading.names(SUBSCRIPTIONS), recording))
    names = reading.names(CASES) if only is None else (only,)
    found = [kept.read(name, text=reading.text, read=reading.cases) for name in names]
    return tuple(each.made for each in found if each.made is not None), _once(found), reading.sources(found)


def read_subscriptions(
    book: BookDocument, files: Files, *, kept: KeptFiles[Subscription] | None = None
) -> ReadSubscriptions:
    """Return the subscriptions of a book; `kept` is what was read before."""
    reading = _Reading(book, _shelf(files))
    kept, names = (kept or KeptFiles()).on(book), reading.names(SUBSCRIPTIONS)
    found = [kept.read(name, text=reading.text, read=reading.subscription) for name in names]
    read = ((_stem(name), each.made) for name, each in zip(names, found, strict=True) if each.made is not None)
    return tuple(read), sort_diagnostics(problem for each in found for problem in each.problems), reading.sources(found)


def _once(read: Iterable[FileRead[CaseFile]]) -> tuple[Diagnostic, ...]:
    """What is wrong with something that several rows or cases share is told once."""
    problems = [problem for each in read for problem in each.problems]
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
        self._texts: dict[str, tuple[str | None, tuple[Diagnostic, ...]]] = {}
        self._trees: dict[str, tuple[Located | None, tuple[Diagnostic, ...]]] = {}
        self._unchanged: dict[str, tuple[Subscription | None, list[Diagnostic]]] = {}
        self._told: dict[str, tuple[Diagnostic, ...]] = {}
        self._decimals = dict(book.policy.decimals)
        self._used: dict[str, str | None] = {}
        self.problems: list[Diagnostic] = []

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names of the YAML and JSON files of a folder of the book."""
        return tuple(name for name in self._shelf.names() if name.startswith(folder) and name.endswith(SUFFIXES))

    @cached_property
    def _named_files(self) -> dict[str, str]:
        return {_stem(each): each for each in self.names(SUBSCRIPTIONS)}

    def text(self, name: str) -> str | None:
        """Return the text of a file, None where it cannot be read."""
        if name not in self._texts:
            self._texts[name] = self._shelf.text(name)
        return self._texts[name][0]

    def sources(self, read: Iterable[FileRead[T]]) -> dict[str, str]:
        """Return the texts of files by how messages call them."""
        texts = {name: text for each in read for name, text in each.texts.items()}
        return {self._shelf.shown(name): text for name, text in texts.items() if text is not None}

    def cases(self, name: str) -> FileRead[CaseFile]:
        """Return what is read of a file of cases."""
        return self._file_read(lambda: self.case_file(name))

    def subscription(self, name: str) -> FileRead[Subscription]:
        """Return what is read of a file of a subscription."""
        return self._file_read(lambda: self._subscription(name))

    def _file_read(self, read: Callable[[], T | None]) -> FileRead[T]:
        """What is wrong with a file that several others take over is found once, and is a problem of each of them."""
        self._used, self.problems = {}, []
        made = read()
        return FileRead(made=made, problems=tuple(self.problems), texts=self._used)

    def tree(self, name: str) -> Located | None:
        """Return the tree of a file, read once; its problems are kept."""
        self._used[name] = text = self.text(name)
        if name not in self._trees:
            unread = None, self._texts[name][1]
            self._trees[name] = unread if text is None else read_document(text, file=self._shelf.shown(name))
        root, problems = self._trees[name]
        self.problems += problems
        return root

    def _subscription(self, name: str) -> Subscription | None:
        root = self.tree(name)
        found, problems = subscription_of(root, self._book) if root is not None else (None, ())
        self.problems += problems
        return found

    def _of_case(self, root: Located, name: str | None, *, cut: tuple[Path, ...]) -> Subscription | None:
        """Return the subscription of a case; what is wrong with the file that it takes over is told there alone."""
        if name is None or root is not self.tree(name):
            found, problems = self._put_together(root, name, cut=cut)
        else:
            if name not in self._unchanged:  # many cases take a file over as it is: it is read and checked once
                self._unchanged[name] = self._put_together(root, name, cut=cut)
            found, problems = self._unchanged[name]
        self.problems += problems
        return found

    def _put_together(
        self, root: Located, name: str | None, *, cut: tuple[Path, ...]
    ) -> tuple[Subscription | None, list[Diagnostic]]:
        found, problems = subscription_of(root, self._book, cut=cut)
        shared = self._mistakes_of(name) if problems and name is not None else ()
        told = {(each.code, each.message) for each in shared}
        return found, [*shared, *(each for each in problems if (each.code, each.message) not in told)]

    def _mistakes_of(self, name: str) -> tuple[Diagnostic, ...]:
        """Return what is wrong with a subscription file by itself."""
        if name not in self._told:
            root = self.tree(name)
            _, problems = subscription_of(root, self._book) if root is not None else (None, ())
            self._told[name] = problems
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
            moments = read_timeline(
                model, placing, at=at, book=self._book, subscription=left, recording=self._recording
            )
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
