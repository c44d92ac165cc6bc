"""The library's front: load a book, ask it, get decisions.

A `Book` is immutable and may be shared between threads; `decide` has no effects and needs nothing but its arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, final

from planshift.actions import honouring
from planshift.actions.from_decision import plan_of
from planshift.actions.plan import ActionPlan
from planshift.billing.catalog import Catalog
from planshift.billing.change import ChangeRequest
from planshift.billing.garbage import uncollected
from planshift.billing.subscription import Subscription
from planshift.billing.zones import midnight
from planshift.decision import decide as deciding
from planshift.decision import decision
from planshift.decision.inputs import subscription_flaws
from planshift.decision.request_inputs import request_flaws
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.policy.case_documents import CaseFile, read_cases, read_subscriptions
from planshift.policy.document import BookDocument
from planshift.policy.from_yaml import Sources, read_book, read_book_text, read_kept_book
from planshift.policy.locales import is_known, normal, unknown_locale
from planshift.policy.plain_documents import at_paths, document_of
from planshift.policy.request_documents import read_request
from planshift.policy.shelf import FolderShelf
from planshift.policy.subscription_documents import read_subscription
from planshift.rulebook.checking import check_all
from planshift.rulebook.from_policy import compile_book
from planshift.rulebook.rulebook import Rulebook

if TYPE_CHECKING:
    from planshift.decision.told import Told

Read = TypeVar("Read", Subscription, ChangeRequest)


@final
@dataclass(frozen=True, eq=False, repr=False, init=False)
class Decision(decision.Decision):
    """What the policy says about one request, and how to carry it out."""

    def plan(self, order: str | None = None) -> ActionPlan:
        """The action plan of this decision; `order` names the order its keys belong to.

        Raises:
            PlanshiftError: the change is not allowed.
        """
        return plan_of(self, order=order)

    def told(self, locale: str) -> Told:
        """What the customer is told about it, in a locale such as `de` or `de-AT`.

        Raises:
            InvalidInput: there is no such locale.
            InvalidBook: with every mistake in the messages of the book.
        """
        from planshift.decision.told import told_of  # noqa: PLC0415  # as in Rulebook.messages

        return told_of(self, self.rulebook.messages, locale=known_locale(locale))


Options = deciding.Options

MOST_RENEWALS = 1_000
"""How many renewals of one subscription are looked at in a row."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Book:
    """A compiled book of policy."""

    rulebook: Rulebook
    diagnostics: tuple[Diagnostic, ...]
    """Warnings; a book with errors is never made."""
    sources: Mapping[str, str]
    files: Path | Mapping[str, str]
    """Where it was read from: a folder or file, or its texts by file name."""

    def __repr__(self) -> str:
        return f"<Book {self.name} {self.digest[:12]}>"

    @property
    def name(self) -> str:
        """The book's name."""
        return self.rulebook.name

    @property
    def title(self) -> str:
        """What people call it."""
        return self.document.policy.title

    @property
    def digest(self) -> str:
        """The book's version: a digest of everything it was compiled from."""
        return self.rulebook.digest

    @property
    def zone(self) -> str:
        """The time zone whose midnight begins a day."""
        return self.rulebook.zone

    @property
    def currency(self) -> str:
        """The book's own currency."""
        return self.document.policy.currency

    @property
    def catalog(self) -> Catalog:
        """What is sold."""
        return self.rulebook.tables.catalog

    @property
    def document(self) -> BookDocument:
        """The policy as it was read."""
        return self.rulebook.document

    @cached_property
    def cases(self) -> tuple[CaseFile, ...]:
        """The book's own worked examples by file, read when they are first asked for.

        Raises:
            InvalidBook: with every mistake in them.
        """
        with uncollected():
            cases, problems, _ = read_cases(self.document, self.files)
        if has_errors(problems):
            raise InvalidBook(diagnostics=problems)
        return cases

    @cached_property
    def subscriptions(self) -> Mapping[str, Subscription]:
        """The book's example subscriptions by name, read when they are first asked for.

        Raises:
            InvalidBook: with every mistake in them.
        """
        subscriptions, problems, _ = read_subscriptions(self.document, self.files)
        if has_errors(problems):
            raise InvalidBook(diagnostics=problems)
        return MappingProxyType({name: self.validated(each) for name, each in subscriptions})

    def decide(self, subscription: Subscription, request: ChangeRequest) -> Decision:
        """Decide one request for one subscription.

        Raises:
            InvalidInput: the subscription or the request does not fit this book.
        """
        self.ensure_fitting(subscription, request)
        return deciding.decide(self.rulebook, subscription, request=request, made_as=Decision)

    def ensure_fitting(self, subscription: Subscription, request: ChangeRequest) -> None:
        """Raise `InvalidInput` where one does not fit this book; what was checked against it is not looked at again."""
        digest = self.rulebook.digest
        if type(subscription) is not Subscription or subscription.checked_by != digest:  # type: ignore[redundant-expr]  # a caller may not check types
            self.validated(subscription)
        if type(request) is not ChangeRequest or request.checked_by != digest:  # type: ignore[redundant-expr]  # a caller may not check types
            self._check_request(subscription, request)

    def renew(self, subscription: Subscription, *, at: int) -> Decision:
        """Decide the renewal of a subscription at an instant: what the next period is for, and what it costs.

        The book finds what it becomes: itself, or the target of the switch that is due. The request of the decision
        names it. Whether a renewal is due is part of the answer; one that is carried out is not due again.

        Raises:
            InvalidInput: the subscription does not fit this book.
        """
        return self.decide(subscription, ChangeRequest(at=at, kind="renew", by="system"))

    def renewals(self, subscription: Subscription, *, at: int, until: int) -> Iterator[Decision]:
        """The renewals from one instant up to another, each of what the one before leaves, on the day it is due.

        Ends with the first that is refused, and after `MOST_RENEWALS`: switches may go round in a circle.

        Raises:
            InvalidInput: the subscription does not fit this book.
        """
        zone = subscription.timezone or self.zone
        for _ in range(MOST_RENEWALS):
            found = self.renew(subscription, at=at)
            if [reason.code for reason in found.reasons] == ["renewal_not_due"]:
                at = midnight(found.value("due_from"), zone)
                found = self.renew(subscription, at=at) if at <= until else found
            if at > until:
                return
            yield found
            if not found.allowed:
                return
            subscription = found.subscription_after()

    def options(self, subscription: Subscription, request: ChangeRequest) -> deciding.Options[Decision]:
        """Every other plan and price for the subscription, each as a plain change.

        `request` says when and by whom, and what holds for every target: quantity, bill day, approvals. Its kind, its
        plan and what belongs to one target (`on`, `until`, `amount`, `discount`, `override`, `remedies`) do not matter.

        Raises:
            InvalidInput: the subscription or the request does not fit this book.
        """
        if type(subscription) is not Subscription or subscription.checked_by != self.digest:  # type: ignore[redundant-expr]  # as above
            self.validated(subscription)
        _refuse(request_flaws(self.rulebook, subscription, request=request, targeted=False))
        return deciding.options(self.rulebook, subscription, request=request, made_as=Decision)

    def subscription(self, given: str | Path | Mapping[str, object]) -> Subscription:
        """Read and check a subscription: the path of a YAML or JSON file, or a mapping of the same fields.

        Raises:
            InvalidInput: with every mistake and its place: a line of the file, or the path in the mapping.
        """
        text, file, paths = _document(given)
        read, problems = read_subscription(text, file=file, book=self.document)
        return self.validated(_whole(read, problems, paths))

    def request(
        self, subscription: Subscription, given: str | Path | Mapping[str, object] | None = None, /, **fields: object
    ) -> ChangeRequest:
        """Read and check a request for a subscription: a file, a mapping, or its fields as keywords.

        Instants are texts such as `2026-03-11T10:00`, in the zone of the subscription or the book where they name none.
        Without `to` it is a request for `options`.

        Raises:
            InvalidInput: with every mistake and its place.
        """
        text, file, paths = _document(fields if given is None else given)
        held = self.validated(subscription)
        read, problems = read_request(text, file=file, book=self.document, subscription=held, targeted=False)
        return _whole(read, problems, paths)

    def honour(self, quoted: ActionPlan | Decision, subscription: Subscription, *, at: int) -> ActionPlan:
        """The plan of a quote, exactly as it was quoted, if it still binds at an instant.

        Raises:
            StaleQuote: it does not: its `part` tells whether the book, the subscription or the time has moved.
            InvalidPlan: it is not the plan that this book makes of the quoted request.
            InvalidInput: the quoted change is not allowed, or the subscription does not fit this book.
        """
        plan = quoted if isinstance(quoted, ActionPlan) else quoted.plan()
        self.validated(subscription)
        return honouring.honoured(self, plan, subscription=subscription, at=at)

    def validated(self, subscription: Subscription) -> Subscription:
        """The subscription, which remembers from now on that it was checked against this book.

        Raises:
            InvalidInput: it does not fit: values of the wrong kind, unknown names, amounts or dates out of range.
        """
        _refuse(subscription_flaws(self.rulebook, subscription))
        _remember(subscription, self.digest)
        return subscription

    def _check_request(self, subscription: Subscription, request: ChangeRequest) -> None:
        _refuse(request_flaws(self.rulebook, subscription, request=request))
        # Services to end are those of one subscription, and defaults of facts those of one currency: both are looked at
        # each time.
        complete = len(request.facts) == len(self.document.facts.request)
        if complete and not request.remedies.end:
            _remember(request, self.digest)


