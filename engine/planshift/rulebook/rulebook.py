"""The compiled rulebook: a book of policy ready to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, final

from planshift.billing.calendar import to_day
from planshift.billing.catalog import Plan
from planshift.billing.garbage import uncollected
from planshift.diagnostics.diagnostic import has_errors
from planshift.diagnostics.errors import InvalidBook
from planshift.expressions.form import Bool, Form, Int, Node
from planshift.expressions.lower import Shown
from planshift.expressions.scalar import EarlyReturn, ScalarCall, ScalarFunction, compile_scalar
from planshift.expressions.typed import TypedRules
from planshift.policy.document import BookDocument
from planshift.rulebook.catalog_tables import CatalogTables
from planshift.rulebook.conditions import Conditions
from planshift.rulebook.facts import Facts
from planshift.rulebook.kernel import DENIED, PARAMETERS, Kernel, Renewing, build_kernel, kernel_constants
from planshift.rulebook.ladder_values import Holders, Ladder
from planshift.rulebook.messages import Message, holes_of, messages_of, nodes_of
from planshift.rulebook.requirements import Objection
from planshift.rulebook.rule_nodes import LowerNames, LowerPromises, LowerRules
from planshift.rulebook.switches import Switches

if TYPE_CHECKING:
    from planshift.policy.message_files import Messages

FIRST_OUTPUTS = (
    "verdict",
    "direction",
    "path",
    "group",
    "from_level",
    "to_level",
    "keeps_coupon",
    "allowances_over",
    "target",
    "switch",
    "switch.blocker",
    "due_from",
)
"""Outputs that every decision has, next to its objections, rules, terms, sources and limits; the last are renewals'."""

Outputs = tuple[int | bool | str, ...]
"""What a kernel computed, in its own order."""

