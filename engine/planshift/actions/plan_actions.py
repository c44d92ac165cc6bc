"""Actions on what the customer has: the plan, the package at its module, the commitment, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, final

from planshift.billing.money import Money
from planshift.billing.subscription import Discount


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndPlan:
    """End a plan on a day; with `until` it pauses and is taken up again that day."""

    kind: ClassVar[str] = "end_plan"
    plan: str
    price: str
    on: date
    until: date | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePlan:
    """Let a plan run on as if it had not been ended."""

    kind: ClassVar[str] = "resume_plan"
    plan: str
    price: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StartPlan:
    """Start a plan on a day: its bill day (1 to 31), next regular bill, and the agreed price and coupon if any."""

    kind: ClassVar[str] = "start_plan"
    plan: str
    price: str
    quantity: int
    on: date
    bill_day: int
    next_bill_on: date | None
    amount: Money | None = None
    discount: Discount | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPlan:
    """Take a plan away as if it had not been started."""

    kind: ClassVar[str] = "withdraw_plan"
    plan: str
    price: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTerm:
    """Put a running plan on another of its prices or another quantity. No module is told."""

    kind: ClassVar[str] = "change_term"
    plan: str
    from_price: str
    to_price: str
    from_quantity: int
    to_quantity: int
    on: date
    amount: Money | None = None
    discount: Discount | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePackage:
    """Tell a module to run another package in place of the present one."""

    kind: ClassVar[str] = "change_package"
    module: str
    from_plan: str
    to_plan: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StartPackage:
    """Tell a module to run a package."""

    kind: ClassVar[str] = "start_package"
    module: str
    plan: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndPackage:
    """Tell a module to stop a package; with `until` only up to that day."""

    kind: ClassVar[str] = "end_package"
    module: str
    plan: str
    on: date
    until: date | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CarryContract:
    """Let the running commitment hold on another plan, up to and not including `ends_on`."""

    kind: ClassVar[str] = "carry_contract"
    from_plan: str
    to_plan: str
    ends_on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StartContract:
    """Begin a commitment (half-open days), with what leaving it early costs."""

    kind: ClassVar[str] = "start_contract"
    plan: str
    starts_on: date
    ends_on: date
    penalty: Money
    remainder: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndContract:
    """End a commitment on a day."""

    kind: ClassVar[str] = "end_contract"
    plan: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One thing that moves: an answer or setting, a resource with its connector, an add-on with its quantity.

    `to` is its name on the plan that it moves to, where that is another one.
    """

    name: str
    value: str
    to: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAnswers:
    """Copy answers to profile questions to another plan."""

    kind: ClassVar[str] = "move_answers"
    from_plan: str
    to_plan: str
    items: tuple[Carried, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoveResources:
    """Hand resources at connectors over to another plan."""

    kind: ClassVar[str] = "move_resources"
    from_plan: str
    to_plan: str
    items: tuple[Carried, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSettings:
    """Set on another plan what the customer had set on the one before."""

    kind: ClassVar[str] = "move_settings"
    from_plan: str
    to_plan: str
    items: tuple[Carried, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAddons:
    """Hand add-ons over to another plan."""

    kind: ClassVar[str] = "move_addons"
    from_plan: str
    to_plan: str
    items: tuple[Carried, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAllowance:
    """Add what is left of allowances to those that another plan begins with."""

    kind: ClassVar[str] = "move_allowance"
    from_plan: str
    to_plan: str
    items: tuple[Carried, ...]


Moving = MoveAnswers | MoveResources | MoveSettings | MoveAddons | MoveAllowance
"""The actions that move things of one kind."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AddAddon:
    """Add an add-on."""

    kind: ClassVar[str] = "add_addon"
    name: str
    quantity: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAddon:
    """Remove an add-on."""

    kind: ClassVar[str] = "remove_addon"
    name: str
    quantity: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DropAllowance:
    """Let what is left of allowances of a plan go."""

    kind: ClassVar[str] = "drop_allowance"
    plan: str
    items: tuple[Carried, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAllowance:
    """Let what was left of allowances of a plan count again."""

    kind: ClassVar[str] = "restore_allowance"
    plan: str
    items: tuple[Carried, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndService:
    """End something that uses resources, such as a site. Nothing undoes it."""

    kind: ClassVar[str] = "end_service"
    service: str
    title: str
