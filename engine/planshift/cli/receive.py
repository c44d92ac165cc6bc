"""`planshift receive`: take in what a biller tells by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.printing import Format, FormatOption, complain, say, say_json

if TYPE_CHECKING:
    from planshift.adapters.desk import Heard


@at_desk
def receive(  # what came in, what it is believed by, and where it goes
    adapter: Annotated[str, Parameter(help="Who tells it: the name of an adapter in the file of the adapters.")],
    file: Annotated[str, Parameter(help="What came in, exactly as it was sent: a file, or - for what is piped in.")],
    /,
    *,
    proof_from: Annotated[
        str,
        Parameter(
            help="The environment variable with what it is believed by: the header Stripe-Signature, or the secret "
            "that came in the address from Kill Bill.",
            metavar="VARIABLE",
        ),
    ],
    at: NowOption = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Take in what a biller tells by itself, and let what waits for it go on."""
    from planshift.adapters.incoming import NotGenuine, NotKnownNow

    proof = os.environ.get(proof_from)
    if proof is None:
        complain(f"the environment variable {proof_from} is not set")
        return Exit.USAGE
    payload = sys.stdin.buffer.read() if file == "-" else _read(Path(file))
    if payload is None:
        complain(f"{file} cannot be read")
        return Exit.INVALID
    with open_desk(store, adapters=adapters) as desk:
        try:
            _say(desk.hear(adapter, payload, proof=proof, at=instant_at(at, zone="UTC")), format=format)
        except LookupError:
            complain(f"no adapter {adapter} is chosen that tells what happens by itself")
            return Exit.INVALID
        except (NotGenuine, NotKnownNow) as refusal:
            complain(f"{refusal}")
            return Exit.NO
    return Exit.YES


def _say(heard: Sequence[Heard], *, format: Format) -> None:  # noqa: A002  # the option's name
    orders = {order.id: order for each in heard for order in each.orders}
    new = sum(each.new for each in heard)
    if format == "json":
        told = [{"order": each.id, "state": each.state} for each in orders.values()]
        say_json({"events": len(heard), "new": new, "orders": told})
        return
    say(f"{len(heard)} event{'' if len(heard) == 1 else 's'}, {new} of them new.")
    for order in orders.values():
        say(f"  {order.id}: {'stuck' if order.stuck else order.state}")


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
