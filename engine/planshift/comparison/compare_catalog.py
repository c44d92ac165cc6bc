"""What the versions say about what is sold: plans, their prices and what comes with them, add-ons and services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TypeVar

from planshift.billing.catalog import Addon, ContractTerms, Plan, Price, Service
from planshift.billing.money import format_minor
from planshift.book import Book, Decision
from planshift.comparison.answers import differ
from planshift.comparison.difference import NO_ANSWER, Difference, Moved, Section, Shows, Sign, Sought
from planshift.comparison.world import Route

_Item = TypeVar("_Item", Plan, Price, Addon, Service)

Values = Mapping[str, str]
"""What is said about a thing, each by its name, in words."""

_TITLES = frozenset({"title"})
_CATALOG: Section = "catalog"


def compare_catalog(old: Book, new: Book) -> Iterator[Sought]:
    """Everything that is sold."""
    plans = [{plan.name: plan for plan in book.catalog.plans} for book in (old, new)]
    for name in _both(*plans):
        before, after = (each.get(name) for each in plans)
        if before is None and after is not None:
            yield _plan_added(new, after)
        elif after is None and before is not None:
            yield _plan_removed(old, before)
        elif before is not None and after is not None:
            yield from _plan_changed((old, new), before, after=after)
    addons = [{addon.name: addon for addon in book.catalog.addons} for book in (old, new)]
    yield from _things("addon", "add-on", (old, new), items=addons, values=_addon_values)
    services = [{service.name: service for service in book.catalog.services} for book in (old, new)]
    yield from _things("service", "service", (old, new), items=services, values=_service_values)


def _both(first: Mapping[str, object], second: Mapping[str, object]) -> Iterable[str]:
    """The names of both, those that the new version has as it has them, then those that are gone."""
    return dict.fromkeys((*second, *first))


def amounts_text(book: Book, amounts: Iterable[tuple[str, int]]) -> str:
    """Amounts in several currencies on one line."""
    decimals = book.rulebook.tables.decimals_by_currency
    return (
        ", ".join(f"{format_minor(minor, decimals.get(code, 2))} {code}" for code, minor in sorted(amounts)) or "none"
    )


def _plan_added(book: Book, plan: Plan) -> Sought:
    prices = ", ".join(f"{price.id} {amounts_text(book, price.amounts)}" for price in plan.prices)
    difference = Difference(
        section=_CATALOG,
        kind="plan_added",
        sign="+",
        title=plan.name,
        moved=tuple(Moved(what=f"price {price.id}", new=_price_text(book, price)) for price in plan.prices),
        new=book.document.where("catalog", "plans", plan.name),
    )
    return Sought(difference=difference, shows=_is_new if prices else None, plans=frozenset({plan.name}))


def _plan_removed(book: Book, plan: Plan) -> Sought:
    difference = Difference(
        section=_CATALOG,
        kind="plan_removed",
        sign="-",
        title=plan.name,
        moved=tuple(Moved(what=f"price {price.id}", old=_price_text(book, price)) for price in plan.prices),
        old=book.document.where("catalog", "plans", plan.name),
    )
    return Sought(difference=difference, plans=frozenset({plan.name}), offers=True)


def _is_new(old: Decision | None, new: Decision) -> bool:
    return old is None and new.verdict != "denied"


def _price_text(book: Book, price: Price) -> str:
    return (
        f"{amounts_text(book, price.amounts)} every {price.interval}"
        if not price.interval.once
        else (f"{amounts_text(book, price.amounts)} once")
    )


def _plan_changed(books: tuple[Book, Book], before: Plan, *, after: Plan) -> Iterator[Sought]:
    old, new = books
    found = tuple(_moved(_plan_values(old, before), _plan_values(new, after)))
    for part in found:
        path = ("catalog", "plans", after.name, part.what.partition(" ")[0])
        difference = Difference(
            section=_CATALOG,
            kind="plan_changed",
            sign="~",
            title=after.name,
            moved=(part,),
            old=old.document.where(*path),
            new=new.document.where(*path),
            untold=NO_ANSWER if part.what in _TITLES else "",
        )
        shows = None if part.what in _TITLES else _touches({after.name})
        yield Sought(difference=difference, shows=shows, plans=frozenset({after.name}))
    yield from _prices_changed(books, before, after=after)


def _touches(plans: Iterable[str]) -> Shows:
    named = frozenset(plans)

    def shows(old: Decision | None, new: Decision) -> bool:
        return old is not None and bool(named & {new.subscription.plan, new.request.plan}) and differ(old, new)

    return shows


def _prices_changed(books: tuple[Book, Book], before: Plan, *, after: Plan) -> Iterator[Sought]:
    old, new = books
    prices = [{price.id: price for price in plan.prices} for plan in (before, after)]
    for id_ in _both(*prices):
        first, second = (each.get(id_) for each in prices)
        first_values = _price_values(old, first) if first is not None else {}
        second_values = _price_values(new, second) if second is not None else {}
        found = tuple(_moved(first_values, second_values))
        if not found:
            continue
        kind, sign = _kind("price", first is not None, second is not None)
        path = ("catalog", "plans", after.name, "prices", id_)
        end = (after.name, id_)
        yield Sought(
            difference=Difference(
                section=_CATALOG,
                kind="price_moved" if sign == "~" else kind,
                sign=sign,
                title=f"{after.name} {id_}",
                moved=found,
                old=old.document.where(*path),
                new=new.document.where(*path),
            ),
            shows=_is_new if first is None else _uses_price(end),
            plans=frozenset({after.name}),
            routes=(Route(origin=end, kind="renew"), Route(origin=end, kind="cancel")) if second is not None else (),
            offers=second is None,
        )


def _uses_price(end: tuple[str, str]) -> Shows:
    def shows(old: Decision | None, new: Decision) -> bool:
        ends = {(new.subscription.plan, new.subscription.price), (new.request.plan, new.request.price)}
        return old is not None and end in ends and differ(old, new)

    return shows


def _kind(word: str, was: bool, remains: bool) -> tuple[str, Sign]:
    if not was:
        return f"{word}_added", "+"
    return (f"{word}_changed", "~") if remains else (f"{word}_removed", "-")


def _things(
    word: str,
    told: str,
    books: tuple[Book, Book],
    *,
    items: list[dict[str, _Item]],
    values: Callable[[Book, _Item], Values],
) -> Iterator[Sought]:
    """Add-ons or services."""
    for name in _both(*items):
        said = [values(book, each[name]) if name in each else {} for book, each in zip(books, items, strict=True)]
        kind, sign = _kind(word, name in items[0], name in items[1])
        found = tuple(_moved(*said))
        if sign == "~" and not found:
            continue
        path = ("catalog", f"{word}s", name)
        only_read = all(part.what in _TITLES for part in found) and sign == "~"
        yield Sought(
            difference=Difference(
                section=_CATALOG,
                kind=kind,
                sign=sign,
                title=f"{told} {name}",
                moved=found,
                old=books[0].document.where(*path),
                new=books[1].document.where(*path),
                untold=NO_ANSWER if only_read else "",
            ),
            shows=None if only_read else _any_answer,
        )


def _any_answer(old: Decision | None, new: Decision) -> bool:
    return old is not None and differ(old, new)


def _moved(before: Values, after: Values) -> Iterator[Moved]:
    for what in dict.fromkeys((*after, *before)):
        if before.get(what) != after.get(what):
            yield Moved(what=what, old=before.get(what), new=after.get(what))


_AMOUNTS = frozenset({"amounts", "setup", "renewal", "one_time", "penalty"})
_UNORDERED = frozenset({"addons", "services", "settings"})


def _price_values(book: Book, price: Price) -> Values:
    found: dict[str, str] = {"every": str(price.interval)}
    for name in ("amounts", "setup", "renewal"):
        what = "" if name == "amounts" else f"{name} "
        amounts: tuple[tuple[str, int], ...] = getattr(price, name)
        found |= {f"{what}{code}": amounts_text(book, [(code, minor)]) for code, minor in sorted(amounts)}
    found["billed"] = "in arrear" if price.in_arrear else "in advance"
    found |= {"from": price.available_from or "always", "until": price.available_until or "always"}
    return found | {"retired": "yes" if price.retired else "no"}


def _plan_values(book: Book, plan: Plan) -> Values:
    found: dict[str, str] = {}
    for field in fields(plan):
        value = getattr(plan, field.name)
        match field.name:
            case "name" | "prices":
                continue
            case "limits" | "allowances":
                found |= {f"{field.name} {name}": "unlimited" if count < 0 else str(count) for name, count in value}
            case "resources":
                found |= {f"resources {each.name}": each.connector for each in value}
            case "contract":
                found |= {f"contract {name}": text for name, text in _contract_values(book, value).items()}
            case "coupons":
                found["coupons"] = "all" if value is None else _listed(value)
            case name if name in _UNORDERED:
                found[name] = _listed(value)
            case name:
                found[name] = (
                    "none" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)
                )
    return found


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _contract_values(book: Book, contract: ContractTerms | None) -> Values:
    if contract is None:
        return {}
    term = f"{contract.months} months" if contract.months else f"{contract.days} days"
    penalty, remainder = amounts_text(book, contract.penalty), "yes" if contract.remainder else "no"
    return {"term": term, "penalty": penalty, "remainder": remainder, "service": contract.service or "none"}


def _addon_values(book: Book, addon: Addon) -> Values:
    raises = {f"raises {name}": str(count) for name, count in addon.raises}
    return {
        "title": addon.title,
        **raises,
        **{code: amounts_text(book, [(code, n)]) for code, n in sorted(addon.amounts)},
    }


def _service_values(book: Book, service: Service) -> Values:
    return {
        "tax_code": service.tax_code or "none",
        "one_time": amounts_text(book, service.one_time),
        "questions": _listed(service.questions),
    }
