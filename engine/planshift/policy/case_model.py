"""The model of a file of cases."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, create_model

from planshift.policy.fields import Code, Day, Identifier, Instant, Money, Name, Text, as_list
from planshift.policy.models import Document
from planshift.policy.request_model import RequestModel
from planshift.policy.subscription_model import PendingModel, PeriodModel, RunningContractModel, SubscriptionModel

Texts = Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=str | list[str])]
"""One text or several."""

Labels = Annotated[tuple[Identifier, ...], BeforeValidator(as_list, json_schema_input_type=Code | list[Identifier])]
"""One identifier or several."""

LineKind = Literal[
    "charge", "credit", "charge_old", "fee", "one_time", "setup", "penalty", "remainder", "waiting", "renewal"
]
"""What a line of a decision is for."""

FlowKind = Literal[
    "debt_reduced", "offset", "to_account", "refunded", "to_next_bill", "to_time", "forfeited", "account_used"
]
"""Where a credit can go; and `account_used`, what account credit pays at once."""


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


class InvoiceExpectModel(Document):
    """The first invoice that the steps issue."""

    due_on: Day | None = None
    """The day on which it falls due."""

    total: Money | None = None
    """What it comes to."""

    credit_used: Money | None = None
    """What account credit pays of it."""

    lines: Texts | None = None
    """Its lines, by their kinds (`charge`), by their titles, or by either with the amount (`fee 15.00 EUR`): all."""


class PeriodExpectModel(Document):
    """A period, by its days."""

    start: Day | None = None
    """Its first day."""

    end: Day | None = None
    """The first day after it."""


class ExpectModel(Document):
    """What the decision must say; what is not mentioned is not checked, and `null` means that there is none."""

    verdict: Literal["allowed", "denied", "needs_remedy", "needs_approval"] | None = None
    """Whether it is allowed."""

    reasons: Texts | None = None
    """The codes or sentences of everything that stands against it: all of them."""

    warnings: Texts | None = None
    """The codes or sentences of everything that is said without standing in the way: all of them."""

    direction: Literal["upgrade", "downgrade", "crossgrade", "term_change", "cancel", "start", "renewal"] | None = None
    """What kind of change it is."""

    group: Texts | None = None
    """The groups of the policy that both plans are in: all of them."""

    path: Text | None = None
    """The path of the policy that leads to the plan, such as `path 1 from trial`."""

    to: Name | None = None
    """The plan that it leads to: that of the request, or what the subscription renews to."""

    to_price: Text | None = None
    """The id of its price."""

    switch: Text | None = None
    """The switch that a renewal carries out, such as `switch 1 from trial`; `null` for a renewal as it is."""

    renews_on: Day | None = None
    """The day of the renewal after this one."""

    period: PeriodExpectModel | None = None
    """The period of the subscription afterwards."""

    timing: Text | None = None
    """The timing that the terms say."""

    effective_on: Day | None = None
    """The day on which it takes effect."""

    due_on: Day | None = None
    """The day on which the lines of the change fall due."""

    due_now: Money | None = None
    """What the customer pays at once."""

    due_later: Money | None = None
    """What falls due on a later day, or waits for the next bill."""

    due_held: Money | None = None
    """What falls due once the events have happened that a held credit waits for."""

    lines: dict[LineKind, Money | None] | None = None
    """The sum of the lines of each kind; lines of kinds that are not named come to nothing."""

    taxed_as: dict[LineKind, Text | None] | None = None
    """The service that the lines of each kind are taxed as."""

    flow: dict[FlowKind, Money | None] | None = None
    """Where the credit goes, and what account credit pays at once."""

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
    """The names of add-ons and ids of running services that are offered as remedies: all of them.

    An add-on can also be told with how many of it and for how much: `2 extra-disk 4.00 EUR`.
    """

    terms: dict[str, Any] | None = None
    """Terms by their dotted names, as a policy would set them."""

    sources: dict[str, Text] | None = None
    """For terms by their dotted names, the source that settled them as an explanation calls it; a rule by its title."""

    steps: Texts | None = None
    """The kinds of the steps that carry the change out, in their order: all of them."""

    later_steps: Texts | None = None
    """The kinds of the steps that a `schedule` or `hold_credit` keeps for later, in their order: all of them."""

    undo: Texts | None = None
    """The kinds of what undoes `steps`, the last step first: all of them."""

    invoice: InvoiceExpectModel | None = None
    """The first invoice that the steps issue, at once, later, or through an invoice run."""

    options: Texts | None = None
    """The plans, or plans with their prices (`gold monthly`), that are offered: all of them."""

    other_plans: Texts | None = None
    """Those of `options` that are other plans than the present one: all of them."""

    other_terms: Texts | None = None
    """Those of `options` that are other prices of the present plan: all of them."""

    offered: StrictBool | None = None
    """Whether anything is offered at all."""

    why: Text | None = None
    """The sentence that says why nothing, or no other plan, is offered."""

    hidden: dict[Text, Texts | None] | None = None
    """For plans, or plans with a price (`gold monthly`), the codes or sentences of all that keeps them back."""


class GivenFileModel(SubscriptionModel):
    """A subscription of the book, with what is different in this case."""

    subscription: Text | None = None
    """The subscription file that the rest is put over."""

    after: tuple[RequestModel, ...] = ()
    """Requests that were carried out before, one after the other, each at its own `at`; what they left is given."""


_OPTIONAL: dict[str, Any] = {
    "id": (Identifier | None, None),
    "plan": (Name | None, None),
    "period": (PeriodModel | None, None),
}
GivenModel: type[GivenFileModel] = create_model(
    "Given", __base__=GivenFileModel, __doc__=GivenFileModel.__doc__, __module__=__name__, **_OPTIONAL
)
"""A subscription of which every field can come from a file."""


def _partly(model: type[Document], name: str) -> Any:  # noqa: ANN401  # the type of a field that is made here
    """A mapping of which any part may be checked, or that there is none."""
    parts: dict[str, Any] = {
        part: (Annotated[(field.annotation, *field.metadata)] | None, None)
        if field.metadata
        else (field.annotation, None)
        for part, field in model.model_fields.items()
    }
    return create_model(name, __base__=model, __doc__=model.__doc__, **parts) | None


StateModel: type[SubscriptionModel] = create_model(
    "State", __base__=SubscriptionModel, __doc__="What comes to hold of the subscription.", **_OPTIONAL
)
"""A subscription of which every field may go on as it was."""

_PARTLY: dict[str, Any] = {
    "period": (PeriodExpectModel | None, None),
    "contract": (_partly(RunningContractModel, "ContractLeft"), None),
    "pending": (_partly(PendingModel, "PendingLeft"), None),
}
LeavesModel: type[SubscriptionModel] = create_model(
    "Leaves",
    __base__=SubscriptionModel,
    __doc__="What must be so of the subscription afterwards; what is not mentioned is not checked.",
    **(_OPTIONAL | _PARTLY),
)
"""A subscription of which any field may be checked."""


class MomentModel(Document):
    """One moment of a timeline. Time passes up to it: a change that waits for its day has taken effect by then."""

    at: Instant
    """When it is."""

    name: Text | None = None
    """What happens, for reports."""

    given: StateModel | None = None
    """What is different from now on: fields of the subscription."""

    events: Texts = ()
    """What happens to the change that waits: `payment.received`, `change.cancelled`, or what its credit waits for."""

    then: Texts | None = None
    """What the reactions of the book must do about these events: all their actions in order, none as an empty list."""

    when: RequestModel | None = None
    """What is asked for."""

    until: Instant | None = None
    """With `when: { kind: renew }`: every renewal that is due up to then is carried out."""

    expect: ExpectModel | None = None
    """What must come out; a request that does not expect another verdict must be allowed."""

    leaves: LeavesModel | None = None
    """What must be so of the subscription afterwards; `null` where it has ended."""


Cells = Annotated[tuple[Any, ...], Field(min_length=1)]
"""The names of the columns, or what one row says, in their order."""


class CaseModel(Document):
    """One worked example, or a table of them."""

    name: Text
    """What it shows."""

    shows: Labels = ()
    """The numbers of the requirements that it shows, if the book keeps any."""

    now: Instant | None = None
    """The instant of the request, where it is not that of the file."""

    given: GivenModel | None = None
    """The subscription."""

    when: RequestModel | None = None
    """What is asked for; without it the case is about what is offered."""

    expect: ExpectModel | None = None
    """What must come out; in a table, for every row that does not say otherwise."""

    table: Annotated[tuple[Cells, ...], Field(min_length=1)] | None = None
    """One row per example. The first list names the columns: `name`, then keys of a case with dots (`when.to`)."""

    timeline: tuple[MomentModel, ...] | None = None
    """In place of `when` and `expect`: one moment after the other, each with what must come out at it."""

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
