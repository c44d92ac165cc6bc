"""One slip of the keyboard in a good book: it is told once, in its file, and `check --fix` restores the book.

A slip that leaves a good book, or one that nobody can tell from a new name, changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planshift.diagnostics.diagnostic import Diagnostic, has_errors
from planshift.diagnostics.repairing import Repaired, Texts, repair
from planshift.policy.located import Located, Mapping, Scalar
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import EditedShelf, FolderShelf
from planshift.rulebook.checking import check_all

ROOT = Path(__file__).parents[2]
SMALL = (ROOT / "tests/starter/golden", ROOT / "tests/diagnostics/base")
SHIPPED = sorted(path for path in (ROOT / "policies").iterdir() if path.is_dir())
_WORD = re.compile(r"[a-z_]{4,}")


class Slip(NamedTuple):
    """A file, its text with one word misspelt, and the word."""

    file: str
    text: str
    word: str


def checked(book: Path, texts: Texts) -> tuple[tuple[Diagnostic, ...], Texts]:
    return _checked(book, tuple(sorted(texts.items())))


@lru_cache(maxsize=4)
def _checked(book: Path, texts: tuple[tuple[str, str], ...]) -> tuple[tuple[Diagnostic, ...], Texts]:
    """What a check says: whoever repairs begins with what was asked just before."""
    found = check_all(book, shelf=EditedShelf(FolderShelf(book), dict(texts)))
    return found.diagnostics, found.sources


def repaired(book: Path, slip: Slip) -> Repaired:
    return repair(lambda texts: checked(book, {slip.file: slip.text, **texts}), may_change=lambda _: True)


def swapped(word: str) -> str | None:
    """The word with the first two letters swapped that differ, its first letter left alone."""
    for index in range(1, len(word) - 1):
        if word[index] != word[index + 1] and word[index : index + 2].isalpha():
            return word[:index] + word[index + 1] + word[index] + word[index + 2 :]
    return None


def keys(node: Located) -> Iterator[Scalar]:
    if isinstance(node, Mapping):
        for entry in node.entries.values():
            yield entry.key
            yield from keys(entry.value)
    elif not isinstance(node, Scalar):
        for item in node.items:
            yield from keys(item)


def slips_of_keys(book: Path) -> Iterator[Slip]:
    """Each key of each document, misspelt."""
    for name in FolderShelf(book).names():
        if not name.endswith(".yaml") or name.startswith("."):
            continue
        file = (book / name).as_posix()
        text = Path(file).read_text(encoding="utf-8")
        root, _ = read_yaml(text, file=file)
        assert root is not None
        lines = text.split("\n")
        for key in keys(root):
            other = swapped(key.text)
            if other is not None and len(key.text) >= 4:
                line, column = key.start.line, key.start.column
                new = lines[line][:column] + other + lines[line][column + len(key.text) :]
                yield Slip(file, "\n".join([*lines[:line], new, *lines[line + 1 :]]), key.text)


@pytest.mark.parametrize("book", SMALL, ids=lambda book: book.parent.name)
def test_a_misspelt_key_is_one_mistake_and_is_repaired(book: Path) -> None:
    assert checked(book, {})[0] == ()
    misspelt_fields, restored = set(), set()
    seen: set[tuple[str, str]] = set()
    for slip in slips_of_keys(book):
        if (slip.file, slip.word) in seen:
            continue
        seen.add((slip.file, slip.word))
        found, _ = checked(book, {slip.file: slip.text})
        answer = repaired(book, slip)
        original = Path(slip.file).read_text(encoding="utf-8")
        after = answer.texts.get(slip.file, slip.text)
        assert after in (original, slip.text), slip.word
        assert answer.texts.keys() <= {slip.file}, slip.word
        if [each.code for each in found].count("PS101"):
            assert [each.span.file for each in found] == [slip.file], (slip.word, [each.message for each in found])
            misspelt_fields.add(slip.word)
        if after == original:
            restored.add(slip.word)
            assert answer.left == ()
    assert misspelt_fields <= restored
    assert len(misspelt_fields) >= 40


def spoiled(word: str, kind: str, place: int) -> str:
    index = place % (len(word) - 1)
    match kind:
        case "swap":
            return word[:index] + word[index + 1] + word[index] + word[index + 2 :]
        case "leave out":
            return word[:index] + word[index + 1 :]
        case "double":
            return word[:index] + word[index] + word[index:]
        case _:
            return word[:index] + ("q" if word[index] != "q" else "x") + word[index + 1 :]


@pytest.mark.parametrize("book", SHIPPED, ids=lambda book: book.name)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_slip_in_a_shipped_book_is_repaired_or_left_alone(book: Path, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from([each for each in FolderShelf(book).names() if each.endswith((".yaml", ".rules"))])
    )
    file = (book / name).as_posix()
    text = Path(file).read_text(encoding="utf-8")
    words = [
        found
        for found in _WORD.finditer(text)
        if "#" not in text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    ]
    word = data.draw(st.sampled_from(words))
    kind = data.draw(st.sampled_from(["swap", "leave out", "double", "mistake"]))
    new = spoiled(word[0], kind, data.draw(st.integers(0, 20)))
    slip = Slip(file, text[: word.start()] + new + text[word.end() :], word[0])
    found, _ = checked(book, {file: slip.text})
    answer = repaired(book, slip)
    after = answer.texts.get(file, slip.text)
    assert answer.texts.keys() <= {file}
    if has_errors(found):
        assert after in (text, slip.text)
    assert (answer.left == ()) if after == text else has_errors(answer.left) >= has_errors(found)
