"""Edits of books, the same people before and after, and what single decisions say of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from planshift.billing.change import ChangeRequest
from planshift.billing.zones import format_instant
from planshift.book import Book, Decision, load_text
from planshift.diagnostics.errors import InvalidInput
from planshift.impact.assess import Assessment, Edit
from planshift.impact.columns import WORDING
from planshift.impact.impact import Impact
from planshift.policy.document import NO_LIMITS, ImpactLimits
from planshift.policy.request_documents import default_price
from planshift.population.asking import Question
from planshift.population.columns import columns_of
from planshift.population.data import connect
from planshift.population.documents import document_of, request_facts_of
from planshift.population.making import Making

AT = 1_773_223_200
"""2026-03-11, 10:00 UTC."""

DAY = 20_523

HOSTING = Path("policies/hosting")

SHOP = {
    "policy.yaml": """\
policy_language: 1
book: shop
title: Shop
currency: EUR
timezone: UTC
invoice_days_before: 30
groups:
  plans:
    members:
      small: { level: 1 }
      medium: { level: 2 }
      large: { level: 3 }
terms:
  any: { notify: [client] }
  upgrade: { timing: now, fee: [5 EUR, 6 USD], label: Upgrade }
  downgrade: { timing: period_end, unused_credit: account_credit }
switches:
  - from: { plan: trial }
    to: { plan: small }
""",
    "catalog.yaml": """\
plans:
  trial: { prices: { trial: { every: 30 days, EUR: "0.00" } } }
  small: { prices: { monthly: { every: 1 month, EUR: "9.00", USD: "10.00" } } }
  medium: { prices: { monthly: { every: 1 month, EUR: "19.00", USD: "21.00" } } }
  large: { prices: { monthly: { every: 1 month, EUR: "39.00" }, yearly: { every: 1 year, EUR: "390.00" } } }
""",
    "policy.rules": 'rule "Not at once" when upgrade and customer.tenure < 12 months deny "Stay a year first."\n',
}

Change = Mapping[str, tuple[str, str]]
"""By file, what is written otherwise."""


def hosting() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in HOSTING.glob("*.*") if path.suffix in (".yaml", ".rules")}


def edited(files: Mapping[str, str], change: Change) -> dict[str, str]:
    """The files after an edit."""
    found = dict(files)
    for name, (old, new) in change.items():
        assert old in found[name], (name, old)
        found[name] = found[name].replace(old, new)
    return found


def people(files: Mapping[str, str], out: Path, *, rows: int = 300, columns: Sequence[str] = ()) -> Path:
    """Made-up customers; with few `columns` they are read sooner."""
    with connect(threads=1) as engine:
        Making(book=load_text(dict(files)), rows=rows, seed=7, day=DAY).write(engine, out)
    if columns:
        pq.write_table(pq.read_table(out, columns=list(columns)), out)
    return out


FEW = (
    *("id", "plan", "price", "currency", "period_start", "period_end"),
    *("status", "customer_since", "paid", "account_credit", "discount_percent"),
)
"""Enough columns to tell customers apart."""


def to(plan: str, price: str = "") -> Question:
    return Question(kind="change", request=ChangeRequest(at=AT, plan=plan, price=price))


OPTIONS = Question(kind="options", request=ChangeRequest(at=AT))
RENEWAL = Question(kind="renewal", request=ChangeRequest(at=AT, by="system"))


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """An impact, and the rows of the file of differences."""

    impact: Impact
    rows: list[dict[str, object]]
    books: tuple[Book, Book]


def assess(
    files: tuple[Mapping[str, str], Mapping[str, str]],
    data: Path,
    question: Question,
    *,
    segment: str = "",
    limits: ImpactLimits = NO_LIMITS,
) -> Assessed:
    books = load_text(dict(files[0])), load_text(dict(files[1]))
    folder = data.parent / "kept"
    folder.mkdir()
    try:
        with connect(spill=folder, threads=1) as engine:
            edit = Edit(old=books[0], new=books[1], names=("old", "new"))
            assessment = Assessment(
                engine=engine,
                edit=edit,
                question=question,
                data=str(data),
                folder=folder,
                segment=segment,
                limits=limits,
            )
            impact = assessment.impact()
            return Assessed(impact=impact, rows=pq.read_table(assessment.differences).to_pylist(), books=books)
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What both versions say of one row and target, one by one; None where one cannot read it."""

    row: int
    old: Decision | None
    new: Decision | None

    @property
    def verdicts(self) -> tuple[str, str]:
        """Both verdicts; empty where there is none."""
        return self.old.verdict if self.old else "", self.new.verdict if self.new else ""

    @property
    def differs(self) -> bool:
        """Whether a customer gets another answer."""
        if self.old is None or self.new is None:
            return True
        denied = self.old.verdict == "denied", self.new.verdict == "denied"
        if denied[0] != denied[1] or self.old.verdict != self.new.verdict or _against(self.old) != _against(self.new):
            return True
        return not denied[0] and _told(self.old) != _told(self.new)

    @property
    def amounts(self) -> tuple[dict[str, int], dict[str, int]]:
        """The money of both sides."""
        assert self.old is not None
        assert self.new is not None
        if not (self.old.allowed or self.new.allowed):
            nothing = dict.fromkeys(("now", "next_bill", "per_year", "first_year"), 0)
            return nothing, nothing
        return _amounts(self.old), _amounts(self.new)


