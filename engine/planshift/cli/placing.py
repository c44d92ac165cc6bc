"""Writing a set of files whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

Obstacle = str
"""The name of something that stands where a file or a folder would go."""

_NO_MATTER = {".git"}


def obstacles(folder: Path, *, names: Iterable[str], force: bool) -> list[Obstacle]:
    """What is in the way of these files: whatever the folder holds, or with `force` only what cannot be replaced."""
    above = next((each for each in folder.parents if each.exists()), None)
    if above is not None and not above.is_dir():
        return [above.as_posix()]
    if folder.is_symlink() and not folder.exists():
        return [folder.as_posix()]
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [folder.as_posix()]
    if not force:
        return sorted(each.name for each in folder.iterdir() if each.name not in _NO_MATTER)
    return sorted({found for name in names for found in _blocked(folder, name)})


def _blocked(folder: Path, name: str) -> Iterable[Obstacle]:
    target = folder.joinpath(name)
    if target.is_symlink() or (target.exists() and not target.is_file()):
        yield name
    for above in Path(name).parents:
        found = folder.joinpath(above)
        if (found.is_symlink() and above != Path()) or (found.exists() and not found.is_dir()):
            yield above.as_posix()


def place(files: Mapping[str, str], folder: Path) -> list[str]:
    """Write the files below the folder, and return the names of those that were replaced.

    They are written beside it first, and moved once all of them are there.

    Raises:
        OSError: the disk refuses; everything is as it was.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    beside = missing[-1].parent if missing else folder.parent
    with TemporaryDirectory(prefix=".planshift-", dir=beside) as held:
        fresh = Path(held, "fresh")
        if missing:
            top = missing[-1]
            _write(files, fresh.joinpath(folder.relative_to(top)))
            fresh.rename(top)
            return []
        _write(files, fresh)
        return _move(files, fresh=fresh, old=Path(held, "old"), folder=folder)


def _write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        path = folder.joinpath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _move(files: Iterable[str], *, fresh: Path, old: Path, folder: Path) -> list[str]:
    """Move each file to its place; where one cannot be moved, put back what stood there before."""
    replaced: list[str] = []
    moved: list[str] = []
    made: list[Path] = []
    try:
        for name in files:
            target = folder.joinpath(name)
            for above in reversed(target.relative_to(folder).parents):
                if not (folder.joinpath(above)).exists():
                    (folder.joinpath(above)).mkdir()
                    made.append(folder.joinpath(above))
            if target.exists():
                (old.joinpath(name)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target, old.joinpath(name))
                replaced.append(name)
            (fresh.joinpath(name)).replace(target)
            moved.append(name)
    except OSError:
        for name in moved:
            if name not in replaced:
                (folder.joinpath(name)).unlink()
        for name in replaced:
            (old.joinpath(name)).replace(folder.joinpath(name))
        for path in reversed(made):
            path.rmdir()
        raise
    return replaced
