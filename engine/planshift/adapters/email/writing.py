"""Writing the mail about a change, in the words of the book that decided it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Final, final

from planshift.actions.order_actions import SendNotice
from planshift.book import Book
from planshift.decision.told import Told
from planshift.decision.wording import Wording
from planshift.execution.news import News
from planshift.execution.ports import Task
from planshift.policy.message_keys import MESSAGES
from planshift.policy.message_text import Hole, Template

_ADDRESS: Final = re.compile(r"[^\s@,;:<>()\[\]\\\"]{1,64}@[^\s@,;:<>()\[\]\\\"]{1,255}")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MailTemplate:
    """The subject and the text of mails that a policy asks for by name: texts with the holes of `MAIL_HOLES`."""

    subject: Template
    text: Template


def is_address(text: str) -> bool:
    """Whether a text is one address and nothing else: no list, no name in front, no line of its own."""
    return _ADDRESS.fullmatch(text) is not None


def told_of(task: Task, book: Book, *, locale: str) -> Told:
    """What is to be told of a task's change: it is decided again, which gives the same."""
    return book.decide(task.before, task.plan.quote.request).told(locale)


def written(
    task: Task, told: Told, *, book: Book, sender: str, to: tuple[str, ...], template: MailTemplate | None
) -> EmailMessage:
    """The mail about a task; blind copies are no part of it. Written again it has the same id."""
    mail = _begun(sender, to, key=task.key, at=task.at)
    subject, text = _texts(task, told, book=book, template=template)
    mail["Subject"] = " ".join(subject.split())
    mail.set_content(text)
    if template is None and not is_of_event(task):
        mail.add_alternative(told.to_html(), subtype="html")
    return mail


def told_to_staff(news: News, *, sender: str, to: tuple[str, ...], at: int) -> EmailMessage:
    """The mail that tells staff what has become of an order. Written again it has the same id."""
    mail = _begun(sender, to, key=f"news:{news.id}", at=at)
    word = news.event.replace("_", " ")
    mail["Subject"] = f"{news.subscription}: {news.direction} {word} [{news.order}]"
    mail.set_content("".join(f"{name}: {value}\n" for name, value in news.data().items() if value != ""))
    return mail


def _begun(sender: str, to: tuple[str, ...], *, key: str, at: int) -> EmailMessage:
    """A mail with everything but its subject and its text."""
    wide = not all(each.isascii() for each in (sender, *to))
    mail = EmailMessage(policy=SMTPUTF8 if wide else SMTP)
    name, address = parseaddr(sender)
    mail["From"] = Address(display_name=name, addr_spec=address)
    mail["To"] = ", ".join(to) if to else "undisclosed-recipients:;"
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, tz=UTC))
    mail["Message-ID"] = message_id(key, sender=address)
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def message_id(key: str, *, sender: str) -> str:
    """What the mail about a key is known by, however often it is sent."""
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"


def is_of_event(task: Task) -> bool:
    """Whether a task tells of something that has happened to a change, which a reaction asks for."""
    return isinstance(task.action, SendNotice) and task.action.about == "event"


def words_for(event: str) -> str | None:
    """The key of what is said when an event has happened, such as `payment.failed`; None where nothing is."""
    key = f"events.{event.replace('.', '_')}"
    return key if key in MESSAGES else None


def _texts(task: Task, told: Told, *, book: Book, template: MailTemplate | None) -> tuple[str, str]:
    wording = Wording(book.rulebook.messages, told.locale)
    subject, text, said = told.subject, told.to_mail(), told.to_text().rstrip()
    if is_of_event(task):
        said = f"{told.title}\n\n{_happened(task, wording)}"
        text = "\n\n".join(part for part in (told.greeting, said, told.closing) if part) + "\n"
    if isinstance(task.action, SendNotice) and task.action.to == "staff":
        ids = (("order", task.order), ("subscription", task.plan.subscription), ("customer", task.plan.customer))
        listed = "\n".join(f"{name}: {value}" for name, value in ids)
        subject, text = f"{told.title} [{task.plan.subscription}]", f"{said}\n\n{listed}\n"
    if template is None:
        return subject, text
    values: dict[str, str | date] = {
        "title": told.title,
        "answer": told.answer,
        "text": text,
        "order": task.order,
        "subscription": task.plan.subscription,
        "customer": task.plan.customer,
        "on": task.plan.effective_on,
    }
    return _filled(template.subject, values, wording=wording), _filled(template.text, values, wording=wording)


def _happened(task: Task, wording: Wording) -> str:
    """What has happened, in a sentence; empty where nothing is said of it, and a template does."""
    assert isinstance(task.action, SendNotice)  # of such a task
    key = words_for(task.action.template)
    return "" if key is None else wording.say(key, on=task.plan.effective_on)


def _filled(template: Template, values: Mapping[str, str | date], *, wording: Wording) -> str:
    return "".join(
        wording.written(values[part.name], style=part.style) if isinstance(part, Hole) else str(part)
        for part in template
    )
