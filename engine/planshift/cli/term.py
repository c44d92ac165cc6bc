"""`planshift explain --term`: the exceptions of a term as a picture, of the book or of one decision."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planshift.cli.exits import Exit
from planshift.cli.inputs import Asked, open_book, open_request, open_subscription
from planshift.cli.printing import complain, say_json
from planshift.cli.sheets import PictureFormat, say_as
from planshift.diagnostics.nearest import known_names
from planshift.policy.terms import TERM

if TYPE_CHECKING:
    from planshift.book import Book
    from planshift.decision.term_tree import TermTree


def say_term(
    path: Path, *, term: str, subscription: str | None, origin: str | None, asked: Asked, form: PictureFormat,
    link_to: str | None,
) -> Exit:  # fmt: skip
    """Draw who settles a term: of all changes, of those between two plans, or of the change that is asked for."""
    if term not in TERM:
        complain(f"there is no term `{term}`: {known_names(term, TERM)}")
        return Exit.USAGE
    book = open_book(path)
    for plan in (origin, asked.to):
        if plan is not None and plan not in book.rulebook.plans:
            complain(f"there is no plan `{plan}`: {known_names(plan, book.rulebook.plans)}")
            return Exit.USAGE
    tree = _tree(book, path, term=term, subscription=subscription, origin=origin, asked=asked)
    _say(tree, form=form, link_to=link_to)
    return Exit.YES


def _tree(
    book: Book, path: Path, *, term: str, subscription: str | None, origin: str | None, asked: Asked
) -> TermTree:  # fmt: skip
    from planshift.decision.term_tree import decided_tree, term_tree

    if subscription is None:
        return term_tree(book.rulebook, term, origin=origin or "", target=asked.to or "")
    held = open_subscription(book, path, name=subscription)
    return decided_tree(book.decide(held, open_request(book, held, asked=asked)), term)


def _say(tree: TermTree, *, form: PictureFormat, link_to: str | None) -> None:
    from planshift.decision.term_picture import term_svg
    from planshift.decision.term_tree import sheet_of_tree, tree_json, tree_mermaid

    if form == "json":
        say_json(tree_json(tree))
        return
    if form == "svg":
        sys.stdout.write(term_svg(tree))
        return
    say_as(sheet_of_tree(tree), form=form, link_to=link_to, inset=term_svg(tree) if form == "html" else "")
    if form == "markdown":
        sys.stdout.write(f"\n```mermaid\n{tree_mermaid(tree)}```\n")
