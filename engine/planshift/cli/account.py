"""`planshift account`: what the ledger holds of a subscription."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import StoreOption, at_desk, open_desk
from planshift.cli.exits import Exit
from planshift.cli.printing import Format, FormatOption, complain, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.adapters.ledger.customers import CustomerAccount
    from planshift.adapters.ledger.statement import CollectiveInvoice, StatedInvoice, Statement
    from planshift.billing.money import Money
    from planshift.billing.subscription import Subscription
    from planshift.decision.sheet import Block, Column, Sheet


@at_desk
def account(
    name: Annotated[str, Parameter(help="The id of a subscription, or of a customer.")],
    /,
    *,
    customer: Annotated[
        bool, Parameter(negative="", help="It is that of a customer, though a subscription has it, too.")
    ] = False,
    store: StoreOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Show what the ledger holds of a subscription, or of a customer with all of theirs."""
    from planshift.actions.json_form import plain

    with open_desk(store) as desk:
        held, found = (None, None) if customer else (desk.subscription(name), desk.account(name))
        theirs = desk.customer(name) if held is None else None
    if theirs is not None:
        _say_customer(theirs, format=format)
        return Exit.YES
    if held is None or found is None:
        complain(f"the ledger has no {'customer' if customer else 'subscription and no customer'} {name}")
        return Exit.INVALID
    if format == "json":
        say_json({"subscription": plain(held), "statement": plain(found)})
    else:
        say_sheet(_sheet(held, found))
    return Exit.YES


def _say_customer(found: CustomerAccount, *, format: Format) -> None:  # noqa: A002  # the option's name
    from planshift.actions.json_form import plain
    from planshift.decision.sheet import Column, Pairs, Section, Table, sheet_of
    from planshift.execution.story import instant_text

    if format == "json":
        say_json({"customer": plain(found)})
        return
    rows = tuple(
        (each.id, f"{each.plan}, {each.price}", each.status, each.renews_on, str(each.owed), str(each.credit))
        for each in found.subscriptions
    )
    columns = (
        Column(heading="subscription", wraps=True),
        Column(heading="plan", wraps=True),
        Column(heading="status"),
        Column(heading="until"),
        Column(heading="to pay", align="right"),
        Column(heading="credit", align="right"),
    )
    totals = tuple(("all of them", "", "", "", str(each.owed), str(each.credit)) for each in found.totals)
    known = [("known since", f"{instant_text(found.opened_at, 'UTC')} (UTC)")]
    known += [("group", found.client_group)] if found.client_group else []
    table = Table(columns=columns, rows=rows, totals=totals)
    collective = tuple(block for each in found.invoices for block in _collective(each))
    sections = (
        Section(blocks=(Pairs(pairs=tuple(known)),)),
        Section(blocks=(table,)),
        Section(heading="Invoices for several changes", blocks=collective),
    )
    say_sheet(sheet_of(found.id, sections))


def _sheet(held: Subscription, found: Statement) -> Sheet:
    from planshift.decision.sheet import Column, Pairs, Section, Table, sheet_of

    paid = tuple((_day(each.at, held), each.source, str(each.amount)) for each in found.payments)
    payments = Table(
        columns=(Column(heading=""), Column(heading="", wraps=True), Column(heading="", align="right")), rows=paid
    )
    standing = tuple((each.title, str(amount)) for each, amount in found.accounts)
    accounts = Table(columns=(Column(heading=""), Column(heading="", align="right")), rows=standing)
    return sheet_of(
        held.id,
        (
            Section(blocks=(Pairs(pairs=tuple(_opening(held))),)),
            Section(heading="Invoices", blocks=tuple(_invoices(found))),
            Section(heading="Payments", blocks=(payments,) if paid else ()),
            Section(heading="Accounts, debits less credits", blocks=(accounts,) if standing else ()),
        ),
    )


def _opening(held: Subscription) -> Iterator[tuple[str, str]]:
    quantity = f" x {held.quantity}" if held.quantity != 1 else ""
    yield "customer", held.customer.id
    yield "plan", f"{held.plan}, {held.price}{quantity}"
    if held.status != "active":
        yield "status", held.status
    yield "period", f"{held.period.start} to {held.period.end}"
    if held.contract is not None:
        yield "commitment", f"until {held.contract.ends_on}"
    if held.pending is not None:
        target = f"{held.pending.to_plan}, {held.pending.to_price}" if held.pending.to_plan else "the end"
        yield "waits", f"{target}, on {held.pending.effective_on}"


def _invoices(found: Statement) -> Iterator[Block]:
    """The invoices of a subscription, and in their places those that it shares with other changes."""
    whole = {each.number: each for each in found.collective}
    for each in found.invoices:
        if each.collective is None:
            yield from _invoice(each)
        elif each.collective in whole:
            yield from _collective(whole.pop(each.collective))


def _invoice(found: StatedInvoice) -> Iterator[Block]:
    """An invoice as a table: its lines, and its total under a rule."""
    from planshift.decision.sheet import Paragraph, Table

    state = f"{found.left} left to pay" if found.state == "open" and found.left.minor else found.state
    yield Paragraph(text=f"{found.number}, {found.made_on}, due {found.due_on}: {state}")
    totals = [_row("total", found.total)]
    if found.credit_used.minor:
        totals.append(_row("paid by credit", found.credit_used))
    yield Table(columns=_columns(), rows=tuple(_rows(found)), totals=tuple(totals))


def _collective(found: CollectiveInvoice) -> Iterator[Block]:
    """An invoice that stands for several, as one table: the lines of each change under its name."""
    from planshift.decision.sheet import Paragraph, Table

    state = f"{found.left} left to pay" if found.left.minor else "nothing left to pay"
    yield Paragraph(text=f"{found.number}, {found.made_on}, due {found.due_on}: {state}")
    rows = [row for group in found.groups for row in ((_group(group), "", "", ""), *_rows(group))]
    totals = [_row("total", found.total)]
    if found.credited.minor:
        totals.append(_row("taken back", -found.credited))
    if found.credit_used.minor:
        totals.append(_row("paid by credit", found.credit_used))
    yield Table(columns=_columns(), rows=tuple(rows), totals=tuple(totals))


def _group(found: StatedInvoice) -> str:
    """Whose lines come next, and what became of them where it is not what became of the whole invoice."""
    became = "paid" if found.state == "paid" else ""
    if found.credit_note is not None:
        became = f"taken back by {found.credit_note}"
    return f"{found.subscription}, by {found.order}{became and f' ({became})'}"


def _rows(found: StatedInvoice) -> Iterator[tuple[str, ...]]:
    for each in found.lines:
        yield each.title, each.starts_on or "", each.ends_on or "", str(each.amount)


def _row(name: str, amount: Money) -> tuple[str, ...]:
    return name, "", "", str(amount)


def _columns() -> tuple[Column, ...]:
    from planshift.decision.sheet import Column

    texts = Column(heading="", wraps=True), Column(heading=""), Column(heading="")
    return *texts, Column(heading="", align="right")


def _day(instant: int, held: Subscription) -> str:
    from planshift.execution.story import instant_text

    return instant_text(instant, held.timezone or "UTC")[:10]
