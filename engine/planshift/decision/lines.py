"""The lines of a change with their formulas, and where the money goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from planshift.billing.calendar import from_day
from planshift.decision.answer import Extension, Flow, Formula, Line, LineKind, NextBill
from planshift.decision.outcome import Outcome
from planshift.decision.people import label_of, title_of
from planshift.policy.term_values import Fee, Names
from planshift.rulebook.sources import Source


def lines_of(outcome: Outcome) -> Iterator[Line]:
    """All lines of the change, what it charges first and what it gives back last."""
    if outcome.truth("bills_old"):
        yield _old_days(outcome)
    if outcome.truth("bills"):
        yield _charge(outcome)
    yield from _flat_lines(outcome)
    yield from _waiting(outcome, "waiting_billed", due_on(outcome))
    if outcome.truth("gives_credit") and (outcome.value("credit") or not outcome.value("forfeited")):
        yield _credit(outcome)


def source_of(outcome: Outcome, *terms: str) -> Source:
    """The place that settled the first of these terms that somebody speaks of."""
    sources = [outcome.term(name).source for name in terms]
    return next((source for source in sources if source.kind != "default"), sources[0])


def due_on(outcome: Outcome) -> date:
    """The day the lines fall due: that of the change, or of the next bill where collection waits."""
    return outcome.day("next_bill_on" if outcome.truth("with_next_invoice") else "effective")


def _share(outcome: Outcome, side: str, *, base: str, note: str = "") -> Formula:
    new_side = side == "charge"
    return Formula(
        base=outcome.money(outcome.value(base)),
        quantity=1,
        num=outcome.value(f"{side}.num"),
        den=outcome.value(f"{side}.den"),
        unit=outcome.word("proration.unit"),
        rounding=outcome.word("rounding.mode"),
        note=note or _early_rounding(outcome, new_side=new_side),
    )


def _early_rounding(outcome: Outcome, *, new_side: bool) -> str:
    """What was rounded before the amount itself."""
    for name, what in (("proration.share_scale", "share"), ("proration.rate_scale", "price per unit")):
        term = outcome.term(name)
        if term.text != "exact":
            return f"{what} first rounded to {term.text} decimals"
    net = outcome.word("rounding.place") == "net" and new_side and outcome.truth("gives_credit")
    return "rounded together with the credit" if net else ""


def _charge(outcome: Outcome) -> Line:
    word = outcome.word("charge")
    note = (
        ""
        if word == "prorated" or outcome.renews
        else {"full": "in full", "difference": "difference to what was paid"}.get(word, word)
    )
    return Line(
        kind="renewal" if outcome.renews else "charge",
        title=f"{title_of(outcome, outcome.request.plan)}",
        amount=outcome.money(outcome.value("charge")),
        formula=_share(outcome, "charge", base="new_price", note=note),
        source=_charged_by(outcome),
        due_on=due_on(outcome),
        start=outcome.day("begin"),
        end=outcome.day("extension.then_until" if outcome.truth("extension.active") else "bill_end"),
        plan=outcome.request.plan,
    )


def _charged_by(outcome: Outcome) -> Source:
    """The place that made the charge: for a renewal the switch, if one is carried out."""
    if outcome.switch is not None:
        return Source(kind="renewal", title=outcome.switch.title, span=outcome.switch.span)
    return source_of(outcome, "charge", "proration.unit", "proration.basis")


def _credit(outcome: Outcome) -> Line:
    given = outcome.subscription.paid is not None and outcome.word("credit_basis") == "paid"
    lost = outcome.value("forfeited")
    amount = outcome.value("credit") + lost
    share = Fraction(outcome.value("credit.num"), outcome.value("credit.den") or 1)
    base = outcome.value("billed" if given else "old_price")
    left = max(outcome.value("billed") - outcome.subscription.given_back, 0)
    capped = amount == left and base * share > left
    note = "limited to what was paid" if capped else ""
    if lost:
        note = f"less {outcome.money(lost)} that is forfeited"
    formula = _share(outcome, "credit", base="billed" if given else "old_price", note=note)
    return Line(
        kind="credit",
        title=f"unused time on {title_of(outcome, outcome.subscription.plan)}",
        amount=outcome.money(amount - lost),
        formula=formula,
        source=source_of(outcome, "unused_credit", "credit", "proration.unit"),
        due_on=due_on(outcome),
        start=outcome.day("stop"),
        end=outcome.day("credit_end"),
        held_until=_held_until(outcome),
        plan=outcome.subscription.plan,
    )


def _old_days(outcome: Outcome) -> Line:
    paid_through = outcome.subscription.paid_through
    start = outcome.subscription.period.start
    return Line(
        kind="charge_old",
        title=f"used days of {title_of(outcome, outcome.subscription.plan)}",
        amount=outcome.money(outcome.value("charge_old")),
        formula=_share(outcome, "charge_old", base="old_price"),
        source=source_of(outcome, "proration.unit", "proration.basis"),
        due_on=due_on(outcome),
        start=start if paid_through is None else max(start, paid_through),
        end=outcome.day("stop"),
        plan=outcome.subscription.plan,
    )


_FLAT: tuple[tuple[LineKind, str, str], ...] = (
    ("fee", "fee", "fee"),
    ("one_time", "one_time", "one-time services"),
    ("setup", "setup", "set-up"),
    ("penalty", "early_termination", "early termination"),
    ("remainder", "early_termination", "rest of the commitment"),
)


def _flat_lines(outcome: Outcome) -> Iterator[Line]:
    """Lines that are not shares of a period."""
    for kind, term, title in _FLAT:
        minor = outcome.value(kind)
        if minor:
            yield Line(
                kind=kind,
                title=(label_of(outcome, "fee_label") or "fee") if kind == "fee" else title,
                amount=outcome.money(minor),
                formula=_fee_formula(outcome) if kind == "fee" else Formula(),
                source=outcome.term(term).source,
                due_on=due_on(outcome),
                start=outcome.day("effective"),
                service=_service(outcome, kind),
                held_until=_held_until(outcome) if kind in ("penalty", "remainder") else (),
                plan=outcome.subscription.plan if kind in ("penalty", "remainder") else outcome.request.plan,
            )


def _waiting(outcome: Outcome, output: str, on: date) -> Iterator[Line]:
    """What earlier changes left for the next bill, where it is on the bill of a day."""
    minor = outcome.value(output)
    if minor:
        yield Line(
            kind="waiting",
            title="charges of earlier changes",
            amount=outcome.money(minor),
            formula=Formula(),
            source=source_of(outcome, "collect"),
            due_on=on,
        )


def _held_until(outcome: Outcome) -> tuple[str, ...]:
    """The events that credit and the cost of ending a contract wait for, where usage of the old plan is to be rated."""
    term = outcome.term("hold_credit_until").value
    plan = outcome.plan_named(outcome.subscription.plan)
    return term.names if isinstance(term, Names) and plan is not None and plan.usage_bucket else ()


def _fee_formula(outcome: Outcome) -> Formula:
    value = outcome.term("fee").value
    if not isinstance(value, Fee):
        return Formula(note=outcome.term("fee").text)
    if not value.ppm:
        return Formula()
    base = {"to.price": "new_unit", "from.price": "old_unit", "charge_base": "charge"}[value.of or "to.price"]
    return Formula(
        base=outcome.money(outcome.value(base)),
        quantity=1 if base == "charge" else _quantity(outcome, base),
        num=value.ppm,
        den=1_000_000,
        rounding=outcome.word("rounding.mode"),
        note=outcome.term("fee").text,
    )


def _quantity(outcome: Outcome, base: str) -> int:
    asked = outcome.request.quantity
    return outcome.subscription.quantity if base == "old_unit" or asked is None else asked


def _service(outcome: Outcome, kind: str) -> str | None:
    if kind == "fee":
        value = outcome.term("fee_taxed_as").value
        return value.names[0] if isinstance(value, Names) and value.names else None
    contract = outcome.subscription.contract
    if contract is None or kind not in ("penalty", "remainder"):
        return None
    plan = outcome.plan_named(contract.plan or outcome.subscription.plan)
    return contract.service or (plan.contract.service if plan is not None and plan.contract is not None else None)


def flow_of(outcome: Outcome) -> Flow:
    """Where credit and charges go."""
    names = (
        "credit",
        "debt_reduced",
        "offset",
        "to_account",
        "refunded",
        "to_next_bill",
        "to_time",
        "forfeited",
        "charges",
        "due_now",
        "due_later",
        "due_held",
    )
    amounts = {name: outcome.value(name) for name in names}
    amounts["account_used"] = outcome.value("account_used_now")
    return Flow(**{name: outcome.money(minor) for name, minor in amounts.items()})


def next_bill_of(outcome: Outcome) -> NextBill:
    """The next bill: what waits for it, the regular price, and the account credit it uses."""
    on = outcome.day("next_bill_on")
    settled = outcome.truth("immediate") and not (outcome.renews or outcome.truth("with_next_invoice"))
    waiting = () if settled else tuple(line for line in lines_of(outcome) if line.due_on == on and not line.held_until)
    waiting = tuple(_on_the_bill(outcome, waiting))
    waiting = (*waiting, *_waiting(outcome, "next_bill_waiting", on))
    renewal = outcome.value("next_bill_renewal")
    regular: tuple[Line, ...] = ()
    if renewal:
        regular = (_renewal(outcome, renewal, on),)
    return NextBill(
        on=on,
        lines=(*waiting, *regular),
        account_credit_used=outcome.money(outcome.value("account_used")),
        total=outcome.money(outcome.value("next_bill")),
    )


def _on_the_bill(outcome: Outcome, waiting: tuple[Line, ...]) -> Iterator[Line]:
    """The lines as the bill has them: of a credit only the part that the bill takes off, not what goes elsewhere."""
    taken = outcome.value("offset") + outcome.value("next_bill_credit")
    for line in waiting:
        if line.kind != "credit":
            yield line
        elif taken:
            yield replace(line, amount=outcome.money(taken))
    if outcome.value("next_bill_credit") and not any(line.kind == "credit" for line in waiting):
        yield replace(_credit(outcome), amount=outcome.money(outcome.value("next_bill_credit")))


def _renewal(outcome: Outcome, minor: int, on: date) -> Line:
    old = outcome.value("effective") > outcome.value("next_bill_on")
    plan = outcome.subscription.plan if old else outcome.request.plan
    return Line(
        kind="renewal",
        title=title_of(outcome, plan),
        amount=outcome.money(minor),
        formula=Formula(base=outcome.money(minor)),
        source=source_of(outcome, "anchor"),
        due_on=on,
        start=on,
        plan=plan,
    )


def extension_of(outcome: Outcome) -> Extension:
    """The time that unused money bought."""
    return Extension(
        units=outcome.value("extension.units"),
        exact=Fraction(outcome.value("extension.num"), max(outcome.value("extension.den"), 1)),
        unit=outcome.word("extend.unit"),
        starts_on=from_day(outcome.value("extension.starts")),
        ends_on=from_day(outcome.value("extension.ends")),
    )
