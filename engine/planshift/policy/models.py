"""What all models of documents share."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Document(BaseModel):
    """A mapping of a document: its fields and no others."""

    # Strict: a document's `5` is not the text "5", and "true" is no truth.
    # Deferred: a command builds only the models of the documents that it reads.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Names that are no fields of this mapping but of another one, each with what its author can do."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the sentence below each field to the schema.

        pydantic's `use_attribute_docstrings` does the same when the class is made, and reads every source file for it
        at each start of the program.
        """
        schema = handler(core_schema)
        inner = handler.resolve_ref_schema(schema)
        docs = dict(_field_docs(cls))
        for name, field in cls.model_fields.items():
            prop = inner.get("properties", {}).get(field.alias or name)
            if prop is not None and name in docs:
                prop.setdefault("description", docs[name])
        return schema


def _field_docs(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for owner in reversed(model.__mro__):
        if issubclass(owner, Document) and owner is not Document:
            yield from _docs_in(owner)


def _docs_in(owner: type[Document]) -> Iterator[tuple[str, str]]:
    try:
        source = textwrap.dedent(inspect.getsource(owner))
    except (OSError, TypeError):  # a model made by `create_model` has no source: its fields carry their descriptions
        return
    statement = ast.parse(source).body[0]
    body = statement.body if isinstance(statement, ast.ClassDef) else []
    for line, after in pairwise(body):
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield line.target.id, str(after.value.value)
