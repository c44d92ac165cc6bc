"""The plans and prices that a case expects: they are those of the catalog, or the case can never come out so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.document import BookDocument
from planshift.policy.expectations import Expected
from planshift.policy.places import Path
from planshift.policy.placing import Placing

_OFFERS = ("options", "other_plans", "other_terms")


class _Named(NamedTuple):
    """A plan, with or without a price, where a case names it."""

    plan: str
    price: str
    path: Path
    on_key: bool = False


def check_plans(expected: Iterable[Expected], placing: Placing, *, book: BookDocument, at: Path) -> None:
    """Report what the catalog does not have among the plans and prices that are expected."""
    plans = {plan.name: plan for plan in book.catalog.plans}
    for plan, price, path, on_key in _named({each.name: each for each in expected}, at):
        if plan not in plans:
            placing.unknown("PS520", "plan", name=plan, known=plans, path=path, on_key=on_key)
        elif price and plans[plan].price(price) is None:
            known = [each.id for each in plans[plan].prices]
            help_text = did_you_mean(price, known) or f"its prices are {', '.join(f'`{each}`' for each in known)}"
            message, instead = f"`{plan}` has no price `{price}`", instead_of(price, known, trust="by_use")
            placing.report("PS521", message, path=path, help_text=help_text, on_key=on_key, instead=instead)


def _named(expected: dict[str, Expected], at: Path) -> Iterator[_Named]:
    to, to_price = (expected[name].value if name in expected else None for name in ("to", "to_price"))
    if isinstance(to, str):
        yield _Named(to, "", (*at, "to"))
    if isinstance(to, str) and isinstance(to_price, str):
        yield _Named(to, to_price, (*at, "to_price"))
    for name in _OFFERS:
        texts = expected[name].value if name in expected else ()
        for index, text in enumerate(texts if isinstance(texts, tuple) else ()):
            yield _Named(*_split(text), (*at, name, index))
    for name in expected:
        if name.startswith("hidden."):
            text = name.removeprefix("hidden.")
            yield _Named(*_split(text), (*at, "hidden", text), on_key=True)


def _split(text: str) -> tuple[str, str]:
    plan, _, price = text.strip().partition(" ")
    return plan, price.strip()
