"""Renewals in the compiled form: what they settle themselves, their dates, and what stands against them.

A renewal is decided like a change, by a kernel of its own: the running period ends, and one whole interval of the same
price begins, or of another one where a switch is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from planshift.billing import calendar
from planshift.diagnostics.span import NOWHERE
from planshift.expressions.form import Bool, Int
from planshift.policy.term_values import Choice, TermValue
from planshift.policy.terms import TERM
from planshift.rulebook.dates import Dates, Intervals, anchor_of, choice, whole_node
from planshift.rulebook.facts import Facts
from planshift.rulebook.requirements import Objection
from planshift.rulebook.resolution import Guarded
from planshift.rulebook.sources import Source, Statement

ITSELF = Source(kind="renewal", title="a renewal settles this itself", span=NOWHERE)
"""Who settles the terms that no policy can: stronger than everybody."""

_Where = Literal["always", "as it is", "by a switch"]

_SETTLED: dict[str, dict[_Where, str]] = {
    "timing": {"always": "period_end"},
    "backdating": {"always": "anyone"},
    "charge": {"always": "full"},
    "credit": {"always": "none"},
    "unpaid": {"always": "count_as_paid"},
    "unused_credit": {"always": "account_credit"},
    "collect": {"always": "now"},
    "apply": {"always": "first"},
    "anchor": {"always": "keep"},
    "one_time": {"always": "skip"},
    "setup": {"always": "skip"},
    "early_termination": {"always": "none"},
    "price_basis": {"as it is": "renewal", "by a switch": "first_period"},
    "carry.coupons": {"as it is": "keep"},
    "carry.price_override": {"as it is": "keep"},
    "limits": {"as it is": "ignore", "by a switch": "warn"},
    "provision": {"always": "none"},
    "cancellable_until": {"always": "never"},
    "override": {"always": "none"},
}
"""The word of each term that a renewal settles, and for which renewals."""

_BY_DEFAULT = ("fee", "hold_credit_until", "frequency", "requires", "who")
"""Terms whose built-in default is what a renewal settles: no fee, nothing held, nothing asked."""


def settled_by_renewal(facts: Facts, term: str) -> Iterator[Guarded]:
    """What the renewal itself says of a term; nothing in a kernel that is not for renewals."""
    if not facts.renews:
        return
    if term in _BY_DEFAULT:
        yield _settled(facts.is_renewal, term, TERM[term].default)
    as_it_is = facts.from_price.same(facts.to_price)
    guards: dict[_Where, Bool] = {
        "always": facts.is_renewal,
        "as it is": as_it_is,
        "by a switch": as_it_is.negate(),
    }
    for where, word in _SETTLED.get(term, {}).items():
        yield _settled(guards[where], term, Choice(word=word))


def settled_always() -> frozenset[str]:
    """The terms that every renewal settles itself: what a policy says of them for renewals has no effect."""
    every = ("always",), ("as it is", "by a switch")
    return frozenset((*_BY_DEFAULT, *(term for term, words in _SETTLED.items() if tuple(words) in every)))


def _settled(condition: Bool, term: str, value: TermValue) -> Guarded:
    return Guarded(condition=condition, statement=Statement(term=term, value=value, source=ITSELF))


def renewal_dates(facts: Facts, spans: Intervals) -> Dates:
    """The next period: a whole interval of what the subscription renews to, from the end of the running one on.

    Month ends remember the bill day where both periods are counted in months.
    """
    form, end = facts.form, facts.period_end
    day_of_month = whole_node(form, calendar.civil(end)[2])
    in_months = (spans.from_months > 0) & (spans.to_months > 0)
    bill_day = choice(form, [(in_months, anchor_of(end, facts.whole("subscription.bill_day")))], day_of_month)
    following = calendar.step(end, months=spans.to_months, days=spans.to_days, anchor_day=bill_day)
    return Dates(
        effective=end,
        immediate=end <= facts.today,
        stop=end,
        credit_end=end,
        bill_end=whole_node(form, following),
        bill_day=bill_day,
        keeps_period=form.truth(False),
        whole=form.truth(True),
        out_of_range=form.truth(False),
        backdated=end < facts.today,
    )


def due_from(facts: Facts, days_ahead: int) -> Int:
    """The first day on which the renewal is due: that of its invoice, though never before the period has begun."""
    return (facts.period_end - days_ahead).greatest(facts.period_start)


def renewal_objections(facts: Facts, spans: Intervals, *, days_ahead: int) -> list[Objection]:
    """Everything that can stand against a renewal besides rules that speak of renewals; nothing lifts it."""
    waits = facts.whole("pending.effective_on") <= facts.period_end
    against = {
        "book_not_in_force": facts.today < facts.in_force_from,
        "nothing_to_renew": spans.from_once,
        "wrong_status": facts.text("subscription.status").same("active").negate(),
        "change_pending": facts.truth("subscription.pending") & waits,
        "renewal_not_due": facts.today < due_from(facts, days_ahead),
    }
    return [
        Objection(code=code, holds=holds, hard=True, detail="active" if code == "wrong_status" else "")
        for code, holds in against.items()
    ]
