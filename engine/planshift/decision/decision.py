"""The decision about one change: what the kernel computed, read into values when they are asked for.

The kernel's output tuple is the trace: every fired rule, every objection, every term with the source that settled it,
every date, share and amount. The properties name its parts; nothing in them decides anything again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType

from planshift.billing.money import Money
from planshift.billing.subscription import Subscription
from planshift.decision import aftermath, belongings, explain_json, lines, people, places, reasons
from planshift.decision.answer import (
    Allowance,
    ContractResult,
    Extension,
    Fit,
    Flow,
    Line,
    Move,
    NextBill,
    PlanRef,
    Reason,
    Remedy,
    ResolvedTerm,
)
from planshift.decision.fingerprint import digest_of_text, fingerprint_of, text_of
from planshift.decision.outcome import Outcome
from planshift.decision.quote import Quote, quote_of
from planshift.rulebook.sources import Source


@dataclass(frozen=True, eq=False, repr=False, init=False)  # a subclass is frozen only when it says so itself
class Decision(Outcome):
    """What the policy says about one request for one subscription."""

    def __repr__(self) -> str:
        return f"<Decision {self.subscription.id} to {self.request.plan or 'nothing'}: {self.verdict}>"

    @cached_property
    def from_plan(self) -> PlanRef | None:
        """The plan that is left; None for a start."""
        if self.request.kind == "start":
            return None
        return people.plan_ref(self, self.subscription.plan, price=self.subscription.price, unit="old_unit")

    @cached_property
    def to_plan(self) -> PlanRef | None:
        """The plan that is asked for; None for a cancellation."""
        if not self.request.plan:
            return None
        return people.plan_ref(self, self.request.plan, price=self.request.price, unit="new_unit")

    @property
    def path(self) -> str | None:
        """The path of the policy that leads to the target, such as `path 1 from trial`; None without one."""
        road = places.road_of(self)
        return road.title if road is not None else None

    @property
    def groups(self) -> tuple[str, ...]:
        """Every group of the policy that both plans are in; the first says what kind of change it is."""
        return tuple(group.name for group in places.groups_of(self))

    @cached_property
    def terms(self) -> Mapping[str, ResolvedTerm]:
        """Every term of the change with its value and the source that settled it."""
        return MappingProxyType({name: self.term(name) for name in self.reading.kernel.terms})

    @property
    def label(self) -> str:
        """What the change is called; empty where the policy does not say."""
        return people.label_of(self, "label")

    @property
    def labels(self) -> Mapping[str, str]:
        """What the change is called in each locale; under an empty one where one text serves all."""
        return people.labels_of(self, "label")

    @cached_property
    def all_reasons(self) -> tuple[Reason, ...]:
        """Reasons and warnings."""
        return tuple(reasons.collect(self))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Everything that stands against the change, or stood against it before staff passed it."""
        return tuple(reason for reason in self.all_reasons if reason.weight != "warning")

    @property
    def warnings(self) -> tuple[Reason, ...]:
        """What the policy says without standing in the way."""
        return tuple(reason for reason in self.all_reasons if reason.weight == "warning")

    @cached_property
    def broken_promises(self) -> tuple[Source, ...]:
        """The `always` statements of the book that do not hold for this change, by their places."""
        promises = self.reading.kernel.promises
        kept = self.reading.promises.call(self.subscription, self.request, self.today) if promises else ()
        return tuple(promise.source for promise, holds in zip(promises, kept, strict=True) if not holds)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the change, due on the day it takes effect or, where collection waits, with the next bill."""
        return tuple(lines.lines_of(self)) if self.priced else ()

    def amount(self, kind: str) -> Money | None:
        """The sum of the lines of a kind; None without such a line."""
        found = [line.amount.minor for line in self.lines if line.kind == kind]
        return self.money(sum(found)) if found else None

    @property
    def due_now(self) -> Money:
        """What the customer pays at once."""
        return self.money(self.value("due_now"))

    @cached_property
    def flow(self) -> Flow | None:
        """Where credit and charges go; None when the change is denied."""
        return lines.flow_of(self) if self.priced else None

    @cached_property
    def next_bill(self) -> NextBill | None:
        """The next bill after the change; None when it is denied."""
        return lines.next_bill_of(self) if self.priced else None

    @cached_property
    def extension(self) -> Extension | None:
        """Time that unused money bought."""
        return lines.extension_of(self) if self.priced and self.truth("extension.active") else None

    @cached_property
    def contract(self) -> ContractResult | None:
        """What becomes of the commitment; None when the change is denied."""
        return aftermath.contract_of(self) if self.priced else None

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """What becomes of answers, resources, settings, add-ons, allowances, coupon and agreed price."""
        return tuple(belongings.moves_of(self))

    @cached_property
    def allowances(self) -> tuple[Allowance, ...]:
        """What the first period on another plan includes; nothing when the change is denied or the plan stays."""
        return tuple(belongings.allowances_of(self)) if self.priced else ()

    @property
    def lost(self) -> tuple[Move, ...]:
        """What has no place after the change."""
        return tuple(move for move in self.moves if move.outcome == "lost")

    @cached_property
    def limits(self) -> tuple[Fit, ...]:
        """Present use of every resource against the target."""
        return tuple(aftermath.fits_of(self))

    @cached_property
    def remedies(self) -> tuple[Remedy, ...]:
        """What would make present use fit, where it does not."""
        return tuple(aftermath.remedies_of(self))

    @cached_property
    def renews_on(self) -> date | None:
        """The day on which the next period ends; None where it is not a renewal, or where nothing follows it."""
        return aftermath.renews_on(self) if self.renews and self.allowed else None

    @cached_property
    def cancellable_until(self) -> date | None:
        """The last day on which the change can be called off; None when it cannot."""
        return aftermath.cancellable_until(self) if self.priced else None

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the book's version and of everything the decision was made from.

        A renewal is the same one at whatever instant a run comes to it, so that the instant does not count.
        """
        request = replace(self.request, at=0) if self.renews else self.request
        return fingerprint_of(self.rulebook.digest, subscription=self._told_subscription, request=text_of(request))

    @cached_property
    def subscription_digest(self) -> str:
        """The digest of the subscription that was decided on."""
        return digest_of_text(self._told_subscription)

    @cached_property
    def _told_subscription(self) -> str:
        return text_of(self.subscription)

    @cached_property
    def quote(self) -> Quote | None:
        """How long the figures hold, and for what; None where the change is not allowed."""
        return quote_of(self) if self.allowed else None

    def to_json(self) -> dict[str, object]:
        """The decision with its complete trace as data that `json` can write."""
        return explain_json.to_json(self)

    def to_text(self) -> str:
        """The same as JSON in one line."""
        return explain_json.to_text(self)

    def subscription_after(self) -> Subscription:
        """The subscription once the change has taken effect.

        Raises:
            InvalidInput: the change is not allowed, or ends the subscription.
        """
        return self._after

    @cached_property
    def _after(self) -> Subscription:
        return aftermath.subscription_after(self)
