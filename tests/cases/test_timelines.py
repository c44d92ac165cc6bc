"""Timelines: each moment is decided on what the one before it left, and what waits takes effect on its day."""

from __future__ import annotations

import pytest

from planshift.book import Book, load_text
from planshift.cases.report import Report, report_text
from planshift.cases.run import run
from planshift.diagnostics.errors import InvalidBook
from tests.cases.test_language import ANNA, CATALOG, POLICY, RULES

BUCKET = CATALOG.replace("title: Large", "title: Large\n    usage_bucket: true")

HEAD = """
cases:
  - name: Anna
    given: { subscription: anna }
    timeline:
"""


def shop(*moments: str, policy: str = POLICY) -> Book:
    return load_text(
        {
            "policy.yaml": policy,
            "catalog.yaml": BUCKET,
            "policy.rules": RULES,
            "subscriptions/anna.yaml": ANNA,
            "cases/june.yaml": HEAD + "".join(f"      - {{ {moment} }}\n" for moment in moments),
        }
    )


def gone_through(*moments: str, policy: str = POLICY) -> list[tuple[str, str, str, str]]:
    report = run(shop(*moments, policy=policy))
    return [(each.moment, each.what, each.expected, each.got) for each in report.results[0].differences]


UP = "at: 2026-06-16 12:00, when: { to: large }"
DOWN = "at: 2026-06-20 12:00, when: { to: small }"


def test_a_change_at_once_is_in_force_at_the_next_moment() -> None:
    # large: 30.00 * 15/30 = 15.00 are billed
    left = "leaves: { plan: large, paid: 15.00 EUR, changes: [2026-06-16], bill_day: 1, status: active, debt: null }"
    assert (
        gone_through(f"{UP}, {left}", "at: 2026-06-17 09:00, leaves: { plan: large, period: { end: 2026-07-01 } }")
        == []
    )


def test_a_change_that_waits_takes_effect_on_its_day_and_not_before() -> None:
    waits = "leaves: { plan: large, pending: { to_plan: small, to_price: monthly, effective_on: 2026-07-01 } }"
    before = "at: 2026-06-30 23:59, leaves: { plan: large }"
    after = "at: 2026-07-01 00:00, leaves: { plan: small, pending: null, paid: 10.00 EUR, period: { end: 2026-08-01 } }"
    assert gone_through(UP, f"{DOWN}, {waits}", before, after) == []


def test_what_comes_to_hold_while_a_change_waits_holds_under_the_new_plan() -> None:
    later = "at: 2026-06-25 09:00, given: { usage: { sites: 7 }, status: suspended }, leaves: { plan: large }"
    after = "at: 2026-07-01 00:00, leaves: { plan: small, usage: { sites: 7 }, status: suspended }"
    assert gone_through(UP, DOWN, later, after) == []


def test_a_change_that_is_called_off_never_takes_effect() -> None:
    off = "at: 2026-06-25 12:00, events: change.cancelled, leaves: { plan: large, pending: null }"
    assert gone_through(UP, DOWN, off, "at: 2026-07-02 00:00, leaves: { plan: large }") == []


def test_the_point_of_no_return_holds() -> None:
    # invoices are made five days ahead, so 25 June is the last day
    late = "at: 2026-06-26 00:00, events: [change.cancelled]"
    assert gone_through(UP, DOWN, late) == [("2026-06-26 00:00", "events", "change.cancelled", "cannot happen")]


def test_renewals_follow_each_other_up_to_a_day() -> None:
    year = "at: 2026-06-26 06:00, until: 2027-05-27 06:00, when: { kind: renew }"
    expect = "expect: { lines: { renewal: 10.00 EUR } }, leaves: { renewals: 12, period: { end: 2027-07-01 } }"
    assert gone_through(f"{year}, {expect}") == []
    wrong = gone_through(f"{year}, expect: {{ lines: {{ renewal: 11.00 EUR }} }}")
    assert len(wrong) == 12
    assert set(wrong) == {("2026-06-26 06:00", "lines.renewal", "11.00 EUR", "10.00 EUR")}


