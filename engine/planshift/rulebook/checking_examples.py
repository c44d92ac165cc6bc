"""Checking what stands beside a policy: its cases, its subscriptions and what it says to customers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.policy.case_documents import read_cases, read_subscriptions
from planshift.policy.document import BookDocument
from planshift.policy.shelf import Shelf
from planshift.rulebook.checked import Checked

FOLDERS = ("cases", "subscriptions")
"""Where a book keeps them."""


def with_examples(checked: Checked, files: Path | Shelf) -> Checked:
    """The same check with everything that is wrong with cases and subscriptions; they need a readable policy."""
    document = checked.document
    if document is None:
        return checked
    _, cases, case_texts = read_cases(document, files)
    _, subscriptions, texts = read_subscriptions(document, files)
    messages, message_texts = _messages(document)
    found = sort_diagnostics((*checked.diagnostics, *cases, *subscriptions, *messages))
    return replace(checked, diagnostics=found, sources=checked.sources | case_texts | texts | message_texts)


def _messages(document: BookDocument) -> tuple[tuple[Diagnostic, ...], dict[str, str]]:
    """What is wrong with the messages of a book, where it has some or is written in another language than English."""
    if not document.messages and document.policy.language == "en":
        return (), {}
    from planshift.policy.message_files import read_messages  # noqa: PLC0415  # loads the data of locales

    _, problems, texts = read_messages(document)
    return problems, texts
