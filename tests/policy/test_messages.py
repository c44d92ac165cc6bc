"""The messages that are shipped are whole, and those of a book come before them, nearest locale first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from planshift.billing.zones import is_zone
from planshift.book import check, load_text
from planshift.decision.reasons import REASON_CODES
from planshift.policy import message_files
from planshift.policy.document import MessageText
from planshift.policy.message_files import SHIPPED_LOCALES, fallbacks, read_messages, shipped_messages
from planshift.policy.message_keys import MESSAGES
from planshift.policy.message_text import holes_of
from planshift.rulebook.sources import DIRECTIONS
from tests.cli.conftest import CATALOG, POLICY, RULES

FOLDER = Path(message_files.__file__).with_name("messages")
LOCALES = sorted(SHIPPED_LOCALES)


def test_some_languages_are_shipped() -> None:
    assert set(LOCALES) >= {"en", "de", "sv", "fr"}
    assert is_zone("Europe/Stockholm")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_shipped_messages_are_whole_and_without_mistakes(locale: str) -> None:
    reading = message_files._Reading(None)
    text = FOLDER.joinpath(f"{locale}.yaml").read_text(encoding="utf-8")
    found = reading.file(MessageText(locale=locale, file=f"{locale}.yaml", text=text))
    assert [str(problem) for problem in reading.problems] == []
    assert set(found) == set(MESSAGES)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_leaves_out_no_amount_and_no_day(locale: str) -> None:
    for key, message in shipped_messages(locale).items():
        named = {part.name for part in holes_of(message.template)}
        english = {part.name for part in holes_of(shipped_messages("en")[key].template)}
        weighty = {name for name, kind in MESSAGES[key].holes.items() if kind in ("date", "money", "number", "list")}
        assert named & weighty == english & weighty, key


def test_every_reason_and_direction_has_a_message() -> None:
    assert {f"reasons.{code}" for code in REASON_CODES if code != "rule"} <= set(MESSAGES)
    assert {f"directions.{direction}" for direction in DIRECTIONS} <= set(MESSAGES)


def test_the_nearest_locale_counts_and_in_it_the_word_of_the_book() -> None:
    assert fallbacks("de-AT", "sv") == ("de-AT", "de", "sv", "en")
    files = {
        "policy.yaml": f"{POLICY}language: sv\n",
        "catalog.yaml": CATALOG,
        "policy.rules": RULES,
        "messages/de-AT.yaml": 'totals: { due_now: "Jänner" }\n',
        "messages/de.yaml": 'totals: { due_now: "Jetzt", to_account: "Guthaben" }\n',
        "messages/sv.yaml": 'totals: { to_account: "Tillgodo", refunded: "Tillbaka" }\n',
    }
    messages, problems, _ = read_messages(load_text(files).document)
    assert [problem.code for problem in problems] == ["PS806"]

    def said(key: str, locale: str) -> str:
        found = messages.find(key, locale)
        assert found is not None
        return found.text

    assert said("totals.due_now", "de-AT") == "Jänner"
    assert said("totals.due_now", "de-DE") == "Jetzt"
    assert said("totals.to_account", "de-AT") == "Guthaben"
    assert said("totals.refunded", "de-AT") == "Wird ausgezahlt"  # shipped German before the book's Swedish
    assert said("totals.refunded", "pl") == "Tillbaka"
    assert said("totals.due_held", "pl") == "Att betala när krediten är klar"


def test_what_a_book_extends_brings_its_messages_along() -> None:
    files = {
        "policy.yaml": f"extends: ../common\n{POLICY}",
        "catalog.yaml": CATALOG,
        "messages/de.yaml": 'totals: { due_now: "Eigenes" }\n',
        "../common/policy.yaml": "policy_language: 1\n",
        "../common/messages/de.yaml": 'totals: { due_now: "Fremdes", due_held: "Gemeinsames" }\n',
    }
    messages, problems, sources = read_messages(load_text(files).document)
    assert problems == ()
    assert "../common/messages/de.yaml" in sources
    assert [messages.own["de"][key].text for key in ("totals.due_now", "totals.due_held")] == [
        "Eigenes", "Gemeinsames"
    ]  # fmt: skip  # one line reads better


def test_messages_do_not_make_another_version_of_a_book() -> None:
    files = {"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES}
    with_messages = {**files, "messages/de.yaml": 'totals: { due_now: "Jetzt" }\n'}
    assert load_text(files).digest == load_text(with_messages).digest


def test_messages_are_checked_in_a_book_without_examples(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[2] / "policies" / "hosting", tmp_path / "hosting")
    for folder in ("cases", "subscriptions"):
        shutil.rmtree(tmp_path / "hosting" / folder)
    assert not check(tmp_path / "hosting")
    file = tmp_path / "hosting" / "messages" / "de.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("{to}", "{tu}", 1), encoding="utf-8")
    assert [found.code for found in check(tmp_path / "hosting")] == ["PS801"]
