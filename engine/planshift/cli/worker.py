"""`planshift worker`: carry out what is due, now and from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, NowOption, StoreOption, at_desk, instant_at, open_desk
from planshift.cli.clock import now
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, say, say_json
from planshift.cli.stopping import stopping

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
    from planshift.execution.worker import Worked


@at_desk
def worker(
    *,
    once: Annotated[bool, Parameter(help="Carry out what is due and end.")] = False,
    every: Annotated[int, Parameter(help="Look again after so many seconds.", metavar="SECONDS")] = 5,
    at: NowOption = None,
    name: Annotated[str | None, Parameter(help="What the store calls it; without it, machine and process.")] = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Carry out what is due, now and from now on."""
    with open_desk(store, adapters=adapters, name=name, clock=None if at else now, fenced=True) as desk:
        if once or at is not None:
            worked = desk.work(at=instant_at(at, zone="UTC"))
        else:
            say(f"{desk.worker.name} works at {desk.store.name}. Ctrl-C ends it between two steps.")
            worked = _until_stopped(desk, every=max(every, 1))
    if format == "json":
        say_json({"orders": worked.orders, "done": worked.done, "faults": worked.faults, "lost": worked.lost})
    else:
        faults = f", {worked.faults} went wrong" if worked.faults else ""
        say(f"{_count(worked.orders, 'order')} looked after, {_count(worked.done, 'step')} done{faults}.")
    return Exit.YES


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _until_stopped(desk: Desk, *, every: int) -> Worked:
    """Work until somebody stops it; a batch that was begun is brought to an end."""
    from planshift.execution.worker import Worked

    orders = done = faults = lost = 0
    with stopping() as stop:
        while not stop.is_set():
            worked = desk.work(at=now(), most=desk.worker.batch)
            orders, done = orders + worked.orders, done + worked.done
            faults, lost = faults + worked.faults, lost + worked.lost
            if not worked.orders:
                stop.wait(every)
    return Worked(orders=orders, done=done, faults=faults, lost=lost)
