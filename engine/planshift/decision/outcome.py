"""What the kernel computed for one change, read by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from planshift.billing.calendar import from_day
from planshift.billing.catalog import Plan
from planshift.billing.change import ChangeRequest
from planshift.billing.money import Money
from planshift.billing.subscription import Subscription
from planshift.decision.answer import ResolvedTerm
from planshift.decision.term_text import term_text
from planshift.policy.document import Switch
from planshift.rulebook.kernel import ALLOWED, DENIED, VERDICTS
from planshift.rulebook.requirements import Objection
from planshift.rulebook.rulebook import Reading, Rulebook
from planshift.rulebook.sources import DIRECTIONS, Computed


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Outcome:
    """The raw result of a decision: its inputs, and the kernel's outputs under their names."""

    rulebook: Rulebook
    reading: Reading
    subscription: Subscription
    request: ChangeRequest
    today: int
    """The local day of the request, as a day number."""
    raw: tuple[int | bool | str, ...]
    """The kernel's outputs in its own order; shorter when the change is denied."""

    def __init__(  # noqa: PLR0917  # called once per decision, in one place, where keywords would be felt
        self,
        rulebook: Rulebook,
        reading: Reading,
        subscription: Subscription,
        request: ChangeRequest,
        today: int,
        raw: tuple[int | bool | str, ...],
    ) -> None:
        # A frozen dataclass sets each field through `object.__setattr__`; setting them at once costs a fraction of it.
        fields = {
            "rulebook": rulebook,
            "reading": reading,
            "subscription": subscription,
            "request": request,
            "today": today,
            "raw": raw,
        }
        object.__setattr__(self, "__dict__", fields)

    def value(self, name: str) -> int:
        """One output of the kernel by name; 0 for what a denied change leaves uncomputed."""
        reading, raw = self.reading, self.raw
        position = reading.positions.get(name)
        if position is None:
            return int(reading.constants.get(name, 0))
        return int(raw[position]) if position < len(raw) else 0

    def values(self, names: tuple[str, ...]) -> tuple[int | bool | str, ...]:
        """Several outputs of the kernel at once, two or more; 0 as above."""
        return self.reading.picked(names)(self.raw)

    def truth(self, name: str) -> bool:
        """One truth of the kernel by name."""
        return bool(self.value(name))

    @property
    def objections(self) -> Iterator[Objection]:
        """What stands against the change, in the order of the kernel: every decision has computed all of it."""
        raw = self.raw
        return (objection for objection, place in self.reading.objections if place is None or raw[place])

    def money(self, minor: int) -> Money:
        """An amount in the subscription's currency."""
        return Money(
            minor=minor, currency=self.subscription.currency, decimals=self.decimals[self.subscription.currency]
        )

    def day(self, name: str) -> date:
        """One date of the kernel by name."""
        return from_day(self.value(name))

    @property
    def decimals(self) -> Mapping[str, int]:
        """The decimals of each currency of the book."""
        return self.rulebook.decimals

    @property
    def verdict(self) -> str:
        """`allowed`, `denied`, `needs_remedy` or `needs_approval`."""
        return VERDICTS[self.value("verdict")]

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against the change."""
        return self.value("verdict") == ALLOWED

    @property
    def priced(self) -> bool:
        """Whether dates and amounts were computed: not for a denied change."""
        return self.value("verdict") != DENIED

    @property
    def direction(self) -> str:
        """One of `upgrade`, `downgrade`, `crossgrade`, `term_change`, `cancel`, `start`, `renewal`."""
        return DIRECTIONS[self.value("direction")]

    @property
    def renews(self) -> bool:
        """Whether the running period ends and the next one begins."""
        return self.request.kind == "renew"

    @property
    def due_switch(self) -> Switch | None:
        """The switch that is due at a renewal, whether its target can be taken or not."""
        position = self.value("switch")
        return self.rulebook.switches.switches[position - 1] if position else None

    @property
    def switch(self) -> Switch | None:
        """The switch that a renewal carries out."""
        return None if self.value("switch.blocker") else self.due_switch

    @property
    def computed_at(self) -> int:
        """The instant the decision was computed for, in epoch seconds."""
        return self.request.at

    @property
    def effective_on(self) -> date | None:
        """The day the change takes effect; None when it is denied."""
        return self.day("effective") if self.priced else None

    @property
    def immediate(self) -> bool:
        """Whether the change takes effect today or earlier."""
        return self.priced and self.truth("immediate")

    def plan_named(self, name: str) -> Plan | None:
        """A plan of the catalog."""
        return self.rulebook.plans.get(name)

    def term(self, name: str) -> ResolvedTerm:
        """One term of the change."""
        known: dict[str, ResolvedTerm] = self.__dict__.setdefault("_terms", {})  # as a cached property keeps its value
        return known.get(name) or known.setdefault(name, self._resolved(name))

    def _resolved(self, name: str) -> ResolvedTerm:
        kernel, place, by = self.reading.kernel, self.value(f"term.{name}"), self.value(f"source.{name}")
        value, source = kernel.terms[name].values[place], kernel.sources[by]
        if isinstance(value, Computed):
            amount = self.money(self.value("fee"))
            text = term_text(name, value, decimals=self.decimals)
            return ResolvedTerm(name=name, value=amount, text=f"{text} = {amount}", source=source)
        # The same few values from the same few sources are told of every change: kept as cached properties are.
        known: dict[tuple[str, int, int], ResolvedTerm] = self.reading.__dict__.setdefault("_told", {})
        told = known.get((name, place, by))
        if told is None:
            text = term_text(name, value, decimals=self.decimals)
            told = known[name, place, by] = ResolvedTerm(name=name, value=value, text=text, source=source)
        return told

    def word(self, name: str) -> str:
        """The word of a term."""
        value = self.term(name).value
        return str(getattr(value, "word", ""))