def known_locale(name: str) -> str:
    """The usual spelling of a locale's name.

    Raises:
        InvalidInput: there is no such locale.
    """
    if is_known(normal(name)):
        return normal(name)
    raise InvalidInput(diagnostics=(unknown_locale(name, whole_file("")),))


def _document(given: str | Path | Mapping[str, object]) -> tuple[str, str, tuple[str, ...] | None]:
    """The text of a document, the name of its file, and for a mapping the path to what stands on each line."""
    if isinstance(given, Mapping):
        text, paths = document_of(given)
        return text, "", paths
    file = Path(given)
    found, problems = FolderShelf(file).text(file.name)
    if found is None:
        raise InvalidInput(diagnostics=problems)
    return found, file.as_posix(), None


def _whole(read: Read | None, problems: tuple[Diagnostic, ...], paths: tuple[str, ...] | None) -> Read:
    """What was read, if nothing was wrong with it."""
    if read is None:
        raise InvalidInput(diagnostics=problems if paths is None else at_paths(problems, paths))
    return read


def _refuse(flaws: Iterator[Diagnostic]) -> None:
    found = tuple(flaws)
    if has_errors(found):
        raise InvalidInput(diagnostics=found)


def _remember(value: Subscription | ChangeRequest, digest: str) -> None:
    # A mark like that of a cached property: what it marks is frozen through and through, and threads write the same.
    object.__setattr__(value, "checked_by", digest)


