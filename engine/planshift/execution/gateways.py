"""Who does which step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, final

from planshift.actions.action import Action, Step
from planshift.actions.plan import placed
from planshift.actions.plan_actions import ChangePackage, EndPackage, StartPackage
from planshift.execution.order import Placement
from planshift.execution.ports import Adapter, Resident, SubscriptionSource

OWN: Final = frozenset({"schedule", "unschedule", "queue_change", "hold_credit", "record_override", "record_approval"})
"""What the keeping of orders does itself. An adapter that carries one of them out as well is asked besides."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """An adapter and what it is chosen for: of its kinds of actions these, of modules these; None means all."""

    adapter: Adapter | Resident
    kinds: frozenset[str] | None = None
    modules: frozenset[str] | None = None

    def does(self, action: Action) -> bool:
        """Whether an action is for it."""
        if action.kind not in self.adapter.kinds or (self.kinds is not None and action.kind not in self.kinds):
            return False
        if self.modules is not None and isinstance(action, ChangePackage | StartPackage | EndPackage):
            return action.module in self.modules
        return True


@final
class Gateways:
    """All adapters that are chosen; the first that an action is for carries it out."""

    def __init__(
        self, chosen: Iterable[Gateway | Adapter | Resident], *, source: SubscriptionSource | None = None
    ) -> None:
        self._chosen: Final = tuple(each if isinstance(each, Gateway) else Gateway(adapter=each) for each in chosen)
        self.source: Final = source
        self._known: Final[dict[tuple[str, str], tuple[Resident | None, Adapter | None]]] = {}
        self._residents: Final = tuple(
            each.adapter if isinstance(each.adapter, Resident) else None for each in self._chosen
        )

    @property
    def adapters(self) -> tuple[Adapter | Resident, ...]:
        """Every adapter once, in the order in which they are asked."""
        return tuple({id(each.adapter): each.adapter for each in self._chosen}.values())

    def of(self, step: Step) -> Adapter | Resident | None:
        """Who does a step, and undoes it; None where nobody does."""
        return self.inside(step) or self.outside(step)

    def inside(self, step: Step) -> Resident | None:
        """Who does a step in the database of the orders; None where it is not done there."""
        return self._who(step.action)[0]

    def outside(self, step: Step) -> Adapter | None:
        """Who does a step in a system outside; None where it is not done there."""
        return self._who(step.action)[1]

    def _who(self, action: Action) -> tuple[Resident | None, Adapter | None]:
        """Who does an action, in the database of the orders or outside: asked of each step, so each answer is kept."""
        module = action.module if isinstance(action, ChangePackage | StartPackage | EndPackage) else ""
        known = self._known.get((action.kind, module))
        if known is None:
            known = self._known[action.kind, module] = self._looked_up(action)
        return known

    def _looked_up(self, action: Action) -> tuple[Resident | None, Adapter | None]:
        for each, resident in zip(self._chosen, self._residents, strict=True):
            if each.does(action):
                return resident, None if resident is not None else each.adapter  # type: ignore[return-value]  # what is no resident
        return None, None

    def without(self, placement: Placement) -> tuple[str, ...]:
        """The kinds of actions of an order that nobody carries out, sorted."""
        steps = (each.step for each in placed(placement.plan.steps))
        return tuple(sorted({s.action.kind for s in steps if s.action.kind not in OWN and self.of(s) is None}))
