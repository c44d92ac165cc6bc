"""Checking what stands beside a policy: its cases, its subscriptions and what it says to customers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from planshift.diagnostics.diagnostic import sort_diagnostics
from planshift.diagnostics.span import NOWHERE
from planshift.expressions.tree import RuleFile
from planshift.policy.case_documents import read_cases, read_subscriptions
from planshift.policy.document import BookDocument, ClientTerms, PolicyDocument
from planshift.policy.doubtful_names import told_groups
from planshift.policy.shelf import Shelf
from planshift.rulebook.checked import Checked
from planshift.rulebook.kept_examples import KeptExamples, Messages

FOLDERS = ("cases", "subscriptions")
"""Where a book keeps them."""


def with_examples(checked: Checked, files: Path | Shelf, *, kept: KeptExamples | None = None) -> Checked:
    """The same check with everything that is wrong with cases and subscriptions; they need a readable policy.

    `kept` is what was read before.
    """
    document = checked.document
    if document is None:
        return checked
    kept = kept or KeptExamples()
    seen = _seen_by_examples(document)
    _, cases, case_texts = read_cases(seen, files, kept=kept.cases)
    _, subscriptions, texts = read_subscriptions(seen, files, kept=kept.subscriptions)
    told = kept.messages.of(checked.sources) or kept.messages.keep(checked.sources, _messages(document))
    messages, message_texts = told
    found = sort_diagnostics((*checked.diagnostics, *cases, *subscriptions, *messages))
    return replace(checked, diagnostics=found, sources=checked.sources | case_texts | texts | message_texts)


def _seen_by_examples(document: BookDocument) -> BookDocument:
    """What cases and subscriptions are checked against: of what a policy says of changes only for whom it says it.

    So an edit of a rule or a fee leaves them as they were.
    """
    policy = document.policy
    seen = PolicyDocument(
        book=policy.book,
        title=policy.title,
        currency=policy.currency,
        timezone=policy.timezone,
        decimals=policy.decimals,
        clients=tuple(ClientTerms(span=NOWHERE, terms=(), client_group=group) for group in told_groups(document)),
    )
    return BookDocument(policy=seen, catalog=document.catalog, rules=RuleFile(), facts=document.facts)


def _messages(document: BookDocument) -> Messages:
    """What is wrong with the messages of a book, where it has some or is written in another language than English."""
    if not document.messages and document.policy.language == "en":
        return (), {}
    from planshift.policy.message_files import read_messages  # noqa: PLC0415  # loads the data of locales

    _, problems, texts = read_messages(document)
    return problems, texts
