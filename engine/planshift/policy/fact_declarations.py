"""From the `facts:` of a policy to the facts that rules may ask about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from hashlib import sha256

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import FactValue
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.expressions.types import BOOL, MONEY, TEXT, WHOLE, Enum, Type
from planshift.policy.amounts import Decimals
from planshift.policy.facts import FORMATS, MAX_FACT, SIDES, Fact, FactSchema, fact_value
from planshift.policy.located import OddNumber, follow, plain
from planshift.policy.mistakes import Mistakes, describe, shown
from planshift.policy.placing import Placing

At = tuple[str | int, ...]
Declared = Mapping[str, object]

_BUILT_IN = {
    "customer": frozenset({"id", "client_group", "since", "tenure", "facts"}),
    "usage": frozenset[str](),
    "request": frozenset(field.name for field in fields(ChangeRequest)),
}
_SIDE_KEYWORDS = ("$schema", "type", "title", "description", "properties", "required", "additionalProperties")
_KEYWORDS = (
    "type",
    "title",
    "description",
    "examples",
    "enum",
    "format",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
)
_FACT_NAME_HELP = "a name is lower-case letters, digits and `_`, and begins with a letter"


def read_fact_schema(placing: Placing, *, currency: str, decimals: Decimals, limits: frozenset[str]) -> FactSchema:
    """Return the facts that a policy declares; what is wrong is left in the placing.

    `limits` are the resources of the catalog: their use is known already under `usage`.
    """
    found: dict[str, tuple[Fact, ...]] = {}
    texts: list[tuple[str, str]] = []
    for side in SIDES:
        at: At = ("facts", side)
        node = follow(placing.root, at)
        declared = plain(node.value) if node.steps == len(at) else None
        if not isinstance(declared, dict):
            continue  # the model has said so
        reserved = _BUILT_IN[side] | (limits if side == "usage" else frozenset())
        reading = _Side(side, declared, placing=placing, currency=currency, decimals=decimals, reserved=reserved)
        found[side] = tuple(reading.facts())
        texts.append((side, _schema_text(declared, found[side])))
    digest = sha256(json.dumps(texts).encode()).hexdigest()[:16] if texts else ""
    return FactSchema(
        customer=found.get("customer", ()),
        usage=found.get("usage", ()),
        request=found.get("request", ()),
        digest=digest,
        texts=tuple(texts),
    )


class _Side:
    """The declarations of one side."""

    def __init__(
        self,
        side: str,
        declared: Declared,
        *,
        placing: Placing,
        currency: str,
        decimals: Decimals,
        reserved: frozenset[str],
    ) -> None:
        self._side = side
        self._declared = declared
        self._placing = placing
        self._currency = currency
        self._decimals = decimals
        self._reserved = reserved

    def facts(self) -> Iterator[Fact]:
        """Yield the facts that can be made sense of."""
        at: At = ("facts", self._side)
        self._check_keywords(self._declared, _SIDE_KEYWORDS, at=at)
        if self._declared.get("type", "object") != "object":
            self._report("PS502", "facts are an object", at=(*at, "type"))
        if self._declared.get("additionalProperties", False) is not False:
            message = "facts that are not declared cannot be allowed"
            self._report("PS502", message, at=(*at, "additionalProperties"), help_text="remove the line")
        properties = self._declared.get("properties")
        if not isinstance(properties, dict):
            help_text = "declare each fact under `properties:`"
            self._report("PS502", "no facts are declared", at=at, help_text=help_text, on_key=True)
            return
        required = self._required(properties, at=(*at, "required"))
        for name, declaration in properties.items():
            fact = self._fact(name, declaration, at=(*at, "properties", name), is_required=name in required)
            if fact is not None:
                yield fact

    def _required(self, properties: Declared, *, at: At) -> frozenset[str]:
        listed = self._declared.get("required", [])
        if not isinstance(listed, list):
            self._report("PS103", f"expected a list, found {describe(listed)}", at=at)
            return frozenset()
        for index, name in enumerate(listed):
            if not isinstance(name, str) or name not in properties:
                help_text = did_you_mean(name, properties) if isinstance(name, str) else None
                self._report(
                    "PS502", f"{describe(name)} is required but not declared", at=(*at, index), help_text=help_text
                )
        return frozenset(name for name in listed if isinstance(name, str))

    def _fact(self, name: str, declared: object, *, at: At, is_required: bool) -> Fact | None:
        if not (name.isascii() and name.isidentifier() and name == name.lower()):
            self._report("PS106", f"`{name}` is not a name of a fact", at=at, help_text=_FACT_NAME_HELP, on_key=True)
            return None
        if name in self._reserved:
            message = f"`{self._side}.{name}` is known already"
            self._report("PS503", message, at=at, help_text="give the fact another name", on_key=True)
            return None
        if not isinstance(declared, dict):
            self._report("PS103", f"expected a mapping, found {describe(declared)}", at=at)
            return None
        self._check_keywords(declared, _KEYWORDS, at=at)
        kind = self._type(name, declared, at=at)
        if kind is None:
            return None
        doc = declared.get("description") or declared.get("title") or f"a fact of the {self._side}"
        fact = Fact(name=name, type=kind, doc=str(doc))
        if "default" in declared:
            default = self._default(fact, declared, at=at)
            return None if default is None else self._with_default(fact, default)
        if not is_required:
            message = f"`{name}` is neither required nor has it a default"
            help_text = "a rule may ask for it: list it under `required:` or give a `default:`"
            self._report("PS504", message, at=at, help_text=help_text, on_key=True)
        return fact

    def _type(self, name: str, declared: Declared, *, at: At) -> Type | None:
        kind, form = declared.get("type"), declared.get("format")
        if "enum" in declared:
            return self._enum(name, declared["enum"], at=(*at, "enum"))
        if kind == "string" and form is not None:
            if form in FORMATS:
                return FORMATS[str(form)]
            help_text = f"write one of {', '.join(f'`{each}`' for each in FORMATS)}"
            self._report("PS502", f"{shown(form)} is not a format of a fact", at=(*at, "format"), help_text=help_text)
            return None
        types: dict[object, Type] = {"string": TEXT, "boolean": BOOL, "integer": WHOLE}
        if isinstance(kind, str) and kind in types:
            return types[kind]
        if kind == "number":
            help_text = "write `integer`, or `string` with `format: money`: fractions are never exact"
            self._report("PS502", "a fact cannot be a number with a fraction", at=(*at, "type"), help_text=help_text)
        else:
            message = "`type` is missing" if kind is None else f"{shown(kind)} is not a type of a fact"
            help_text = "write `integer`, `boolean` or `string`"
            self._report("PS502", message, at=(*at, "type"), help_text=help_text, on_key=kind is None)
        return None

    def _enum(self, name: str, words: object, *, at: At) -> Type | None:
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            self._report("PS502", "an `enum` is a list of words", at=at)
            return None
        members = tuple(dict.fromkeys(str(word) for word in words))
        if len(members) != len(words):
            self._report("PS502", "the `enum` names a word twice", at=at)
        return Enum(name=f"{self._side}.{name}", members=members)

    def _default(self, fact: Fact, declared: Declared, *, at: At) -> FactValue | None:
        value = declared["default"]
        expected = bool if fact.type == BOOL else int if fact.type == WHOLE else str
        fits = isinstance(value, expected) and (expected is bool or not isinstance(value, bool))
        if not fits or (isinstance(fact.type, Enum) and value not in fact.type.members):
            self._report("PS502", f"{describe(value)} is no value of `{fact.name}`", at=(*at, "default"))
            return None
        try:
            return fact_value(fact, value, currency=self._currency, decimals=self._decimals)
        except Mistakes as error:
            for mistake in error.mistakes:
                self._report(mistake.code, mistake.message, at=(*at, "default"), help_text=mistake.help)
            return None

    def _with_default(self, fact: Fact, default: FactValue) -> Fact:
        currency = self._currency if fact.type == MONEY else ""
        return replace(fact, default=default, default_currency=currency)

    def _check_keywords(self, declared: Declared, known: tuple[str, ...], *, at: At) -> None:
        for keyword, value in declared.items():
            if keyword not in known:
                help_text = did_you_mean(keyword, known) or f"known here: {', '.join(f'`{each}`' for each in known)}"
                message = f"the keyword `{keyword}` is not taken here"
                instead = instead_of(keyword, known)
                self._placing.report(
                    "PS502", message, path=(*at, keyword), help_text=help_text, on_key=True, instead=instead
                )
            elif keyword in ("minimum", "maximum", "minLength", "maxLength"):
                whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_FACT
                if not whole:
                    self._report("PS502", f"`{keyword}` is a whole number", at=(*at, keyword))

    def _report(self, code: str, message: str, *, at: At, help_text: str | None = None, on_key: bool = False) -> None:
        self._placing.report(code, message, path=at, help_text=help_text, on_key=on_key)


def _schema_text(declared: Declared, facts: tuple[Fact, ...]) -> str:
    """Return the JSON Schema of the facts that could be read."""
    properties, names = declared.get("properties"), [fact.name for fact in facts]
    known = properties if isinstance(properties, dict) else {}
    schema = {
        "type": "object",
        "properties": {name: _bounded(known[name]) for name in names},
        "required": [fact.name for fact in facts if fact.default is None],
        "additionalProperties": False,
    }
    return json.dumps(
        schema, sort_keys=True, default=lambda value: value.text if isinstance(value, OddNumber) else None
    )


def _bounded(declared: object) -> dict[str, object]:
    """Return a declaration without its remarks, whole numbers kept within what the engine counts with."""
    found = dict(declared) if isinstance(declared, dict) else {}
    kept = {key: value for key, value in found.items() if key not in ("title", "description", "examples", "default")}
    if kept.get("type") == "integer":
        kept = {"minimum": -MAX_FACT, "maximum": MAX_FACT} | kept
    elif kept.get("type") == "string":
        kept = {"maxLength": 4000} | kept
    return kept
