"""The JSON Schemas of the documents, for editors: printed from the models and from nothing else."""

from __future__ import annotations

from typing import cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from planshift.policy.case_model import CasesModel
from planshift.policy.catalog_model import CatalogModel
from planshift.policy.message_model import MessagesModel
from planshift.policy.policy_model import PolicyModel
from planshift.policy.request_model import RequestModel
from planshift.policy.subscription_model import SubscriptionModel

LANGUAGE = 1
"""The version of the formats, which stands in the names of the schemas."""

_MODELS: dict[str, type[BaseModel]] = {
    "policy": PolicyModel,
    "catalog": CatalogModel,
    "cases": CasesModel,
    "subscription": SubscriptionModel,
    "request": RequestModel,
    "messages": MessagesModel,
}


def json_schemas() -> dict[str, JsonSchemaValue]:
    """Return the schema of each kind of document by the name of its file, such as `policy-1.json`."""
    return {f"{kind}-{LANGUAGE}.json": _schema(kind, model) for kind, model in _MODELS.items()}


def _schema(kind: str, model: type[BaseModel]) -> JsonSchemaValue:
    found = cast("JsonSchemaValue", _tidy(model.model_json_schema()))
    definitions = found.pop("$defs", {})
    named = {name.removesuffix("Model"): schema for name, schema in sorted(definitions.items())}
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": f"planshift {kind}", **found, "$defs": named}


def _tidy(value: object) -> object:
    """Return a schema without made-up titles and empty defaults, its parts called as the trade calls them."""
    if isinstance(value, dict):
        return {key: _tidy(inner) for key, inner in value.items() if not _is_noise(key, inner)}
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return value.removesuffix("Model")
    return value


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value in (None, [], ""))
