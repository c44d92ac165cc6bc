"""`planshift decide`: whether a subscription may change as asked, when, and for what amounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.inputs import Asked, BookArgument, SubscriptionArgument, open_book, open_request, open_subscription
from planshift.cli.printing import say, say_json
from planshift.cli.sheets import LinkOption, LocaleOption, SheetFormatOption, say_as

if TYPE_CHECKING:
    from planshift.actions.plan import ActionPlan
    from planshift.book import Decision
    from planshift.decision.sheet import Sheet


@answering
def decide(
    book: BookArgument,
    subscription: SubscriptionArgument,
    /,
    *,
    asked: Asked = Asked(),  # noqa: B008  # frozen, so that sharing it harms nobody
    plan_of_actions: Annotated[
        bool, Parameter(name=("--plan", "--plan-of-actions"), help="Also list the steps that carry the change out.")
    ] = False,
    locale: LocaleOption = None,
    link_to: LinkOption = None,
    format: SheetFormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Decide a change: allowed or not, when, for what amounts."""
    opened = open_book(book)
    held = open_subscription(opened, book, name=subscription)
    decision = opened.decide(held, open_request(opened, held, asked=asked))
    plan = decision.plan() if plan_of_actions and decision.allowed else None
    if format == "json":
        from planshift.actions.json_form import to_json

        answer = decision.to_json() | ({} if locale is None else {"told": decision.told(locale).to_json()})
        say_json({"decision": answer, "plan": to_json(plan) if plan else None} if plan_of_actions else answer)
    elif locale is not None:
        told = decision.told(locale)
        say_as(_with_steps(told.sheet, plan), form=format, link_to=link_to, language=told.locale)
    elif format == "text":
        _say_text(decision, plan, asked=asked, link_to=link_to)
    else:
        say_as(_sheet(decision, plan, asked=asked), form=format, link_to=link_to)
    return Exit.YES if decision.allowed else Exit.NO


def _say_text(decision: Decision, plan: ActionPlan | None, *, asked: Asked, link_to: str | None) -> None:
    from planshift.actions.table import to_table
    from planshift.decision.summary import summary_of

    say_as(summary_of(decision), form="text", link_to=link_to)
    for hint in _hints(decision, asked):
        say(f"\n{hint}")
    if plan is not None:
        say("")
        say(to_table(plan).rstrip("\n"))


def _sheet(decision: Decision, plan: ActionPlan | None, *, asked: Asked) -> Sheet:
    """All of that as one sheet."""
    from planshift.decision.sheet import Paragraph, Section, sheet_of
    from planshift.decision.summary import summary_of

    told = summary_of(decision)
    hints = Section(blocks=tuple(Paragraph(text=hint) for hint in _hints(decision, asked)))
    return _with_steps(sheet_of(told.title, (*told.sections, hints)), plan)


def _with_steps(sheet: Sheet, plan: ActionPlan | None) -> Sheet:
    """The sheet with the steps of an action plan, where there is one."""
    from planshift.actions.table import section_of
    from planshift.decision.sheet import sheet_of

    return sheet if plan is None else sheet_of(sheet.title, (*sheet.sections, section_of(plan)))


def _hints(decision: Decision, asked: Asked) -> Iterator[str]:
    """Which options would carry on from here."""
    codes = {reason.code for reason in decision.reasons if not reason.overridden}
    if decision.verdict == "needs_remedy":
        add = [f"--add {each.name}={each.quantity}" for each in decision.remedies if each.kind == "add_addon"]
        end = [f"--end {each.name}" for each in decision.remedies if each.kind == "end_service"]
        if add or end:
            yield f"To decide it with remedies, say which: {' '.join((*add[:1], *end[:1]))} ..."
    if decision.verdict == "needs_approval":
        yield "To decide it as approved, say by whom: --approve ROLE"
    if "period_over" in codes and asked.at is None:
        yield "It was asked as of now. To ask as of another instant: --at INSTANT"
    if decision.verdict == "denied":
        yield "To see what would have to change: planshift explain ... --why-not"
