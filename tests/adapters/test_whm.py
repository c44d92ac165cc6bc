"""Packages of accounts, changed over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planshift.actions.action import Action, Step
from planshift.actions.plan_actions import ChangePackage, EndPackage, StartPackage
from planshift.adapters.contract import AdapterContract, Case, Fault, sample_tasks
from planshift.adapters.finding import Place, place_of
from planshift.adapters.memory import MemoryAdapter, MemorySide
from planshift.adapters.over_http import Line
from planshift.adapters.whm import WhmAdapter
from planshift.billing.subscription import Answer, Customer, Subscription
from planshift.execution.gateways import Gateway, Gateways
from planshift.execution.placing import place
from planshift.execution.ports import Done, Refused, Task, Unanswered, Unavailable
from planshift.execution.running import Runner
from planshift.execution.store.migrating import open_store
from planshift.execution.worker import Worker
from tests.actions.shop import BRONZE, decide, shop
from tests.adapters.stand_ins.over_http import Call, Reply
from tests.adapters.stand_ins.whm import TOKEN, Hosted, Whm

(SAMPLE, *_) = sample_tasks(["change_package"])
DAY = SAMPLE.today
PACKAGES = frozenset({"bronze", "silver", "shop_gold"})


def held(user: str) -> Subscription:
    """A subscription whose account has a name."""
    answers = (
        Answer(service="hosting", question="username", value=user),
        Answer(service="hosting", question="domain", value=f"{user}.example.com"),
    )
    return replace(SAMPLE.before, id=f"of-{user}", answers=answers)


def task_of(number: int, user: str, *, action: Action, undo: Action) -> Task:
    step = Step(id=action.kind, key=f"order-{number}:key:1", action=action, undo=undo)
    subscription = held(user)
    return replace(SAMPLE, order=f"order-{number}", step=step, before=subscription, after=subscription)


def change(start: str, end: str) -> ChangePackage:
    return ChangePackage(module="panel", from_plan=start, to_plan=end, on=DAY)


def starting(plan: str) -> StartPackage:
    return StartPackage(module="panel", plan=plan, on=DAY)


def ending(plan: str) -> EndPackage:
    return EndPackage(module="panel", plan=plan, on=DAY)


UP = task_of(1, "anna1", action=change("bronze", "silver"), undo=change("silver", "bronze"))
ON = task_of(2, "anna1", action=change("silver", "gold"), undo=change("gold", "silver"))
START = task_of(3, "bert1", action=starting("silver"), undo=ending("silver"))
AGAIN = task_of(4, "cleo1", action=starting("gold"), undo=ending("gold"))
END = task_of(5, "dora1", action=ending("bronze"), undo=starting("bronze"))
TASKS = (UP, ON, START, AGAIN, END)

OPENING = {
    "anna1": Hosted(domain="anna1.example.com", plan="bronze"),
    "cleo1": Hosted(domain="cleo1.example.com", plan="shop_gold", suspended=True),
    "dora1": Hosted(domain="dora1.example.com", plan="bronze"),
}


class WhmCase(Case):
    """What counts is what accounts that are not suspended run on: nothing is ever removed."""

    secrets = (TOKEN, "anna1", "bert1", "cleo1", "dora1", "example.com")

    def __init__(self, side: Whm) -> None:
        self.side = side

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        self.side.reset()

    def adapter(self) -> WhmAdapter:
        return adapter_of(self.side)

    def effects(self) -> object:
        return {user: found.plan for user, found in self.side.accounts.items() if not found.suspended}

    def meet(self, fault: Fault) -> None:
        self.side.fault = fault


def adapter_of(side: Whm, **changed: Any) -> WhmAdapter:  # noqa: ANN401  # its fields
    made = WhmAdapter(
        name="panel",
        url=side.address,
        user="root",
        token=TOKEN,
        account=Place(holder="answer", name="hosting.username"),
        domain=Place(holder="answer", name="hosting.domain"),
        packages={"gold": "shop_gold"},
        line=Line(timeout=5),
    )
    return replace(made, **changed)


@pytest.fixture
def side() -> Iterator[Whm]:
    with Whm(OPENING, packages=PACKAGES) as server:
        yield server
    assert server.wrong == []


class TestWhm(AdapterContract):
    @pytest.fixture
    def case(self, side: Whm) -> Case:
        return WhmCase(side)


def test_a_change_looks_and_then_changes(side: Whm) -> None:
    assert adapter_of(side).perform(UP) == Done()
    assert [call.path for call in side.calls] == ["/json-api/accountsummary", "/json-api/changepackage"]
    assert side.accounts["anna1"].plan == "silver"


def test_a_plan_may_be_called_otherwise_there(side: Whm) -> None:
    adapter = adapter_of(side)
    adapter.perform(UP)
    adapter.perform(ON)
    assert side.accounts["anna1"].plan == "shop_gold"


def test_what_somebody_else_has_changed_is_left_alone(side: Whm) -> None:
    side.accounts["anna1"] = replace(side.accounts["anna1"], plan="unlimited")
    found = adapter_of(side).perform(UP)
    assert found == Refused(why="the account runs on `unlimited` and not on `bronze`: somebody else has changed it")
    assert side.made == []


def test_what_is_so_already_is_done(side: Whm) -> None:
    side.accounts["anna1"] = replace(side.accounts["anna1"], plan="silver")
    assert adapter_of(side).perform(UP) == Done()
    assert side.made == []


def test_a_package_that_the_server_does_not_have_is_refused(side: Whm) -> None:
    found = adapter_of(side, packages={"silver": "platinum"}).perform(UP)
    assert found == Refused(why="it does not do `changepackage`: Sorry, the package platinum does not exist.")


def test_a_refusal_that_names_the_account_is_told_without_its_name(side: Whm) -> None:
    side.fault = "refusal"
    found = adapter_of(side).perform(UP)
    assert found == Refused(why="it does not do `changepackage`: Sorry, the account … is locked.")


def test_a_start_makes_an_account_where_there_is_none(side: Whm) -> None:
    assert adapter_of(side).perform(START) == Done()
    assert side.accounts["bert1"] == Hosted(domain="bert1.example.com", plan="silver")


def test_a_start_wakes_a_suspended_account_on_the_package_of_its_plan(side: Whm) -> None:
    side.accounts["bert1"] = Hosted(domain="bert1.example.com", plan="bronze", suspended=True)
    assert adapter_of(side).perform(START) == Done()
    assert side.made == ["changepackage", "unsuspendacct"]
    assert side.accounts["bert1"] == Hosted(domain="bert1.example.com", plan="silver")


def test_a_start_takes_no_account_that_is_in_use(side: Whm) -> None:
    side.accounts["bert1"] = Hosted(domain="bert1.example.com", plan="bronze")
    assert adapter_of(side).perform(START) == Refused(why="the account is in use, on another package")


def test_an_end_suspends_and_never_removes(side: Whm) -> None:
    assert adapter_of(side).perform(END) == Done()
    assert side.accounts["dora1"].suspended
    assert side.made == ["suspendacct"]


@pytest.mark.parametrize(
    "task,changed,why",
    [
        (UP, {"account": Place(holder="fact", name="login")}, "the subscription has no `fact login`, which names"),
        (START, {"domain": None}, "the settings do not say for which domain to make one"),
        (START, {"domain": Place(holder="setting", name="site")}, "the subscription has no `setting site`"),
        (task_of(9, "nobody", action=change("a", "b"), undo=change("b", "a")), {}, "there is no such account"),
    ],
)
def test_what_cannot_be_done_is_refused(side: Whm, task: Task, changed: Mapping[str, Any], why: str) -> None:
    found = adapter_of(side, **changed).perform(task)
    assert isinstance(found, Refused)
    assert why in found.why
    assert side.made == []


def test_a_token_that_is_not_known_says_nothing_about_the_change(side: Whm) -> None:
    adapter = adapter_of(side, token="expired")  # noqa: S106  # of no server at all
    assert isinstance(adapter.perform(UP), Unavailable)
    assert isinstance(adapter.ask(UP), Unavailable)
    assert "expired" not in repr(adapter)


class Odd(Whm):
    """Answers with something that is JSON, and no answer of WHM."""

    answer = b'{"metadata": {"result": 1}, "data": {"acct": []}}'

    def act(self, call: Call) -> Reply:  # noqa: ARG002  # it always answers the same
        return Reply(body=self.answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"metadata": []}',
        b'{"metadata": {"result": 1}, "data": {"acct": []}}',
        b'{"metadata": {"result": 1}, "data": {"acct": [{"plan": 5, "suspended": 0}]}}',
        b'{"metadata": {"result": "1"}}',
        b'{"metadata": {}}',
    ],
)
def test_no_odd_answer_is_taken_for_one(answer: bytes) -> None:
    with Odd({}, packages=PACKAGES) as side:
        side.answer = answer
        adapter = adapter_of(side)
        assert isinstance(adapter.perform(UP), Unanswered | Unavailable)
        assert isinstance(adapter.ask(UP), Unanswered | Unavailable)


# when the module is told (S0.3, S0.4)


def told(side: Whm, tmp_path: Path, terms: str, **asked: Any) -> list[str]:  # noqa: ANN401  # the fields of a request
    """The functions that the panel is called with while an order is carried out."""
    account = (*BRONZE.answers, Answer(service="hosting", question="username", value="anna1"))
    made = decide(terms, subscription=replace(BRONZE, answers=account), **asked)
    panel = Gateway(adapter=adapter_of(side), modules=frozenset({"cpanel"}))
    store = open_store(f"sqlite:///{tmp_path / 'orders.db'}")
    gateways = Gateways((panel, MemoryAdapter(side=MemorySide())))
    order = place(store, shop(terms), decision=made, at=made.request.at)
    worker = Worker(runner=Runner(store=store, gateways=gateways), name="test")
    assert worker.carry_out(order.id, now=made.request.at).state == "applied"
    return side.made


@pytest.mark.shows("S0.3")
def test_the_module_is_told_of_a_change_of_package(side: Whm, tmp_path: Path) -> None:
    assert told(side, tmp_path, "provision: notify") == ["changepackage"]
    assert side.accounts["anna1"].plan == "silver"


def test_the_module_is_not_told_where_the_policy_says_so(side: Whm, tmp_path: Path) -> None:
    assert told(side, tmp_path, "provision: none") == []
    assert side.accounts["anna1"].plan == "bronze"


@pytest.mark.shows("S0.4")
def test_the_module_is_not_told_of_another_price_of_the_same_plan(side: Whm, tmp_path: Path) -> None:
    assert told(side, tmp_path, "provision: notify", plan="bronze", price="yearly") == []


# where things are found


@pytest.mark.parametrize(
    "text,found",
    [
        ("answer hosting.username", "anna1"),
        (" fact  login ", "anna-fact"),
        ("resource cpanel", "anna-resource"),
        ("setting panel", "anna-setting"),
        ("fact nothing", None),
        ("fact empty", None),
        ("fact age", None),
    ],
)
def test_where_something_is_found(text: str, found: str | None) -> None:
    customer = Customer(id="anna", facts=(("login", "anna-fact"), ("empty", ""), ("age", 7)))
    subscription = replace(
        held("anna1"),
        customer=customer,
        resources=(("cpanel", "anna-resource"),),
        settings=(("panel", "anna-setting"),),
    )
    place = place_of(text)
    assert place is not None
    assert place.of(None, subscription) == found


@pytest.mark.parametrize("text", ["", "fact", "facts email", "fact ", "email"])
def test_what_names_no_place(text: str) -> None:
    assert place_of(text) is None
