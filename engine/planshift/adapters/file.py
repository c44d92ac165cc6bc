"""Writing steps down for another system that reads files.

Each order has a file of JSON lines: the plan first, then a line for each step as it is due, in their order. A file is
written beside the old one, forced to disk and put in its place in one move. Whoever reads it sees a whole one, before
or after, and a line that stands in it is never written again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final
from urllib.parse import quote

from planshift.actions.json_form import to_json
from planshift.adapters.telling import OUTSIDE, data_of
from planshift.execution.news import News
from planshift.execution.ports import Done, Outcome, Reached, Task, Unanswered, Unavailable

LONGEST_NAME: Final = 200
"""How long the name of a file may become, in characters."""

_LOCK: Final = ".lock"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FileAdapter:
    """Writes steps into `folder`, a file per order; a step counts as done once its line is on disk."""

    name: str
    folder: Path
    kinds: frozenset[str] = OUTSIDE

    def perform(self, task: Task) -> Outcome:
        """Write a task down. The same key again finds its line."""
        opening = _line({"order": task.order, "plan": to_json(task.plan)})
        return self._put(self.path(task.order), {"at": task.at, **data_of(task)}, opening=opening)

    def tell(self, news: News, *, at: int) -> Outcome:  # noqa: ARG002  # a line says when it happened, not when it was told
        """Write down what has become of an order, in a file beside that of its steps."""
        path = self.path(news.order)
        return self._put(path.with_name(f"{path.stem}.news.jsonl"), {"key": news.id, **news.data()})

    def _put(self, path: Path, data: dict[str, object], *, opening: str | None = None) -> Outcome:
        """Put a line into a file, once by its key; the first line of a fresh file is the opening."""
        placed = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _alone(self.folder):
                lines = _lines(path) or ([] if opening is None else [opening])
                number = _number(lines, str(data["key"]))
                if number is None:
                    lines.append(_line(data))
                    number = len(lines)
                    _write(path, lines)
                placed = True
                _settle(self.folder)
        except OSError as error:
            why = f"it cannot be written: {error.strerror or type(error).__name__}"
            return Unanswered(why=why) if placed else Unavailable(why=why)
        return Done(reference=f"{path.name}:{number}")

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task: whether its line is there."""
        path = self.path(task.order)
        try:
            number = _number(_lines(path), task.key)
        except OSError as error:
            return Unavailable(why=f"it cannot be read: {error.strerror or type(error).__name__}")
        return None if number is None else Done(reference=f"{path.name}:{number}")

    def reachable(self) -> Reached:
        """Whether the folder is there and can be written to; one that is not there yet is made with the first step."""
        there = next(each for each in (self.folder, *self.folder.absolute().parents) if each.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            return Reached(how="the folder cannot be written to", well=False)
        made = "" if self.folder.exists() else ", once it is made with the first step"
        return Reached(how=f"the folder can be written to{made}", well=True)

    def path(self, order: str) -> Path:
        """The file of an order."""
        name = quote(order, safe="")
        if len(name) > LONGEST_NAME or name.startswith("."):
            name = hashlib.sha256(order.encode()).hexdigest()
        return self.folder / f"{name}.jsonl"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _line(data: dict[str, object]) -> str:
    return json.dumps(data, sort_keys=True)


def _number(lines: list[str], key: str) -> int | None:
    """The number of the line of a key, the first being 1."""
    return next((number for number, line in enumerate(lines, start=1) if json.loads(line).get("key") == key), None)


def _write(path: Path, lines: list[str]) -> None:
    """Put a whole file in the place of the old one."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _settle(folder: Path) -> None:
    """Force to disk which files a folder has."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who writes there; the lock goes with the process that holds it."""
    handle = os.open(folder.joinpath(_LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
