"""Values made by hand: whatever stands in a field, the answer is a decision or the exceptions of planshift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planshift import Book, ChangeRequest, InvalidInput, PlanshiftError, Subscription, load
from planshift.billing.change import Remedies
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Discount, HeldAddon, HeldService, PendingChange, RunningContract

BOOK: Book = load(Path(__file__).parents[2] / "policies" / "hosting")
ANNA: Subscription = BOOK.subscriptions["anna-bronze"]
REQUEST = ChangeRequest(at=1_773_219_600, plan="gold", price="monthly")
"""On 11 March 2026 at ten in Stockholm."""

ASK: dict[str, Callable[[Subscription, ChangeRequest], object]] = {"decide": BOOK.decide, "options": BOOK.options}

TOO_LONG = 10**5000
"""Python refuses to write it out."""

WRONG: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        1.5,
        10**9,
        10**30,
        TOO_LONG,
        -TOO_LONG,
        "3",
        "",
        "\ud800",
        "x" * 500,
        b"x",
        [],
        [1],
        {},
        set(),
    ),
    *((), (1,), ("x",), (None,), (("x",),), (("x", -1),), (("disk_gb", "3"),), (["disk_gb", 3],), object(), int),
    *(date(1900, 1, 1), date(2300, 1, 1), date.max, datetime(2026, 1, 1, tzinfo=UTC)),
    *(Discount(ppm=2_000_000), Discount(amount=-1), Discount(code=cast("str", 3))),
    *(Remedies(add=(HeldAddon(name="extra-disk", quantity=-2),)), Remedies(end=("nobody",))),
    *(Remedies(add=cast("tuple[HeldAddon, ...]", [HeldAddon(name="extra-disk")])), Customer(id=cast("str", 5))),
    *((HeldAddon(name="nothing"),), (HeldAddon(name="extra-disk", quantity=TOO_LONG),)),
    *((HeldService(id="a", title="", uses=(("disk_gb", -4),)),), (HeldService(id="a", title="", uses=()),) * 2),
    Period(start=cast("date", 1), end=cast("date", 2)),
    Period(start=date(2026, 3, 1), end=date(2026, 4, 1), starts_at=10**18),
    Period(start=date(2026, 3, 1), end=date(2026, 4, 1), ends_at=5),
    RunningContract(starts_on=date(2026, 3, 1), ends_on=date(2025, 3, 1)),
    RunningContract(starts_on=date(2026, 3, 1), ends_on=date(2027, 3, 1), service="nothing"),
    RunningContract(starts_on=cast("date", "now"), ends_on=date(2025, 3, 1), penalty=-1),
    PendingChange(to_plan="x", to_price="y", effective_on=cast("date", None)),
)


def codes_of(ask: str, subscription: Subscription, request: ChangeRequest) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        ASK[ask](subscription, request)
    assert "\ud800" not in str(caught.value)
    return [problem.code for problem in caught.value.diagnostics]


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize(
    "field, value, code",
    [
        ("quantity", -5, "PS527"),
        ("quantity", 0, "PS527"),
        ("quantity", 10**9, "PS527"),
        ("quantity", 1.5, "PS532"),
        ("quantity", True, "PS532"),
        ("quantity", "3", "PS532"),
        ("amount", -1, "PS526"),
        ("amount", 10**30, "PS526"),
        ("amount", 9.5, "PS532"),
        ("bill_day", 99, "PS527"),
        ("bill_day", -1, "PS527"),
        ("bill_day", None, "PS532"),
        ("discount", Discount(ppm=2_000_000), "PS527"),
        ("discount", Discount(amount=-1), "PS526"),
        ("discount", {}, "PS532"),
        ("at", 10**30, "PS524"),
        ("at", -1, "PS524"),
        ("at", 1.0, "PS532"),
        ("on", date(2300, 1, 1), "PS524"),
        ("on", datetime(2026, 4, 1, tzinfo=UTC), "PS532"),
        ("kind", "chagne", "PS530"),
        ("by", [], "PS532"),
        ("by", "nobody", "PS531"),
        ("approvals", ["finance"], "PS532"),
        ("approvals", "finance", "PS532"),
        ("plan", None, "PS532"),
        ("override", 1, "PS532"),
        ("remedies", Remedies(add=(HeldAddon(name="extra-disk", quantity=-1),)), "PS527"),
        ("remedies", Remedies(add=(HeldAddon(name="extra-disc"),)), "PS517"),
        ("remedies", Remedies(end=("nobody",)), "PS516"),
        ("remedies", None, "PS532"),
    ],
)
def test_a_request_is_checked(ask: str, field: str, value: object, code: str) -> None:
    assert code in codes_of(ask, ANNA, replace(REQUEST, **cast("dict[str, Any]", {field: value})))


def test_a_plan_holds_only_its_add_ons() -> None:
    addon, plan = next(
        (addon.name, plan)
        for plan in BOOK.catalog.plans
        for addon in BOOK.catalog.addons
        if addon.name not in plan.addons
    )
    remedies = Remedies(add=(HeldAddon(name=addon),))
    request = replace(REQUEST, plan=plan.name, price=plan.prices[0].id, remedies=remedies)
    assert codes_of("decide", ANNA, request) == ["PS518"]


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"plan": "gold"}, "PS515"),
        ({"price": "monthly"}, "PS515"),
    ],
)
def test_a_cancellation_has_no_target(changed: dict[str, Any], code: str) -> None:
    assert codes_of("decide", ANNA, ChangeRequest(at=REQUEST.at, kind="cancel", **changed))[0] == code


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize(
    "field, value, code",
    [
        ("id", None, "PS532"),
        ("quantity", 1.0, "PS532"),
        ("quantity", -1, "PS527"),
        ("status", 3, "PS532"),
        ("status", ["active"], "PS532"),
        ("timezone", 3, "PS532"),
        ("timezone", "Mars/Olympus", "PS523"),
        ("timezone", "", "PS523"),
        ("timezone", "../etc", "PS523"),
        ("paid", 10**9, "PS511"),
        ("paid", "9.00", "PS532"),
        ("given_back", 10**9, "PS528"),
        ("debt", -1, "PS526"),
        ("usage", [("disk_gb", 3)], "PS532"),
        ("usage", (("disk_gb", -3),), "PS527"),
        ("usage", (("disk_gb", 3), ("disk_gb", 4)), "PS514"),
        ("allowances", (("minutes", -1),), "PS527"),
        ("allowances", (("minutes", 10**16),), "PS527"),
        ("allowances", (("minutes", 3), ("minutes", 4)), "PS514"),
        ("settings", (("php", 8),), "PS532"),
        ("settings", (("php", "8"), ("php", "9")), "PS514"),
        ("addons", (HeldAddon(name="extra-disc"),), "PS517"),
        ("addons", (HeldAddon(name="extra-disk", quantity=0),), "PS527"),
        ("addons", [HeldAddon(name="extra-disk")], "PS532"),
        ("services", (HeldService(id="a", title="A", uses=()),) * 2, "PS514"),
        ("customer", replace(ANNA.customer, facts=()), "PS529"),
        ("customer", replace(ANNA.customer, facts=(("pays_by", 99),)), "PS527"),
        ("customer", replace(ANNA.customer, facts=(("pays_by", "card"),)), "PS532"),
        ("customer", None, "PS532"),
        ("changes", (date(2300, 1, 1),), "PS524"),
        ("period", Period(start=date(2026, 3, 1), end=date(2026, 4, 1), ends_at=5), "PS510"),
    ],
)
def test_a_subscription_is_checked(ask: str, field: str, value: object, code: str) -> None:
    assert code in codes_of(ask, replace(ANNA, **cast("dict[str, Any]", {field: value})), REQUEST)


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize("value", ["3", None, [], {}, 1.5, object()])
def test_something_else_is_no_subscription_and_no_request(ask: str, value: Any) -> None:  # noqa: ANN401  # anything
    assert codes_of(ask, value, REQUEST) == ["PS532"]
    assert codes_of(ask, ANNA, value) == ["PS532"]


def test_every_mistake_is_told_at_once() -> None:
    request = replace(REQUEST, quantity=0, bill_day=99, by="nobody")
    assert sorted(codes_of("decide", ANNA, request)) == ["PS527", "PS527", "PS531"]


def test_the_message_says_what_the_place_takes() -> None:
    with pytest.raises(InvalidInput) as caught:
        BOOK.decide(ANNA, replace(REQUEST, approvals=cast("tuple[str, ...]", ["finance"])))
    problem = caught.value.diagnostics[0]
    assert problem.message == "`approvals` is of the type `list`, and must be a tuple, each item a text"
    assert problem.help == "a list can change later: write a tuple"


def test_what_was_checked_is_checked_again_after_a_change() -> None:
    request, subscription = replace(REQUEST, facts=(("start", 0),)), BOOK.validated(replace(ANNA))
    BOOK.decide(subscription, request)
    assert request.checked_by == subscription.checked_by == BOOK.digest
    assert replace(request, quantity=2).checked_by == ""
    assert codes_of("decide", subscription, replace(request, quantity=0)) == ["PS527"]
    assert codes_of("decide", replace(subscription, quantity=0), request) == ["PS527"]


def test_services_to_end_are_those_of_each_subscription() -> None:
    site = HeldService(id="site-1", title="A site", uses=())
    request = replace(REQUEST, remedies=Remedies(end=("site-1",)))
    BOOK.decide(replace(ANNA, services=(site,)), request)
    assert codes_of("decide", ANNA, request) == ["PS516"]


def test_debt_of_an_earlier_plan_is_no_mistake() -> None:
    assert BOOK.validated(replace(ANNA, debt=10_000)).debt == 10_000


def test_use_that_nothing_limits_is_no_mistake() -> None:
    assert BOOK.decide(replace(ANNA, usage=(*ANNA.usage, ("colours", 3))), REQUEST).allowed


def test_options_are_plain_changes_whatever_the_request_asks_for() -> None:
    odd = replace(
        REQUEST,
        kind="cancel",
        plan="",
        price="",
        until=date(2026, 3, 20),
        by="staff",
        on=date(2026, 4, 1),
        amount=1,
        discount=Discount(ppm=1_000_000),
        override=True,
        override_reason="why not",
        remedies=Remedies(add=(HeldAddon(name="extra-disk", quantity=9),)),
    )
    found, plain = (BOOK.options(ANNA, each) for each in (odd, ChangeRequest(at=REQUEST.at, by="staff")))
    assert [entry.to_json() for entry in found.entries] == [entry.to_json() for entry in plain.entries]
    assert len(found.hidden) == len(plain.hidden)


def test_nothing_comes_after_a_refusal_or_an_end() -> None:
    denied = BOOK.decide(BOOK.subscriptions["carla-gold"], replace(REQUEST, plan="silver"))
    assert denied.verdict == "denied"
    with pytest.raises(InvalidInput) as caught:
        denied.subscription_after()
    assert [problem.code for problem in caught.value.diagnostics] == ["PS533"]
    ended = BOOK.decide(ANNA, ChangeRequest(at=REQUEST.at, kind="cancel", by="staff"))
    assert ended.allowed
    with pytest.raises(InvalidInput, match="PS533"):
        ended.subscription_after()


wrong_values = st.one_of(
    st.sampled_from(WRONG),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.dates(),
    st.lists(st.integers(), max_size=2),
    st.tuples(st.text(), st.integers()).map(lambda pair: (pair,)),
)


def _fields_of(kind: type) -> list[str]:
    return [field.name for field in fields(kind) if field.init]


def _ask(subscription: Subscription, request: ChangeRequest) -> None:
    """Only the library's own exceptions come out, and what is decided can be told."""
    for ask in ASK.values():
        try:
            ask(subscription, request)
        except PlanshiftError as error:
            str(error)
    try:
        decision = BOOK.decide(subscription, request)
    except InvalidInput:
        return
    decision.to_json()
    if decision.allowed and request.plan:
        decision.subscription_after()


@pytest.mark.parametrize("name", _fields_of(ChangeRequest))
def test_each_wrong_value_in_each_field_of_a_request(name: str) -> None:
    for value in WRONG:
        _ask(ANNA, replace(REQUEST, **{name: value}))


@pytest.mark.parametrize("name", _fields_of(Subscription))
def test_each_wrong_value_in_each_field_of_a_subscription(name: str) -> None:
    for value in WRONG:
        _ask(replace(ANNA, **{name: value}), REQUEST)


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(_fields_of(Subscription)), wrong_values, max_size=2),
    st.dictionaries(st.sampled_from(_fields_of(ChangeRequest)), wrong_values, max_size=2),
)
def test_only_planshift_errors_come_out(held: dict[str, Any], asked: dict[str, Any]) -> None:
    _ask(replace(ANNA, **held), replace(REQUEST, **asked))
