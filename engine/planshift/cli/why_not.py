"""What `planshift explain` says beside the trace: why not, what would have to change, and what is near."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planshift.cli.exits import Exit
from planshift.cli.inputs import Asked, open_request
from planshift.cli.printing import say_json
from planshift.cli.sheets import SheetFormat, say_as

if TYPE_CHECKING:
    from planshift.billing.subscription import Subscription
    from planshift.book import Book, Decision
    from planshift.decision.sheet import Sheet


def with_advice(trace: Sheet, book: Book, *, decision: Decision) -> Sheet:
    """The trace of a decision; where it is not allowed, with what would have to change behind the verdict."""
    from planshift.advice.from_decision import advise
    from planshift.advice.told import sections_of

    if decision.allowed:
        return trace
    told = tuple(section for section in sections_of(advise(book, decision)) if section.blocks)
    behind = next(k for k, section in enumerate(trace.sections, start=1) if section.heading == "Verdict")
    return replace(trace, sections=(*trace.sections[:behind], *told, *trace.sections[behind:]))


def say_why_not(
    book: Book, subscription: Subscription, *, asked: Asked, form: SheetFormat, link_to: str | None
) -> Exit:
    """Tell why a change is not allowed; where no plan is named, why each plan is not that is not offered."""
    if asked.to is not None or asked.kind != "change" or asked.quantity is not None:
        decision = book.decide(subscription, open_request(book, subscription, asked=asked))
        say_advice(book, decision, form=form, link_to=link_to)
        return Exit.YES
    from planshift.advice.from_decision import unlisted
    from planshift.advice.json_form import unlisted_to_json
    from planshift.advice.told import sheet_of_unlisted

    request = open_request(book, subscription, asked=asked, targeted=False)
    found = unlisted(book, subscription, request=request)
    sheet = sheet_of_unlisted(f"{subscription.id}: what it cannot change to, and why", found)
    _say(unlisted_to_json(found), sheet, form=form, link_to=link_to)
    return Exit.YES


def say_advice(book: Book, decision: Decision, *, form: SheetFormat, link_to: str | None = None) -> None:
    """Tell why one decision is a refusal, what would have to change, and what is near."""
    from planshift.advice.from_decision import advise
    from planshift.advice.json_form import to_json
    from planshift.advice.told import sheet_of_advice

    advice = advise(book, decision)
    _say(to_json(advice), sheet_of_advice(advice), form=form, link_to=link_to)


def _say(data: dict[str, object], sheet: Sheet, *, form: SheetFormat, link_to: str | None) -> None:
    if form == "json":
        say_json(data)
    else:
        say_as(sheet, form=form, link_to=link_to)
