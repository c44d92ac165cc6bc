"""What a customer is told about a decision, in a locale: as parts, as a sheet, as a mail, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from planshift.billing.money import Money
from planshift.decision import html, markdown
from planshift.decision.answer import Line
from planshift.decision.citing import Cited, Words
from planshift.decision.consequences import consequences
from planshift.decision.decide import Made, Options
from planshift.decision.decision import Decision
from planshift.decision.sheet import (
    WIDTH,
    Block,
    Column,
    Paragraph,
    Point,
    Points,
    Section,
    Sheet,
    Table,
    sheet_of,
    to_text,
)
from planshift.decision.speech import Speech, told_reasons
from planshift.decision.summary import TONES, remedies_to_tell
from planshift.decision.totals import bill_to_tell, billed_later, totals_of
from planshift.decision.wording import Wording
from planshift.policy.message_files import Message, Messages

_COLUMNS = ("what", "period", "sum", "amount")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """A line of a bill: what for, for which days, how it came about, and the amount, which a credit has below zero."""

    what: str
    period: str
    sum: str
    amount: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBill:
    """Lines under a heading, with what they come to, and what is to be said besides."""

    heading: str
    lines: tuple[ToldLine, ...]
    totals: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that a customer is told about one decision; `used` are the messages that it was said by."""

    locale: str
    title: str
    answer: str
    verdict: str
    reasons: tuple[str, ...]
    bills: tuple[ToldBill, ...]
    meaning: tuple[str, ...]
    remedies: tuple[str, ...]
    greeting: str
    closing: str
    subject: str
    columns: tuple[str, ...] = ()
    headings: tuple[str, str] = ("", "")
    used: tuple[Message, ...] = ()

    @property
    def sheet(self) -> Sheet:
        """The sheet of it."""
        sections = [
            Section(blocks=(Paragraph(text=self.answer, tone=TONES[self.verdict]), *_points(self.reasons))),
            *(Section(heading=bill.heading, blocks=tuple(self._bill(bill))) for bill in self.bills),
            Section(heading=self.headings[0], blocks=_points(self.meaning)),
            Section(heading=self.headings[1], blocks=_points(self.remedies)),
        ]
        return sheet_of(self.title, sections)

    def _bill(self, bill: ToldBill) -> Iterator[Block]:
        if bill.lines:
            what, period, how, amount = self.columns
            columns = (
                Column(heading=what, wraps=True),
                Column(heading=period, wraps=True),
                Column(heading=how, wraps=True),
                Column(heading=amount, align="right"),
            )
            rows = tuple((line.what, line.period, line.sum, line.amount) for line in bill.lines)
            totals = tuple((label, "", "", amount) for label, amount in bill.totals)
            yield Table(columns=columns, rows=rows, totals=totals)
        yield from (Paragraph(text=text) for text in bill.remarks)

    def to_text(self, *, width: int = WIDTH) -> str:
        """It as lines of text."""
        return to_text(self.sheet, width=width)

    def to_markdown(self) -> str:
        """It as Markdown."""
        return markdown.to_markdown(self.sheet)

    def to_html(self) -> str:
        """It as a page."""
        return html.to_html(self.sheet, language=self.locale)

    def to_mail(self, *, width: int = WIDTH) -> str:
        """The text of a mail, between its greeting and its closing; the subject is `subject`."""
        parts = (self.greeting, self.to_text(width=width).rstrip("\n"), self.closing)
        return "\n\n".join(part for part in parts if part) + "\n"

    def to_json(self) -> dict[str, object]:
        """It as data that `json` can write."""
        return {
            "locale": self.locale,
            "subject": self.subject,
            "title": self.title,
            "answer": self.answer,
            "reasons": list(self.reasons),
            "bills": [
                {
                    "heading": bill.heading,
                    "lines": [
                        {"what": e.what, "period": e.period, "sum": e.sum, "amount": e.amount} for e in bill.lines
                    ],
                    "totals": [{"what": label, "amount": amount} for label, amount in bill.totals],
                    "remarks": list(bill.remarks),
                }
                for bill in self.bills
            ],
            "meaning": list(self.meaning),
            "remedies": list(self.remedies),
            "mail": self.to_mail(),
        }


def told_of(decision: Decision, messages: Messages, *, locale: str) -> Told:
    """What a customer is told about a decision."""
    wording = Wording(messages, locale)
    speech = Speech(decision=decision, wording=wording)
    say, mail = wording.say, Wording(messages, locale).say
    title, answer = speech.title(), speech.answer()
    reasons = tuple(dict.fromkeys(map(speech.reason, told_reasons(decision))))
    bills = tuple(_bills(speech)) if decision.priced else ()
    meaning = tuple(_meaning(speech)) if decision.priced else ()
    remedies = tuple(_remedies(speech)) if decision.priced else ()
    some_lines = any(bill.lines for bill in bills)
    return Told(
        locale=locale,
        title=title,
        answer=answer,
        verdict=decision.verdict,
        reasons=reasons,
        bills=bills,
        meaning=meaning,
        remedies=remedies,
        subject=mail("notices.subject", title=title),
        greeting=mail("notices.greeting"),
        closing=mail("notices.closing"),
        columns=tuple(say(f"columns.{name}") for name in _COLUMNS) if some_lines else (),
        headings=(say("headings.meaning") if meaning else "", say("headings.remedies") if remedies else ""),
        used=tuple(wording.used.values()),
    )


