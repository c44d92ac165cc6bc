"""Configuring groups as an operator of Atomia does: edits are whole or nothing, and every id stands once."""

from __future__ import annotations

from pathlib import Path

import pytest

from planshift import Book, ChangeRequest, InvalidBook, load_text

FOLDER = Path(__file__).parents[2] / "policies" / "atomia"
FILES = {name: (FOLDER / name).read_text("utf-8") for name in ("catalog.yaml", "policy.yaml", "policy.rules")}
AT = 1_775_894_400
"""2026-04-11 10:00 in Stockholm."""


def edited(old: str, new: str) -> dict[str, str]:
    assert old in FILES["policy.yaml"]
    return FILES | {"policy.yaml": FILES["policy.yaml"].replace(old, new)}


def targets(book: Book, subscription: str) -> list[tuple[str, str]]:
    options = book.options(book.subscriptions[subscription], ChangeRequest(at=AT))
    return [(entry.request.plan, entry.request.price) for entry in options.entries]


def with_subscriptions(files: dict[str, str]) -> dict[str, str]:
    return files | {
        f"subscriptions/{path.name}": path.read_text("utf-8") for path in FOLDER.joinpath("subscriptions").iterdir()
    }


@pytest.mark.shows("S4.10")
def test_an_edit_with_one_mistake_changes_nothing() -> None:
    running = load_text(with_subscriptions(FILES))
    before = targets(running, "astrid-business")
    with pytest.raises(InvalidBook) as error:
        load_text(with_subscriptions(edited("premium:   { level: 4 }", "premium:   { levle: 4 }")))
    assert [each.code for each in error.value.diagnostics] == ["PS101"]
    assert targets(running, "astrid-business") == before


@pytest.mark.shows("S4.10")
def test_an_edit_can_be_looked_at_and_taken_back() -> None:
    running = load_text(with_subscriptions(FILES))
    draft = load_text(with_subscriptions(edited("premium:   { level: 4 }", "premium:   { level: 3 }")))
    gone = set(targets(running, "astrid-business")) - set(targets(draft, "astrid-business"))
    assert gone == {("premium", "monthly"), ("premium", "lifetime")}  # now on one level with Business
    back = load_text(with_subscriptions(FILES))
    assert back.digest == running.digest != draft.digest
    assert targets(back, "astrid-business") == targets(running, "astrid-business")


@pytest.mark.shows("S4.1")
def test_the_id_of_a_group_stands_once() -> None:
    twice = edited("  mail:\n    direction: by_level", "  hosting:\n    direction: by_level")
    with pytest.raises(InvalidBook) as error:
        load_text(twice)
    assert [each.code for each in error.value.diagnostics] == ["PS005"]


@pytest.mark.shows("S4.2")
def test_a_package_stands_once_in_a_group() -> None:
    twice = edited("business:  { level: 3 }", "business:  { level: 3 }\n      business:  { level: 2 }")
    with pytest.raises(InvalidBook) as error:
        load_text(twice)
    assert [each.code for each in error.value.diagnostics] == ["PS005"]
