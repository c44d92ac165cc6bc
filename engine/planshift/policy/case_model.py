"""The model of a file of cases."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, create_model

from planshift.policy.fields import Day, Identifier, Instant, Money, Name, Text, as_list
from planshift.policy.models import Document
from planshift.policy.request_model import RequestModel
from planshift.policy.subscription_model import PeriodModel, SubscriptionModel

Texts = Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=str | list[str])]
"""One text or several."""

LineKind = Literal["charge", "credit", "charge_old", "fee", "one_time", "setup", "penalty", "remainder", "renewal"]
"""What a line of a decision is for."""

FlowKind = Literal["debt_reduced", "offset", "to_account", "refunded", "to_next_bill", "to_time", "forfeited"]
"""Where a credit can go."""


class ContractExpectModel(Document):
    """What becomes of the commitment."""

    outcome: Literal["none", "carried_on", "begins", "ends"] | None = None
    """Its fate."""

    ends_on: Day | None = None
    """The first day after it."""

    penalty: Money | None = None
    """What leaving early costs."""

    remainder: Money | None = None
    """What falls due of the rest of the term."""


class ExtensionExpectModel(Document):
    """The time that unused money bought."""

    units: Annotated[StrictInt, Field(ge=0)] | None = None
    """How many units."""

    starts_on: Day | None = None
    """Its first day."""

    ends_on: Day | None = None
    """The first day after it."""


class ExpectModel(Document):
    """What the decision must say; what is not mentioned is not checked, and `null` means that there is none."""

    verdict: Literal["allowed", "denied", "needs_remedy", "needs_approval"] | None = None
    """Whether it is allowed."""

    reasons: Texts | None = None
    """The codes or sentences of everything that stands against it: all of them."""

    warnings: Texts | None = None
    """The codes or sentences of everything that is said without standing in the way: all of them."""

    direction: Literal["upgrade", "downgrade", "crossgrade", "term_change", "cancel", "start"] | None = None
    """What kind of change it is."""

    timing: Text | None = None
    """The timing that the terms say."""

    effective_on: Day | None = None
    """The day on which it takes effect."""

    due_now: Money | None = None
    """What the customer pays at once."""

    due_later: Money | None = None
    """What falls due on a later day, or waits for the next bill."""

    due_held: Money | None = None
    """What falls due once the events have happened that a held credit waits for."""

    lines: dict[LineKind, Money | None] | None = None
    """The sum of the lines of each kind; lines of kinds that are not named come to nothing."""

    flow: dict[FlowKind, Money | None] | None = None
    """Where the credit goes."""

    next_bill_on: Day | None = None
    """The day of the next bill."""

    next_bill: Money | None = None
    """What the next bill comes to."""

    contract: ContractExpectModel | None = None
    """What becomes of the commitment."""

    extension: ExtensionExpectModel | None = None
    """The time that unused money bought."""

    cancellable_until: Day | None = None
    """The last day on which it can be called off."""

    moves: Texts | None = None
    """The names of what moves to the new plan: all of them."""

    lost: Texts | None = None
    """The names of what is lost: all of it."""

    excess: dict[Name, Annotated[StrictInt, Field(ge=0)]] | None = None
    """By how much present use of each resource exceeds the new limit."""

    remedies: Texts | None = None
    """The names of add-ons and ids of running services that are offered as remedies: all of them."""

    terms: dict[str, Any] | None = None
    """Terms by their dotted names, as a policy would set them."""

    sources: dict[str, Text] | None = None
    """For terms by their dotted names, the source that settled them as an explanation calls it; a rule by its title."""

    options: Texts | None = None
    """The plans that are offered: all of them."""


class GivenFileModel(SubscriptionModel):
    """A subscription of the book, with what is different in this case."""

    subscription: Text | None = None
    """The subscription file that the rest is put over."""


_OPTIONAL: dict[str, Any] = {
    "id": (Identifier | None, None),
    "plan": (Name | None, None),
    "period": (PeriodModel | None, None),
}
GivenModel: type[GivenFileModel] = create_model(
    "Given", __base__=GivenFileModel, __doc__=GivenFileModel.__doc__, __module__=__name__, **_OPTIONAL
)
"""A subscription of which every field can come from a file."""


class CaseModel(Document):
    """One worked example."""

    name: Text
    """What it shows."""

    now: Instant | None = None
    """The instant of the request, where it is not that of the file."""

    given: GivenModel | None = None
    """The subscription."""

    when: RequestModel | None = None
    """What is asked for; without it the case is about the options."""

    expect: ExpectModel
    """What must come out."""

    todo: Text | None = None
    """Why the case is not run yet."""


class CasesModel(Document):
    """A file of cases."""

    now: Instant | None = None
    """The instant of every request that names none."""

    subscription: Text | None = None
    """The subscription file of every case that names none."""

    cases: tuple[CaseModel, ...]
    """The cases."""
