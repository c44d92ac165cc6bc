"""What is said once and holds for everybody in some data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from planshift.cli.inputs import Asked, open_request
from planshift.diagnostics.errors import InvalidInput

if TYPE_CHECKING:
    from planshift.billing.subscription import Subscription
    from planshift.book import Book


def facts_for_everybody(book: Book, told: tuple[str, ...]) -> dict[str, str]:
    """Facts of the request by name, as `--fact` says them; those that are not said may stand in the data.

    Raises:
        InvalidInput: the book declares none of that name, or the value is none of it.
    """
    if not told:
        return {}
    try:
        open_request(book, _anybody(book), asked=Asked(fact=told, at=_ANY_DAY), targeted=False)
    except InvalidInput as error:
        wrong = tuple(each for each in error.diagnostics if each.code != "PS102")  # one that is not said here
        if wrong:
            raise InvalidInput(diagnostics=wrong) from None
    pairs = (each.partition("=") for each in told)
    return {name: value for name, _, value in pairs}


_ANY_DAY = "2026-01-01T00:00:00Z"


def _anybody(book: Book) -> Subscription:
    """A subscription that facts of a request do not look at, but for its currency."""
    from planshift.billing.period import Period
    from planshift.billing.subscription import Customer, Subscription

    plan = book.catalog.plans[0]
    return Subscription(
        id="anybody",
        plan=plan.name,
        price=plan.prices[0].id,
        currency=book.currency,
        period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)),
        customer=Customer(id="anybody"),
    )
