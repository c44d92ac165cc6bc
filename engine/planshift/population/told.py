"""What a kernel computed for a row, as columns that people read: words, dates and amounts in place of positions.

Everything is told from an output of the kernel and from the words that a single decision is told with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from planshift.book import Book
from planshift.decision.places import place_of
from planshift.decision.term_text import term_text
from planshift.expressions.form import Int, Node
from planshift.population.dialects import DUCKDB, DoorDialect, quoted, text
from planshift.rulebook.kernel import DENIED, VERDICTS, Kernel
from planshift.rulebook.resolution import possible_values
from planshift.rulebook.sources import DIRECTIONS
from planshift.rulebook.switches import BLOCKERS

LINES = {
    "charge": "bills",
    "charge_old": "bills_old",
    "fee": "",
    "one_time": "",
    "setup": "",
    "penalty": "",
    "remainder": "",
    "credit": "gives_credit",
}
"""The amount of each kind of line, and the output that says whether there is such a line at all."""

TOTALS = {
    "due_now": "what the customer pays at once",
    "due_later": "what falls due later",
    "due_held": "what falls due once the credit is released",
    "debt_reduced": "the part of the credit that settles debt",
    "offset": "the part of the credit that pays charges",
    "to_account": "the part of the credit that stays on the account",
    "refunded": "the part of the credit that is paid back",
    "to_next_bill": "the part of the credit that lowers the next bill",
    "to_time": "the part of the credit that buys time",
    "forfeited": "the part of the credit that is lost",
    "next_bill": "the next bill",
}
"""The totals of a change, by the outputs that they are."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ToldColumn:
    """A column of the answer: its name, and the SQL that tells it from the outputs."""

    name: str
    sql: str


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Telling:
    """How the outputs of one kernel are told; `passes` says whether the request lets staff pass refusals."""

    book: Book
    kernel: Kernel
    with_terms: bool
    dialect: DoorDialect = DUCKDB

    def columns(self) -> tuple[ToldColumn, ...]:
        """Every column of the answer, in order."""
        columns = [*self._head(), *self._dates(), *self._lines(), *self._totals()]
        return (*columns, *(self._terms() if self.with_terms else ()))

    def needed(self) -> dict[str, Node]:
        """The outputs of the kernel that the columns read."""
        kernel = self.kernel
        names = ["verdict", "direction", "effective", "next_bill_on", "immediate", *TOTALS, "waiting_billed"]
        names += ["switch", "switch.blocker", "target"] if kernel.facts.renews else []
        names += [name for pair in LINES.items() for name in pair if name]
        names += [name for name in kernel.outputs if name.startswith(("objection.", "rule.", "excess."))]
        names += ["term.timing", "term.limits"]
        if self.with_terms:
            names += [f"{kind}.{name}" for name in kernel.terms for kind in ("term", "source")]
        return {name: kernel.outputs[name] for name in dict.fromkeys(names)}

    def _head(self) -> Iterator[ToldColumn]:
        for name in ("id", "plan", "price"):
            yield ToldColumn(name=name, sql=self.dialect.plain(quoted(f"={name}")))
        yield from self._target()
        yield ToldColumn(name="currency", sql=self.dialect.plain(quoted("=currency")))
        yield ToldColumn(name="verdict", sql=self._word("verdict", VERDICTS))
        yield ToldColumn(name="reasons", sql=self._reasons())
        yield ToldColumn(name="direction", sql=self._word("direction", DIRECTIONS))
        yield ToldColumn(name="timing", sql=self._word("term.timing", self._texts("timing")))

    def _target(self) -> Iterator[ToldColumn]:
        if not self.kernel.facts.renews:
            yield ToldColumn(name="to_plan", sql="to_plan")
            yield ToldColumn(name="to_price", sql="to_price")
            return
        rows = self.book.rulebook.tables.rows  # behind them stands the position of no price: a switch may lead nowhere
        yield ToldColumn(name="to_plan", sql=self._word("target", [*(plan.name for plan, _ in rows), ""]))
        yield ToldColumn(name="to_price", sql=self._word("target", [*(price.id for _, price in rows), ""]))
        switches = ["", *(switch.title for switch in self.book.rulebook.switches.switches)]
        taken = f"CASE WHEN {quoted('switch.blocker')} = 0 THEN {self._word('switch', switches)} ELSE '' END"
        yield ToldColumn(name="switch", sql=taken)
        yield ToldColumn(name="switch_skipped", sql=self._word("switch.blocker", BLOCKERS))

    def _dates(self) -> Iterator[ToldColumn]:
        for name, output in (("effective_on", "effective"), ("next_bill_on", "next_bill_on")):
            day = f"DATE '1970-01-01' + CAST({quoted(output)} AS INTEGER)"
            yield ToldColumn(name=name, sql=f"CASE WHEN {_PRICED} THEN {day} END")
        yield ToldColumn(name="immediate", sql=f"({_PRICED} AND {quoted('immediate')})")

    def _lines(self) -> Iterator[ToldColumn]:
        for name, when in LINES.items():
            there = f"{_PRICED} AND {quoted(when)}" if when else _PRICED
            yield ToldColumn(name=f"line_{name}", sql=self._amount(name, there))
        yield ToldColumn(name="line_waiting", sql=self._amount("waiting_billed", _PRICED))

    def _totals(self) -> Iterator[ToldColumn]:
        for name in TOTALS:
            yield ToldColumn(name=name, sql=self._amount(name, _PRICED))

    def _terms(self) -> Iterator[ToldColumn]:
        sources = [
            place_of(source).line + f", {source.title}" if source.span.known else source.title
            for source in self.kernel.sources
        ]
        for name in self.kernel.terms:
            column = name.replace(".", "_")
            yield ToldColumn(name=f"term_{column}", sql=self._word(f"term.{name}", self._texts(name)))
            yield ToldColumn(name=f"source_{column}", sql=self._word(f"source.{name}", sources))

    def _texts(self, name: str) -> list[str]:
        decimals = self.book.rulebook.decimals
        return [term_text(name, value, decimals=decimals) for value in self.kernel.terms[name].values]

    def _reasons(self) -> str:
        """The codes of what stands against the change, in the order in which a decision tells them."""
        kernel = self.kernel
        said = [(f"objection.{k}", objection.code) for k, objection in enumerate(kernel.objections)]
        for k, rule in enumerate(kernel.rules):
            said += [(f"rule.{k}", "rule")] * sum(1 for each in rule.texts if each.kind == "deny")
        return self.dialect.said([(quoted(output), code) for output, code in said])

    def _word(self, output: str, words: Sequence[str]) -> str:
        node = self.kernel.outputs[output]
        assert isinstance(node, Int)  # positions are integers
        possible = set(possible_values(node))
        low, high = min(possible), max(possible)
        near = [words[k] if k in possible else "" for k in range(low, high + 1)]
        return self.dialect.word_at(f"({quoted(output)} - {low})" if low else quoted(output), near)

    def _amount(self, output: str, there: str) -> str:
        """An amount as people write it, with as many decimals as any currency of the book has."""
        node = self.kernel.outputs[output]
        assert isinstance(node, Int)  # amounts are integers
        places = set(self.book.rulebook.decimals.values())
        minor = f"CASE WHEN {there} THEN {quoted(output)} ELSE 0 END"
        decimals = max(places)
        wide = max(abs(node.lo), abs(node.hi)) >= 10 ** (18 - decimals)
        factor = self._factor(decimals) if len(places) > 1 else _worth(decimals, decimals)
        return self.dialect.amount(minor, factor=factor, decimals=decimals, wide=wide)

    def _factor(self, decimals: int) -> str:
        """What a minor unit of the row's currency is worth, with as many decimals as any currency has."""
        branches = " ".join(
            f"WHEN {text(code)} THEN {_worth(places, decimals)}" for code, places in self.book.rulebook.decimals.items()
        )
        return f"CASE {quoted('=currency')} {branches} END"


def _worth(places: int, decimals: int) -> str:
    """What a minor unit of a currency with so many places is worth, as a number with some decimals."""
    unit = f"0.{'1'.rjust(places, '0')}" if places else "1"
    return f"CAST({text(unit)} AS DECIMAL({decimals + 1}, {decimals}))"


_PRICED = f"{quoted('verdict')} <> {DENIED}"
