"""A second, slow, obvious decision, from the policy document: the oracle of `planshift.decision`.

Road, direction, rules, terms by rank, dates, lines, settlement, verdict: the order of DESIGN section 6, each step with
plain dates and exact fractions. Nothing of the compiled form is used.
"""

from __future__ import annotations

from fractions import Fraction

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.expressions.typed import TypedRule, TypedRules
from planshift.policy.document import BookDocument
from planshift.policy.term_values import Requirement
from tests.reference.against import Objection, Use, objections, unmet, uses_of
from tests.reference.answer import COMPUTED, Answer, Reason, Told
from tests.reference.change import Change
from tests.reference.facts import rule_facts
from tests.reference.ranks import Settled, Terms, settle_terms
from tests.reference.renewals import find, renewal_dates, settle_itself, speaks_of_renewals, stands_against
from tests.reference.roads import Road, find_road
from tests.reference.told import Telling
from tests.reference.when import When, fix_dates


def decide(document: BookDocument, rules: TypedRules, *, subscription: Subscription, request: ChangeRequest) -> Answer:
    """The whole answer to one request."""
    change = Change(document=document, rules=rules, subscription=subscription, request=request)
    found = find(change) if change.renews else None
    change = found.change if found else change
    road = find_road(change)
    oracle = rule_facts(change, road)
    asked = [rule for rule in rules.rules if not change.renews or speaks_of_renewals(rule)]
    matching = [rule for rule in asked if rule.when is None or oracle.value(rule.when)]
    terms = settle_terms(change, road, oracle=oracle, matching=matching)
    terms = settle_itself(change, terms) if change.renews else terms
    when = renewal_dates(change) if change.renews else fix_dates(change, terms)
    uses = uses_of(change, terms)
    against = [
        *_against(change, terms, when=when, uses=uses, road=road),
        *(found for rule in matching for found in _needs(change, rule)),
        *(Objection(code="rule") for rule in matching for _ in rule.denials),
    ]
    passes = request.override and request.by == "staff" and terms.word("override") == "staff"
    verdict = _verdict(against, passes=passes)
    reasons = [Reason(o.code, o.weight, overridden=passes and not o.hard) for o in against]
    reasons += [Reason("warning", "warning") for rule in matching for _ in rule.warnings]
    reasons += [Reason("switch_skipped", "warning")] if found and found.skipped else []
    if terms.word("limits") == "warn":
        reasons += [Reason("over_limits", "warning") for use in uses if use.excess]
    telling = Telling(change, terms, when)
    return Answer(
        verdict=verdict,
        direction=road.direction,
        groups=frozenset(group.name for group in road.groups),
        reasons=tuple(sorted(reasons)),
        terms={name: _told(settled) for name, settled in terms.settled.items()},
        uses=tuple((use.resource, use.used, use.allowed, use.excess) for use in uses) if change.request.plan else (),
        moves=tuple(telling.moves()),
        priced=None if verdict == "denied" else telling.priced(),
    )


def _against(change: Change, terms: Terms, *, when: When, uses: list[Use], road: Road) -> list[Objection]:
    """What the road, the catalog, the terms and the request itself object; of a renewal, only what it itself does."""
    if change.renews:
        return [Objection(code=code, hard=True) for code in stands_against(change)]
    roads = [Objection(code=code) for code in road.reasons]
    return [*roads, *objections(change, terms, when=when, uses=uses)]


def _told(settled: Settled) -> Told:
    return (COMPUTED if isinstance(settled.value, Fraction) else settled.value), settled.rank, settled.span


def _needs(change: Change, rule: TypedRule) -> list[Objection]:
    """What a rule asks for and does not get."""
    asked = [Requirement(kind=n.kind.text, argument=n.argument.text if n.argument else "") for n in rule.needs]
    return [objection for item in asked for objection in unmet(change, item)]


def _verdict(against: list[Objection], *, passes: bool) -> str:
    """What no override lifts first, then what nobody passed: denials, then what a remedy or an approval can lift."""
    if any(o.hard for o in against):
        return "denied"
    weights = set() if passes else {o.weight for o in against}
    words = {"denial": "denied", "remedy": "needs_remedy", "approval": "needs_approval"}
    return next((word for weight, word in words.items() if weight in weights), "allowed")