def load(path: str | Path) -> Book:
    """Read and compile the book in a folder, or in one file.

    Raises:
        InvalidBook: with every mistake of the book.
    """
    with uncollected():
        return _compiled(*read_book(Path(path)), files=Path(path))


def load_text(files: Mapping[str, str]) -> Book:
    """Compile a book from texts by file name (`policy.yaml`, `catalog.yaml`, `policy.rules`, `cases/moving-up.yaml`).

    Raises:
        InvalidBook: with every mistake of the book.
    """
    with uncollected():
        return _compiled(*read_book_text(files), files=MappingProxyType(dict(files)))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that a book was made from, so that it can be made again when its files, or presets, have moved on.

    `texts` are by the names that messages use, `folder` is what those of the book's own files begin with, `policy` the
    first of them, and `book` what the book is called that does not say it itself. What the book says to customers is
    among them, though its digest is not of that.
    """

    folder: str
    policy: str
    book: str
    texts: Mapping[str, str]


def kept(book: Book) -> Kept:
    """What a book was made from."""
    files = book.files
    said = {each.file: each.text for each in book.document.messages if each.text is not None}
    texts = {**book.sources, **said}
    if isinstance(files, Path):
        single = files.is_file()
        folder = (files.parent if single else files).as_posix()
        policy, name = (files.name, files.stem) if single else ("policy.yaml", files.name)
        return Kept(folder=folder, policy=policy, book=name, texts=texts)
    return Kept(folder="", policy=next(iter(files)) if len(files) == 1 else "policy.yaml", book="book", texts=texts)


def load_kept(version: Kept) -> Book:
    """Make a book again from what it was made from.

    Raises:
        InvalidBook: this release finds mistakes in it.
    """
    texts, places = dict(version.texts), {"policy": version.policy, "book": version.book}
    with uncollected():
        return _compiled(*read_kept_book(version.folder, texts=texts, **places), files=MappingProxyType(texts))


def check(path: str | Path, *, on: date | None = None) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a book, its cases and its subscriptions, and its warnings; empty when clean.

    With a day it also warns of switches and paths that lead to prices which are not sold any more on it.
    """
    return check_all(Path(path), on=on).diagnostics


def _compiled(
    document: BookDocument | None,
    diagnostics: tuple[Diagnostic, ...],
    sources: Sources,
    *,
    files: Path | Mapping[str, str],
) -> Book:
    if document is None or has_errors(diagnostics):
        raise InvalidBook(diagnostics=sort_diagnostics(diagnostics))
    text = "\0".join(f"{name}\0{sources[name]}" for name in sorted(sources))
    rulebook, found = compile_book(document, digest_of=text)
    everything = sort_diagnostics((*diagnostics, *found))
    if rulebook is None:
        raise InvalidBook(diagnostics=everything)
    return Book(rulebook=rulebook, diagnostics=everything, sources=MappingProxyType(dict(sources)), files=files)