def one_by_one(books: tuple[Book, Book], data: Path, question: Question) -> list[Pair]:
    """Every row decided by itself, by both versions."""
    found: dict[tuple[int, str, str], list[Decision | None]] = {}
    for row, cells in enumerate(pq.read_table(data).to_pylist(), start=1):
        for side, book in enumerate(books):
            for key, decision in _decided(book, cells, question):
                found.setdefault((row, *key), [None, None])[side] = decision
    return [Pair(row=row, old=old, new=new) for (row, *_), (old, new) in found.items()]


def _decided(book: Book, cells: Mapping[str, object], question: Question) -> Iterator[tuple[tuple[str, str], Decision]]:
    columns = {column.name: column for column in columns_of(book)}
    request = question.request
    try:
        held = book.subscription(document_of(book, cells, columns=columns))
    except InvalidInput:
        return
    if question.renews:
        yield ("", ""), book.renew(held, at=request.at)
        return
    given = request_facts_of(book, cells, columns=columns)
    asked = replace(request, facts=book.request(held, at=format_instant(request.at, "UTC"), facts=given).facts)
    if question.kind == "options":
        options = book.options(held, asked)
        for each in (*options.entries, *options.hidden):
            yield (each.request.plan, each.request.price), each
        return
    price = request.price or default_price(book.document, held, plan=request.plan)
    if price is not None:
        yield ("", ""), book.decide(held, replace(asked, price=price))


def _against(decision: Decision) -> set[tuple[str, str]]:
    named = {(reason.code, reason.detail) for reason in decision.reasons if reason.code != "rule"}
    rules = {("rule", r.source.title) for r in decision.all_reasons if r.code in ("rule", "warning") and r.source}
    return named | {each for each in rules if decision.verdict != "denied" or _denies(decision, each[1])}


def _denies(decision: Decision, title: str) -> bool:
    return any(reason.code == "rule" and reason.source and reason.source.title == title for reason in decision.reasons)


def _told(decision: Decision) -> dict[str, object]:
    """What an answer says besides its wording, and besides how a line was computed."""
    terms = {name: term.text for name, term in decision.terms.items() if name not in (*WORDING, "fee")}
    lines = [(line.kind, line.amount, line.start, line.end) for line in decision.lines]
    bill = decision.next_bill
    return {
        "to": (decision.request.plan, decision.request.price),
        "direction": decision.direction,
        "dates": (decision.effective_on, decision.immediate, bill.on if bill else None, decision.cancellable_until),
        "lines": lines,
        "flow": decision.flow,
        "bill": (bill.total, [(line.kind, line.amount) for line in bill.lines]) if bill else None,
        "extension": decision.extension,
        "contract": decision.contract,
        "limits": [(fit.resource, fit.allowed, fit.excess) for fit in decision.limits],
        "terms": terms,
    }


def _amounts(decision: Decision) -> dict[str, int]:
    """The money of one side by the definition in the documentation, from lists of prices and single decisions."""
    kernel = decision.reading.kernel
    names = ("new_bill", "new_year") if decision.allowed else ("old_bill", "old_year")
    nodes = tuple(kernel.regular[name] for name in names)
    values = decision.reading.computed(nodes).call(decision.subscription, decision.request, decision.today)
    bill, year = map(int, values)
    now, following = 0, bill
    if decision.allowed:
        assert decision.flow is not None
        assert decision.next_bill is not None
        now = decision.due_now.minor - decision.flow.refunded.minor
        following = decision.next_bill.total.minor
    return {"now": now, "next_bill": following, "per_year": year, "first_year": now + following + year - bill}


def sums(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """The money that moves, by currency and measure."""
    found: dict[str, dict[str, int]] = {}
    for pair in pairs:
        if pair.differs and pair.old is not None and pair.new is not None:
            held = found.setdefault(pair.new.subscription.currency, dict.fromkeys(("now", "next_bill", "per_year"), 0))
            old, new = pair.amounts
            for name in held:
                held[name] += new[name] - old[name]
    return found
