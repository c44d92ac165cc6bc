"""What rules read: each fact by name, and computed amounts with their facts in place, for whoever wants to know why.

Everything here is nodes of the kernel's form. They are computed when a decision is explained and not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planshift.expressions import tree
from planshift.expressions.lower import Lowering, Shown
from planshift.expressions.names import Symbol
from planshift.expressions.printer import to_text
from planshift.expressions.typed import Amounts, Typed, TypedLet, walk
from planshift.expressions.types import SetOf

Read = tuple[str, Shown]
"""A fact's name, and its value as a node."""


def reads_of(expressions: Iterable[Typed], lowering: Lowering) -> tuple[Read, ...]:
    """The facts that expressions depend on, each once, in reading order; a set of things is not one value."""
    found: dict[str, Shown] = {}
    for expression in expressions:
        for part in walk(expression):
            symbol = part.meaning
            if isinstance(symbol, Symbol) and not isinstance(symbol.type, SetOf) and symbol.name not in found:
                found[symbol.name] = lowering.shown(part)
    return tuple(found.items())


def with_values(value: Typed, lowering: Lowering) -> tuple[str | Shown, ...]:
    """An expression as the rule writes it, with its names, and its amounts in several currencies, as values to fill in.

    `30% of to.price` becomes `30% of ` and the price.
    """
    text = to_text(value.node)
    parts: list[str | Shown] = []
    done = position = 0
    for leaf in _leaves(value):
        written = re.escape(to_text(leaf.node))
        found = re.compile(rf"(?<![\w.-]){written}(?![\w.-])").search(text, position)
        if found is None:
            continue
        position = found.end()
        if isinstance(leaf.meaning, (Symbol, TypedLet)) or isinstance(leaf.node, tree.Listing):
            parts += [text[done : found.start()], lowering.shown(leaf)]
            done = position
    return tuple(part for part in (*parts, text[done:]) if part != "")


def _leaves(value: Typed) -> Iterator[Typed]:
    """The names and literals of an expression from left to right; an amount in several currencies is one literal."""
    if value.parts and not isinstance(value.meaning, Amounts):
        for part in value.parts:
            yield from _leaves(part)
    else:
        yield value
