"""What a check of a book comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.document import BookDocument
from planshift.policy.from_yaml import Sources


@final
@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that is wrong with a book, the texts it was found in, and the document where it could be read."""

    document: BookDocument | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Sources
