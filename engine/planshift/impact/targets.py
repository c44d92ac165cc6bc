"""Whether both versions of a book sell what everybody is asked about."""

from __future__ import annotations

from planshift.book import Book
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput


def ensure_sold_by_both(old: Book, new: Book, *, names: tuple[str, str], plan: str, price: str) -> None:
    """Refuse a plan, or a price of one, that only one of the versions has: nobody can choose it in the other.

    What neither has is a mistake of another kind, and is not looked at.

    Raises:
        InvalidInput: only one has it; where it stands there is pointed at.
    """
    there = [_sells(book, plan, price) for book in (old, new)]
    if there.count(True) != 1:
        return
    added = there[1]
    book, name = (new, names[1]) if added else (old, names[0])
    other = old if added else new
    path = ("plans", plan) if plan not in other.rulebook.plans else ("plans", plan, "prices", price)
    what = f"the price `{price}` of `{plan}`" if len(path) > 2 else f"the plan `{plan}`"
    message = (
        f"{what} is only in the new version, so nobody could choose it before"
        if added
        else f"{what} is only in the old version, so nobody can choose it any more"
    )
    told = "newly offered" if added else "withdrawn"
    asked = f"--to {plan} --price {price}" if price else f"--to {plan}"
    help_text = f"--each-option tells what is {told}; decide-all {name} with {asked} decides everybody by that version"
    span = book.document.where("catalog", *path)
    code = "PS521" if len(path) > 2 else "PS520"
    raise InvalidInput(diagnostics=(Diagnostic(code=code, message=message, span=span, help=help_text),))


def _sells(book: Book, plan: str, price: str) -> bool:
    found = book.rulebook.plans.get(plan)
    return found is not None and (not price or (plan, price) in book.rulebook.tables.prices)
