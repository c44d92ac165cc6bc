"""A decision in a customer's words: each of its parts worded by the messages of the book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import final

from planshift.billing.calendar import from_day
from planshift.billing.interval import Interval
from planshift.billing.money import PPM, Money
from planshift.decision.answer import Fit, Formula, Line, Move, PlanRef, Reason, Remedy
from planshift.decision.consequences import Consequence
from planshift.decision.decision import Decision
from planshift.decision.formula_text import comes_to, told_formula
from planshift.decision.people import labels_of
from planshift.decision.wording import Value, Wording
from planshift.decision.words import quantities
from planshift.expressions.lower import Shown
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, MONTHS, NUMBER, PERCENT, Enum
from planshift.policy.message_files import rule_holes, rule_key, rule_texts
from planshift.policy.term_values import Frequency

_DAY = timedelta(days=1)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Says the parts of one decision."""

    decision: Decision
    wording: Wording

    # names

    def plan(self, name: str) -> str:
        """What the customer calls a plan."""
        plan = self.decision.plan_named(name)
        return self.wording.named("plans", name, otherwise=plan.title if plan is not None else name)

    def price(self, plan: PlanRef) -> str:
        """What a price comes to, and how often."""
        found = self.decision.plan_named(plan.plan)
        sold = found.price(plan.price) if found is not None else None
        called = self.wording.named("prices", plan.price, otherwise="")
        if sold is None or plan.amount is None:
            return called or plan.price
        every = called or self.wording.interval(sold.interval, every=True)
        return self.wording.say("intervals.price", price=plan.amount, every=every)

    @property
    def ends(self) -> dict[str, Value | Callable[[], Value]]:
        """Both plans and what kind of change it is: what most messages can name."""
        old = self.decision.subscription.plan if self.decision.request.kind != "start" else ""
        new = self.decision.request.plan
        return {
            "from": self.plan(old) if old else "",
            "to": self.plan(new) if new else "",
            "plan": self.plan(old or new),
            "direction": self._direction,
        }

    def _direction(self) -> str:
        return self.wording.say(f"directions.{self.decision.direction}")

    def direction(self) -> str:
        """What kind of change it is, or what the policy calls it."""
        return self._label("label", f"directions.{self.decision.direction}")

    def _label(self, term: str, key: str) -> str:
        """The label that the policy gives the change or its fee; else what is said of all of them."""
        if not labels_of(self.decision, term):
            return self.wording.say(key)
        named = {name: str(value() if callable(value) else value) for name, value in self.ends.items()}
        return self.wording.labelled(labels_of(self.decision, term, named=named), key)

    def move(self, move: Move) -> str:
        """Something that moves along or is lost."""
        kind = {"usage": "resources", "answers": "questions"}.get(move.kind, move.kind)
        name = self.wording.named(kind, move.name.replace(": ", "."), otherwise=self._title(move))
        number = int(move.value) if move.kind in ("usage", "addons") else 1
        return self.wording.say(f"things.{move.kind}", name=name, n=number)

    def _title(self, move: Move) -> str:
        addons = self.decision.rulebook.document.catalog.addons if move.kind == "addons" else ()
        return next((addon.title for addon in addons if addon.name == move.name), move.name)

    # sentences

    def title(self) -> str:
        """What was asked."""
        decision, say = self.decision, self.wording.say
        old, new = decision.from_plan, decision.to_plan
        if decision.request.kind == "start":
            return say("titles.start", plan=self.ends["to"])
        if new is None or old is None:
            return say("titles.cancel", plan=self.ends["from"])
        if decision.renews:
            return say("titles.renewal_as" if old.plan != new.plan else "titles.renewal", **self.ends)
        if old.plan != new.plan:
            return say("titles.change", **self.ends)
        before, after = quantities(decision)
        if before != after:
            return say("titles.quantity", plan=self.ends["to"], before=before, after=after)
        prices = {"from_price": self.price(old), "to_price": self.price(new)}
        return say("titles.price_change", plan=self.ends["to"], **prices)

    def answer(self) -> str:
        """Whether, and when."""
        decision, say = self.decision, self.wording.say
        if decision.verdict == "denied":
            return say("answers.not_renewed" if decision.renews else "answers.denied", **self.ends)
        on = decision.effective_on
        assert on is not None  # a change that is not denied has its day
        key = "now" if on == from_day(decision.today) else "later"
        if decision.verdict in ("needs_remedy", "needs_approval"):
            key = decision.verdict
        elif decision.renews or decision.request.kind == "cancel":
            key = "renewal" if decision.renews else "cancel"
        return say(f"answers.{key}", on=on, **self.ends)

    def reason(self, reason: Reason) -> str:
        """Why not, or a warning."""
        if reason.said_by is not None:
            return self._rule(reason)
        about = {**self.ends, **_ABOUT.get(reason.code, _nothing)(self, reason)}
        return self.wording.say(f"reasons.{reason.code}", **about)

    def _rule(self, reason: Reason) -> str:
        """What a rule says: as it is translated, or in its own words."""
        assert reason.said_by is not None  # asked for reasons of rules only
        decision, (position, number) = self.decision, reason.said_by
        rule = decision.reading.kernel.rules[position]
        message = decision.reading.messages[position][number]
        values = message.holes.call(decision.subscription, decision.request, decision.today)
        parts = [part for part in message.text.parts if isinstance(part, Shown)]
        statement = next(each for each in decision.rulebook.typed_rules.rules if each.title == rule.title)
        holes = dict(zip(rule_holes(rule_texts(statement.rule)[number]), zip(values, parts, strict=True), strict=True))
        filled = {hole: self._shown(value, part) for hole, (value, part) in holes.items()}
        told = self.wording.own(rule_key(rule.title, number), filled)
        if told is not None:
            return told
        locale, shown = self.wording.in_book_language(), iter(filled.values())
        own = (each if isinstance(each, str) else self.wording.written(next(shown), locale=locale)
               for each in message.text.parts)  # fmt: skip
        return "".join(own)

    def _shown(self, value: int | bool | str, part: Shown) -> Value:
        """A value that a rule's text names."""
        if isinstance(value, str):
            return value
        if part.divisor != 1 or part.type in (NUMBER, PERCENT):
            share = Fraction(value, part.divisor) * (100 if part.type == PERCENT else 1)
            number = Decimal(share.numerator) * Decimal(10) ** 6 // share.denominator
            text = self.wording.decimal(number.scaleb(-6))
            return f"{text} %" if part.type == PERCENT else text
        if isinstance(part.type, Enum):
            name = part.type.members[value] if 0 <= value < len(part.type.members) else ""
            return self.plan(name) if part.type.name == "plan" else name
        by_type: Mapping[object, Callable[[int], Value]] = {
            BOOL: lambda truth: self.wording.say("words.yes" if truth else "words.no"),
            DATE: from_day,
            MONEY: self.decision.money,
            MONTHS: lambda count: Interval(months=count),
            DAYS: lambda count: Interval(days=count),
        }
        return by_type.get(part.type, int)(value)

    def consequence(self, told: Consequence) -> str:
        """What else the change means."""
        values = {name: self._value(value) for name, value in told.values.items() if value is not None}
        return self.wording.say(told.key, **{**values, **self._named(told)})

    def _named(self, told: Consequence) -> dict[str, Value]:
        name = told.values.get("name")
        return {"name": self.wording.named("resources", name, otherwise=name)} if isinstance(name, str) else {}

    def _value(self, value: object) -> Value:
        if isinstance(value, tuple):
            return [self.move(each) if isinstance(each, Move) else self.line(each) for each in value]
        assert isinstance(value, str | int | date | Interval)  # the other kinds of values that consequences have
        return value

    # money

    def line(self, line: Line) -> str:
        """What a line is for."""
        if line.kind == "fee":
            return self._label("fee_label", "lines.fee")
        return self.wording.say(f"lines.{line.kind}", plan=self.plan(line.plan) if line.plan else "")

    def period(self, line: Line) -> str:
        """The days that a line is for."""
        if line.start is None or (line.end is None and line.kind != "renewal"):
            return ""
        if line.end is None:
            return self.wording.written(line.start, style="medium")
        last = max(line.end - _DAY, line.start)
        return self.wording.say("lines.period", start=line.start, end=line.end, last=last)

    def sum(self, line: Line) -> str:
        """How an amount came about, where that is a plain share or percentage of a price; else empty."""
        formula = told_formula(self.decision, line)
        if formula.base is None or formula.note or not comes_to(formula, line.amount):
            return ""
        price = self._pieces(formula, formula.base)
        if formula.den == PPM:
            percent = self.wording.decimal(Decimal(formula.num).scaleb(-4))
            return self.wording.say("sums.percent", price=price, percent=percent)
        if formula.num == formula.den or formula.unit not in ("second", "minute", "hour", "day", "month"):
            return price if formula.num == formula.den and formula.quantity != 1 else ""
        return self.wording.say(f"sums.{formula.unit}", price=price, part=formula.num, whole=formula.den)

    def _pieces(self, formula: Formula, base: Money) -> str:
        price = self.wording.written(base)
        return price if formula.quantity == 1 else self.wording.say(
            "sums.pieces", quantity=formula.quantity, price=price
        )  # fmt: skip

    # limits

    def over(self, fit: Fit) -> str:
        """One thing of which too much is used."""
        name = self.wording.named("resources", fit.resource, otherwise=fit.resource)
        return self.wording.say("limits.over", name=name, used=fit.used, allowed=fit.allowed or 0, excess=fit.excess)

    def remedy(self, remedy: Remedy) -> str:
        """One thing that would help."""
        if remedy.kind == "end_service":
            return self.wording.say("remedies.end", name=remedy.title)
        name = self.wording.named("addons", remedy.name, otherwise=remedy.title)
        price = remedy.price if remedy.price is not None else self.decision.money(0)
        return self.wording.say("remedies.add", name=name, quantity=remedy.quantity, amount=price)


