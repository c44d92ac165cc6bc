"""Sending notices by mail.

A mail server cannot be asked what has become of a mail, so a mail whose fate is unknown is sent again, under the same
id: programs that read mail show it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final, final

from planshift.actions.order_actions import SendNotice
from planshift.adapters.email.server import MailServer
from planshift.adapters.email.writing import MailTemplate, is_address, told_of, told_to_staff, words_for, written
from planshift.adapters.finding import Place
from planshift.adapters.halting import Halt, reached, refusal
from planshift.book import Book
from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.news import News
from planshift.execution.ports import Done, Outcome, Reached, Task, Unavailable
from planshift.policy.locales import is_known, normal

KINDS: Final = frozenset({"send_notice"})

_NOT_KEPT: Final = "the version of the book that decided the change cannot be had"

Books = Callable[[str], Book | None]
"""The book of a digest; None, or an exception of planshift's, where it cannot be had any more."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAdapter:
    """Sends notices to customers and staff, in the words of the book that decided the change.

    `client` says where the address of a customer stands, and `locale` where their language does; without it the book's
    own is used. `staff` are those who get what is for staff, `bcc` get a blind copy of everything. A policy may name
    addresses of its own for blind copies, or `lists` of them, and `templates`.
    """

    name: str
    server: MailServer
    sender: str
    client: Place
    books: Books = field(repr=False)
    staff: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locale: Place | None = None
    templates: Mapping[str, MailTemplate] = field(default_factory=dict)
    kinds: frozenset[str] = KINDS

    def perform(self, task: Task) -> Outcome:
        """Send the mail of a task. Sent again it has the same id."""
        notice = task.action
        assert isinstance(notice, SendNotice)  # the only kind that it declares
        try:
            book = self.books(task.plan.quote.book)
            if book is None:
                return Unavailable(why=_NOT_KEPT)
            to = self._to(notice, task)
            everybody = tuple(dict.fromkeys((*to, *self._copies(notice))))
            if not everybody:
                return Done()
            template = self._template(notice)
            told = told_of(task, book, locale=self._locale(notice, task, book=book))
            mail = written(task, told, book=book, sender=self.sender, to=to, template=template)
            self.server.send(mail.as_bytes(), sender=parseaddr(self.sender)[1], recipients=everybody)
        except Halt as halt:
            return halt.outcome
        except PlanshiftError:  # a book that was kept cannot be read by this release
            return Unavailable(why=_NOT_KEPT)
        return Done(reference=str(mail["Message-ID"]))

    def ask(self, task: Task) -> Outcome | None:  # noqa: ARG002  # nobody can be asked
        """None: a mail may be sent again."""
        return None

    def tell(self, news: News, *, at: int) -> Outcome:
        """Tell staff what has become of an order, by ids."""
        if not self.staff:
            return Done()
        mail = told_to_staff(news, sender=self.sender, to=self.staff, at=at)
        try:
            self.server.send(mail.as_bytes(), sender=parseaddr(self.sender)[1], recipients=self.staff)
        except Halt as halt:
            return halt.outcome
        return Done(reference=str(mail["Message-ID"]))

    def reachable(self) -> Reached:
        """Whether the mail server greets planshift and takes its log-in. Whom it writes to is not tried."""
        return reached(self._greeted)

    def _greeted(self) -> str:
        self.server.greet()
        safe = "encrypted" if self.server.security != "none" else "not encrypted"
        return f"the mail server answers, {safe}{', and takes the log-in' if self.server.user else ''}"

    def _to(self, notice: SendNotice, task: Task) -> tuple[str, ...]:
        if notice.to == "client":
            found = self.client.of(task.before, task.after)
            if found is None:
                raise refusal(f"the subscription has no `{self.client}` to write to")
            if not is_address(found):
                raise refusal(f"what stands at `{self.client}` is not an address")
            return (found,)
        return self.staff if notice.to == "staff" else ()

    def _copies(self, notice: SendNotice) -> Iterable[str]:
        for name in notice.bcc:
            if name in self.lists:
                yield from self.lists[name]
            elif is_address(name):
                yield name
            else:
                raise refusal(f"`{name}` is neither an address nor a list of the settings")
        yield from self.bcc

    def _template(self, notice: SendNotice) -> MailTemplate | None:
        """The template of the settings. What an event is told by without one, the book says."""
        of_event = notice.about == "event" and words_for(notice.template) is not None
        if notice.template and notice.template not in self.templates and not of_event:
            raise refusal(f"the settings have no template `{notice.template}`")
        return self.templates.get(notice.template)

    def _locale(self, notice: SendNotice, task: Task, *, book: Book) -> str:
        """The customer's locale where it is known; staff read the language of the book."""
        wished = self.locale.of(task.before, task.after) if self.locale and notice.to != "staff" else None
        language = book.document.policy.language
        return normal(wished) if wished is not None and is_known(normal(wished)) else language
