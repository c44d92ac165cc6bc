"""The schemas of documents, printed from the models once for all tests that look at them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jsonschema import Draft202012Validator
from pydantic.json_schema import JsonSchemaValue

from planshift.policy.json_schemas import MODELS, json_schemas

NAMES = tuple(f"{kind}-1.json" for kind in MODELS)


@cache
def schemas() -> Mapping[str, JsonSchemaValue]:
    """Each schema by the name of its file."""
    return json_schemas()


@cache
def validator(kind: str) -> Draft202012Validator:
    """What holds documents of a kind against their schema."""
    return Draft202012Validator(schemas()[f"{kind}-1.json"], format_checker=Draft202012Validator.FORMAT_CHECKER)
