"""One subscription of a migration, decided alone: what the columns said has to come out again, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import FactValue, Subscription
from planshift.book import Book, Decision
from planshift.diagnostics.errors import InternalError, InvalidInput
from planshift.migration.reading import Answer, Candidate
from planshift.migration.wish import Wish
from planshift.policy.request_documents import default_price
from planshift.policy.written_documents import subscription_fields
from planshift.population.columns import Column
from planshift.population.documents import document_of, request_facts_of

Facts = tuple[tuple[str, FactValue], ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alone:
    """Decides the candidates of a wish one by one, at an instant."""

    book: Book
    wish: Wish
    columns: Mapping[str, Column]
    _facts: dict[str, Facts] = field(default_factory=dict)

    def decide(self, candidate: Candidate) -> Decision:
        """The decision on a row as it stands in the data.

        Raises:
            InternalError: it is not what the columns said.
        """
        try:
            subscription = self.book.subscription(document_of(self.book, candidate.row, columns=self.columns))
            decision = self.decide_on(subscription, candidate)
        except InvalidInput as error:
            raise _differs(candidate, f"cannot be read alone: {error}") from error
        told = _answer(decision)
        if told != candidate.answer:
            raise _differs(candidate, f"is {told} alone and {candidate.answer} among all")
        return decision

    def decide_on(self, subscription: Subscription, candidate: Candidate) -> Decision:
        """The decision on a subscription, asked for what the row of a candidate asks for.

        Raises:
            InvalidInput: the subscription does not fit this book.
        """
        if self.wish.kind == "renewal":
            return self.book.renew(subscription, at=self.wish.request.at)
        return self.book.decide(subscription, self._request(subscription, candidate.row))

    def _request(self, subscription: Subscription, row: Mapping[str, object]) -> ChangeRequest:
        request = self.wish.request
        price = request.price or default_price(self.book.document, subscription, plan=request.plan) or ""
        return replace(request, price=price, facts=self._asked_facts(subscription, row))

    def _asked_facts(self, subscription: Subscription, row: Mapping[str, object]) -> Facts:
        """The facts of the request: many rows say the same ones, and reading them takes a moment."""
        facts = request_facts_of(self.book, row, columns=self.columns)
        if not facts:
            return ()
        key = f"{subscription.currency} {sorted(facts.items())}"
        if key not in self._facts:
            given = {"at": "2026-01-01T00:00:00Z", "facts": facts}  # when and for what does not matter to them
            self._facts[key] = self.book.request(subscription, given).facts
        return self._facts[key]


def contradiction(candidate: Candidate, *, told: Subscription, kept: Subscription, alone: Alone) -> str:
    """What a row says otherwise than the subscription as it is kept, in words; empty where it says nothing else."""
    book = alone.book.document
    in_data, here = subscription_fields(told, book), subscription_fields(kept, book)
    for name, column in alone.columns.items():
        if column.path[0] == "request" or candidate.row.get(name) in (None, ""):
            continue
        said, stands = _at(in_data, column), _at(here, column)
        if said != stands:
            return f"{name} is {_word(stands)} by now, and {_word(said)} in the data"
    return ""


def _at(fields: Mapping[str, object], column: Column) -> object:
    """What a document says of a column."""
    value: object = fields
    for name in column.path:
        if isinstance(value, list):  # add-ons, by name
            value = {each["name"]: each.get("quantity", 1) for each in value}
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _word(value: object) -> str:
    return "nothing" if value is None else str(value)


def _answer(decision: Decision) -> Answer | str:
    if not decision.allowed:
        return f"{decision.verdict} ({', '.join(reason.code for reason in decision.reasons)})"
    now = Decimal(decision.value("due_now")).scaleb(-decision.decimals[decision.subscription.currency])
    request = decision.request
    on = decision.effective_on
    assert on is not None  # what is allowed has its day
    return Answer(to_plan=request.plan, to_price=request.price, effective_on=on, due_now=now)


def _differs(candidate: Candidate, how: str) -> InternalError:
    return InternalError(f"deciding {candidate.id}, which {how}")