_ALWAYS = ("group.", "objection.", "rule.", "term.", "source.", "used.", "allowed.", "excess.")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """The scalar reading of one kernel: outputs that folded to constants are kept aside, the others are computed."""

    kernel: Kernel
    constants: Mapping[str, int | bool]
    positions: Mapping[str, int]
    function: ScalarFunction
    zone: str
    call: ScalarCall

    @cached_property
    def picked(self) -> Callable[[tuple[str, ...]], Callable[[Outputs], Outputs]]:
        """What reads some outputs by name from those of one call; each choice of names is looked up once."""
        return lru_cache(maxsize=16)(self._picking)

    def _picking(self, names: tuple[str, ...]) -> Callable[[Outputs], Outputs]:
        size = len(self.positions)
        nothing = (0,) * size  # what a call leaves uncomputed
        known = tuple(self.constants.get(name, 0) for name in names)
        pick = itemgetter(*(self.positions.get(name, size + k) for k, name in enumerate(names)))
        return lambda raw: pick((*raw, *nothing[len(raw) :], *known))

    @cached_property
    def objections(self) -> tuple[tuple[Objection, int | None], ...]:
        """What can stand against a change, each with its place among the outputs; None for what always does."""
        names = [(objection, f"objection.{k}") for k, objection in enumerate(self.kernel.objections)]
        return tuple(
            (objection, self.positions.get(name)) for objection, name in names if self.constants.get(name, True)
        )

    @cached_property
    def messages(self) -> Mapping[int, tuple[Message, ...]]:
        """The texts of the rules, with functions that compute their holes; made when the first is needed."""
        return messages_of(self.kernel, PARAMETERS)

    @cached_property
    def promises(self) -> ScalarFunction:
        """What tells for each `always` statement whether it holds; made when it is first asked for."""
        return compile_scalar(
            [promise.holds for promise in self.kernel.promises],
            name="promises",
            parameters=PARAMETERS,
            access=self.kernel.facts.access,
            constants=kernel_constants(self.kernel.facts),
        )

    @cached_property
    def holes(self) -> Callable[[tuple[str | Shown, ...]], ScalarFunction]:
        """What computes the values among the parts of a text of this kernel; each is compiled once."""
        return lru_cache(maxsize=1024)(lambda parts: holes_of(self.kernel, parts, parameters=PARAMETERS))

    @cached_property
    def computed(self) -> Callable[[tuple[Node, ...]], ScalarFunction]:
        """What computes some nodes of this kernel; each choice of them is compiled once."""
        return lru_cache(maxsize=256)(lambda nodes: nodes_of(self.kernel, nodes, parameters=PARAMETERS))


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Rulebook:
    """A compiled book. Immutable, apart from readings that are compiled on first use; safe to share between threads."""

    document: BookDocument
    digest: str
    name: str
    zone: str
    tables: CatalogTables
    ladder: Ladder
    holders: Holders
    lower_rules: LowerRules
    lower_promises: LowerPromises
    lowering: LowerNames
    typed_rules: TypedRules
    _readings: dict[str | None, Reading] = field(default_factory=dict, init=False, repr=False)
    _renewals: dict[str | None, Reading] = field(default_factory=dict, init=False, repr=False)
    _conditions: dict[tuple[str, bool], Conditions] = field(default_factory=dict, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @cached_property
    def decimals(self) -> Mapping[str, int]:
        """The decimals of each currency of the book."""
        return MappingProxyType(dict(zip(self.tables.currencies, self.tables.decimals, strict=True)))

    @cached_property
    def plans(self) -> Mapping[str, Plan]:
        """The plans by name."""
        return {plan.name: plan for plan in self.tables.catalog.plans}

    @cached_property
    def messages(self) -> Messages:
        """What the book says to customers, by locale; read when somebody is first told something.

        Raises:
            InvalidBook: with every mistake in its messages.
        """
        from planshift.policy.message_files import read_messages  # noqa: PLC0415  # few decisions are told to customers

        messages, problems, _ = read_messages(self.document)
        if has_errors(problems):
            raise InvalidBook(diagnostics=problems)
        return messages

    @cached_property
    def switches(self) -> Switches:
        """The switches that are in force."""
        return Switches(switches=self.document.policy.switches)

    def reading(self, zone: str | None = None) -> Reading:
        """The scalar reading for a time zone, compiled once: of every kind of request but renewals."""
        return self._readings.get(zone) or self._compiled(zone, self._readings)

    def renewals(self, zone: str | None = None) -> Reading:
        """The same for renewals."""
        return self._renewals.get(zone) or self._compiled(zone, self._renewals)

    def conditions(self, reading: Reading) -> Conditions:
        """The conditions of the rules that a reading tries, part by part, built when somebody first looks into them."""
        key = (reading.zone, reading.kernel.facts.renews)
        with self._lock:
            if key not in self._conditions:
                facts = self.facts(reading.zone, renews=reading.kernel.facts.renews)
                self._conditions[key] = Conditions(facts, self.lowering, ladder=self.ladder, rules=self.typed_rules)
            return self._conditions[key]

    def _compiled(self, zone: str | None, known: dict[str | None, Reading]) -> Reading:
        with self._lock:
            if zone not in known:
                known[zone] = self._compile(zone or self.zone, renews=known is self._renewals)
            return known[zone]

    def _compile(self, zone: str, *, renews: bool) -> Reading:
        with uncollected():
            return read_kernel(self.kernel(zone, renews=renews))

    def kernel(
        self, zone: str, *, renews: bool, within: Mapping[str, tuple[int, int]] = MappingProxyType({})
    ) -> Kernel:
        """A kernel of this book; `within` makes it one for subscriptions and requests of narrower intervals only."""
        days_ahead = self.document.policy.invoice_days_before
        return build_kernel(
            self.facts(zone, renews=renews, within=within),
            ladder=self.ladder,
            holders=self.holders,
            lower_rules=self.lower_rules,
            lower_promises=self.lower_promises,
            renewing=Renewing(switches=self.switches, days_ahead=days_ahead) if renews else None,
        )

    def facts(self, zone: str, *, renews: bool, within: Mapping[str, tuple[int, int]] = MappingProxyType({})) -> Facts:
        """The facts of this book in a form of their own."""
        policy = self.document.policy
        return Facts(
            Form(),
            self.tables,
            zone=zone,
            in_force_from=to_day(policy.effective_from) if policy.effective_from else 0,
            renews_to=self.switches.price if renews else None,
            carry_map=policy.carry_map,
            within=within,
        )


def read_kernel(kernel: Kernel) -> Reading:
    """Compile the scalar reading of a kernel."""
    constants: dict[str, int | bool] = {}
    early, late = [], []
    for name, node in kernel.outputs.items():
        value = node.literal
        if value is not None and not isinstance(value, str):
            constants[name] = value
        elif name in FIRST_OUTPUTS or name.startswith(_ALWAYS):
            early.append(name)
        else:
            late.append(name)
    verdict = kernel.outputs["verdict"]
    assert isinstance(verdict, Int)  # built by the kernel
    denied = verdict.same(DENIED)
    assert isinstance(denied, Bool)  # a comparison
    function = compile_scalar(
        [kernel.outputs[name] for name in (*early, *late)],
        name="decide",
        parameters=PARAMETERS,
        access=kernel.facts.access,
        constants=kernel_constants(kernel.facts),
        early=EarlyReturn(when=denied, outputs=len(early)),
    )
    positions = {name: k for k, name in enumerate((*early, *late))}
    return Reading(
        kernel=kernel,
        constants=constants,
        positions=positions,
        function=function,
        zone=kernel.facts.zone,
        call=function.call,
    )
