"""`planshift order resume` and `planshift order resolve`: what a person does about an order that is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, Desk, NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.orders import OrderArgument, find_order, say_order
from planshift.cli.printing import Format, FormatOption

if TYPE_CHECKING:
    from planshift.execution.order import Order
    from planshift.execution.resolving import Resolution

By = Annotated[str, Parameter(help="Who says so; it is recorded.", metavar="NAME")]
Why = Annotated[str, Parameter(help="What was found out; it is recorded.", metavar="TEXT")]

How = Literal["done", "left-out", "give-up"]
_HOW: dict[How, Resolution] = {"done": "done", "left-out": "skip", "give-up": "turn_back"}


@at_desk
def resume(
    order: OrderArgument,
    /,
    *,
    by: By,
    why: Why = "",
    at: NowOption = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Let an order that went wrong go on, once its cause is mended."""
    from planshift.execution.resolving import resume as let_go_on

    with open_desk(store, adapters=adapters) as desk:
        found = find_order(desk, order)
        instant = instant_at(at, zone=found.placement.zone)
        let_go_on(desk.store, found.id, by=by, at=instant, why=why)
        return _gone_on(desk, found, at=instant, format=format)


@at_desk
def resolve(
    order: OrderArgument,
    step: Annotated[str, Parameter(help="The step that went wrong, by its number in the plan, such as 4.2.")],
    how: Annotated[
        How,
        Parameter(help="It was done by hand, it is left out, or the change is given up and undone."),
    ],
    /,
    *,
    by: By,
    why: Why = "",
    reference: Annotated[
        str, Parameter(help="What the outside calls its result, such as the number of an invoice.", metavar="TEXT")
    ] = "",
    at: NowOption = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Settle a step that went wrong, and let its order go on."""
    from planshift.execution.resolving import resolve as settle

    with open_desk(store, adapters=adapters) as desk:
        found = find_order(desk, order)
        instant = instant_at(at, zone=found.placement.zone)
        settle(desk.store, found.id, position=step, how=_HOW[how], by=by, at=instant, why=why, reference=reference)
        return _gone_on(desk, found, at=instant, format=format)


def _gone_on(desk: Desk, order: Order, *, at: int, format: Format) -> Exit:  # noqa: A002  # the option's name
    found = desk.carry_out(order, at=at)
    say_order(desk, found, at=at, format=format)
    return Exit.NO if found.stuck else Exit.YES
