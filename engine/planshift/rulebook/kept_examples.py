"""What was read of the cases, subscriptions and messages of a book, for whoever checks them again after an edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions.kept import KeptOne
from planshift.policy.kept_files import KeptFiles

if TYPE_CHECKING:  # their models take time to load, and many books have no examples
    from planshift.billing.subscription import Subscription
    from planshift.policy.case_documents import CaseFile

Messages = tuple[tuple[Diagnostic, ...], dict[str, str]]
"""What is wrong with the messages of a book, and their texts."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KeptExamples:
    """By file; messages all at once, by the texts of the book."""

    cases: KeptFiles[CaseFile] = field(default_factory=KeptFiles)
    subscriptions: KeptFiles[Subscription] = field(default_factory=KeptFiles)
    messages: KeptOne[Messages] = field(default_factory=KeptOne)
