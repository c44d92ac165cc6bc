"""The model of `policy.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, create_model

from planshift.policy.catalog_model import CatalogModel, Monies
from planshift.policy.fields import (
    Code,
    Currency,
    Day,
    Every,
    Identifier,
    Language,
    Name,
    Names,
    Percent,
    PriceId,
    Question,
    Text,
    Zone,
    as_list,
    as_mapping,
)
from planshift.policy.models import Document
from planshift.policy.term_models import TERM_FIELDS, IntervalBlocksModel, ScopesModel

Constraint = Literal["same_module", "same_interval", "adjacent"]
"""What must be alike on both ends of a road: the module, the interval, or levels that follow each other."""

Constraints = Annotated[
    tuple[Constraint, ...], BeforeValidator(as_list, json_schema_input_type=Constraint | list[Constraint])
]


class RoadsModel(Document):
    """Which way a member may be left, or arrived at."""

    up: StrictBool = True
    """Whether upgrades are allowed."""

    down: StrictBool = True
    """Whether downgrades are allowed."""


class MemberModel(Document):
    """A plan's place in a group."""

    level: Annotated[StrictInt, Field(ge=-1000, le=1000)] | None = None
    """How high it stands: a change to a higher level is an upgrade."""

    leave: RoadsModel = RoadsModel()
    """Which way it may be left."""

    arrive: RoadsModel = RoadsModel()
    """Which way it may be arrived at."""


class GroupModel(Document):
    """Plans that can be changed for each other."""

    direction: Literal["by_level", "by_price_per_day", "by_price_per_month", "by_amount_per_day", "by_list"] | None = (
        None
    )
    """What makes a change an upgrade: by default the level where levels are given, else the order of the list.

    Prices are those of the catalog; an amount is what this customer pays, with agreed prices and the number of pieces.
    """

    equal: Literal["crossgrade", "upgrade", "downgrade", "refuse"] | None = None
    """What a change between equals is: by default refused between equal levels, else a crossgrade."""

    require: Constraints = ()
    """What must be alike on both ends."""

    terms: ScopesModel | None = None
    """Terms of changes inside the group."""

    members: Annotated[
        dict[Name, MemberModel | None],
        BeforeValidator(as_mapping, json_schema_input_type=dict[Name, MemberModel | None] | list[Name]),
    ]
    """The plans, with their levels; a mere list where direction follows from prices or from the list itself."""


Origins = Annotated[
    tuple[Name, ...],
    Field(min_length=1),
    BeforeValidator(as_list, json_schema_input_type=Name | Annotated[list[Name], Field(min_length=1)]),
]
"""One plan or several."""


class PathEndsModel(IntervalBlocksModel):
    """Explicit roads from one plan or several; terms can stand beside the roads."""

    from_: Annotated[Origins, Field(alias="from")]
    """The plan or plans that are left."""

    upgrades: Names = ()
    """Plans that a change to is an upgrade."""

    downgrades: Names = ()
    """Plans that a change to is a downgrade."""

    crossgrades: Names = ()
    """Plans that a change to is neither."""

    to: Names = ()
    """Plans whose price per day decides the direction."""

    require: Constraints = ()
    """What must be alike on both ends."""

    terms: ScopesModel | None = None
    """Terms of these roads by direction."""


PathModel: type[PathEndsModel] = create_model(
    "Path", __base__=PathEndsModel, __doc__=PathEndsModel.__doc__, __module__=__name__, **TERM_FIELDS
)
"""A path with every term as a field of its own."""


class ForModel(Document):
    """Terms for one client group or one customer."""

    client_group: Identifier | None = None
    """The client group they hold for."""

    customer: Identifier | None = None
    """The id of the customer they hold for."""

    terms: ScopesModel
    """The terms."""


class PlanTermsModel(Document):
    """Terms of changes away from a plan, and of changes to it."""

    terms: ScopesModel | None = None
    """Where the plan is left."""

    arriving: ScopesModel | None = None
    """Where the plan is the target."""


