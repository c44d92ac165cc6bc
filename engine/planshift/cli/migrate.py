"""`planshift migrate`: everybody in some data who has one plan gets another one; shown first, then as orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.carrying_out import AdaptersOption, StoreOption, at_desk
from planshift.cli.decide_all import DataArgument, installed, instant_told, target_of
from planshift.cli.everybody import facts_for_everybody
from planshift.cli.exits import Exit
from planshift.cli.inputs import AtOption, BookArgument, FactOption, Requester, open_book
from planshift.cli.migrating import Job, Orders, Rows, done
from planshift.cli.sheets import SheetFormatOption

if TYPE_CHECKING:
    from planshift.book import Book
    from planshift.migration.wish import Wish


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Move:
    """Who gets which plan, and who asks for it."""

    from_: Annotated[str, Parameter(name="--from", help="The plan of those whom it is about.", metavar="PLAN")]
    to: Annotated[str, Parameter(help="The plan that they get.", metavar="PLAN")]
    price: Annotated[str | None, Parameter(help="Its price; else the one billed as often.", metavar="ID")] = None
    at: AtOption = None
    by: Annotated[Requester, Parameter(help="Who asks for it; staff, where it is left out.")] = "staff"
    person: Annotated[str, Parameter(help="Who of them it is; it is recorded.", metavar="NAME")] = ""
    approve: Annotated[
        tuple[str, ...], Parameter(help="Roles that approve.", metavar="ROLE...", consume_multiple=True)
    ] = ()
    fact: FactOption = ()

    def wish(self, book: Book) -> Wish:
        """The wish that the options say.

        Raises:
            InvalidInput: there is no such plan, price, instant or fact.
        """
        from planshift.migration.wish import Wish

        target_of(book, to=self.from_, price=None)  # there has to be such a plan
        asked = target_of(book, to=self.to, price=self.price)
        facts = facts_for_everybody(book, self.fact)
        at = instant_told(book, self.at)
        request = replace(asked, at=at, by=self.by, person=self.person, approvals=self.approve)
        return Wish(kind="change", request=request, of_plan=self.from_, facts=tuple(facts.items()))


@at_desk
def migrate(
    book: BookArgument,
    data: DataArgument,
    /,
    *,
    move: Move,
    rows: Rows = Rows(),  # noqa: B008  # frozen, so that sharing it harms nobody
    orders: Orders = Orders(),  # noqa: B008  # as above
    store: StoreOption = None,
    adapters: AdaptersOption = None,
    format: SheetFormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Move everybody who has one plan to another."""
    if not installed():
        return Exit.USAGE
    opened = open_book(book)
    return done(
        Job(
            book=opened,
            path=book,
            wish=move.wish(opened),
            data=data,
            rows=rows,
            orders=orders,
            store=store,
            adapters=adapters,
            lives=move.at is None,
            form=format,
        )
    )
