"""The whole way: two versions, the same data, one question, and what the edit between them does to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, final

from planshift.billing.zones import format_instant
from planshift.book import Book
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file
from planshift.impact.answers import Answers
from planshift.impact.differences import Differences
from planshift.impact.explained import explained
from planshift.impact.impact import Impact, Version
from planshift.impact.limits import limits_in_force, limits_passed
from planshift.impact.measure import Measuring
from planshift.policy.document import NO_LIMITS, ImpactLimits
from planshift.population.asking import Question
from planshift.population.data import Connection, open_for_each
from planshift.population.deciding import Deciding

GROUPED_BY: Final = "client_group"
"""The column that divides customers into segments where nobody names one."""


class Progress(Protocol):
    """Told what is done next, for as long as it is done."""

    def __call__(self, what: str, /) -> AbstractContextManager[object]:
        """Do it inside of this."""


def _silently(_: str) -> AbstractContextManager[object]:
    return nullcontext()


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Edit:
    """Two versions of a book, and what people call them."""

    old: Book
    new: Book
    names: tuple[str, str]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Assessment:
    """One question about an edit to everybody in some data.

    `names` tells for our columns how the data calls them, and `facts` are those of the request that hold for everybody.
    `folder` is where everything is kept on the way; `segment` is the column that divides customers into segments.
    """

    engine: Connection
    edit: Edit
    question: Question
    data: str
    folder: Path
    names: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    segment: str = ""
    limits: ImpactLimits = NO_LIMITS
    progress: Progress = _silently

    @property
    def differences(self) -> Path:
        """The file that has every answer that differs, once it was assessed."""
        return self.folder / "differences.parquet"

    def impact(self) -> Impact:
        """Decide everybody by both versions, compare all answers, and tell what differs.

        Raises:
            InvalidInput: the data cannot be read, or the question cannot be asked of both versions.
        """
        self._check_decimals()
        books = (self.edit.old, self.edit.new)
        opened = open_for_each(self.engine, books, where=self.data, names=self.names, told=self.facts, numbered=True)
        old, new = (Deciding(opened=each, question=self.question) for each in opened)
        segment = self._divided_by(old)
        with self.progress("reading"):
            answers = Answers(old, new, folder=self.folder)
        with self.progress("deciding"):
            _ = answers.files
        with self.progress("comparing"):
            Differences(answers=answers).write(self.differences)
            measuring = Measuring(answers=answers, file=self.differences, segment=segment)
            return self._told(measuring)

    def _told(self, measuring: Measuring) -> Impact:
        answers, (counts, sums) = measuring.answers, measuring.total()
        policies = [book.document.policy for book in (self.edit.old, self.edit.new)]
        limits = limits_in_force(policies[0].impact_limits, policies[1].impact_limits, told=self.limits)
        compared = measuring.compared()
        customers = compared.subscriptions - min(compared.set_aside)
        return Impact(
            old=_version(self.edit.old, self.edit.names[0]),
            new=_version(self.edit.new, self.edit.names[1]),
            title=policies[1].title,
            question=_asked(self.question),
            at=format_instant(self.question.request.at, self.edit.new.zone)[:16].replace("T", " "),
            compared=compared,
            counts=counts,
            sums=sums,
            kinds=measuring.kinds(),
            groups=measuring.groups(),
            segment=self.segment or (GROUPED_BY if measuring.segment else ""),
            refused=measuring.refused(),
            hardest=explained(answers.old, answers.new, affected=measuring.hardest()),
            limits=limits,
            passed=tuple(limits_passed(limits, counts, of=customers, sums=sums)),
        )

    def _divided_by(self, old: Deciding) -> str:
        """The column of the data that divides customers: by our name or by its own."""
        held = {name: column.theirs for name, column in old.opened.door.fields.items()}
        if not self.segment:
            return held.get(GROUPED_BY, "")
        known = {**{name: name for name in (*held.values(), *old.opened.ignored)}, **held}
        if self.segment in known:
            return known[self.segment]
        raise _wrong(
            "PS501",
            f"there is no column `{self.segment}`",
            f"--segment {self.segment}",
            did_you_mean(self.segment, known),
        )

    def _check_decimals(self) -> None:
        """Amounts are compared in minor units, which have to be of one size."""
        old, new = (book.rulebook.decimals for book in (self.edit.old, self.edit.new))
        for currency, places in old.items():
            if new.get(currency, places) != places:
                message = f"the versions count amounts in {currency} with {places} and with {new[currency]} decimals"
                raise _wrong("PS112", message, self.edit.names[1], "amounts of different decimals are not compared")


def _version(book: Book, name: str) -> Version:
    return Version(name=name, book=book.name, digest=book.digest)


def _asked(question: Question) -> str:
    if question.kind == "options":
        return "for every other plan and price"
    if question.renews:
        return "to renew"
    request = question.request
    return f"for {request.plan}{f', {request.price}' if request.price else ''}"


def _wrong(code: str, message: str, where: str, help_text: str | None) -> InvalidInput:
    return InvalidInput(diagnostics=(Diagnostic(code=code, message=message, span=whole_file(where), help=help_text),))
