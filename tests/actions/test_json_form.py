from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.actions.decode import MAX_DEPTH, MAX_MISTAKES
from planshift.actions.diff import diff
from planshift.actions.invariants import check
from planshift.actions.json_form import from_json, to_json
from planshift.actions.plan import ActionPlan
from planshift.actions.table import to_table
from planshift.diagnostics.codes import CODES
from planshift.diagnostics.errors import InvalidInput
from tests.actions.shop import METERED, SILVER, plan
from tests.actions.strategies import plans

PLAN = plan("timing: period_end, notify: client", subscription=SILVER, plan="bronze")


def written(found: ActionPlan = PLAN) -> Any:  # noqa: ANN401  # plain data to break at will
    """The plan as a file holds it."""
    return json.loads(json.dumps(to_json(found)))


def mistakes(data: object, **options: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        from_json(data, **options)
    return [(diagnostic.code, diagnostic.message) for diagnostic in caught.value.diagnostics]


@given(found=plans)
def test_a_plan_reads_back_as_it_was_written(found: ActionPlan) -> None:
    assert from_json(written(found)) == found


@given(found=plans, other=plans)
def test_no_plan_stops_the_checks_the_table_or_the_comparison(found: ActionPlan, other: ActionPlan) -> None:
    assert {diagnostic.code for diagnostic in check(found)} <= CODES.keys()
    assert to_table(found).endswith(".\n")
    assert str(diff(found, other)).endswith("unchanged.")
    assert diff(found, found).same


def test_the_form_is_for_people_too() -> None:
    data = written(plan())
    assert data["action_plan"] == 1
    assert data["steps"][2] == {
        "id": "change_package",
        "key": data["steps"][2]["key"],
        "action": {
            "kind": "change_package",
            "module": "cpanel",
            "from_plan": "bronze",
            "to_plan": "silver",
            "on": "2026-03-11",
        },
        "needs": ["start_plan"],
        "undo": {
            "kind": "change_package",
            "module": "cpanel",
            "from_plan": "silver",
            "to_plan": "bronze",
            "on": "2026-03-11",
        },
    }
    assert data["flow"]["due_now"] == "6.78 EUR"


def test_what_a_hold_keeps_is_written_inside_it() -> None:
    held = plan("hold_credit_until: job.completed", subscription=METERED, plan="bronze")
    hold = next(step["action"] for step in written(held)["steps"] if step["id"] == "hold_credit")
    assert [step["action"]["kind"] for step in hold["steps"]] == ["release_credit", "issue_credit"]


def broken(path: str, value: object) -> Any:  # noqa: ANN401  # plain data
    """The written plan with another value at a path such as `steps.0.id`."""
    data = written()
    *parents, last = path.split(".")
    place = data
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    place[int(last) if isinstance(place, list) else last] = value
    return data


A_VERSION = "1: this form of plans is all that is known"
MONEY = 'an amount such as "9.00 EUR"'
A_DAY = 'a day such as "2026-01-31"'
LINE_KINDS = "one of charge, credit, charge_old, fee, one_time, setup, penalty, remainder, waiting, renewal, discount"


@pytest.mark.parametrize(
    "path,value,expected,found",
    [
        ("returnable", 9.5, MONEY, "a number with a point"),
        ("returnable", "9,00 EUR", MONEY, "`9,00 EUR`"),
        ("returnable", "NaN EUR", MONEY, "`NaN EUR`"),
        ("returnable", "9.00", MONEY, "`9.00`"),
        ("effective_on", "2026-02-30", A_DAY, "`2026-02-30`"),
        ("effective_on", "20260401", A_DAY, "`20260401`"),
        ("effective_on", None, A_DAY, "nothing"),
        ("quote.computed_at", "now", "a whole number", "`now`"),
        ("quote.computed_at", True, "a whole number", "true"),
        ("quote.computed_at", 10**19, "a whole number", "a number that is too large"),
        ("subscription", 7, "a text", "`7`"),
        ("steps", {}, "a list", "an object"),
        ("steps.0", "end_plan", "an object", "`end_plan`"),
        ("steps.0.needs", [1], "a text", "`1`"),
        ("steps.0.action", [], "an action", "a list"),
        ("steps.0.action.steps.5.action.lines.0.kind", "gift", LINE_KINDS, "`gift`"),
        ("steps.1.action.about", 3, "one of change_made, change_scheduled, change_queued, renewed, event", "`3`"),
    ],
)
def test_a_value_of_another_kind_is_told_with_its_path(path: str, value: object, expected: str, found: str) -> None:
    place = path.replace(".needs", ".needs.0") if path.endswith("needs") else path
    named = re.sub(r"\.([0-9]+)", r"[\1]", place)
    assert mistakes(broken(path, value)) == [("PS702", f"`{named}` has to be {expected}, found {found}")]


@pytest.mark.parametrize(
    "path,value,code,message",
    [
        ("action_plan", 2, "PS702", f"`action_plan` has to be {A_VERSION}"),
        ("action_plan", True, "PS702", f"`action_plan` has to be {A_VERSION}"),
        ("subscription", "x" * 70_000, "PS706", "`subscription` is longer than 65536 characters"),
        ("steps.0.action", {}, "PS703", "`steps[0].action` has no `kind`"),
        ("steps.0.action.kind", "shedule", "PS705", "`shedule` at `steps[0].action` is no action"),
        ("steps.0.action.when", "", "PS704", "`steps[0].action.when` is not a field here"),
    ],
)
def test_other_mistakes_are_told_with_their_path(path: str, value: object, code: str, message: str) -> None:
    assert mistakes(broken(path, value)) == [(code, message)]


@pytest.mark.parametrize("path", ["flow", "flow.credit", "steps", "steps.0.action.on", "steps.0.key", "quote"])
def test_a_missing_field_is_told(path: str) -> None:
    data = written()
    *parents, last = path.split(".")
    place = data
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    del place[last]
    assert [code for code, _ in mistakes(data)] == ["PS703"]


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(InvalidInput) as caught:
        from_json(broken("steps.0.action.kind", "shedule"), file="plan.json")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.help == "did you mean `schedule`?"
    assert diagnostic.span.file == "plan.json"


@pytest.mark.parametrize("data", [None, 1, "plan", [], {}, {"steps": []}])
def test_what_is_no_plan_at_all_is_told_so(data: object) -> None:
    assert ("PS703", "`action_plan` is missing, so this is not an action plan") in mistakes(data)


def test_all_mistakes_are_told_at_once() -> None:
    data = broken("returnable", 1)
    data["steps"][0]["id"] = None
    data["note"] = ""
    assert [code for code, _ in mistakes(data)] == ["PS704", "PS702", "PS702"]


def test_mistakes_without_end_are_cut_off() -> None:
    assert len(mistakes(broken("steps", ["?"] * 10_000))) == MAX_MISTAKES


def test_steps_inside_each_other_without_end_are_refused() -> None:
    data = written()
    inner = data["steps"][0]
    for _ in range(MAX_DEPTH):
        inner = {**inner, "action": {**inner["action"], "steps": [inner]}}
    data["steps"] = [inner]
    assert [code for code, _ in mistakes(data)] == ["PS706"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(value=ANYTHING, pick=st.data())
def test_nothing_but_diagnostics_comes_out_of_bad_data(value: object, pick: st.DataObject) -> None:
    data = written()
    place = data
    while True:
        keys = list(range(len(place))) if isinstance(place, list) else list(place)
        key = pick.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or pick.draw(st.booleans()):
            break
        place = place[key]
    place[key] = value
    try:
        found = from_json(data)
    except InvalidInput as error:
        told = {diagnostic.code for diagnostic in error.diagnostics}
    else:
        told = {diagnostic.code for diagnostic in check(found)}
    assert told <= CODES.keys()
