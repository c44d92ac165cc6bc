"""What only one of the versions sells is no question to both: the answer points at it and says what can be asked."""

from __future__ import annotations

import pytest

from planshift.book import Book, load_text
from planshift.diagnostics.errors import InvalidInput
from planshift.impact.targets import ensure_sold_by_both
from tests.impact.edits import SHOP, edited

YEARLY = ', yearly: { every: 1 year, EUR: "390.00" }'


@pytest.fixture(scope="module")
def books() -> tuple[Book, Book]:
    """The shop, and the shop with a plan more and a price less."""
    plan = '  huge: { prices: { monthly: { every: 1 month, EUR: "99.00" } } }\n'
    fewer = edited(SHOP, {"catalog.yaml": (YEARLY, "")})
    return load_text(dict(SHOP)), load_text({**fewer, "catalog.yaml": fewer["catalog.yaml"] + plan})


@pytest.mark.parametrize(
    "plan, price, swapped, said",
    [
        ("huge", "", False, "the plan `huge` is only in the new version, so nobody could choose it before"),
        ("huge", "monthly", True, "the plan `huge` is only in the old version, so nobody can choose it any more"),
        ("large", "yearly", False, "the price `yearly` of `large` is only in the old version"),
        ("large", "yearly", True, "the price `yearly` of `large` is only in the new version"),
    ],
)
def test_what_one_version_sells_is_pointed_at_there(
    books: tuple[Book, Book], plan: str, price: str, swapped: bool, said: str
) -> None:
    old, new = reversed(books) if swapped else books
    with pytest.raises(InvalidInput) as caught:
        ensure_sold_by_both(old, new, names=("main:shop", "shop"), plan=plan, price=price)
    (found,) = caught.value.diagnostics
    assert said in found.message
    assert found.span.file == "catalog.yaml"
    there = next(book for book in books if (plan, price or "monthly") in book.rulebook.tables.prices)
    line = there.sources["catalog.yaml"].splitlines()[found.span.start[0] - 1]
    assert line.startswith(f"  {plan}:")
    assert found.help is not None
    assert ("newly offered" if "new version" in said else "withdrawn") in found.help
    assert f"decide-all {'shop' if 'new version' in said else 'main:shop'} with --to {plan}" in found.help


@pytest.mark.parametrize("plan, price", [("large", ""), ("large", "monthly"), ("none", ""), ("large", "none")])
def test_what_both_or_neither_sells_is_no_matter_here(books: tuple[Book, Book], plan: str, price: str) -> None:
    ensure_sold_by_both(*books, names=("old", "new"), plan=plan, price=price)
