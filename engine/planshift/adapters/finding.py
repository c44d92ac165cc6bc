"""Where an adapter finds what it has to know of a customer: among what their subscription holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, final, get_args

from planshift.billing.subscription import Subscription

Holder = Literal["answer", "resource", "setting", "fact"]
"""What can hold it: an answer to a question of a service, a resource, a setting, or a fact of the customer."""

HOLDERS: Final[tuple[Holder, ...]] = get_args(Holder)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a subscription: `answer hosting.username`, `resource cpanel`, `setting panel` or `fact email`."""

    holder: Holder
    name: str

    def __str__(self) -> str:
        return f"{self.holder} {self.name}"

    def of(self, *subscriptions: Subscription | None) -> str | None:
        """What stands there in the first of some subscriptions that has it; None where none has."""
        held = (self._held(each).get(self.name) for each in subscriptions if each is not None)
        return next((value for value in held if value), None)

    def _held(self, subscription: Subscription) -> dict[str, str]:
        match self.holder:
            case "answer":
                return {f"{each.service}.{each.question}": each.value for each in subscription.answers}
            case "resource":
                return dict(subscription.resources)
            case "setting":
                return dict(subscription.settings)
            case "fact":
                return {name: value for name, value in subscription.customer.facts if isinstance(value, str)}


def place_of(text: str) -> Place | None:
    """The place that a text such as `fact email` names; None where it names none."""
    holder, _, name = text.strip().partition(" ")
    found = next((each for each in HOLDERS if each == holder), None)
    return Place(holder=found, name=name.strip()) if found is not None and name.strip() else None
