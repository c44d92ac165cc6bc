"""`planshift doctor`: whether everything that carries changes out is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.carrying_out import (
    AdaptersOption,
    NowOption,
    StoreOption,
    at_desk,
    instant_at,
    open_desk,
    store_url,
)
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, complain, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
    from planshift.decision.sheet import Sheet
    from planshift.execution.news import Listener
    from planshift.execution.ports import Adapter, Resident

_LATE = 300
_MARKS = {True: "ok", False: "!!", None: "--"}


@final
@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: what it is, how it is, and whether it is well; None where nobody can know."""

    what: str
    how: str
    well: bool | None = True


@at_desk
def doctor(
    *,
    upgrade: Annotated[bool, Parameter(help="Bring the tables of the store up to date first.")] = False,
    forget: Annotated[
        str | None,
        Parameter(help="Tell this listener nothing any more, and drop what it was not told.", metavar="NAME"),
    ] = None,
    offline: Annotated[bool, Parameter(help="Do not ask the systems outside whether they are there.")] = False,
    at: NowOption = None,
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Look whether store, ledger, clock, orders and adapters are well."""
    if upgrade:
        _upgraded(store)
    with open_desk(store, adapters=adapters) as desk:
        if forget is not None and not _forgotten(desk, forget):
            complain(f"nobody listens by the name of {forget}")
            return Exit.NO
        found = tuple(_findings(desk, at=instant_at(at, zone="UTC"), real=at is None, offline=offline))
    if format == "json":
        say_json({"well": all(each.well is not False for each in found), "findings": [_json(each) for each in found]})
    else:
        say_sheet(_sheet(found))
    return Exit.YES if all(each.well is not False for each in found) else Exit.NO


def _upgraded(store: str | None) -> None:
    from planshift.execution.store.engine import connect
    from planshift.execution.store.migrating import upgrade

    opened = connect(store_url(store))
    try:
        upgrade(opened)
    finally:
        opened.close()


def _findings(desk: Desk, *, at: int, real: bool, offline: bool) -> Iterator[Finding]:
    from planshift.execution.store.migrating import version_of

    kind = "PostgreSQL" if desk.store.shared else "SQLite"
    yield Finding(what="store", how=f"{desk.store.name} ({kind}), tables of version {version_of(desk.store)}")
    if real:
        yield _clock(desk, at=at)
    yield from _orders(desk, at=at)
    yield from _ledger(desk)
    yield _reactions()
    adapters = desk.worker.runner.gateways.adapters
    yield Finding(what="adapters", how=", ".join(each.name for each in adapters))
    yield from _listeners(desk)
    if not offline:
        yield from _outside((*adapters, *(each.listener for each in desk.listening)))


def _listeners(desk: Desk) -> Iterator[Finding]:
    """Who is told of orders, and what they were not told yet."""
    from planshift.execution.store.news import backlogs

    here = {each.listener.name for each in desk.listening}
    with desk.store.reading() as connection:
        found = backlogs(connection)
    for each in found:
        what, left = f"listener {each.listener}", f"{each.orders} order{'' if each.orders == 1 else 's'}"
        if each.listener not in here:
            how = f"{left} to be told of, and nobody of that name is chosen here (--forget {each.listener} ends it)"
            yield Finding(what=what, how=how, well=None if not each.orders else False)
        elif each.fault:
            yield Finding(what=what, how=f"{left} to be told of; the last try went wrong: {each.fault}", well=False)
        else:
            yield Finding(what=what, how=f"{left} to be told of" if each.orders else "was told everything")


def _forgotten(desk: Desk, name: str) -> bool:
    from planshift.execution.store.news import forget

    with desk.store.begin() as connection:
        return forget(connection, name)


def _outside(adapters: Sequence[Adapter | Resident | Listener]) -> Iterator[Finding]:
    from planshift.adapters.reaching import look_at

    for name, found in look_at(adapters).items():
        yield Finding(what=f"adapter {name}", how=found.how, well=found.well)


def _clock(desk: Desk, *, at: int) -> Finding:
    """The clock of the database against that of this machine: leases are told by the latter."""
    from planshift.execution.store.clock import database_instant

    with desk.store.reading() as connection:
        apart = abs(database_instant(connection) - at)
    how = "as that of the store" if apart <= 1 else f"{apart} seconds apart from that of the store"
    return Finding(what="clock", how=how, well=apart <= _LATE // 10)


def _orders(desk: Desk, *, at: int) -> Iterator[Finding]:
    from planshift.execution.store.listing import counted
    from planshift.execution.store.verifying import flaws

    with desk.store.reading() as connection:
        counts = counted(connection, now=at, late=_LATE)
        wrong = tuple(flaws(connection, now=at))
    told = ", ".join(f"{number} {state}" for state, number in counts.by_state) or "none"
    yield Finding(what="orders", how=told)
    if counts.stuck:
        yield Finding(what="stuck orders", how=f"{counts.stuck}: planshift orders --stuck", well=False)
    if counts.late:
        how = f"{counts.late} have been due for {_LATE // 60} minutes: is a worker running?"
        yield Finding(what="late orders", how=how, well=False)
    if counts.left:
        how = f"{counts.left} are held by a worker that has not come back; the next one takes them over"
        yield Finding(what="leases", how=how)
    yield Finding(
        what="logs", how="every hash is as it was written" if not wrong else f"{len(wrong)} flaws", well=not wrong
    )
    yield from (Finding(what=f"order {each.order}", how=each.why, well=False) for each in wrong)


def _ledger(desk: Desk) -> Iterator[Finding]:
    from planshift.adapters.ledger.reports import flaws, trial_balance

    with desk.store.reading() as connection:
        sides = trial_balance(connection)
        wrong = tuple(flaws(connection))
    for currency in dict.fromkeys(each.currency for each in sides):
        debits = sum(each.debits for each in sides if each.currency == currency)
        credits_ = sum(each.credits for each in sides if each.currency == currency)
        how = f"{currency}: {_money(debits, currency)} on each side"
        if debits != credits_:
            how = f"{currency}: {_money(debits, currency)} debited, {_money(credits_, currency)} credited"
        yield Finding(what="trial balance", how=how, well=debits == credits_)
    if not sides:
        yield Finding(what="trial balance", how="nothing is booked yet")
    yield from (Finding(what=f"ledger, {each.subscription}", how=each.what, well=False) for each in wrong)


def _money(minor: int, currency: str) -> str:
    from planshift.billing.money import money

    return str(money(minor, currency))


def _reactions() -> Finding:
    from importlib.metadata import version

    from planshift.execution.reactions.engine import why_not_durable

    lacking = why_not_durable()
    how = (
        f"matched by durable-rules {version('durable-rules')}"
        if not lacking
        else f"plain evaluation, because {lacking}"
    )
    return Finding(what="reactions", how=how)


def _json(found: Finding) -> dict[str, object]:
    return {"what": found.what, "how": found.how, "well": found.well}


def _sheet(found: tuple[Finding, ...]) -> Sheet:
    from planshift.decision.sheet import Column, Paragraph, Section, Table, sheet_of

    columns = (Column(heading=""), Column(heading=""), Column(heading="", wraps=True))
    rows = tuple((_MARKS[each.well], each.what, each.how) for each in found)
    bad = sum(1 for each in found if each.well is False)
    if not bad:
        closing = Paragraph(text="All is well.", tone="good")
    else:
        closing = Paragraph(text=f"{bad} {'thing needs' if bad == 1 else 'things need'} somebody.", tone="bad")
    return sheet_of(
        "planshift doctor", [Section(blocks=(Table(columns=columns, rows=rows),)), Section(blocks=(closing,))]
    )
