"""`planshift event`: say that something has happened, such as a payment that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, complain, say, say_json

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk, Heard
    from planshift.billing.money import Money
    from planshift.billing.subscription import Subscription

_PAYMENT = "payment.received"


@at_desk
def event(
    subscription: Annotated[str, Parameter(help="The subscription that it happened to, or one of its orders.")],
    name: Annotated[str, Parameter(help="What happened: payment.received, rating.completed ... as reactions say it.")],
    /,
    *,
    source: Annotated[
        str | None,
        Parameter(help="What the outside calls it. Under one name it happens once, however often it is told."),
    ] = None,
    amount: Annotated[
        str | None, Parameter(help="Of a payment: how much came in, such as '21.77 EUR'.", metavar="MONEY")
    ] = None,
    invoice: Annotated[
        str | None, Parameter(help="Of a payment: for which invoice. Without it the longest due.", metavar="NUMBER")
    ] = None,
    at: NowOption = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Say that something has happened, and let what waits for it go on."""
    if (name == _PAYMENT) != (amount is not None):
        complain("--amount says how much a payment.received is; other events have none")
        return Exit.USAGE
    with open_desk(store, adapters=adapters) as desk:
        held = _subscription(desk, subscription)
        instant = instant_at(at, zone=held.timezone or "UTC")
        known_as = source or f"{held.id}:{name}:{instant}"
        if amount is None:
            heard = desk.event(held.id, name, source=known_as, at=instant)
        else:
            heard = desk.payment(held.id, _money(amount), source=known_as, at=instant, invoice=invoice)
        if format == "json":
            orders = [{"order": each.id, "state": each.state} for each in heard.orders]
            say_json({"new": heard.new, "settled": list(heard.settled), "orders": orders})
        else:
            say(_told(name, heard))
    return Exit.YES


def _subscription(desk: Desk, name: str) -> Subscription:
    """The subscription of an id, or that of an order.

    Raises:
        NoSuchOrder: there is neither.
    """
    held = desk.subscription(name)
    if held is not None:
        return held
    order = desk.order(name)
    held = desk.subscription(order.placement.subscription)
    return order.placement.before if held is None else held


def _money(text: str) -> Money:
    """The amount that an option names.

    Raises:
        InvalidInput: it names none.
    """
    from planshift.billing.money import parse_money
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidInput
    from planshift.diagnostics.span import whole_file

    try:
        return parse_money(text)
    except ValueError as error:
        found = Diagnostic(
            code="PS110", message=str(error), span=whole_file(f"--amount {text}"), help="write '21.77 EUR'"
        )
        raise InvalidInput(diagnostics=(found,)) from None


def _told(name: str, heard: Heard) -> str:
    if not heard.new:
        return f"{name} is known already under that name: nothing was done."
    settled = f" It settles {', '.join(heard.settled)}." if heard.settled else ""
    if not heard.orders:
        return f"{name} is on record.{settled} No order waits for it."
    lines = (f"  {order.id}: {'stuck' if order.stuck else order.state}" for order in heard.orders)
    return "\n".join((f"{name} is on record.{settled} It was told to", *lines))
