"""The JSON Schemas of the documents, for editors: printed from the models and from nothing else."""

from __future__ import annotations

import json
import re
from inspect import cleandoc
from typing import cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from planshift.policy.adapters_model import AdaptersModel
from planshift.policy.case_model import CasesModel
from planshift.policy.catalog_model import CatalogModel
from planshift.policy.message_model import MessagesModel
from planshift.policy.policy_model import PolicyModel
from planshift.policy.request_model import RequestModel
from planshift.policy.subscription_model import SubscriptionModel

LANGUAGE = 1
"""The version of the formats, which stands in the names of the schemas."""

MODELS: dict[str, type[BaseModel]] = {
    "policy": PolicyModel,
    "catalog": CatalogModel,
    "cases": CasesModel,
    "subscription": SubscriptionModel,
    "request": RequestModel,
    "messages": MessagesModel,
    "adapters": AdaptersModel,
}
"""The model of each kind of document."""


def json_schemas() -> dict[str, JsonSchemaValue]:
    """Return the schema of each kind of document by the name of its file, such as `policy-1.json`."""
    return {f"{kind}-{LANGUAGE}.json": _schema(kind, model) for kind, model in MODELS.items()}


def schema_texts() -> dict[str, str]:
    """Return the text of each schema by the name of its file."""
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in json_schemas().items()}


def _schema(kind: str, model: type[BaseModel]) -> JsonSchemaValue:
    found = cast("JsonSchemaValue", _tidy(model.model_json_schema()))
    definitions = found.pop("$defs", {})
    named = {_short(name): {"title": _words(name), **schema} for name, schema in sorted(definitions.items())}
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": f"planshift {kind}", **found, "$defs": named}


def _short(name: str) -> str:
    return name.removesuffix("Model")


def _words(name: str) -> str:
    """Return the name of a part as words, which editors show above its description."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", _short(name)).lower()


def _tidy(value: object) -> object:
    """Return a schema without made-up titles and empty defaults, its parts called as the trade calls them.

    Of a mapping whose keys are names the schema says both: how they are written, and what each of them holds.
    """
    if isinstance(value, dict):
        tidy = {key: _tidy(inner) for key, inner in value.items() if not _is_noise(key, inner)}
        if isinstance(told := tidy.get("description"), str):
            tidy["description"] = cleandoc(told)
        named = tidy.get("patternProperties")
        if isinstance(named, dict) and len(named) == 1 and "properties" not in tidy:
            ((pattern, each),) = named.items()
            del tidy["patternProperties"]
            tidy |= {"additionalProperties": each, "propertyNames": {"pattern": pattern}}
        return _told_apart(tidy) if "anyOf" in tidy and "description" in tidy else tidy
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return _short(value)
    return value


def _told_apart(field: dict[str, object]) -> dict[str, object]:
    """Return a field that can be several things in the way in which editors explain it.

    Where all its options look alike to them they show the options and not the field: a value that may be missing is
    written as one type, and otherwise the first option says what the field is.
    """
    options = cast("list[dict[str, object]]", field["anyOf"])
    given = [option for option in options if option != {"type": "null"}]
    rest = {key: value for key, value in field.items() if key != "anyOf"}
    if len(given) == 1 and len(options) == 2 and isinstance(given[0].get("type"), str) and "enum" not in given[0]:
        return {**given[0], "type": [given[0]["type"], "null"], **rest}
    return {"anyOf": [{"description": field["description"], **options[0]}, *options[1:]], **rest}


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value in (None, [], ""))
