"""Reading a document again after an edit gives the tree of the whole text, with every place, or nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same edits

import pytest

from planshift.policy.located import Located, Mark, Scalar, Sequence
from planshift.policy.read_yaml import read_piece, read_yaml
from planshift.policy.reread_yaml import reread

ROOT = Path(__file__).parents[2]
TEXTS = [
    file.read_text(encoding="utf-8")
    for pattern in ("policies/*/*.yaml", "tests/diagnostics/base/**/*.yaml")
    for file in sorted(ROOT.glob(pattern))
    if file.stat().st_size < 8_000
]
TYPED = (
    "\n", "  ", "- ", ": ", "#", "{", "}", "[", "]", '"', "'", "|", ">", "\n\n", "\n- x\n", "---\n", "...\n", "? ", "%",
    "&a ", "*a", "\t", "\n    ", "\n  -\n    a: b", "\n-", "!!str ", "9",
)  # fmt: skip  # a pool, read by topic

DOCUMENT = """\
plans:  # all of them
  bronze: { title: Bronze }
  silver:
    title: Silver
    prices: { monthly: 9 }

  # the last one
  gold: { title: Gold }
paths:
- from: bronze
  to: silver
- { from: silver, to: gold }
-
  from: gold
  to: bronze
"""


def written(node: Located) -> object:
    """A tree with all its places, as a value that can be compared."""
    around = at(node.start), at(node.stop)
    if isinstance(node, Scalar):
        return node.file, node.text, node.style, around
    if isinstance(node, Sequence):
        return node.file, [written(item) for item in node.items], around
    return node.file, [(name, written(e.key), written(e.value)) for name, e in node.entries.items()], around


def at(mark: Mark) -> tuple[int, int]:
    """A place as a value."""
    return mark.line, mark.column


def again(before: str, text: str) -> Located | None:
    """The tree of a text, read again."""
    return reread(read_piece(before, file="f"), text, before=before, moved=lambda _old, _new: None)


@pytest.mark.parametrize(
    "old, new",
    [
        ("Silver", "Sterling silver"),
        ("monthly: 9", "monthly: 9, yearly: 90"),
        ("  gold: { title: Gold }\n", ""),
        ("  silver:\n", "  lead: { title: Lead }\n  silver:\n"),
        ("- { from: silver, to: gold }\n", ""),
        ("- { from: silver", "- { from: lead, to: tin }\n- { from: silver"),
        ("# all of them", "# each of them"),
        ("paths:", "\npaths:"),
        ("  # the last one\n", ""),
    ],
)
def test_an_edit_of_an_entry_is_read_by_itself(old: str, new: str) -> None:
    assert DOCUMENT.count(old) == 1
    text = DOCUMENT.replace(old, new)
    found, whole = again(DOCUMENT, text), read_yaml(text, file="f")[0]
    assert found is not None
    assert whole is not None
    assert written(found) == written(whole)


def test_what_an_edit_leaves_is_the_same_object() -> None:
    root = read_piece(DOCUMENT, file="f")
    found = reread(root, DOCUMENT.replace("Silver", "Tin"), before=DOCUMENT, moved=lambda _old, _new: None)
    assert root is not None
    assert found is not None
    plans, now = (tree.entries["plans"].value for tree in (root, found))  # type: ignore[union-attr]  # a mapping
    assert now.entries["bronze"] is plans.entries["bronze"]  # type: ignore[union-attr]  # as above
    assert now.entries["silver"] is not plans.entries["silver"]  # type: ignore[union-attr]  # as above


def test_whoever_wants_to_know_is_told_what_moved() -> None:
    told: list[tuple[Located, Located]] = []
    text = DOCUMENT.replace("  # the last one\n", "")
    reread(read_piece(DOCUMENT, file="f"), text, before=DOCUMENT, moved=lambda old, new: told.append((old, new)))
    assert len(told) == 4, "the list of paths and each of them"
    assert all(new.start.line == old.start.line - 1 for old, new in told)


@pytest.mark.parametrize(
    "old, new",
    [
        ("Silver", "{ Silver"),
        ("Silver", "&s Silver"),
        ("Silver", "*s"),
        ("  silver:", "  bronze:"),
        ("- { from: silver", "---\n- { from: silver"),
        ("  from: gold", "from: gold"),
        (DOCUMENT, ""),
    ],
)
def test_what_may_reach_further_or_is_a_mistake_is_left_to_whoever_reads_it_all(old: str, new: str) -> None:
    assert again(DOCUMENT, DOCUMENT.replace(old, new)) is None


@pytest.mark.parametrize("seed", range(4))
def test_whatever_somebody_types(seed: int) -> None:
    chance, found = Random(seed), 0  # noqa: S311  # edits, not secrets
    for _ in range(250):
        before = chance.choice(TEXTS)
        text = typed(before, chance)
        tree = again(before, text)
        if tree is not None:
            whole, problems = read_yaml(text, file="f")
            assert problems == ()
            assert whole is not None
            assert written(tree) == written(whole), text
            found += 1
    assert found > 60


def typed(text: str, chance: Random) -> str:
    """The text after one edit."""
    place, lines = chance.randrange(len(text) + 1), text.split("\n")
    line, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    return chance.choice(
        [
            text[:place] + chance.choice(TYPED) + text[place:],
            text[:place] + text[place + chance.randrange(1, 4) :],
            "\n".join([*lines[:line], *lines[line + 1 :]]),
            "\n".join([*lines[:line], lines[other], *lines[line:]]),
            text[:place] + chance.choice("abc019") + text[place + 1 :],
        ]
    )