def told_offers(
    options: Options[Made], messages: Messages, *, locale: str, hidden: bool = False
) -> tuple[Sheet, tuple[Message, ...]]:
    """What a customer can change to, as a sheet, and the messages that it was said by."""
    wording = Wording(messages, locale)
    say = wording.say
    if options.entries:
        names = ("plan", "price", "change", "when", "due_now", "next_bill")
        columns = tuple(
            Column(heading=say(f"columns.{name}"), align="right" if name in ("due_now", "next_bill") else "left",
                   wraps=name not in ("due_now", "when"))
            for name in names
        )  # fmt: skip
        rows = tuple(_offer(Speech(decision=each, wording=wording)) for each in options.entries)
        first: Block = Table(columns=(*columns, Column(heading="", wraps=True)), rows=rows)
    else:
        first = Paragraph(text=say("options.nothing"), tone="wait")
    refused = tuple(_refused(Speech(decision=each, wording=wording)) for each in options.hidden) if hidden else ()
    sections = (
        Section(blocks=(first,)),
        Section(heading=say("headings.not_offered"), blocks=(Points(points=refused),) if refused else ()),
    )
    return sheet_of(say("titles.options"), sections), tuple(wording.used.values())


def _offer(speech: Speech) -> tuple[str, ...]:
    """One plan and price that is offered."""
    entry, wording = speech.decision, speech.wording
    target, bill, flow, on = entry.to_plan, entry.next_bill, entry.flow, entry.effective_on
    assert target is not None  # options are plans and prices
    assert flow is not None  # and are not denied
    assert on is not None
    needs = {"needs_approval", "needs_remedy"} & {entry.verdict}
    return (
        speech.plan(target.plan),
        speech.price(target),
        speech.direction(),
        wording.say("words.now") if entry.immediate else wording.written(on, style="medium"),
        wording.written(flow.due_now),
        f"{wording.written(bill.total)}, {wording.written(bill.on, style='medium')}" if bill is not None else "",
        "".join(wording.say(f"options.{need}") for need in needs),
    )


def _refused(speech: Speech) -> Point:
    target = speech.decision.to_plan
    assert target is not None  # options are plans and prices
    notes = tuple(dict.fromkeys(map(speech.reason, told_reasons(speech.decision))))
    return Point(text=f"{speech.plan(target.plan)}, {speech.price(target)}", notes=notes)


def where_words_come_from(used: tuple[Message, ...]) -> Section:
    """The messages that something was said by: each with its locale and its place."""
    columns = (
        Column(heading="message"),
        Column(heading="locale"),
        Column(heading="place", wraps=True),
    )
    rows = tuple((_called(each), each.locale, _place(each)) for each in used)
    return Section(heading="Where the words come from", blocks=(Table(columns=columns, rows=rows),) if rows else ())


def _called(message: Message) -> str:
    section, _, rest = message.key.partition(".")
    return f'rule "{rest.partition(".")[2]}"' if section == "rules" else message.key


def _place(message: Message) -> Words:
    if message.shipped:
        return "shipped with planshift"
    return (Cited(text=f"{message.span.file}:{message.span.line}", span=message.span),)


def _points(texts: tuple[str, ...]) -> tuple[Block, ...]:
    return (Points(points=tuple(Point(text=text) for text in texts)),) if texts else ()


def _bills(speech: Speech) -> Iterator[ToldBill]:
    """The lines of the change, and the next bill where that is another one."""
    decision, wording = speech.decision, speech.wording
    later = billed_later(decision)
    heading = wording.say("headings.amounts") if later is None else wording.say("headings.amounts_on", on=later)
    lines = tuple(_line(speech, line) for line in decision.lines)
    totals = tuple(_total(speech, total.key, total.amount, on=total.on) for total in totals_of(decision))
    yield ToldBill(heading=heading, lines=lines, totals=totals if lines else (), remarks=tuple(_remarks(speech)))
    bill = bill_to_tell(decision)
    if bill is None:
        return
    heading = wording.say("headings.next_bill")
    used = bill.account_credit_used
    if len(bill.lines) == 1 and not used.minor:
        text = wording.say("totals.next_bill", amount=bill.total, on=bill.on, plan=speech.line(bill.lines[0]))
        yield ToldBill(heading=heading, lines=(), totals=(), remarks=(text,))
        return
    lines = tuple(_line(speech, line) for line in bill.lines)
    if used.minor:
        what = wording.say("lines.account_credit_used")
        lines += (ToldLine(what=what, period="", sum="", amount=wording.written(-used)),)
    yield ToldBill(heading=heading, lines=lines, totals=(_total(speech, "to_pay_on", bill.total, on=bill.on),))


def _line(speech: Speech, line: Line) -> ToldLine:
    amount = -line.amount if line.kind == "credit" else line.amount
    return ToldLine(
        what=speech.line(line), period=speech.period(line), sum=speech.sum(line), amount=speech.wording.written(amount)
    )


def _total(speech: Speech, key: str, amount: Money, *, on: object) -> tuple[str, str]:
    day = speech.decision.effective_on if on is None else on
    return speech.wording.say(f"totals.{key}", on=day), speech.wording.written(amount)  # type: ignore[arg-type]  # a day


def _remarks(speech: Speech) -> Iterator[str]:
    decision, say = speech.decision, speech.wording.say
    if not decision.lines:
        yield say("totals.nothing")
    elif not decision.immediate and not decision.renews:
        yield say("totals.nothing_now")
    if decision.flow is not None and decision.flow.forfeited.minor:
        yield say("totals.forfeited", amount=decision.flow.forfeited)


def _meaning(speech: Speech) -> Iterator[str]:
    """What else it means."""
    yield from (speech.consequence(told) for told in consequences(speech.decision) if told.key)


def _remedies(speech: Speech) -> Iterator[str]:
    chosen, alone = remedies_to_tell(speech.decision)
    yield from map(speech.remedy, chosen)
    for resource in alone:
        name = speech.wording.named("resources", resource, otherwise=resource)
        yield speech.wording.say("remedies.use_less", name=name)
