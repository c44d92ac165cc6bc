"""The model of `messages/<locale>.yaml`, made from the table of messages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, final

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, WithJsonSchema, create_model

from planshift.policy.message_keys import MESSAGES, NAMED, SECTIONS, MessageKey
from planshift.policy.message_text import Template, check_template, parse_template
from planshift.policy.mistakes import Mistakes, describe, read_each, wrong
from planshift.policy.models import Document

MAX_TEXT = 2_000
"""How many letters a message may have."""

PLURALS = "plurals"
"""Under which name the validation is told the plural forms of the file's language."""

_TEXT_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A message as it was written, and its parts."""

    text: str
    template: Template


def _worded(value: object, holes: Mapping[str, str] | None, *, plurals: Collection[str]) -> Worded:
    """The message that a value is; with `holes`, no others may be in it."""
    if not isinstance(value, str):
        raise wrong("PS103", f"expected a text, found {describe(value)}")
    if not value.strip() or len(value) > MAX_TEXT:
        raise wrong("PS103", f"a message has between 1 and {MAX_TEXT:,} letters")
    template = parse_template(value)
    flaws = [] if holes is None else list(check_template(template, holes, forms=plurals))
    if flaws:
        raise Mistakes(*(mistake for flaw in flaws for mistake in flaw.mistakes))
    return Worded(text=value, template=template)


def _plurals(info: ValidationInfo) -> Collection[str]:
    found = (info.context or {}).get(PLURALS, ("other",))
    assert isinstance(found, frozenset | tuple)  # given by who validates
    return found


def _message(key: MessageKey) -> Any:  # noqa: ANN401  # a type made at run time
    def read(value: object, info: ValidationInfo) -> Worded:
        return _worded(value, key.holes, plurals=_plurals(info))

    holes = f" Holes: {', '.join(f'`{{{hole}}}`' for hole in key.holes)}." if key.holes else ""
    told = {**_TEXT_SCHEMA, "description": f"{key.meaning[:1].upper()}{key.meaning[1:]}.{holes}"}
    return Annotated[Worded | None, PlainValidator(read), WithJsonSchema(told)]


def _section(section: str) -> type[BaseModel]:
    fields: dict[str, Any] = {
        each.name: (_message(each), None) for each in MESSAGES.values() if each.section == section
    }
    return create_model(section.title(), __base__=Document, __doc__=SECTIONS[section], __module__=__name__, **fields)


def _name(value: object) -> Worded:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise wrong("PS103", f"expected a name, found {describe(value)}")
    return Worded(text=value, template=(value,))


Called = Annotated[Worded, PlainValidator(_name), WithJsonSchema(_TEXT_SCHEMA)]


def _rule_texts(value: object) -> tuple[Worded, ...]:
    """The texts of one rule, in its order: one, or a list where the rule says several things."""
    read: Callable[[object], Worded] = lambda each: _worded(each, None, plurals=())  # noqa: E731  # read_each takes one argument
    return read_each(value, read)


RuleTexts = Annotated[
    tuple[Worded, ...],
    PlainValidator(_rule_texts),
    WithJsonSchema({"anyOf": [_TEXT_SCHEMA, {"type": "array", "items": _TEXT_SCHEMA}]}),
]

_NAMES_DOC = {
    "plans": "Plans by name, in place of their titles.",
    "prices": "Prices by id, such as `monthly`.",
    "addons": "Add-ons by name, in place of their titles.",
    "resources": "What plans limit, include or configure, by name.",
    "questions": "Questions, as `SERVICE.QUESTION`.",
    "settings": "What customers set, by name.",
    "roles": "Who has to agree, by role.",
}


def _documented(kind: str) -> Any:  # noqa: ANN401  # a type made at run time
    inner = {"type": "object", "additionalProperties": _TEXT_SCHEMA, "description": _NAMES_DOC[kind]}
    return Annotated[dict[str, Called] | None, WithJsonSchema(inner)]


_NAMES: dict[str, Any] = {kind: (_documented(kind), None) for kind in NAMED}
_NamesModel: type[Document] = create_model(
    "Names", __base__=Document, __doc__="What is called differently in a locale.", __module__=__name__, **_NAMES
)


class MessagesBase(Document):
    """What is said to customers in one locale."""

    rules: dict[str, RuleTexts] | None = None
    """What rules say, by their titles: the text of each `deny` and `warn`, in its order where there are several."""


_FIELDS: dict[str, Any] = {
    section: (_section(section) | None, Field(default=None, description=about)) for section, about in SECTIONS.items()
}
MessagesModel: type[MessagesBase] = create_model(
    "Messages",
    __base__=MessagesBase,
    __doc__="What is said to customers in one locale.",
    __module__=__name__,
    names=(_NamesModel | None, Field(default=None, description="What is called differently in this locale.")),
    **_FIELDS,
)
"""A file of messages: its sections by name, and what is called differently in its locale."""
