"""Putting new texts in the place of files, and showing what that changes."""

from __future__ import annotations

import os
import tempfile
from codecs import BOM_UTF8
from difflib import unified_diff
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Put the new text in the place of the old: whole, or not at all. A mark of the encoding stays."""
    target = path.resolve()
    with target.open("rb") as old:
        mark = BOM_UTF8 if old.read(len(BOM_UTF8)) == BOM_UTF8 else b""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(mark + text.encode("utf-8"))
        Path(name).chmod(target.stat().st_mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def difference(before: str, after: str, *, file: str) -> list[str]:
    """The lines of a unified diff, which `patch` takes."""
    old, new = (text.splitlines(keepends=True) for text in (before, after))
    lines: list[str] = []
    for line in unified_diff(old, new, file, file):
        lines.append(line.rstrip("\r\n"))
        if not line.endswith("\n"):
            lines.append("\\ No newline at end of file")
    return lines
