"""Checking what stands beside a policy: its cases and its subscriptions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planshift.diagnostics.diagnostic import sort_diagnostics
from planshift.policy.case_documents import read_cases, read_subscriptions
from planshift.policy.shelf import Shelf
from planshift.rulebook.checking import Checked

FOLDERS = ("cases", "subscriptions")
"""Where a book keeps them."""


def with_examples(checked: Checked, files: Path | Shelf) -> Checked:
    """The same check with everything that is wrong with cases and subscriptions; they need a readable policy."""
    document = checked.document
    if document is None:
        return checked
    _, cases, case_texts = read_cases(document, files)
    _, subscriptions, texts = read_subscriptions(document, files)
    found = sort_diagnostics((*checked.diagnostics, *cases, *subscriptions))
    return replace(checked, diagnostics=found, sources=checked.sources | case_texts | texts)
