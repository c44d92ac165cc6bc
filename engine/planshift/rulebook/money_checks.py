"""The pass that sees to it that every amount of the policy exists in every currency it can meet."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.term_values import Choice, Fee
from planshift.rulebook.draft import Draft
from planshift.rulebook.ladder_values import Road
from planshift.rulebook.sources import Statement, Statements

Pairs = tuple[tuple[str, int], ...]


def check_amounts(draft: Draft) -> None:
    """Report amounts that lack a currency, and rates that would be rounded above the minor unit."""
    everywhere = draft.tables.currencies
    for statements in _holders(draft):
        for statement in _all(statements):
            draft.diagnostics += _missing(statement, everywhere)
            draft.diagnostics += _coarse(draft, statement)
    seen: set[int] = set()  # by identity: the roads of one path share its statements
    for road in draft.ladder.roads:
        for _, said in road.statements.scopes:
            for statement in said:
                if id(statement) not in seen:
                    seen.add(id(statement))
                    draft.diagnostics += _coarse(draft, statement)
                    if _lacks(statement, everywhere):
                        draft.diagnostics += _missing(statement, _sold_on_both(draft, road))


def _lacks(statement: Statement, currencies: tuple[str, ...]) -> bool:
    """Whether an amount is not stated in every one of some currencies; most are, and quickly seen to be."""
    fee = statement.value
    return isinstance(fee, Fee) and any(
        missing_currencies(pairs, currencies) for pairs in (fee.amounts, fee.at_least, fee.at_most) if pairs
    )


def _sold_on_both(draft: Draft, road: Road) -> tuple[str, ...]:
    plans = draft.tables.catalog.plans
    ends = [
        {currency for price in plans[k].prices for currency, _ in price.amounts} for k in (road.origin, road.target)
    ]
    return tuple(c for c in draft.tables.currencies if c in ends[0] and c in ends[1])


def _holders(draft: Draft) -> Iterator[Statements]:
    holders = draft.holders
    yield holders.company
    for _, statements in (*holders.client_groups, *holders.customers):
        yield statements
    for _, statements in (*holders.leaving, *holders.arriving):
        yield statements
    for group in draft.ladder.groups:
        yield group.statements


def _all(statements: Statements) -> Iterator[Statement]:
    for _, said in statements.scopes:
        yield from said


def missing_currencies(pairs: Pairs, currencies: tuple[str, ...]) -> tuple[str, ...]:
    """The currencies in which an amount is not stated; nothing at all is nothing in every currency."""
    stated = dict(pairs)
    return tuple(code for code in currencies if code not in stated) if any(stated.values()) else ()


def _missing(statement: Statement, currencies: tuple[str, ...]) -> Iterator[Diagnostic]:
    if not isinstance(statement.value, Fee):
        return
    fee = statement.value
    for what, pairs in (("fee", fee.amounts), ("at_least", fee.at_least), ("at_most", fee.at_most)):
        lacking = missing_currencies(pairs, currencies)
        if lacking:
            listed = " and ".join(f"`{code}`" for code in lacking)
            yield Diagnostic(
                code="PS405",
                message=f"`{what}` has no amount in {listed}, which the book sells in",
                span=statement.source.span,
                help=f"write one amount for each currency: [{', '.join(f'… {code}' for code in currencies)}]",
                context=statement.source.title,
            )


def _coarse(draft: Draft, statement: Statement) -> Iterator[Diagnostic]:
    value = statement.value
    if not statement.term.endswith("rate_scale") or not isinstance(value, Choice) or value.word == "exact":
        return
    for code, decimals in zip(draft.tables.currencies, draft.tables.decimals, strict=True):
        if value.number < decimals:
            rate = f"{value.number} decimal{'' if value.number == 1 else 's'}"
            yield Diagnostic(
                code="PS407",
                message=f"a rate with {rate} is coarser than amounts in `{code}`",
                span=statement.source.span,
                help=f"amounts have {decimals} decimals: write {decimals} or more, or `exact`",
                context=statement.source.title,
            )
            return
