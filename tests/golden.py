"""Texts that are compared with a file. `RECORD=1 pytest ...` writes the files instead; the change is for review."""

from __future__ import annotations

import os
from pathlib import Path


def assert_golden(text: str, path: Path) -> None:
    """Compare `text` with what the file holds."""
    if os.environ.get("RECORD"):
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing: RECORD=1 writes it"
    assert text == path.read_text(encoding="utf-8")