def test_where_no_renewal_is_due_the_moment_fails() -> None:
    none = gone_through("at: 2026-06-02 06:00, until: 2026-06-20 06:00, when: { kind: renew }")
    assert none == [("2026-06-02 06:00", "when", "renewals", "none")]


def test_a_refusal_that_is_not_expected_ends_the_timeline() -> None:
    refused = "at: 2026-06-17 12:00, when: { to: alone, price: monthly }"
    later = "at: 2026-06-18 12:00, leaves: { plan: huge }"
    assert gone_through(UP, refused, later) == [("2026-06-17 12:00", "verdict", "allowed", "denied")]
    expected = f"{refused}, expect: {{ verdict: denied }}, leaves: {{ plan: large }}"
    assert gone_through(UP, expected, later) == [("2026-06-18 12:00", "plan", "huge", "large")]


def test_after_the_end_there_is_nothing() -> None:
    cancel = "at: 2026-06-20 12:00, when: { kind: cancel }"
    at_once = POLICY.replace("downgrade:", "cancel: { timing: now }\n  downgrade:")
    ended = "at: 2026-06-20 13:00, leaves: null"
    assert gone_through(f"{cancel}, leaves: null", ended, policy=at_once) == []
    after = "at: 2026-06-21 12:00, when: { to: large }"
    got = [("2026-06-21 12:00", "when", "a subscription", "it ended on 2026-06-20")]
    assert gone_through(cancel, after, policy=at_once) == got
    assert gone_through("at: 2026-06-20 12:00, leaves: null") == [
        ("2026-06-20 12:00", "leaves", "none", "small monthly, 2026-06-01 to 2026-07-01")
    ]


PAID_FIRST = POLICY.replace(
    "upgrade: { collect: now }", "upgrade: { collect: now, apply: after_payment, payment_expires: 3 days }"
)


def test_a_change_waits_for_its_payment() -> None:
    waits = f"{UP}, leaves: {{ plan: small, pending: {{ to_plan: large }} }}"
    paid = "at: 2026-06-18 12:00, events: [payment.received], leaves: { plan: large, pending: null }"
    assert gone_through(waits, paid, policy=PAID_FIRST) == []


def test_a_change_that_is_not_paid_in_time_lapses() -> None:
    in_time = "at: 2026-06-19 23:00, leaves: { pending: { to_plan: large } }"
    late = "at: 2026-06-20 00:00, leaves: { plan: small, pending: null }"
    assert gone_through(UP, in_time, late, policy=PAID_FIRST) == []
    failed = "at: 2026-06-17 00:00, events: [payment.failed], leaves: { plan: small, pending: null }"
    assert gone_through(UP, failed, policy=PAID_FIRST) == []


def test_what_is_open_is_settled_by_a_payment() -> None:
    open_ = (
        "at: 2026-06-02 00:00, given: { paid: 0.00 EUR, debt: 10.00 EUR, unpaid_invoices: 1 }, leaves: { debt: 10 EUR }"
    )
    paid = "at: 2026-06-03 00:00, events: [invoice.paid], leaves: { debt: null, paid: 10.00 EUR, unpaid_invoices: 0 }"
    assert gone_through(open_, paid) == []
    again = "at: 2026-06-04 00:00, events: [invoice.paid]"
    assert gone_through(open_, paid, again) == [("2026-06-04 00:00", "events", "invoice.paid", "cannot happen")]


HELD = POLICY.replace(
    "downgrade: { timing: period_end }",
    "downgrade: { timing: now, unused_credit: account_credit, hold_credit_until: [rating.completed, job.completed] }",
)


def test_held_credit_stands_on_the_account_once_all_its_events_have_happened() -> None:
    # 15.00 were billed for 15 days of Large; 11 of them are left: 15.00 * 11/15 = 11.00
    down = f"{DOWN}, leaves: {{ plan: small, account_credit: null }}"
    rated = "at: 2026-06-21 12:00, events: [rating.completed], leaves: { account_credit: 0.00 EUR }"
    done = "at: 2026-06-22 12:00, events: [job.completed], leaves: { account_credit: 11.00 EUR }"
    assert gone_through(UP, down, rated, done, policy=HELD) == []
    unknown = "at: 2026-06-22 12:00, events: [job.complete]"
    report = run(shop(UP, down, unknown, policy=HELD))
    (difference,) = report.results[0].differences
    assert difference.why == ("nothing waits for it; what can happen now: rating.completed, job.completed",)


