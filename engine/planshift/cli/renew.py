"""`planshift renew`: what a subscription becomes when its period ends, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.inputs import (
    AtOption,
    BookArgument,
    SubscriptionArgument,
    instant_of,
    open_book,
    open_subscription,
)
from planshift.cli.printing import Format, FormatOption, complain, say, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.billing.subscription import Subscription
    from planshift.book import Decision
    from planshift.decision.sheet import Sheet

_NOT_YET = "`planshift renew` does not carry renewals out yet: add --dry-run to see what one would do"


@answering
def renew(
    book: BookArgument,
    subscription: SubscriptionArgument,
    /,
    *,
    at: AtOption = None,
    until: Annotated[
        str | None,
        Parameter(help="Renew again and again up to this day, one line for each renewal.", metavar="DATE"),
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Show what the renewal does, and do nothing.")] = False,
    plan_of_actions: Annotated[bool, Parameter(help="Also list the steps that carry the renewal out.")] = False,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Show what a subscription becomes when its period ends."""
    if not dry_run:
        complain(_NOT_YET)
        return Exit.USAGE
    opened = open_book(book)
    held = open_subscription(opened, book, name=subscription)
    begin = instant_of(opened, held, at=at, by_day=True)
    if until is not None:
        end = instant_of(opened, held, at=until, option="--until", by_day=True)
        found = tuple(opened.renewals(held, at=begin, until=end))
        if format == "json":
            say_json([each.to_json() for each in found])
        else:
            say_sheet(_row_sheet(held, found))
        return Exit.YES if found and found[0].allowed else Exit.NO
    decision = opened.renew(held, at=begin)
    _say_one(decision, format=format, with_plan=plan_of_actions)
    return Exit.YES if decision.allowed else Exit.NO


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
