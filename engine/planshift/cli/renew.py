"""`planshift renew`: what a subscription becomes when its period ends, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, StoreOption, at_desk, held_subscription, open_desk, store_exists
from planshift.cli.exits import Exit
from planshift.cli.inputs import (
    AtOption,
    BookArgument,
    instant_of,
    open_book,
    open_subscription,
)
from planshift.cli.migrating import OfData
from planshift.cli.printing import Format, FormatOption, complain, say, say_json, say_sheet
from planshift.cli.renewing import Work, foreseen, renew_everybody, renew_everybody_in, renew_one
from planshift.cli.sheets import LocaleOption, say_as
from planshift.cli.why_not import say_advice

if TYPE_CHECKING:
    from planshift.billing.subscription import Subscription
    from planshift.book import Book, Decision
    from planshift.decision.sheet import Sheet

_ONLY_DRY = "looks ahead: say --dry-run with it; a renewal is carried out when it is due"
_HINT = "To see what would have to change: planshift renew ... --dry-run --why-not"


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What of a renewal is to be shown before it is carried out."""

    until: Annotated[
        str | None,
        Parameter(help="Renew again and again up to this day, one line for each renewal.", metavar="DATE"),
    ] = None
    why_not: Annotated[
        bool,
        Parameter(negative="", help="With --dry-run: only tell why it is not renewed, and what would have to change."),
    ] = False
    locale: LocaleOption = None

    @property
    def options(self) -> tuple[str, ...]:
        """Those that were said, as they are written."""
        said = (("--until", self.until), ("--why-not", self.why_not or None), ("--locale", self.locale))
        return tuple(name for name, value in said if value is not None)


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
    ahead: Ahead = Ahead(),
    dry_run: Annotated[bool, Parameter(help="Show what the renewal does, and do nothing.")] = False,
    plan_of_actions: Annotated[bool, Parameter(help="Also list the steps that carry the renewal out.")] = False,
    everybody: OfData = OfData(),  # noqa: B008  # frozen, so that sharing it harms nobody
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Renew a subscription, or everybody who is due."""
    wrong = _unfit(ahead, is_dry=dry_run, is_one=subscription is not None) or _unfit_for_data(
        everybody, is_dry=dry_run, is_one=subscription is not None
    )
    if wrong is not None:
        complain(wrong)
        return Exit.USAGE
    opened = open_book(book)
    work = Work(book=opened, path=book, at=at, store=store, adapters=adapters, form=format)
    if everybody.data is not None:
        return renew_everybody_in(everybody.data, work, of=everybody)
    if subscription is None:
        return foreseen(work) if dry_run else renew_everybody(work)
    if not dry_run:
        return renew_one(work, subscription)
    return _foreseen_of(work, subscription, ahead=ahead, with_plan=plan_of_actions)


def _foreseen_of(work: Work, name: str, *, ahead: Ahead, with_plan: bool) -> Exit:
    """Show what the renewal of one subscription does."""
    book, held = work.book, _held(work.book, work.path, name=name, store=work.store)
    begin = instant_of(book, held, at=work.at, by_day=True)
    if ahead.until is not None:
        end = instant_of(book, held, at=ahead.until, option="--until", by_day=True)
        return _say_all(held, tuple(book.renewals(held, at=begin, until=end)), format=work.form)
    decision = book.renew(held, at=begin)
    if ahead.why_not:
        say_advice(book, decision, form=work.form)
    else:
        _say_one(decision, format=work.form, with_plan=with_plan, locale=ahead.locale)
    return Exit.YES if decision.allowed else Exit.NO


def _unfit_for_data(everybody: OfData, *, is_dry: bool, is_one: bool) -> str | None:
    """What is wrong with asking for this of data, if anything."""
    if everybody.unfit:
        return "say of which data: --data DATA"
    if everybody.data is not None and is_one:
        return "--data is for everybody in it: leave the subscription out"
    if everybody.orders.place is not None and is_dry:
        return "--place places the orders and --dry-run does nothing: say one of them"
    return None


def _unfit(ahead: Ahead, *, is_dry: bool, is_one: bool) -> str | None:
    """What is wrong with asking for this, if anything: most of it is told of one renewal that is looked ahead at."""
    if not ahead.options:
        return None
    (first, *more) = ahead.options
    if not is_dry:
        return f"{first} {_ONLY_DRY}"
    if more:
        return f"{first} and {more[0]} do not go together: say one of them"
    return None if is_one or first == "--until" else f"{first} is told of one renewal: name a subscription"


def _held(book: Book, path: Path, *, name: str, store: str | None) -> Subscription:
    """The subscription as the ledger has it, or else as the book or a file says."""
    if not store_exists(store):
        return open_subscription(book, path, name=name)
    with open_desk(store, book=path) as desk:
        return held_subscription(desk, book, path=path, name=name)[0]


def _say_all(held: Subscription, found: tuple[Decision, ...], *, format: Format) -> Exit:  # noqa: A002  # the option's name
    if format == "json":
        say_json([each.to_json() for each in found])
    else:
        say_sheet(_row_sheet(held, found))
    return Exit.YES if found and found[0].allowed else Exit.NO


def _say_one(decision: Decision, *, format: Format, with_plan: bool, locale: str | None) -> None:  # noqa: A002  # the option's name
    from planshift.actions.json_form import to_json
    from planshift.actions.table import to_table

    plan = decision.plan() if with_plan and decision.allowed else None
    if format == "json":
        answer = decision.to_json() | ({} if locale is None else {"told": decision.told(locale).to_json()})
        say_json({"decision": answer, "plan": to_json(plan) if plan else None} if with_plan else answer)
        return
    if locale is None:
        _say_summary(decision)
    else:
        told = decision.told(locale)
        say_as(told.sheet, form=format, language=told.locale)
    if plan is not None:
        say("")
        say(to_table(plan).rstrip("\n"))


def _say_summary(decision: Decision) -> None:
    from planshift.decision.summary import summary_of

    say_sheet(summary_of(decision))
    if not decision.allowed and [reason.code for reason in decision.reasons] != ["renewal_not_due"]:
        say(f"\n{_HINT}")


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