QUEUES = POLICY.replace("upgrade: { collect: now }", "upgrade: { collect: now, pending: queue }")


def test_a_queued_change_is_decided_when_its_turn_comes() -> None:
    queued = "at: 2026-06-21 12:00, when: { to: huge }, leaves: { plan: large, pending: { to_plan: small } }"
    turn = "at: 2026-07-01 00:00, leaves: { plan: huge, pending: null, paid: 60.00 EUR }"
    assert gone_through(UP, DOWN, queued, turn, policy=QUEUES) == []


def test_what_is_offered_at_a_moment() -> None:
    assert gone_through(UP, "at: 2026-06-17 12:00, expect: { other_plans: [small, huge] }") == []
    wrong = gone_through(UP, "at: 2026-06-17 12:00, expect: { other_plans: [large] }")
    assert wrong == [("2026-06-17 12:00", "other_plans", "large", "small monthly, small yearly, huge monthly")]


def failing() -> Report:
    return run(
        shop(
            f"{UP}, name: Up, expect: {{ due_now: 11.00 EUR }}, "
            "leaves: { paid: 16.00 EUR, period: { end: 2026-08-01 } }"
        )
    )


def test_a_failing_moment_is_told_by_its_name_and_line() -> None:
    assert report_text(failing()).splitlines() == [
        "FAILED Anna  (cases/june.yaml:3)",
        "  Up  (line 6)",
        "                expected    got",
        "    due_now     11.00 EUR   10.00 EUR",
        "                ^ from charge 15.00 EUR - credit 5.00 EUR",
        "    paid        16.00 EUR   15.00 EUR",
        "    period.end  2026-08-01  2026-07-01",
        "",
        "shop: 0 passed, 1 failed",
    ]


@pytest.mark.parametrize(
    "moments, code, message",
    [
        (
            (UP, "at: 2026-06-15 12:00, leaves: { plan: large }"),
            "PS610",
            "`2026-06-15 12:00` is before the moment above it",
        ),
        (("at: 2026-06-16 12:00",), "PS610", "nothing is said of this moment"),
        ((f"{UP}, until: 2026-07-16 12:00",), "PS610", "`until` is for renewals"),
        (
            ("at: 2026-06-16 12:00, expect: { verdict: allowed }",),
            "PS605",
            "without `when` a case is about what is offered only",
        ),
        (("at: 2026-06-16 12:00, when: { to: larg }",), "PS520", "there is no plan `larg`"),
        (("at: 2026-06-16 12:00, leaves: { plam: large }",), "PS101", "`plam` is not a field here"),
        (
            ("at: 2026-06-16 12:00, when: { to: large, at: 2026-06-17 12:00 }",),
            "PS610",
            "`at` stands in the request of a moment",
        ),
        (("at: 2026-06-31 12:00, leaves: { plan: small }",), "PS117", None),
    ],
)
def test_a_timeline_that_cannot_be_gone_through(moments: tuple[str, ...], code: str, message: str | None) -> None:
    with pytest.raises(InvalidBook) as caught:
        run(shop(*moments))
    assert [each.code for each in caught.value.diagnostics] == [code]
    assert message in (None, caught.value.diagnostics[0].message)


def test_a_request_beside_a_timeline_is_refused() -> None:
    book = load_text(
        {
            "policy.yaml": POLICY,
            "catalog.yaml": CATALOG,
            "subscriptions/anna.yaml": ANNA,
            "cases/june.yaml": f"{HEAD}      - {{ {UP} }}\n    when: {{ to: large }}\n",
        }
    )
    with pytest.raises(InvalidBook) as caught:
        run(book)
    assert [each.message for each in caught.value.diagnostics] == ["`when` stands beside a timeline"]
