"""`planshift cancel`: call a change off while it waits."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.inputs import ByOption
from planshift.cli.orders import OrderArgument, say_order
from planshift.cli.printing import FormatOption


@at_desk
def cancel(
    order: OrderArgument,
    /,
    *,
    by: ByOption = "customer",
    person: Annotated[str, Parameter(help="Who of them it is; it is recorded.", metavar="NAME")] = "",
    why: Annotated[str, Parameter(help="What they said; it is recorded.", metavar="TEXT")] = "",
    at: NowOption = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Call a change off while it waits."""
    with open_desk(store, adapters=adapters) as desk:
        found = desk.order(order)
        instant = instant_at(at, zone=found.placement.zone)
        done = desk.cancel(found.id, by=by, at=instant, person=person, why=why)
        say_order(desk, done, at=instant, format=format)
    return Exit.YES if done.state == "cancelled" else Exit.NO
