"""`planshift apply`: decide a change and carry it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import (
    AdaptersOption,
    StoreOption,
    at_desk,
    held_subscription,
    open_desk,
    store_exists,
)
from planshift.cli.exits import Exit
from planshift.cli.honour import honest, read_plan
from planshift.cli.inputs import (
    Asked,
    BookArgument,
    SubscriptionArgument,
    instant_of,
    open_book,
    open_request,
    open_subscription,
)
from planshift.cli.printing import Format, FormatOption, say, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
    from planshift.billing.subscription import Subscription
    from planshift.book import Book, Decision
    from planshift.execution.order import Order


@at_desk
def apply(
    book: BookArgument,
    subscription: SubscriptionArgument,
    /,
    *,
    asked: Asked = Asked(),  # noqa: B008  # frozen, so that sharing it harms nobody
    plan: Annotated[
        Path | None,
        Parameter(help="Carry out this saved plan (`decide --plan --format json`) and nothing else.", metavar="FILE"),
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Show the steps that would be carried out, and do nothing.")] = False,
    order: Annotated[
        str | None,
        Parameter(help="What to call the order. The same id again is the same order.", metavar="ID"),
    ] = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Decide a change and carry it out."""
    opened = open_book(book)
    if dry_run and not store_exists(store):
        held = open_subscription(opened, book, name=subscription)
        return _shown(_decided(opened, held, asked=asked, plan=plan), opened, order=order, format=format)
    with open_desk(store, adapters=adapters, book=book, makes=True) as desk:
        held, known = held_subscription(desk, opened, path=book, name=subscription)
        at = instant_of(opened, held, at=asked.at)
        if plan is not None and not dry_run:
            with honest(plan):
                done = desk.apply_plan(opened, read_plan(plan), at=at, order=order, subscription=held)
        else:
            decision = _decided(opened, held, asked=asked, plan=plan)
            if dry_run or not decision.allowed:
                return _shown(decision, opened, order=order, format=format)
            done = desk.apply(opened, decision, at=at, order=order)
        if not known and format == "text":
            say(f"{held.id} is in the ledger from now on, as it stands.\n")
        return _told(desk, done, at=at, format=format)


def _decided(book: Book, held: Subscription, *, asked: Asked, plan: Path | None) -> Decision:
    """The decision on what is asked, or the one behind a saved plan.

    Raises:
        StaleQuote: the saved plan does not bind any more.
        InvalidInput: what is asked has mistakes, or the plan is malformed.
    """
    if plan is None:
        return book.decide(held, open_request(book, held, asked=asked))
    found = read_plan(plan)
    with honest(plan):
        book.honour(found, held, at=instant_of(book, held, at=asked.at))
    return book.decide(held, found.quote.request)


def _shown(decision: Decision, book: Book, *, order: str | None, format: Format) -> Exit:  # noqa: A002  # as above
    """What would be done, or why nothing can be."""
    from planshift.actions.json_form import to_json
    from planshift.actions.table import to_table
    from planshift.decision.summary import summary_of
    from planshift.execution.placing import placement_of

    plan = placement_of(book, decision, at=decision.request.at, order=order).plan if decision.allowed else None
    if format == "json":
        say_json({"applied": False, "decision": decision.to_json(), "plan": None if plan is None else to_json(plan)})
    elif plan is None:
        say_sheet(summary_of(decision))
    else:
        say(to_table(plan).rstrip("\n"))
        say("\nNothing was done: this is what would be.")
    return Exit.YES if decision.allowed else Exit.NO


def _told(desk: Desk, order: Order, *, at: int, format: Format) -> Exit:  # noqa: A002  # as above
    from planshift.cli.orders import say_order

    say_order(desk, order, at=at, format=format)
    return Exit.NO if order.stuck or order.state in ("failed", "cancelled") else Exit.YES
