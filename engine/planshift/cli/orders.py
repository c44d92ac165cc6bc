"""`planshift orders` and `planshift order show`: what is on its way, and what happened to one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.printing import Format, FormatOption, say_json, say_sheet
from planshift.execution.states import OPEN, State

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
    from planshift.decision.sheet import Sheet
    from planshift.execution.order import Order

_SHORT = len("order-6a1564cd")

OrderArgument = Annotated[
    str,
    Parameter(
        help="The order: its id, as much of it as no other begins with, or the subscription with one open order."
    ),
]


@at_desk
def orders(
    *,
    state: Annotated[
        tuple[State, ...], Parameter(help="Only those in these states.", consume_multiple=True, metavar="STATE...")
    ] = (),
    subscription: Annotated[str | None, Parameter(help="Only those of a subscription.", metavar="ID")] = None,
    open: Annotated[bool, Parameter(help="Only those with steps left to do.")] = False,  # noqa: A002  # the option's name
    stuck: Annotated[bool, Parameter(help="Only those that a person has to look at.")] = False,
    limit: Annotated[int, Parameter(help="No more than so many, the newest.", metavar="N")] = 50,
    store: StoreOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """List orders, the newest first."""
    from planshift.execution.store.listing import Wanted, newest
    from planshift.execution.story import row_json

    states = frozenset(state) | (OPEN if open else frozenset())
    with open_desk(store) as desk, desk.store.reading() as connection:
        wanted = Wanted(states=states, subscription=subscription, stuck=stuck)
        found, more = newest(connection, wanted, most=max(limit, 1))
    if format == "json":
        say_json({"orders": [row_json(each) | {"stuck": each.stuck} for each in found], "more": more})
    else:
        say_sheet(_list_sheet(found, more=more))
    return Exit.YES


@at_desk
def show(
    order: OrderArgument,
    /,
    *,
    at: NowOption = None,
    store: StoreOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Tell what happened to an order, and what comes next."""
    with open_desk(store) as desk:
        found = desk.order(order)
        say_order(desk, found, at=instant_at(at, zone=found.placement.zone), format=format)
    return Exit.YES


def say_order(desk: Desk, order: Order, *, at: int, format: Format) -> None:  # noqa: A002  # the option's name
    """Print what happened to an order and what comes next."""
    from planshift.execution.story import story_json, story_of

    entries = desk.log(order.id)
    if format == "json":
        say_json(story_json(order, entries, now=at))
    else:
        say_sheet(story_of(order, entries, now=at))


def _shortened(order: str) -> str:
    """As much of a long id as tells orders apart; `planshift order show` takes it."""
    return order[:_SHORT] if order.startswith("order-") else order


def _list_sheet(found: tuple[Order, ...], *, more: int) -> Sheet:
    from planshift.decision.sheet import Column, Paragraph, Section, Table, sheet_of
    from planshift.execution.story import change_words, instant_text

    rows = tuple(
        (
            instant_text(each.placement.placed_at, each.placement.zone)[:10],
            _shortened(each.id),
            each.placement.subscription,
            change_words(each),
            str(each.effective_on),
            "stuck" if each.stuck else each.state,
        )
        for each in found
    )
    columns = (
        Column(heading="placed"),
        Column(heading="order", wraps=True),
        Column(heading="subscription"),
        Column(heading="what", wraps=True),
        Column(heading="in force"),
        Column(heading="state"),
    )
    blocks = (Table(columns=columns, rows=rows),) if rows else (Paragraph(text="There are none."),)
    left = (
        (Paragraph(text=f"{more} older ones are not shown: --limit {len(found) + more}", tone="faint"),) if more else ()
    )
    return sheet_of("Orders", [Section(blocks=(*blocks, *left))])
