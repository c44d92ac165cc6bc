"""Policy documents -> the compiled rulebook."""

from __future__ import annotations

from hashlib import sha256

from planshift.diagnostics.diagnostic import Diagnostic, has_errors
from planshift.policy.document import BookDocument
from planshift.rulebook.passes import run_passes
from planshift.rulebook.rulebook import Rulebook
from planshift.rulebook.rules import book_lowering, lower_book_promises, lower_book_rules


def compile_book(document: BookDocument, *, digest_of: str) -> tuple[Rulebook | None, tuple[Diagnostic, ...]]:
    """The rulebook, and everything that is wrong with the book; no rulebook when something is.

    `digest_of` is the text that identifies this version of the book: its files in order.
    """
    draft = run_passes(document)
    diagnostics = tuple(draft.diagnostics)
    if has_errors(diagnostics):
        return None, diagnostics
    rulebook = Rulebook(
        document=document,
        digest=sha256(digest_of.encode()).hexdigest(),
        name=document.policy.book,
        zone=document.policy.timezone,
        tables=draft.tables,
        ladder=draft.ladder,
        holders=draft.holders,
        lower_rules=lower_book_rules(draft),
        lower_promises=lower_book_promises(draft),
        lowering=book_lowering(draft),
        typed_rules=draft.rules,
    )
    return rulebook, diagnostics
