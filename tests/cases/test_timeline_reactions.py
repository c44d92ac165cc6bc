"""Timelines with reactions: what a book does when something happens to a change that is under way."""

from __future__ import annotations

import pytest

from planshift.book import Book, load_text
from planshift.cases.covering import Covering
from planshift.cases.run import run

POLICY = """
policy_language: 1
book: lines
currency: EUR
groups:
  lines: { direction: by_price_per_day, members: [light, metered, flat] }
terms:
  upgrade:   { timing: now, unused_credit: offset, apply: after_payment, payment_expires: 14 days }
  downgrade: { timing: period_end }
plans:
  metered:
    terms: { any: { timing: now, unused_credit: account_credit, apply: first,
                    hold_credit_until: [rating.completed, job.completed] } }
"""
CATALOG = """
plans:
  light:   { title: Light,   prices: { monthly: { every: 1 month, EUR: "5.00" } } }
  metered: { title: Metered, usage_bucket: true, prices: { monthly: { every: 1 month, EUR: "10.00" } } }
  flat:    { title: Flat,    prices: { monthly: { every: 1 month, EUR: "30.00" } } }
"""
RULES = """
on rating.completed and job.completed when credit.held then release_credit
on invoice.issued when change.waiting then lock_change, notify_client
on payment.failed when payment.awaited and payment.failures >= 3 then expire_change
on usage.reported when credit.held then hold_credit
on job.completed when payment.awaited and invoice.open and order.age >= 2 days then apply_change
on trial.ended when change.cancellable and change.days_left > 3 days then cancel_change
"""
LINE = """
id: line-1
plan: {plan}
price: monthly
period: {{ start: 2026-06-01, end: 2026-07-01 }}
customer: {{ id: c-1 }}
"""


def lines(*moments: str, plan: str, rules: str = RULES) -> Book:
    head = "cases:\n  - name: A line\n    given: { subscription: line }\n    timeline:\n"
    return load_text(
        {
            "policy.yaml": POLICY,
            "catalog.yaml": CATALOG,
            "policy.rules": rules,
            "subscriptions/line.yaml": LINE.format(plan=plan),
            "cases/lines.yaml": head + "".join(f"      - {{ {moment} }}\n" for moment in moments),
        }
    )


def gone_through(*moments: str, plan: str, rules: str = RULES) -> list[tuple[str, str, str]]:
    report = run(lines(*moments, plan=plan, rules=rules))
    return [(each.what, each.expected, each.got) for each in report.results[0].differences]


UP = "at: 2026-06-10 12:00, when: { to: flat }"
DOWN = "at: 2026-06-10 12:00, when: { to: light }"


def test_the_invoice_locks_and_what_is_locked_is_not_called_off() -> None:
    issued = "at: 2026-06-20 12:00, events: invoice.issued, then: [lock_change, notify_client]"
    again = "at: 2026-06-21 12:00, events: trial.ended, then: []"
    off = "at: 2026-06-22 12:00, events: change.cancelled"
    assert gone_through(DOWN, issued, again, off, plan="flat") == [("events", "change.cancelled", "cannot happen")]
    assert gone_through(DOWN, issued, "at: 2026-07-01 00:00, leaves: { plan: light }", plan="flat") == []


def test_a_reaction_calls_a_change_off_that_waits() -> None:
    early = "at: 2026-06-27 12:00, events: trial.ended, then: cancel_change, leaves: { pending: null }"
    late = "at: 2026-06-28 12:00, events: trial.ended, then: [], leaves: { pending: { to_plan: light } }"
    assert gone_through(DOWN, early, plan="flat") == []
    assert gone_through(DOWN, late, plan="flat") == []


def test_the_third_failed_payment_ends_a_change_that_waits_for_it() -> None:
    failed = "events: payment.failed"
    moments = [
        f"at: 2026-06-1{day} 12:00, {failed}, then: [], leaves: {{ pending: {{ to_plan: flat }} }}" for day in (1, 2)
    ]
    third = f"at: 2026-06-13 12:00, {failed}, then: [expire_change], leaves: {{ plan: light, pending: null }}"
    assert gone_through(UP, *moments, third, plan="light") == []
    # where no reaction of the book has a word in it, one is enough
    assert (
        gone_through(UP, f"at: 2026-06-11 12:00, {failed}, leaves: {{ pending: null }}", plan="light", rules="") == []
    )


def test_a_change_goes_on_without_its_payment() -> None:
    early = "at: 2026-06-11 12:00, events: job.completed, then: []"
    later = "at: 2026-06-12 00:00, events: job.completed, then: apply_change, leaves: { plan: flat }"
    assert gone_through(UP, early, later, plan="light") == []


@pytest.mark.shows("S3.16")
def test_a_credit_is_held_until_both_services_have_run() -> None:
    held = "at: 2026-06-11 12:00, when: { to: light }, leaves: { plan: light, account_credit: null }"
    rated = "at: 2026-06-12 03:00, events: rating.completed, then: [], leaves: { account_credit: null }"
    # metered: 10.00 * 20/30 = 6.67 were left on 11 June
    run_too = "at: 2026-06-12 04:00, events: job.completed, then: release_credit, leaves: { account_credit: 6.67 EUR }"
    assert gone_through(held, rated, run_too, plan="metered") == []


def test_a_hold_outlasts_its_events() -> None:
    held = "at: 2026-06-11 12:00, when: { to: light }"
    rules = "on usage.reported then hold_credit\non invoice.paid then release_credit"
    events = "[usage.reported, rating.completed, job.completed]"
    kept = f"at: 2026-06-12 03:00, events: {events}, then: hold_credit, leaves: {{ account_credit: null }}"
    free = "at: 2026-06-13 03:00, events: invoice.paid, then: release_credit, leaves: { account_credit: 6.67 EUR }"
    assert gone_through(held, kept, free, plan="metered", rules=rules) == []


def test_what_comes_out_otherwise_is_told() -> None:
    issued = "at: 2026-06-20 12:00, events: invoice.issued, then: [notify_client]"
    assert gone_through(DOWN, issued, plan="flat") == [("then", "notify_client", "lock_change, notify_client")]
    nothing = "at: 2026-06-20 12:00, events: usage.reported, then: [hold_credit]"
    assert gone_through(DOWN, nothing, plan="flat") == [("then", "hold_credit", "nothing")]


def test_an_event_that_nobody_listens_for_still_cannot_happen() -> None:
    moment = "at: 2026-06-20 12:00, events: rating.completed"
    assert gone_through(DOWN, moment, plan="flat", rules="") == [("events", "rating.completed", "cannot happen")]
    assert gone_through("at: 2026-06-20 12:00, events: usage.reported", plan="flat") == [
        ("events", "usage.reported", "cannot happen")
    ]


def test_a_reaction_that_fires_in_a_timeline_is_covered() -> None:
    failed = [f"at: 2026-06-1{day} 12:00, events: payment.failed" for day in (1, 2, 3)]
    book = lines(UP, *failed, plan="light")
    covering = Covering(book)
    run(book, watch=covering.watch, listen=covering.listen)
    shown = {each.text: each.marks[0].cases for each in covering.coverage().items if each.kind == "reactions"}
    assert shown["on payment.failed when payment.awaited and payment.failures >= 3"] == 1
    assert shown["on usage.reported when credit.held"] == 0
