"""The schemas in `schemas/` are those of the models, and agree with them on good and bad documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from planshift.policy.json_schemas import schema_texts
from planshift.policy.located import OddNumber, Plain, plain
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import preset_names, preset_text
from tests.policy.schemas import NAMES, schemas, validator

ROOT = Path(__file__).parents[2]
KINDS = {"policy.yaml": "policy", "catalog.yaml": "catalog"}
SHAPES = ("shape-", "money-floats", "yaml-just")
"""The bad books that break the shape of a document, not only its meaning."""

SHAPE_CODES = {"PS101", "PS102", "PS103", "PS104"}
"""What is wrong with a shape."""


def kind_of(path: Path) -> str | None:
    folders = {"cases": "cases", "subscriptions": "subscription"}
    return KINDS.get(path.name) or folders.get(path.parent.name)


def documents() -> Iterator[Path]:
    for folder in (ROOT / "policies", ROOT / "tests/diagnostics/base", ROOT / "tests/starter/golden"):
        yield from (path for path in sorted(folder.rglob("*.yaml")) if kind_of(path))


def data_of(text: str) -> object:
    root, _ = read_yaml(text, file="x")
    return None if root is None else json_data(plain(root))


def json_data(value: Plain) -> object:
    """The value as JSON has it: odd numbers are numbers there."""
    if isinstance(value, OddNumber):
        return 0.5
    if isinstance(value, dict):
        return {key: json_data(inner) for key, inner in value.items()}
    return [json_data(item) for item in value] if isinstance(value, list) else value


def errors_of(kind: str, data: object) -> list[str]:
    return [error.message for error in validator(kind).iter_errors(data)]


def test_the_written_schemas_are_those_of_the_models() -> None:
    for name, text in schema_texts().items():
        assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == text, "run python scripts/write_schemas.py"


def test_there_is_a_schema_for_each_kind_of_document() -> None:
    assert set(NAMES) == set(schemas())


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("path", [*documents()], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_good_documents_fit(path: Path) -> None:
    kind = kind_of(path)
    assert kind is not None
    assert errors_of(kind, data_of(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", preset_names())
def test_presets_fit(name: str) -> None:
    text, _ = preset_text(name)
    assert text is not None
    assert errors_of("policy", data_of(text)) == []


def broken() -> Iterator[Path]:
    for folder in sorted((ROOT / "tests/diagnostics/bad").iterdir()):
        if folder.name.startswith(SHAPES):
            yield from (path for path in sorted(folder.rglob("*.yaml")) if kind_of(path))


@pytest.mark.parametrize("path", [*broken()], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_broken_documents_do_not_fit(path: Path) -> None:
    kind = kind_of(path)
    assert kind is not None
    golden = (path.parent / "expected.txt").read_text(encoding="utf-8")
    of_shape = [each for each in golden.split("\n\n") if path.name in each and each[6:11] in SHAPE_CODES]
    assert errors_of(kind, data_of(path.read_text(encoding="utf-8"))) or not of_shape


def test_every_field_is_described() -> None:
    for name, schema in schemas().items():
        for title, definition in {name: schema, **schema["$defs"]}.items():
            assert definition["description"], title
            for key, field in definition["properties"].items():
                assert "description" in field, f"{title}.{key}"


def test_a_schema_is_small_enough_to_read() -> None:
    assert all(len(json.dumps(schema)) < 200_000 for schema in schemas().values())
