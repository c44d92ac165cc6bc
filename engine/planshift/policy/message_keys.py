"""Everything that is said to customers, by its key: what a message is for, and which holes its text can have.

A book may word each of them anew in `messages/<locale>.yaml`; what it leaves out is said as planshift ships it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, final

HoleKind = Literal["text", "date", "money", "number", "list"]
"""What a hole is filled with, which says how it is written in a locale; only a number can choose a plural form."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKey:
    """One thing that is said: in which section, under which name, with which holes, and when."""

    section: str
    name: str
    holes: Mapping[str, HoleKind]
    meaning: str

    @property
    def key(self) -> str:
        """Section and name, as in `totals.due_now`."""
        return f"{self.section}.{self.name}"


_ENDS = "from to direction"
_KINDS: dict[str, HoleKind] = {
    "amount": "money",
    "price": "money",
    "on": "date",
    "start": "date",
    "end": "date",
    "last": "date",
    "n": "number",
    "quantity": "number",
    "before": "number",
    "after": "number",
    "used": "number",
    "allowed": "number",
    "excess": "number",
    "part": "number",
    "whole": "number",
    "things": "list",
}
"""The kinds of holes by name; every other one is filled with a text."""

_SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "titles": {
        "change": (_ENDS, "the title of a change to another plan"),
        "price_change": ("plan from_price to_price", "the title of a change to another price of the same plan"),
        "quantity": ("plan before after", "the title of a change of the number of pieces"),
        "cancel": ("plan", "the title of a cancellation"),
        "start": ("plan", "the title of a start"),
        "renewal": ("plan", "the title of a renewal"),
        "renewal_as": (_ENDS, "the title of a renewal as another plan"),
        "options": ("", "the title of the list of what can be changed to"),
    },
    "answers": {
        "now": (f"{_ENDS} on", "the change is allowed and takes effect today"),
        "later": (f"{_ENDS} on", "the change is allowed and takes effect on a later day"),
        "cancel": ("plan on", "the cancellation is allowed"),
        "renewal": ("plan on", "the subscription renews"),
        "denied": (_ENDS, "the change is not allowed"),
        "not_renewed": ("plan", "the subscription does not renew now"),
        "needs_remedy": (f"{_ENDS} on", "present use does not fit yet"),
        "needs_approval": (f"{_ENDS} on", "somebody has to agree first"),
    },
    "directions": {
        "upgrade": ("", "an upgrade, as a label and a list of options name it"),
        "downgrade": ("", "a downgrade, likewise"),
        "crossgrade": ("", "a change to an equal plan, likewise"),
        "term_change": ("", "a change to another price of the same plan, likewise"),
        "cancel": ("", "a cancellation, likewise"),
        "start": ("", "a start, likewise"),
        "renewal": ("", "a renewal, likewise"),
    },
    "reasons": {
        "no_road": (_ENDS, "no path leads to the plan"),
        "same_level": (_ENDS, "both plans stand on the same level"),
        "may_not_leave": (_ENDS, "the plan may not be left in this direction"),
        "may_not_arrive": (_ENDS, "the plan may not be arrived at in this direction"),
        "not_adjacent": (_ENDS, "the plan is more than one level away"),
        "same_module": (_ENDS, "different systems run the plans"),
        "same_interval": (_ENDS, "the plans are not billed at the same interval"),
        "same_plan": (_ENDS, "this is what the subscription already is"),
        "no_price_in_currency": (f"{_ENDS} currency", "the plan has no such price in the customer's currency"),
        "period_over": (f"{_ENDS} end", "the running period has ended and was not renewed"),
        "period_not_begun": (f"{_ENDS} start", "the running period begins later"),
        "date_out_of_range": (f"{_ENDS} end", "the wished day lies after the running period"),
        "plan_not_sold": (_ENDS, "the plan is not sold any more"),
        "plan_for_staff_only": (_ENDS, "only staff can change to the plan"),
        "price_retired": (_ENDS, "the price is not sold any more"),
        "price_not_sold_then": (f"{_ENDS} on", "the price is not on sale on the day"),
        "book_not_in_force": (f"{_ENDS} on", "the policy begins to hold on a later day"),
        "out_of_stock": (_ENDS, "the plan is out of stock"),
        "not_for_requester": (_ENDS, "who asks may not ask for it"),
        "backdated": (_ENDS, "the day has passed"),
        "day_not_open": (_ENDS, "the day is set by the policy"),
        "too_many": (f"{_ENDS} n", "the plan is sold in fewer pieces"),
        "change_pending": (_ENDS, "another change is waiting already"),
        "unpaid": (_ENDS, "an invoice is not paid"),
        "too_frequent": (f"{_ENDS} n every", "the plan was changed too often lately"),
        "would_be_lost": (f"{_ENDS} things", "something would have no place on the new plan"),
        "in_trial": (_ENDS, "the trial is still running"),
        "wrong_status": (_ENDS, "the subscription is in another state than the change asks for"),
        "approval_missing": (f"{_ENDS} role", "somebody has to agree"),
        "over_limits": (f"{_ENDS} things", "present use does not fit; the things are worded by `limits.over`"),
        "renewal_not_due": ("plan on", "the renewal is due on a later day"),
        "nothing_to_renew": ("plan", "the plan is paid once"),
        "switch_skipped": ("plan", "the renewal goes on as the old plan"),
    },
    "headings": {
        "amounts": ("", "over the lines of a change that takes effect today"),
        "amounts_on": ("on", "over the lines of a change that is billed on a later day"),
        "next_bill": ("", "over the next bill"),
        "meaning": ("", "over what else the change means"),
        "remedies": ("", "over what would make present use fit"),
        "not_offered": ("", "over what is not offered"),
    },
    "columns": {
        "what": ("", "the column that says what a line is for"),
        "period": ("", "the column of the days that a line is for"),
        "sum": ("", "the column of how an amount came about"),
        "amount": ("", "the column of amounts"),
        "plan": ("", "the column of plans"),
        "price": ("", "the column of prices"),
        "change": ("", "the column of what kind of change it is"),
        "when": ("", "the column of the day on which a change takes effect"),
        "due_now": ("", "the column of what is due now"),
        "next_bill": ("", "the column of the next bill"),
    },
    "lines": {
        "charge": ("plan", "the price of the new plan"),
        "credit": ("plan", "what was paid for the time that is not used"),
        "charge_old": ("plan", "days of the old plan that were used and are billed afterwards"),
        "fee": ("", "the fee, where the policy gives it no label"),
        "one_time": ("plan", "the one-time services of the new plan"),
        "setup": ("plan", "the set-up of the new plan"),
        "penalty": ("plan", "what leaving a commitment early costs"),
        "remainder": ("plan", "the rest of a commitment"),
        "waiting": ("", "what earlier changes left for the next bill"),
        "renewal": ("plan", "the regular price of the next period"),
        "period": ("start end last", "the days of a line; `{last}` is the day before `{end}`"),
        "account_credit_used": ("", "account credit that pays a part of the bill"),
    },
    "sums": {
        "second": ("price part whole", "a share of a price by seconds"),
        "minute": ("price part whole", "a share of a price by minutes"),
        "hour": ("price part whole", "a share of a price by hours"),
        "day": ("price part whole", "a share of a price by days"),
        "month": ("price part whole", "a share of a price by months"),
        "percent": ("price percent", "a percentage of a price"),
        "pieces": ("quantity price", "a price for several pieces, which may stand in place of `{price}` above"),
    },
    "totals": {
        "due_now": ("", "what is paid at once"),
        "due_now_by_run": ("", "what is paid at once, with the next daily invoice"),
        "due_on": ("on", "what is paid when the change takes effect"),
        "due_with_next_bill": ("on", "what is paid with the next bill"),
        "due_held": ("", "what is paid once a credit is released"),
        "to_pay_on": ("on", "what a bill comes to"),
        "debt_reduced": ("", "credit that settles what is still open"),
        "to_account": ("", "credit that stays on the account"),
        "refunded": ("", "credit that is paid back"),
        "to_next_bill": ("", "credit that is kept for the next bill"),
        "to_time": ("", "credit that buys time"),
        "account_credit_used": ("", "account credit that pays a part"),
        "nothing": ("", "nothing is charged and nothing is given back"),
        "nothing_now": ("", "nothing is due now"),
        "forfeited": ("amount", "unused time that is not given back"),
        "next_bill": ("amount on plan", "a next bill with one line"),
    },
    "meaning": {
        "lost": ("thing", "something that has no place after the change"),
        "moves": ("things", "what moves along"),
        "allowance": ("n name", "what the first period includes"),
        "allowance_unlimited": ("name", "the same, without a limit"),
        "contract_begins": ("end", "a commitment begins"),
        "contract_carried_on": ("end", "a commitment goes on"),
        "contract_ends": ("", "a commitment ends"),
        "time_bought": ("start end", "unused money buys time"),
        "held": ("things", "lines that wait for what is not known yet"),
        "waits_for_payment": ("", "the change waits for its payment"),
        "lapses": ("every", "the same, and it lapses where it is not paid in time"),
        "replaces": ("on", "another change that waits is replaced"),
        "queued": ("on", "another change that waits comes first"),
        "still_waits": ("on", "another change waits behind a renewal"),
        "quote_until": ("last", "the last day on which the figures hold"),
        "cancellable": ("last", "the last day on which the change can be called off"),
        "not_cancellable": ("", "the change cannot be called off"),
        "renews_again": ("start end", "the period that a renewal begins"),
        "renews_never": ("", "a renewal is the last one"),
        "invoiced": ("on", "the day on which the invoice of a renewal is made"),
    },
    "limits": {
        "over": ("name used allowed excess", "one thing of which more is used than the plan allows"),
    },
    "remedies": {
        "add": ("name quantity amount", "an add-on that would make present use fit"),
        "end": ("name", "a running service whose end would make present use fit"),
        "use_less": ("name", "nothing on offer helps"),
    },
    "things": {
        "answers": ("name", "an answer that moves or is lost"),
        "resources": ("name", "something configured at a connector"),
        "settings": ("name", "a setting of the customer"),
        "addons": ("name n", "an add-on"),
        "coupons": ("name", "a coupon"),
        "price_override": ("", "an agreed price"),
        "usage": ("name n", "what is left of an allowance"),
    },
    "intervals": {
        "days": ("n", "a number of days"),
        "months": ("n", "a number of months"),
        "years": ("n", "a number of years"),
        "every_days": ("n", "how often: by days"),
        "every_months": ("n", "how often: by months"),
        "every_years": ("n", "how often: by years"),
        "once": ("", "one time only"),
        "price": ("price every", "a price with how often it is billed"),
    },
    "words": {
        "now": ("", "at once"),
        "yes": ("", "a truth that holds"),
        "no": ("", "a truth that does not hold"),
        "unlimited": ("", "without a limit"),
    },
    "options": {
        "nothing": ("", "there is nothing to change to"),
        "needs_approval": ("", "beside an option that somebody has to agree to"),
        "needs_remedy": ("", "beside an option for which present use is too much"),
    },
    "events": {
        "change_requested": ("", "the change was asked for"),
        "change_scheduled": ("on", "the change began to wait for its day"),
        "change_applied": ("", "every step of the change was done"),
        "change_cancelled": ("", "the change was called off, replaced or not paid in time"),
        "change_failed": ("", "the change failed for good, and what was done is undone"),
        "invoice_issued": ("", "an invoice was issued"),
        "invoice_paid": ("", "an invoice was paid in full"),
        "payment_failed": ("", "a payment did not go through"),
        "payment_received": ("", "a payment came in"),
        "rating_completed": ("", "the usage up to now was rated"),
        "job_completed": ("", "the job for the subscription has run"),
        "period_ended": ("", "the running period ended"),
        "renewal_due": ("", "the subscription is due for renewal"),
        "trial_ended": ("", "the trial ended"),
        "usage_reported": ("", "new usage was reported"),
    },
    "notices": {
        "subject": ("title", "the subject of the mail to the customer"),
        "greeting": ("", "how the mail begins"),
        "closing": ("", "how the mail ends"),
    },
}


