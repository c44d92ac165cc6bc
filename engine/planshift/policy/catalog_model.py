"""The model of `catalog.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    StrictBool,
    StrictInt,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from planshift.policy.amounts import Amounts, read_amount_text, read_amounts
from planshift.policy.fields import Codes, Count, Day, Duration, Every, Limit, Name, Names, PriceId, Term, Text
from planshift.policy.mistakes import wrong
from planshift.policy.models import Document

_MONEY: dict[str, Any] = {"type": "string", "examples": ["50 EUR"]}
_MONIES: dict[str, Any] = {"anyOf": [_MONEY, {"type": "array", "items": _MONEY}]}


def _read_monies(value: object, info: ValidationInfo) -> Amounts:
    amounts = () if value is None else read_amounts(value, info.context["decimals"] if info.context else {})
    if any(minor < 0 for _, minor in amounts):
        raise wrong("PS105", "an amount cannot be negative here")
    return amounts


Monies = Annotated[Amounts, PlainValidator(_read_monies), WithJsonSchema(_MONIES)]
"""One amount or a list of them, in one currency each."""

AmountText = Annotated[str, PlainValidator(read_amount_text), WithJsonSchema({"type": "string", "examples": ["9.00"]})]
"""An amount as text; its currency is the key it stands under."""

AmountsModel = dict[str, AmountText]
"""Amounts by currency."""


class _Priced(Document):
    """A mapping in which currencies stand as keys beside the fields."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, AmountText]

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say that a further key is a currency."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        inner = handler.resolve_ref_schema(schema)
        inner["patternProperties"] = {"^[A-Z]{3}$": inner["additionalProperties"]}
        inner["additionalProperties"] = False
        return schema


class PriceModel(_Priced):
    """One price of a plan; each currency is a key of its own."""

    every: Every
    """How often it is charged."""

    billed: Literal["in_advance", "in_arrear"] = "in_advance"
    """Whether a period is billed at its start or at its end."""

    setup: AmountsModel | None = None
    """What is charged once at the start."""

    renewal: AmountsModel | None = None
    """What renewals cost, where it differs from the first period."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    """The first day on which it can be bought."""

    until: Day | None = None
    """The first day on which it can no longer be bought."""

    retired: StrictBool = False
    """Whether it is kept only for those who have it."""


class ContractModel(Document):
    """A minimum term."""

    term: Term
    """How long it runs, in days, weeks, months or years."""

    penalty: Annotated[Monies, WithJsonSchema({"anyOf": [*_MONIES["anyOf"], {"type": "null"}]})] = ()
    """What leaving early costs."""

    remainder: StrictBool = False
    """Whether leaving early makes the rest of the term fall due."""

    service: Name | None = None
    """The service whose tax code the penalty bears."""


class PlanModel(Document):
    """What a customer subscribes to."""

    title: Text | None = None
    """What people call it."""

    module: Text = ""
    """The provisioner that runs it."""

    prices: Annotated[dict[PriceId, PriceModel], Field(min_length=1)]
    """Its prices by id."""

    limits: dict[Name, Limit] | None = None
    """How much of each resource it allows."""

    addons: Names = ()
    """The add-ons it can hold."""

    services: Names = ()
    """The services it consists of."""

    contract: ContractModel | None = None
    """Its minimum term."""

    resources: dict[Name, Text] | None = None
    """What it configures, and at which connector."""

    allowances: dict[Name, Limit] | None = None
    """How many units of each thing a period includes, such as minutes."""

    settings: Names = ()
    """What customers can set on it for themselves."""

    coupons: Codes | None = None
    """The codes of the coupons that it takes; without it every coupon."""

    trial: Duration | None = None
    """How long it can be tried for nothing."""

    status: Literal["active", "inactive", "restricted"] = "active"
    """Whether customers can change to it: `restricted` leaves that to staff."""

    stock: Count | None = None
    """How many can still be sold."""

    usage_bucket: StrictBool = False
    """Whether usage is rated after the fact."""

    quantity_max: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = 1_000_000
    """The largest quantity of one subscription."""


class AddonModel(_Priced):
    """Something a plan can hold beside its own limits; each currency is a key of its own."""

    title: Text | None = None
    """What people call it."""

    raises: dict[Name, Annotated[StrictInt, Field(ge=1, le=10**12)]] | None = None
    """By how much one of it raises each limit."""


class ServiceModel(Document):
    """A component that is billed and taxed under its own code."""

    tax_code: Text | None = None
    """The code that the tax system knows it by."""

    one_time: AmountsModel | None = None
    """What it costs once."""

    questions: Names = ()
    """The profile questions that customers answer for it."""


class CatalogModel(Document):
    """Everything that is sold."""

    plans: dict[Name, PlanModel]
    """The plans by name."""

    addons: dict[Name, AddonModel] | None = None
    """The add-ons by name."""

    services: dict[Name, ServiceModel] | None = None
    """The services by name."""
