"""The files of a starter book.

INVARIANT: no amount is worked out here. The cases hold what the engine decides for the book that they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator

from planshift.policy.written_yaml import written
from planshift.starter.answers import MONTHS_OF_A_YEAR, TRIAL, Answers, Offer
from planshift.starter.around import around
from planshift.starter.examples import case_file, subscriptions

_SMALL_LIMITS = (3, 10)


def starter_files(answers: Answers) -> dict[str, str]:
    """The texts of the book by file name, in the order in which one reads them."""
    files = {"policy.yaml": _policy(answers), "catalog.yaml": _catalog(answers)}
    if answers.climbs:
        files["policy.rules"] = _RULES
    files |= subscriptions(answers)
    files["cases/changes.yaml"] = case_file(answers, files)
    return files | around(answers)


def _policy(answers: Answers) -> str:
    return "\n".join([*_head(answers), *_groups(answers), *_terms(answers), *_trial(answers), ""])


def _head(answers: Answers) -> Iterator[str]:
    yield "# How customers change plans. What is sold stands in catalog.yaml, and cases/ shows on examples what all of"
    yield f"# it comes to.{' Exceptions stand in policy.rules.' if answers.climbs else ''}"
    yield "#"
    yield "# What to change first:"
    yield "#   1. catalog.yaml: your plans, their prices and limits."
    yield "#   2. groups, below: the order of the plans. Up is an upgrade, down a downgrade."
    yield "#   3. terms, below: when a change happens, and what happens to money."
    yield "# After each edit `planshift check .` finds mistakes, and `planshift test .` shows which answers moved."
    yield "policy_language: 1"
    yield f"book: {written(answers.book)}"
    yield f"title: {written(answers.title)}"
    yield f"currency: {answers.currency}"
    yield f"timezone: {answers.timezone} # whose midnight begins a day"
    if answers.preset:
        yield f"extends: {answers.preset} # terms as this system has them; what you write under `terms` is stronger"
        if answers.preset in _ALIKE and answers.trial is not None:
            yield "require: [] # not the same interval, as this system asks for: a trial has one of its own"


_ALIKE = frozenset({"atomia"})
"""The presets under which plans are changed for others of the same interval only."""


def _groups(answers: Answers) -> Iterator[str]:
    yield ""
    yield "# Plans of one group can be changed for each other. A new plan is one more line here."
    yield "groups:"
    yield "  plans:"
    yield "    members:"
    for level, offer in enumerate(answers.offers, start=1):
        yield f"      {written(offer.name)}: {{ level: {level} }}"


def _terms(answers: Answers) -> Iterator[str]:
    yield ""
    yield "# What is settled about a change. Whatever is not said here has a sensible value of its own."
    yield "terms:"
    yield "  any:"
    yield "    notify: [client]"
    if answers.preset:
        return
    if answers.climbs:
        yield "  upgrade:"
        yield "    timing: now # at once"
        yield "    unused_credit: offset # what is left of the old plan lowers what is due"
        yield "    collect: now"
        yield "  downgrade:"
        yield "    timing: period_end # what is paid for is used up"
        yield "    cancellable_until: invoice_issued"
    if answers.yearly:
        yield "  term_change:"
        yield "    timing: now"
        yield "    anchor: reset # the new period begins with the change"
    yield "  cancel:"
    yield "    timing: period_end"


def _trial(answers: Answers) -> Iterator[str]:
    if answers.trial is None:
        return
    first = answers.offers[0]
    yield ""
    yield "# Who tries may start to pay before the trial is over: a full month, from that day on."
    yield "paths:"
    yield f"  - from: {TRIAL}"
    yield f"    upgrades: [{', '.join(written(offer.name) for offer in answers.offers)}]"
    yield "    timing: now"
    yield "    charge: full"
    yield "    credit: none"
    yield "    unused_credit: offset"
    yield "    collect: now"
    yield "    anchor: reset"
    yield ""
    yield "# Who does nothing has this plan when the trial ends."
    yield "switches:"
    yield f"  - from: {{ plan: {TRIAL}, every: {answers.trial} }}"
    yield f"    to: {{ plan: {written(first.name)}, price: monthly }}"


def _catalog(answers: Answers) -> str:
    lines = [
        "# What is sold. Amounts are text in quotes, so that nothing is rounded on the way in.",
        "# A limit is compared with present use before a customer moves down; `users` is only an example.",
    ]
    if answers.yearly:
        lines.append(f"# A year costs {MONTHS_OF_A_YEAR} months.")
    lines.append("plans:")
    for place, offer in enumerate(answers.offers):
        lines += _plan(offer, limit=_limit(answers, place))
    if answers.trial is not None:
        lines += (f"  {TRIAL}:", "    title: Trial", "    prices:")
        free = str(answers.offers[0].monthly - answers.offers[0].monthly).split(" ")[0]
        lines.append(f'      trial: {{ every: {answers.trial}, {answers.currency}: "{free}" }}')
        lines.append(f"    limits: {{ users: {_limit(answers, 0)} }}")
    return "\n".join([*lines, ""])


def _plan(offer: Offer, *, limit: str) -> Iterator[str]:
    yield f"  {written(offer.name)}:"
    yield f"    title: {written(offer.title)}"
    yield "    prices:"
    for name, every, price in (("monthly", "1 month", offer.monthly), ("yearly", "1 year", offer.yearly)):
        if price is not None:
            amount, currency = str(price).split(" ")
            yield f'      {name}: {{ every: {every}, {currency}: "{amount}" }}'
    yield f"    limits: {{ users: {limit} }}"


def _limit(answers: Answers, place: int) -> str:
    """Each plan takes some three times as many as the one below, the highest as many as there are."""
    if answers.climbs and place == len(answers.offers) - 1:
        return "unlimited"
    steps = min(place, 10)
    return str(_SMALL_LIMITS[steps % 2] * 10 ** (steps // 2))


_RULES = """\
# Exceptions, tried from the top: the first rule that speaks of a term settles it.

rule "No downgrade while an invoice is open"
  when downgrade
  need nothing_unpaid
"""
