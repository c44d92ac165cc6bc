"""How formats for other programs name a file: from the folder that the reader starts in."""

from __future__ import annotations

from pathlib import PurePath


def path_from(root: PurePath, file: str) -> str:
    """Return `file` as it is found from `root`, with `/` between folders; what lies elsewhere stays as it is."""
    path = PurePath(file)
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