def _keys() -> Iterator[MessageKey]:
    for section, messages in _SECTIONS.items():
        for name, (holes, meaning) in messages.items():
            kinds: dict[str, HoleKind] = {hole: _KINDS.get(hole, "text") for hole in holes.split()}
            yield MessageKey(section=section, name=name, holes=MappingProxyType(kinds), meaning=meaning)


MESSAGES: Mapping[str, MessageKey] = MappingProxyType({each.key: each for each in _keys()})
"""Every message by its key."""

SECTIONS = {
    "titles": "What was asked.",
    "answers": "Whether it is possible, and when.",
    "directions": "What kinds of change are called.",
    "reasons": "Why not, by the code of the reason.",
    "headings": "What stands over the parts of an answer.",
    "columns": "What stands over the columns of a table.",
    "lines": "What stands on the bill.",
    "sums": "How an amount came about.",
    "totals": "What the lines come to.",
    "meaning": "What else the change means.",
    "limits": "What is used too much.",
    "remedies": "What would make present use fit.",
    "things": "What moves along or is lost.",
    "intervals": "How long, and how often.",
    "words": "Single words.",
    "options": "What there is to change to.",
    "events": "What has happened, in mails that a reaction asks for.",
    "notices": "The mail to the customer.",
}
"""The sections with what they are about, in the order of their files."""

NAMED = ("plans", "prices", "addons", "resources", "questions", "settings", "roles")
"""What can be called differently in a locale, under `names`."""
