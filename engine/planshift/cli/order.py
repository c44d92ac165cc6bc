"""`planshift order resume` and `planshift order resolve`: what a person does about an order that is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.orders import OrderArgument, say_order
from planshift.cli.printing import Format, FormatOption

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
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
    with open_desk(store, adapters=adapters) as desk:
        found = desk.order(order)
        instant = instant_at(at, zone=found.placement.zone)
        return _told(desk, desk.resume(found.id, by=by, at=instant, why=why), at=instant, format=format)


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
    with open_desk(store, adapters=adapters) as desk:
        found = desk.order(order)
        instant = instant_at(at, zone=found.placement.zone)
        settled = desk.resolve(found.id, step, how=_HOW[how], by=by, at=instant, why=why, reference=reference)
        return _told(desk, settled, at=instant, format=format)


def _told(desk: Desk, order: Order, *, at: int, format: Format) -> Exit:  # noqa: A002  # the option's name
    say_order(desk, order, at=at, format=format)
    return Exit.NO if order.stuck else Exit.YES
