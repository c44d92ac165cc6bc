"""What an editor does with the schemas: the language server that editors run, on the files of books."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editor.language_server import LanguageServer

ROOT = Path(__file__).parents[2]
SERVER = ROOT / ".venv/yaml-language-server/node_modules/yaml-language-server/bin/yaml-language-server"
GLOBS = {
    "policy": ["**/policy.yaml"],
    "catalog": ["**/catalog.yaml"],
    "cases": ["**/cases/*.yaml"],
    "subscription": ["**/subscriptions/*.yaml"],
    "request": ["**/request.yaml"],
    "messages": ["**/messages/*.yaml"],
}
pytestmark = [pytest.mark.fresh, pytest.mark.xdist_group("yaml-language-server")]


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        # the server is a program of another language, and whoever only writes Python need not have that
        pytest.skip("the language server needs node and npm")
    subprocess.run([ROOT / "scripts/get_yaml_language_server.sh"], check=True)
    schemas = {(ROOT / f"schemas/{kind}-1.json").as_uri(): globs for kind, globs in GLOBS.items()}
    yaml = {
        "schemas": schemas,
        "schemaStore": {"enable": False},
        "validate": True,
        "completion": True,
        "hover": True,
        "yamlVersion": "1.2",
    }
    with LanguageServer([node, str(SERVER), "--stdio"], settings={"yaml": yaml}) as running:
        yield running


def opened(server: LanguageServer, name: str, text: str) -> tuple[str, int, int, list[str]]:
    """Open a text, in which `|` is the cursor, as a file of a book; tell its name, the cursor and what is wrong."""
    before, _, after = text.partition("|")
    uri = f"file:///books/{abs(hash(text))}/{name}"
    mistakes = [str(each["message"]) for each in server.mistakes(uri, before + after)]
    return uri, before.count("\n"), len(before.rpartition("\n")[2]), mistakes


FILES = sorted(
    path
    for path in (ROOT / "policies").rglob("*.yaml")
    if path.name in ("policy.yaml", "catalog.yaml") or path.parent.name in ("cases", "subscriptions")
)


def test_files_that_are_shipped_have_no_mistakes(server: LanguageServer) -> None:
    assert len(FILES) > 60
    wrong = server.all_mistakes({path.as_uri(): path.read_text(encoding="utf-8") for path in FILES})
    assert {uri: each for uri, each in wrong.items() if each} == {}


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("policy.yaml", "policy_language: 1\ngruops: {}\n", "gruops"),
        ("policy.yaml", "policy_language: 1\nterms: { upgrade: { timing: sometimes } }\n", "Value is not accepted"),
        ("catalog.yaml", "plans: { bronze: { title: Bronze } }\n", "prices"),
        ("cases/up.yaml", "cases: [{ name: Up, expect: { verdict: alowed } }]\n", "Value is not accepted"),
        ("subscriptions/anna.yaml", "id: a\nplan: bronze\n", "period"),
        ("request.yaml", "to: gold\nquantity: none\n", "integer"),
    ],
)
def test_a_mistake_is_marked(server: LanguageServer, name: str, text: str, message: str) -> None:
    *_, mistakes = opened(server, name, text)
    assert any(message in each for each in mistakes), mistakes


@pytest.mark.parametrize(
    "name, text, offered",
    [
        ("policy.yaml", "policy_language: 1\n|\n", {"groups", "paths", "terms", "switches", "for"}),
        ("policy.yaml", "policy_language: 1\nterms:\n  upgrade:\n    |\n", {"timing", "fee", "unused_credit"}),
        ("policy.yaml", "policy_language: 1\nterms:\n  upgrade:\n    timing: |\n", {"now", "period_end"}),
        ("policy.yaml", "policy_language: 1\nrequire:\n  - |\n", {"same_module", "same_interval"}),
        ("catalog.yaml", "plans:\n  bronze:\n    |\n", {"title", "prices", "limits"}),
        ("catalog.yaml", "plans:\n  bronze:\n    prices:\n      monthly:\n        every: |\n", {"1 month", "1 year"}),
        ("cases/up.yaml", "cases:\n  - name: Up\n    expect:\n      verdict: |\n", {"allowed", "denied"}),
        ("cases/up.yaml", "cases:\n  - name: Up\n    when:\n      |\n", {"to", "price", "kind"}),
        ("subscriptions/anna.yaml", "id: a\n|\n", {"plan", "period", "paid"}),
        ("request.yaml", "kind: |\n", {"change", "cancel"}),
    ],
)
def test_what_can_be_written_is_offered(server: LanguageServer, name: str, text: str, offered: set[str]) -> None:
    uri, line, character, _ = opened(server, name, text)
    found = server.completions(uri, line, character)
    assert offered <= found.keys(), sorted(found)


def test_an_offered_key_says_what_it_is(server: LanguageServer) -> None:
    uri, line, character, _ = opened(server, "subscriptions/anna.yaml", "id: b\n|\n")
    documentation = server.completions(uri, line, character)["paid"]["documentation"]
    assert "What was really paid for the period" in str(documentation)


@pytest.mark.parametrize(
    "name, text, shown",
    [
        ("policy.yaml", "policy_language: 1\ninvoice|_days_before: 5\n", "How many days before a renewal"),
        ("policy.yaml", "policy_language: 1\nterms:\n  upgrade:\n    tim|ing: now\n", "takes effect"),
        ("catalog.yaml", "plans:\n  bronze:\n    pri|ces: {}\n", "price"),
        (
            "cases/up.yaml",
            "cases:\n  - name: Up\n    expect: { due_|now: 1.00 EUR }\n",
            "What the customer pays at once",
        ),
        ("subscriptions/anna.yaml", "id: a\nbill|_day: 1\n", "The day of the month"),
        ("request.yaml", "appro|vals: finance\n", "The roles that agreed"),
    ],
)
def test_what_the_cursor_is_on_is_explained(server: LanguageServer, name: str, text: str, shown: str) -> None:
    uri, line, character, _ = opened(server, name, text)
    assert shown in server.hover(uri, line, character)


def test_the_first_line_of_a_file_names_its_schema(server: LanguageServer, tmp_path: Path) -> None:
    """As `planshift schema --out` and the guide say; the file's own name matches nothing here."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    file = tmp_path / "anything.yaml"
    text = "# yaml-language-server: $schema=schemas/policy-1.json\npolicy_language: 1\ngruops: {}\n"
    assert [each["range"]["start"]["line"] for each in server.mistakes(file.as_uri(), text)] == [2]