About = Callable[[Speech, Reason], Mapping[str, Value]]


def _nothing(_speech: Speech, _reason: Reason) -> Mapping[str, Value]:
    return {}


def _lost(speech: Speech, reason: Reason) -> Mapping[str, Value]:
    lost = [move for move in speech.decision.lost if f"carry.{move.kind}" == reason.term] or speech.decision.lost
    return {"things": [speech.move(move) for move in lost] or [reason.detail]}


def _too_frequent(speech: Speech, _reason: Reason) -> Mapping[str, Value]:
    value = speech.decision.term("frequency").value
    if not isinstance(value, Frequency) or value.changes is None or value.interval is None:
        return {"n": 0, "every": ""}
    return {"n": value.changes, "every": speech.wording.interval(value.interval)}


def _most(speech: Speech, _reason: Reason) -> Mapping[str, Value]:
    plan = speech.decision.plan_named(speech.decision.request.plan)
    return {"n": plan.quantity_max if plan is not None else 0}


def _starts(speech: Speech, _reason: Reason) -> Mapping[str, Value]:
    day = speech.decision.rulebook.document.policy.effective_from
    return {"on": day or from_day(speech.decision.today)}


def _period(speech: Speech, _reason: Reason) -> Mapping[str, Value]:
    period = speech.decision.subscription.period
    return {"start": period.start, "end": period.end}


_ABOUT: dict[str, About] = {
    "no_price_in_currency": lambda s, _: {"currency": s.decision.subscription.currency},
    "period_over": _period,
    "period_not_begun": _period,
    "date_out_of_range": _period,
    "price_not_sold_then": lambda s, _: {"on": from_day(s.decision.today)},
    "book_not_in_force": _starts,
    "too_many": _most,
    "too_frequent": _too_frequent,
    "would_be_lost": _lost,
    "approval_missing": lambda s, r: {"role": s.wording.named("roles", r.detail, otherwise=r.detail)},
    "over_limits": lambda s, _: {"things": [s.over(fit) for fit in s.decision.limits if fit.excess]},
    "renewal_not_due": lambda s, _: {"on": s.decision.day("due_from")},
}
"""What a reason names besides both plans, by its code."""


def told_reasons(decision: Decision) -> Iterator[Reason]:
    """The reasons that a customer is told: not what staff passed."""
    return (reason for reason in decision.all_reasons if not reason.overridden)
