"""`planshift account`: what the ledger holds of a subscription."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import StoreOption, at_desk, open_desk
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, complain, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.adapters.ledger.statement import StatedInvoice, Statement
    from planshift.billing.subscription import Subscription
    from planshift.decision.sheet import Block, Sheet


@at_desk
def account(
    subscription: Annotated[str, Parameter(help="The id of the subscription.")],
    /,
    *,
    store: StoreOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Show what the ledger holds of a subscription: plan, invoices, payments and balances."""
    from planshift.actions.json_form import plain

    with open_desk(store) as desk:
        held, found = desk.subscription(subscription), desk.account(subscription)
    if held is None or found is None:
        complain(f"the ledger has no subscription {subscription}")
        return Exit.INVALID
    if format == "json":
        say_json({"subscription": plain(held), "statement": plain(found)})
    else:
        say_sheet(_sheet(held, found))
    return Exit.YES


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
            Section(heading="Invoices", blocks=tuple(block for each in found.invoices for block in _invoice(each))),
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


def _invoice(found: StatedInvoice) -> Iterator[Block]:
    """An invoice as a table: its lines, and its total under a rule."""
    from planshift.decision.sheet import Column, Paragraph, Table

    state = f"{found.left} left to pay" if found.state == "open" and found.left.minor else found.state
    yield Paragraph(text=f"{found.number}, {found.made_on}, due {found.due_on}: {state}")
    rows = tuple((each.title, each.starts_on or "", each.ends_on or "", str(each.amount)) for each in found.lines)
    totals = [("total", "", "", str(found.total))]
    if found.credit_used.minor:
        totals.append(("paid by credit", "", "", str(found.credit_used)))
    columns = (
        Column(heading="", wraps=True),
        Column(heading=""),
        Column(heading=""),
        Column(heading="", align="right"),
    )
    yield Table(columns=columns, rows=rows, totals=tuple(totals))


def _day(instant: int, held: Subscription) -> str:
    from planshift.execution.story import instant_text

    return instant_text(instant, held.timezone or "UTC")[:10]
