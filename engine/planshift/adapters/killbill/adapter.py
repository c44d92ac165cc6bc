"""The adapter: for every kind of action, how to see whether it was done, and how to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

from planshift.adapters.halting import Halt, reached
from planshift.adapters.incoming import Told
from planshift.adapters.killbill import money, notes, subscriptions
from planshift.adapters.killbill.api import KillBill
from planshift.adapters.killbill.pushes import read_push
from planshift.adapters.killbill.settings import KillBillSettings
from planshift.execution.ports import Done, Outcome, Reached, Refused, Task, Unanswered, Unavailable


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """How a kind of action is looked for at Kill Bill, and how it is done. Looking changes nothing."""

    seen: Callable[[KillBill, Task], Done | None]
    act: Callable[[KillBill, Task], Done]


def _term(killbill: KillBill, task: Task) -> Done:
    return subscriptions.put_back(killbill, task) if task.undoing else subscriptions.start(killbill, task)


def _term_seen(killbill: KillBill, task: Task) -> Done | None:
    return subscriptions.is_back(killbill, task) if task.undoing else subscriptions.changed(killbill, task)


_NOTED: Final = Deed(seen=notes.noted, act=notes.note)
_BILL: Final = Deed(seen=money.posted, act=money.post)
_BACK: Final = Deed(seen=money.taken_back, act=money.take_back)

DEEDS: Final[dict[str, Deed]] = {
    "start_plan": Deed(seen=subscriptions.changed, act=subscriptions.start),
    "withdraw_plan": Deed(seen=subscriptions.is_back, act=subscriptions.put_back),
    "change_term": Deed(seen=_term_seen, act=_term),
    "end_plan": Deed(seen=subscriptions.ended, act=subscriptions.end),
    "resume_plan": Deed(seen=subscriptions.resumed, act=subscriptions.resume),
    "issue_invoice": _BILL,
    "add_to_invoice_run": _BILL,
    "post_lines": _BILL,
    "issue_credit": _BILL,
    "discount_next_invoice": _BILL,
    "reduce_debt": _NOTED,
    "bump_renewal": _NOTED,
    "ask_payment": _NOTED,
}
"""What is done, by kind of action. What Kill Bill does by itself is only noted."""

TAKEN_BACK: Final[dict[str, Deed]] = {
    **dict.fromkeys(
        ("issue_invoice", "add_to_invoice_run", "post_lines", "issue_credit", "discount_next_invoice"), _BACK
    ),
    **dict.fromkeys(("reduce_debt", "ask_payment"), _NOTED),
}
"""How `take_back` undoes a step, by the kind of the step."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KillBillAdapter:
    """Carries actions out in a tenant of Kill Bill."""

    killbill: KillBill
    name: str = "killbill"

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of actions that it carries out, those that only undo included."""
        return frozenset({*DEEDS, "take_back"})

    def perform(self, task: Task) -> Outcome:
        """Do a task. What was done under its key before is found and not done again."""
        deed = _deed_of(task)
        if deed is None:
            return Refused(why=f"Kill Bill has nothing for `{task.action.kind}` of `{task.step.action.kind}`")
        try:
            return deed.seen(self.killbill, task) or deed.act(self.killbill, task)
        except Halt as halt:
            return halt.outcome

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task whose answer was lost; None if it was not done, so that it may be tried again."""
        deed = _deed_of(task)
        try:
            return None if deed is None else deed.seen(self.killbill, task)
        except Halt as halt:
            known = isinstance(halt.outcome, Unavailable | Unanswered)
            return halt.outcome if known else Unavailable(why="Kill Bill cannot tell what was done")

    def read(self, payload: bytes, *, proof: str, at: int) -> tuple[Told, ...]:
        """What a push notification comes to, by what the server says; `proof` is the secret in the address."""
        return read_push(self.killbill, payload, proof=proof, at=at)

    def reachable(self) -> Reached:
        """Whether the server answers and knows the user and the tenant."""
        return reached(self._looked)

    def _looked(self) -> str:
        number = self.killbill.catalogs()
        return f"Kill Bill answers; the catalog of the tenant has {number} version{'' if number == 1 else 's'}"


def open_killbill(settings: KillBillSettings) -> KillBillAdapter:
    """The adapter for a tenant of a Kill Bill server."""
    return KillBillAdapter(killbill=KillBill(settings=settings))


def _deed_of(task: Task) -> Deed | None:
    kind = task.action.kind
    return TAKEN_BACK.get(task.step.action.kind) if kind == "take_back" else DEEDS.get(kind)
