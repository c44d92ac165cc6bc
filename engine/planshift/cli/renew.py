"""`planshift renew`: what a subscription becomes when its period ends, and what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, StoreOption, at_desk, open_desk, store_exists
from planshift.cli.exits import Exit
from planshift.cli.inputs import (
    AtOption,
    BookArgument,
    instant_of,
    open_book,
    open_subscription,
)
from planshift.cli.printing import Format, FormatOption, complain, say, say_json, say_sheet
from planshift.cli.renewing import Work, foreseen, renew_everybody, renew_one

if TYPE_CHECKING:
    from planshift.billing.subscription import Subscription
    from planshift.book import Book, Decision
    from planshift.decision.sheet import Sheet

_ONLY_DRY = "--until looks ahead: say --dry-run with it; a renewal is carried out when it is due"


@at_desk
def renew(
    book: BookArgument,
    subscription: Annotated[
        str | None,
        Parameter(help="A subscription by id, by its name in the book, or a file. Without it, everybody who is due."),
    ] = None,
    /,
    *,
    at: AtOption = None,
    until: Annotated[
        str | None,
        Parameter(help="Renew again and again up to this day, one line for each renewal.", metavar="DATE"),
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Show what the renewal does, and do nothing.")] = False,
    plan_of_actions: Annotated[bool, Parameter(help="Also list the steps that carry the renewal out.")] = False,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Renew a subscription, or everybody who is due."""
    opened = open_book(book)
    if not dry_run:
        if until is not None:
            complain(_ONLY_DRY)
            return Exit.USAGE
        work = Work(book=opened, path=book, at=at, store=store, adapters=adapters, form=format)
        return renew_everybody(work) if subscription is None else renew_one(work, subscription)
    if subscription is None:
        return foreseen(Work(book=opened, path=book, at=at, store=store, adapters=adapters, form=format))
    held = _held(opened, book, name=subscription, store=store)
    begin = instant_of(opened, held, at=at, by_day=True)
    if until is not None:
        end = instant_of(opened, held, at=until, option="--until", by_day=True)
        return _say_all(held, tuple(opened.renewals(held, at=begin, until=end)), format=format)
    decision = opened.renew(held, at=begin)
    _say_one(decision, format=format, with_plan=plan_of_actions)
    return Exit.YES if decision.allowed else Exit.NO


def _held(book: Book, path: Path, *, name: str, store: str | None) -> Subscription:
    """The subscription as the ledger has it, or else as the book or a file says."""
    if not store_exists(store):
        return open_subscription(book, path, name=name)
    with open_desk(store, book=path) as desk:
        return desk.subscription(book, path, name=name)[0]


def _say_all(held: Subscription, found: tuple[Decision, ...], *, format: Format) -> Exit:  # noqa: A002  # the option's name
    if format == "json":
        say_json([each.to_json() for each in found])
    else:
        say_sheet(_row_sheet(held, found))
    return Exit.YES if found and found[0].allowed else Exit.NO


def _say_one(decision: Decision, *, format: Format, with_plan: bool) -> None:  # noqa: A002  # the option's name
    from planshift.actions.json_form import to_json
    from planshift.actions.table import to_table
    from planshift.decision.summary import summary_of

    plan = decision.plan() if with_plan and decision.allowed else None
    if format == "json":
        answer = decision.to_json()
        say_json({"decision": answer, "plan": to_json(plan) if plan else None} if with_plan else answer)
        return
    say_sheet(summary_of(decision))
    if plan is not None:
        say("")
        say(to_table(plan).rstrip("\n"))


def _row_sheet(held: Subscription, found: tuple[Decision, ...]) -> Sheet:
    from planshift.billing.calendar import from_day
    from planshift.decision.sheet import Column, Paragraph, Section, Table, sheet_of
    from planshift.decision.summary import reason_text

    renewed = [each for each in found if each.allowed]
    columns = (
        Column(heading="invoiced"),
        Column(heading="renews on"),
        Column(heading="as", wraps=True),
        Column(heading="because of", wraps=True),
        Column(heading="until"),
        Column(heading="to pay", align="right"),
    )
    rows = tuple(
        (
            str(from_day(each.today)),
            str(each.effective_on),
            f"{each.to_plan.title}, {each.to_plan.price}" if each.to_plan else "",
            each.switch.title if each.switch else "",
            str(each.renews_on or ""),
            str(each.next_bill.total if each.next_bill else ""),
        )
        for each in renewed
    )
    blocks = [Table(columns=columns, rows=rows)] if rows else []
    ends = [Paragraph(text=reason_text(reason), tone="wait") for each in found for reason in each.reasons]
    nothing = [] if found else [Paragraph(text="No renewal is due by then.", tone="wait")]
    return sheet_of(f"{held.id}: renewals", [Section(blocks=(*blocks, *ends, *nothing))])
