"""Checking the file that says which adapter carries out what, where it stands beside a policy."""

from __future__ import annotations

from dataclasses import replace

from planshift.diagnostics.diagnostic import sort_diagnostics
from planshift.policy.adapter_documents import ADAPTERS, read_adapters
from planshift.policy.shelf import Shelf
from planshift.rulebook.checked import Checked


def with_adapters(checked: Checked, files: Shelf) -> Checked:
    """The same check with everything that is wrong with the file of the adapters."""
    text, problems = files.text(ADAPTERS)
    name = files.shown(ADAPTERS)
    if text is not None:
        document = checked.document
        modules = None if document is None else [plan.module for plan in document.catalog.plans if plan.module]
        _, problems = read_adapters(text, file=name, modules=modules)
    found = sort_diagnostics((*checked.diagnostics, *problems))
    return replace(checked, diagnostics=found, sources=checked.sources | {name: text or ""})
