"""The model of a set of terms, made from `TERMS`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, cast

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, WithJsonSchema, create_model

from planshift.policy.models import Document
from planshift.policy.term_shapes import Schema
from planshift.policy.term_values import Choice, TermValue
from planshift.policy.terms import INTERVAL_SCOPES, TERMS, TermDefinition

_GROUP_DOCS = {
    "proration": "How the rest of a period is counted.",
    "extend": "How unused money becomes time, where `unused_credit` is `extend_time`.",
    "carry": "What moves to the new plan.",
    "rounding": "How amounts are rounded.",
}


def _field(definition: TermDefinition) -> Any:  # noqa: ANN401  # a field made at run time has no static type
    def read(value: object, info: ValidationInfo) -> TermValue | None:
        decimals = info.context["decimals"] if info.context else {}
        return None if value is None else definition.shape.read(value, decimals)

    annotation = Annotated[Any, PlainValidator(read), WithJsonSchema(_or_nothing(definition.shape.schema))]
    by_default = f" By default `{definition.default.word}`." if isinstance(definition.default, Choice) else ""
    return (annotation, Field(default=None, description=definition.doc + by_default))


def _or_nothing(schema: Schema) -> dict[str, Any]:
    """Return the schema with nothing allowed as well: it takes an inherited value back."""
    options = schema.get("anyOf", [schema])
    return {"anyOf": [*cast("list[Schema]", options), {"type": "null"}]}


def _group_field(name: str, definitions: Iterable[TermDefinition]) -> Any:  # noqa: ANN401  # as above
    fields = {definition.name.partition(".")[2]: _field(definition) for definition in definitions}
    model = create_model(name.title(), __base__=Document, __doc__=_GROUP_DOCS[name], __module__=__name__, **fields)
    return (model | None, Field(default=None, description=_GROUP_DOCS[name]))


def _term_fields() -> dict[str, Any]:
    groups: dict[str, list[TermDefinition]] = {}
    for definition in TERMS:
        head, dot, _ = definition.name.partition(".")
        groups.setdefault(head if dot else definition.name, []).append(definition)
    return {
        name: _group_field(name, definitions) if name in _GROUP_DOCS else _field(definitions[0])
        for name, definitions in groups.items()
    }


TERM_FIELDS: dict[str, Any] = _term_fields()
"""The fields of every mapping that can hold terms."""

_ELSEWHERE = dict.fromkeys(
    INTERVAL_SCOPES, "write it inside `any` or a direction; a cancellation leads to no interval, and blocks do not nest"
)


class _PlainTermsModel(Document):
    elsewhere: ClassVar[Mapping[str, str]] = _ELSEWHERE


TermsModel: type[Document] = create_model(
    "Terms", __base__=_PlainTermsModel, __doc__="Terms of a change.", __module__=__name__, **TERM_FIELDS
)
"""A mapping of terms and nothing else."""


class IntervalBlocksModel(Document):
    """Terms by what the change does to the interval; a price that is charged once has none."""

    other_interval: TermsModel | None = None
    """For changes to a price of another interval, stronger than the terms beside it."""

    longer_interval: TermsModel | None = None
    """For changes to a price of a longer interval, stronger than `other_interval`."""

    shorter_interval: TermsModel | None = None
    """For changes to a price of a shorter interval, stronger than `other_interval`."""


ScopedTermsModel: type[IntervalBlocksModel] = create_model(
    "ScopedTerms",
    __base__=IntervalBlocksModel,
    __doc__="Terms of a change, with blocks for changes of the interval.",
    __module__=__name__,
    **TERM_FIELDS,
)
"""The terms of one scope."""


class ScopesModel(Document):
    """Terms by the changes they are for."""

    elsewhere: ClassVar[Mapping[str, str]] = _ELSEWHERE

    any: ScopedTermsModel | None = None
    """For every change."""

    upgrade: ScopedTermsModel | None = None
    """For changes to something higher."""

    downgrade: ScopedTermsModel | None = None
    """For changes to something lower."""

    crossgrade: ScopedTermsModel | None = None
    """For changes between equals."""

    term_change: ScopedTermsModel | None = None
    """For changes of the price within a plan."""

    cancel: TermsModel | None = None
    """For the end of a subscription."""

    renewal: ScopedTermsModel | None = None
    """For renewals, with a switch or without; most terms are settled by the renewal itself."""


_ORDER = {definition.name: index for index, definition in enumerate(TERMS)}


def spoken(model: BaseModel) -> Iterator[tuple[str, TermValue]]:
    """Yield the dotted name and the value of each term that a mapping sets, in the order of `TERMS`."""
    found: list[tuple[str, TermValue]] = []
    for field in model.model_fields_set & TERM_FIELDS.keys():
        value = getattr(model, field)
        if value is None:
            continue
        if field in _GROUP_DOCS:
            found += [(f"{field}.{name}", inner) for name, inner in value if inner is not None]
        else:
            found.append((field, value))
    yield from sorted(found, key=lambda pair: _ORDER[pair[0]])
