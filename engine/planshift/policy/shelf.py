"""Where the files of a book come from: a folder, or texts that somebody holds in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Protocol, final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span, whole_file
from planshift.policy.text import MAX_FILE_BYTES, decode

MAX_FILES = 5_000
"""How many files a book may have."""

_PRESETS = Path(__file__).with_name("presets")


Text = tuple[str | None, tuple[Diagnostic, ...]]
"""The text of a file, or None and why it cannot be read."""


class Shelf(Protocol):
    """The files of a book by name; a name is relative to the book and may lead out of it by `../`."""

    def names(self) -> tuple[str, ...]:
        """Return the names of the book's own files, sorted."""

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""

    def under(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files in a folder, sorted; the folder may lie outside of the book."""

    def text(self, name: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
        """Return the text of a file, or None and why it cannot be read."""

    def shown(self, name: str) -> str:
        """Return how messages call the file."""

    def preset(self, name: str) -> Text | None:
        """Return the text of a preset, or why it cannot be read; None where there is none of that name."""


@final
class FolderShelf:
    """A folder with a book, or a single file that is one."""

    def __init__(self, path: Path) -> None:
        self._folder = path if path.is_dir() else path.parent
        self._only = () if path.is_dir() else (path.name,)

    def names(self) -> tuple[str, ...]:
        """Return the names of the YAML and rule files, at most `MAX_FILES` + 1."""
        if self._only:
            return self._only
        found: list[str] = []
        for folder in (self._folder, self._folder.joinpath("cases"), self._folder.joinpath("subscriptions")):
            if folder.is_dir():
                found += [
                    file.relative_to(self._folder).as_posix() for file in sorted(folder.iterdir()) if file.is_file()
                ]
        return tuple(found[: MAX_FILES + 1])

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self._folder.joinpath(name).is_file()

    def under(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files in a folder, sorted, at most `MAX_FILES`; of a single file none."""
        path = self._folder.joinpath(folder)
        if self._only or not path.is_dir():
            return ()
        return tuple(f"{folder}/{file.name}" for file in sorted(path.iterdir())[:MAX_FILES] if file.is_file())

    def text(self, name: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
        """Return the text of a file, or None and why it cannot be read."""
        return _file_text(self._folder.joinpath(name), shown=self.shown(name))

    def shown(self, name: str) -> str:
        """Return the path as the caller would write it."""
        return self._folder.joinpath(name).as_posix()

    def preset(self, name: str) -> Text | None:
        """Return the text of a preset as it is shipped."""
        return _shipped(name)


@final
class EditedShelf:
    """The files of another shelf, some of them with other texts, given by how messages call them."""

    def __init__(self, under: Shelf, texts: Mapping[str, str]) -> None:
        self._under = under
        self._texts = texts

    def names(self) -> tuple[str, ...]:
        """Return the names of the files that are there."""
        return self._under.names()

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        return self._under.has(name)

    def under(self, folder: str) -> tuple[str, ...]:
        """Return the names of the files in a folder."""
        return self._under.under(folder)

    def text(self, name: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
        """Return the other text where there is one, else what the file holds."""
        edited = self._texts.get(self.shown(name))
        return self._under.text(name) if edited is None else (edited, ())

    def shown(self, name: str) -> str:
        """Return how messages call the file."""
        return self._under.shown(name)

    def preset(self, name: str) -> Text | None:
        """Return the text of a preset."""
        return self._under.preset(name)


@final
class TextShelf:
    """Texts by file name; relative names with `/`."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def names(self) -> tuple[str, ...]:
        """Return the names that do not lead out of the book."""
        return tuple(sorted(name for name in self._files if not name.startswith("../")))

    def has(self, name: str) -> bool:
        """Return whether there is such a text."""
        return name in self._files

    def under(self, folder: str) -> tuple[str, ...]:
        """Return the names of the texts in a folder, sorted."""
        return tuple(sorted(name for name in self._files if name.rpartition("/")[0] == folder))

    def text(self, name: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
        """Return the text, or None and that there is none."""
        if name not in self._files:
            return None, (Diagnostic(code="PS001", message="there is no such file", span=whole_file(name)),)
        return self._files[name], ()

    def shown(self, name: str) -> str:
        """Return the name."""
        return name

    def preset(self, name: str) -> Text | None:
        """Return the text of a preset as it is shipped."""
        return _shipped(name)


@final
class KeptShelf:
    """A book as it was read once, wherever that was: its texts by how messages call them, those of presets included."""

    def __init__(self, folder: str, texts: Mapping[str, str]) -> None:
        self._folder = PurePosixPath(folder)
        self._texts = texts

    def names(self) -> tuple[str, ...]:
        """Return the names of the texts that lie in the book's folder."""
        inside = (PurePosixPath(name) for name in self._texts)
        names = (path.relative_to(self._folder) for path in inside if path.is_relative_to(self._folder))
        return tuple(sorted(name.as_posix() for name in names))

    def has(self, name: str) -> bool:
        """Return whether there is such a text."""
        return self.shown(name) in self._texts

    def under(self, folder: str) -> tuple[str, ...]:
        """Return the names of the texts in a folder, sorted; the folder may lie outside of the book."""
        shown = self.shown(folder)
        inside = (name.rpartition("/") for name in sorted(self._texts))
        return tuple(f"{folder}/{last}" for above, _, last in inside if above == shown)

    def text(self, name: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
        """Return the text, or None and that there is none."""
        return TextShelf(self._texts).text(self.shown(name))

    def shown(self, name: str) -> str:
        """Return how messages called the file when it was read."""
        return self._folder.joinpath(name).as_posix()

    def preset(self, name: str) -> Text | None:
        """Return the text of a preset as it was then, whatever is shipped now."""
        file = preset_file(name)
        return (self._texts[file], ()) if file in self._texts else None


def _shipped(preset: str) -> Text | None:
    return preset_text(preset) if preset in preset_names() else None


def preset_names() -> tuple[str, ...]:
    """Return the names of the presets that are shipped, sorted."""
    return tuple(sorted(file.stem for file in _PRESETS.iterdir() if file.suffix == ".yaml"))


def preset_text(name: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the text of a shipped preset."""
    return _file_text(_PRESETS.joinpath(f"{name}.yaml"), shown=preset_file(name))


def preset_file(name: str) -> str:
    """Return how messages call the file of a preset."""
    return f"presets/{name}.yaml"


def join(name: str, relative: str) -> str | None:
    """Return the name of a file given relative to another's folder; None where it is absolute or climbs too far."""
    path = PurePosixPath(relative)
    if path.is_absolute() or "\\" in relative or ":" in relative:
        return None
    parts: list[str] = []
    for part in (*PurePosixPath(name).parent.parts, *path.parts):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return None if parts.count("..") > 8 else "/".join(parts)


def unknown_preset(name: str, span: Span) -> Diagnostic:
    """Return the diagnostic of an `extends` that names no preset."""
    known = preset_names()
    help_text = did_you_mean(name, known) or f"presets are {', '.join(known)}; another book is a path such as ../common"
    return Diagnostic(code="PS011", message=f"there is no preset `{name}`", span=span, help=help_text)


def _file_text(path: Path, *, shown: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    try:
        if not path.is_file():
            problem = "is a folder" if path.is_dir() else "is not there"
            return None, (Diagnostic(code="PS001", message=f"the file {problem}", span=whole_file(shown)),)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        return None, (Diagnostic(code="PS001", message=f"the file cannot be read: {reason}", span=whole_file(shown)),)
    return decode(data, file=shown)