class SwitchEndModel(Document):
    """One end of a switch."""

    plan: Name
    """The plan."""

    every: Every | None = None
    """The interval of the price."""

    price: PriceId | None = None
    """The id of the price, where the interval does not tell prices apart."""


class SwitchModel(Document):
    """A change that happens by itself at renewal."""

    from_: Annotated[SwitchEndModel, Field(alias="from")]
    """What runs; without interval or price every price of the plan."""

    to: SwitchEndModel
    """What it becomes."""

    after_renewals: Annotated[StrictInt, Field(ge=0, le=10_000)] = 0
    """How many renewals pass first; 0 switches at the first."""

    enabled: StrictBool = True
    """Whether it is in force; an entry that is switched off has no effect."""


class CarryMapModel(Document):
    """Where things go whose `carry` term is `map`: the new name of each by its old one."""

    answers: dict[Question, Question] | None = None
    """Answers, as `SERVICE.QUESTION`."""

    resources: dict[Name, Name] | None = None
    """What is configured at connectors; the connector stays the same."""

    settings: dict[Name, Name] | None = None
    """What customers set."""

    addons: dict[Name, Name] | None = None
    """Add-ons, with their quantity."""

    usage: dict[Name, Name] | None = None
    """What is left of allowances, unit for unit."""

    coupons: dict[Code, Code] | None = None
    """Coupons; what they take off stays the same."""


class ImpactLimitsModel(Document):
    """How much an edit of the book may do to customers before somebody has to look at it."""

    refused: Percent | None = None
    """The share of customers that may be newly refused."""

    dearer: Percent | None = None
    """The share of customers that may pay more in the first year."""

    moved_per_year: Monies = ()
    """The money that may move in a year, in each currency that is limited."""


class FactsModel(Document):
    """The facts that rules may ask about beyond the built-in ones, each side as a JSON Schema of an object."""

    customer: dict[str, Any] | None = None
    """Facts of the customer."""

    usage: dict[str, Any] | None = None
    """Facts of the subscription's use."""

    request: dict[str, Any] | None = None
    """Facts of the request."""


class PolicyModel(Document):
    """A policy of plan changes."""

    policy_language: Literal[1]
    """The version of this format."""

    book: Name | None = None
    """The book's name."""

    title: Text | None = None
    """What people call it."""

    language: Language = "en"
    """In which language titles, labels and the texts of rules are written."""

    effective_from: Day | None = None
    """The first day on which it holds."""

    currency: Currency | None = None
    """The currency that is meant where several are possible."""

    timezone: Zone = "UTC"
    """Whose midnight begins a day."""

    decimals: dict[Currency, Annotated[StrictInt, Field(ge=0, le=6)]] | None = None
    """Decimals of amounts where they differ from ISO 4217."""

    extends: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=str | list[str])] = ()
    """Presets or folders of other books that this one takes over key by key; later ones win over earlier ones."""

    facts: FactsModel | None = None
    """Facts beyond the built-in ones."""

    invoice_days_before: Annotated[StrictInt, Field(ge=0, le=366)] = 0
    """How many days before a renewal its invoice is made."""

    groups: dict[Name, GroupModel] | None = None
    """Groups of plans."""

    paths: tuple[PathModel, ...] | None = None
    """Explicit roads."""

    require: Constraints = ()
    """What must be alike on both ends of every road."""

    terms: ScopesModel | None = None
    """Terms of all changes."""

    for_: Annotated[tuple[ForModel, ...] | None, Field(alias="for")] = None
    """Terms for client groups and customers."""

    plans: dict[Name, PlanTermsModel] | None = None
    """Terms of single plans."""

    switches: tuple[SwitchModel, ...] | None = None
    """Changes that happen by themselves at renewal."""

    carry_map: CarryMapModel | None = None
    """Where things go whose `carry` term is `map`."""

    impact_limits: ImpactLimitsModel | None = None
    """How much an edit may do to customers before somebody has to look at it."""

    rules: str | None = None
    """The rules, where they do not stand in `policy.rules`."""

    catalog: CatalogModel | None = None
    """The catalog, where it does not stand in `catalog.yaml`."""
