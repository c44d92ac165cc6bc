"""Books as they stand in a git repository: the files of one folder at one revision, read without checking anything out.

Git is asked for what it keeps and is told nothing else: no shell, the revision turned into a commit first, each file by
the number under which git keeps it. Links and submodules are not followed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, has_errors
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.policy.located import follow, scalars
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import MAX_FILES, join
from planshift.policy.text import MAX_FILE_BYTES, decode

_ENDINGS = (".yaml", ".yml", ".json", ".rules")
_FOLDERS = ("", "cases", "subscriptions")
_BOOK_FILES = ("policy.yaml", "catalog.yaml", "policy.rules")
_REGULAR = ("100644", "100755")
_MOST_BOOKS = 16


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A folder at a revision, as `main:policies/hosting` says it."""

    revision: str
    folder: str

    def __str__(self) -> str:
        return f"{self.revision}:{self.folder}"


def revision_of(text: str) -> Revision | None:
    """The revision and folder that a text names; None where it names a folder that is there, or nothing of the kind."""
    revision, colon, folder = text.partition(":")
    if not colon or not revision or Path(text).exists():
        return None
    return Revision(revision=revision, folder=folder.rstrip("/") or ".")


def book_files(asked: Revision) -> dict[str, str]:
    """The texts of the book by file name, with those of the books that it extends.

    Raises:
        InvalidInput: there is no git, no repository, no such revision, or no such folder in it.
        InvalidBook: a file is no text.
    """
    repository = _Repository(asked)
    files = dict(repository.texts(asked.folder, under=""))
    if not files:
        raise _wrong(asked, "PS001", f"there is no book in `{asked.folder}` at `{asked.revision}`")
    waiting, seen = ["policy.yaml"], {"policy.yaml"}
    while waiting and len(seen) <= _MOST_BOOKS:
        for name in _extended(waiting[0], files):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
                folder = PurePosixPath(name).parent
                files |= repository.texts(
                    f"{asked.folder}/{folder}", under=f"{folder}/", only=(*_BOOK_FILES, PurePosixPath(name).name)
                )
        del waiting[0]
    return files


def _extended(name: str, files: dict[str, str]) -> Iterator[str]:
    """The policies that a policy extends and that stand outside of the presets."""
    root, _ = read_yaml(files.get(name, ""), file=name)
    found = follow(root, ("extends",)) if root is not None else None
    if found is None or not found.steps:
        return
    for scalar in scalars(found.value):
        single = scalar.text.endswith((".yaml", ".yml"))
        target = join(name, scalar.text if single else f"{scalar.text}/policy.yaml")
        if target is not None and ("/" in scalar.text or single):
            yield target


class _Repository:
    """The repository around the present folder, at one commit."""

    def __init__(self, asked: Revision) -> None:
        self._asked = asked
        self._git = shutil.which("git")
        if self._git is None:
            raise _wrong(asked, "PS001", "git is not installed, so no revision can be read")
        if self._run("rev-parse", "--is-inside-work-tree") is None and self._run("rev-parse", "--git-dir") is None:
            raise _wrong(asked, "PS001", "the present folder is in no git repository")
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{asked.revision}^{{commit}}")
        if found is None:
            message = f"the repository has no revision `{asked.revision}`"
            raise _wrong(asked, "PS001", message, help_text="write a branch, a tag or a commit: main:policies/hosting")
        self._commit = found.decode("ascii").strip()
        prefix = self._run("rev-parse", "--show-prefix")
        self._prefix = "" if prefix is None else prefix.decode("utf-8", "replace").strip()

    def texts(self, folder: str, *, under: str, only: tuple[str, ...] = ()) -> dict[str, str]:
        """The texts of a book's folder, named from the book that was asked for."""
        path = _normal(f"{self._prefix}{folder}")
        if path is None:
            raise _wrong(self._asked, "PS001", f"`{folder}` leads out of the repository")
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", self._commit, "--", path or ".") or b""
        found: dict[str, str] = {}
        for entry in filter(None, listed.split(b"\0")):
            meta, _, name = entry.decode("utf-8", "replace").partition("\t")
            mode, _, number = meta.split(" ")
            short = name.removeprefix(f"{path}/") if path else name
            if mode in _REGULAR and _belongs(short, only) and len(found) <= MAX_FILES:
                found[f"{under}{short}"] = self._text(number, f"{under}{short}")
        return found

    def _text(self, number: str, name: str) -> str:
        data = self._run("cat-file", "blob", number) or b""
        text, problems = decode(data[: MAX_FILE_BYTES + 1], file=name)
        if text is None or has_errors(problems):
            raise InvalidBook(diagnostics=problems)
        return text

    def _run(self, *arguments: str) -> bytes | None:
        """What git answers; None where it refuses."""
        assert self._git is not None  # looked for first
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        command = [self._git, "--no-pager", *arguments]
        answer = subprocess.run(command, capture_output=True, check=False, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603  # no shell; the arguments are ours, or behind `--end-of-options` and `--`
        return answer.stdout if answer.returncode == 0 else None


def _belongs(name: str, only: tuple[str, ...]) -> bool:
    if only:
        return name in only
    path = PurePosixPath(name)
    parent = "" if path.parent == PurePosixPath() else path.parent.as_posix()
    return path.suffix in _ENDINGS and parent in _FOLDERS


def _normal(path: str) -> str | None:
    """A path from the top of the repository, without detours; None where it leads out of it."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == "/" or (part == ".." and not parts):
            return None
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _wrong(asked: Revision, code: str, message: str, *, help_text: str | None = None) -> InvalidInput:
    found = Diagnostic(code=code, message=message, span=whole_file(str(asked)), help=help_text)
    return InvalidInput(diagnostics=(found,))
