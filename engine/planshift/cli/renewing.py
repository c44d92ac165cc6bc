"""Renewals that are carried out: of one subscription, or of everybody whose next period is to be invoiced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from planshift.cli.carrying_out import held_subscription, instant_at, open_desk
from planshift.cli.exits import Exit
from planshift.cli.inputs import instant_of
from planshift.cli.migrating import Job, OfData, done
from planshift.cli.printing import Format, complain, say, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.book import Book, Decision
    from planshift.decision.sheet import Sheet
    from planshift.execution.order import Order
    from planshift.execution.renewing import Renewal


@final
@dataclass(frozen=True, kw_only=True)
class Work:
    """What is renewed: the book at a path, at an instant as an option says it, in which store and by which adapters."""

    book: Book
    path: Path
    at: str | None
    store: str | None
    adapters: Path | None
    form: Format


def renew_one(work: Work, name: str) -> Exit:
    """Renew one subscription, if it is due."""
    from planshift.cli.orders import say_order

    with open_desk(work.store, adapters=work.adapters, book=work.path, makes=True) as desk:
        held, known = held_subscription(desk, work.book, path=work.path, name=name)
        instant = instant_of(work.book, held, at=work.at, by_day=True)
        found = desk.renew(work.book, held, at=instant)
        if found.order is None:
            return _refused(held.id, found.why_not, form=work.form)
        if not known and work.form == "text":
            say(f"{held.id} is in the ledger from now on, as it stands.\n")
        say_order(desk, found.order, at=instant, format=work.form)
        return Exit.NO if found.order.stuck else Exit.YES


def _refused(subscription: str, why: str, *, form: Format) -> Exit:
    if form == "json":
        say_json({"subscription": subscription, "why_not": why})
    else:
        complain(f"{subscription} is not renewed: {why}")
    return Exit.NO


def renew_everybody(work: Work) -> Exit:
    """Renew every subscription of the ledger whose next period is to be invoiced."""
    from planshift.cli.jobs import progress

    with open_desk(work.store, adapters=work.adapters, book=work.path) as desk:
        instant = instant_at(work.at, zone=work.book.zone)
        desk.day_has_come(at=instant)
        names = desk.due(work.book, at=instant)
        found: list[Renewal] = []
        with progress("Renewals", dict.fromkeys(names, 1)) as tick:
            for each in desk.renew_all(work.book, names, at=instant):
                found.append(each)
                tick(each.subscription)
        if work.form == "json":
            say_json([_json(each) for each in found])
        else:
            say_sheet(_sheet(tuple(found)))
    return Exit.NO if any(each.order is None or each.order.stuck for each in found) else Exit.YES


def renew_everybody_in(data: str, work: Work, *, of: OfData) -> Exit:
    """Say who in some data renews as what, and place the orders if that is asked for."""
    from planshift.cli.decide_all import installed

    if not installed():
        return Exit.USAGE
    from planshift.billing.change import ChangeRequest
    from planshift.migration.wish import Wish

    request = ChangeRequest(at=instant_at(work.at, zone=work.book.zone), by="system")
    return done(
        Job(
            book=work.book,
            path=work.path,
            wish=Wish(kind="renewal", request=request),
            data=data,
            rows=of.rows,
            orders=of.orders,
            store=work.store,
            adapters=work.adapters,
            lives=work.at is None,
            form=work.form,
        )
    )


def foreseen(work: Work) -> Exit:
    """Say who would be renewed, as what and for how much, and do nothing."""
    with open_desk(work.store, book=work.path) as desk:
        instant = instant_at(work.at, zone=work.book.zone)
        held = (desk.subscription(name) for name in desk.due(work.book, at=instant))
        found = tuple(work.book.renew(each, at=instant) for each in held if each is not None)
    if work.form == "json":
        say_json([each.to_json() for each in found])
    else:
        say_sheet(_foreseen_sheet(found))
    return Exit.YES


def _json(found: Renewal) -> dict[str, object]:
    from planshift.execution.story import row_json

    order = {} if found.order is None else row_json(found.order) | {"stuck": found.order.stuck}
    return {"subscription": found.subscription, "why_not": found.why_not, **order}


def _sheet(found: tuple[Renewal, ...]) -> Sheet:
    from planshift.decision.sheet import Column, Paragraph, Point, Points, Section, Table, sheet_of
    from planshift.execution.story import change_words

    renewed = [(each.subscription, each.order) for each in found if each.order is not None]
    rows = tuple(
        (name, change_words(order), str(order.effective_on), _paid(order), _state(order)) for name, order in renewed
    )
    columns = (
        Column(heading="subscription"),
        Column(heading="what", wraps=True),
        Column(heading="from"),
        Column(heading="to pay", align="right"),
        Column(heading="state"),
    )
    left = tuple(
        Point(text=f"{each.subscription}: {each.why_not}", tone="wait") for each in found if each.order is None
    )
    table = (Table(columns=columns, rows=rows),) if rows else ()
    nothing = () if found else (Paragraph(text="Nobody is due."),)
    return sheet_of(
        "Renewals",
        (
            Section(blocks=(*table, *nothing)),
            Section(heading="Not renewed", blocks=(Points(points=left),) if left else ()),
        ),
    )


def _paid(order: Order) -> str:
    return str(order.plan.flow.due_later if order.plan.flow.due_later.minor else order.plan.flow.due_now)


def _state(order: Order) -> str:
    return "stuck" if order.stuck else order.state


def _foreseen_sheet(found: tuple[Decision, ...]) -> Sheet:
    from planshift.decision.sheet import Column, Paragraph, Section, Table, sheet_of

    rows = tuple(
        (
            each.subscription.id,
            f"{each.to_plan.title}, {each.to_plan.price}" if each.to_plan else "",
            each.switch.title if each.switch else "",
            str(each.effective_on),
            str(each.next_bill.total if each.next_bill else ""),
        )
        for each in found
        if each.allowed
    )
    columns = (
        Column(heading="subscription"),
        Column(heading="as", wraps=True),
        Column(heading="because of", wraps=True),
        Column(heading="from"),
        Column(heading="to pay", align="right"),
    )
    block = Table(columns=columns, rows=rows) if rows else Paragraph(text="Nobody is due.")
    return sheet_of("Renewals that are due", [Section(blocks=(block,))])
