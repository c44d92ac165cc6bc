"""What a case expects, as values that can be compared with a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import final

from planshift.billing.currency import decimals as iso_decimals
from planshift.billing.money import Money
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.span import Span
from planshift.policy.amounts import Decimals, read_money
from planshift.policy.fields import read_date
from planshift.policy.located import Entry, Located, Mapping, follow, plain, span_of
from planshift.policy.mistakes import Mistakes, no_such_word
from planshift.policy.places import Path, problem_at
from planshift.policy.placing import Placing
from planshift.policy.term_values import TermValue
from planshift.policy.terms import TERM

ExpectedValue = str | int | date | Money | TermValue | tuple[str, ...] | None
"""What a part of a decision must be; None where there must be none."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One thing that must come out: its dotted name (`due_now`, `lines.fee`, `terms.proration.unit`) and value.

    `lines` itself holds the kinds that are named: lines of other kinds come to nothing.
    """

    name: str
    value: ExpectedValue
    span: Span

    @property
    def about_offers(self) -> bool:
        """Whether it is about what is offered, and not about one decision."""
        return self.name.partition(".")[0] in ABOUT_OFFERS


ABOUT_OFFERS = frozenset({"options", "other_plans", "other_terms", "offered", "why", "hidden"})
"""What a case can expect without asking for a change."""

_MONEY = frozenset(
    {"due_now", "due_later", "due_held", "next_bill", "lines", "flow", "contract.penalty", "contract.remainder"}
    | {"invoice.total", "invoice.credit_used"}
)
_DAYS = ("_on", "_until", "period.start", "period.end")
"""How the names of expected days end."""

_NESTED = frozenset({"lines", "taxed_as", "flow", "contract", "extension", "excess", "invoice", "hidden", "period"})
_LISTS = frozenset(
    {"reasons", "warnings", "group", "moves", "lost", "remedies", "steps", "later_steps", "undo", "invoice.lines"}
    | {"options", "other_plans", "other_terms"}
)
"""Where a single text is a list of one; so it is for every plan of `hidden`."""


def read_expectation(placing: Placing, *, at: Path, decimals: Decimals) -> tuple[Expected, ...]:
    """Return everything that is expected, in the order of the file; what is wrong is left in the placing."""
    reading = _Reading(placing, at=at, decimals=decimals)
    return tuple(reading.all())


def entries_at(root: Located, at: Path) -> dict[str, Entry]:
    """Return the entries of the mapping at a path; none where there is no such one."""
    found = follow(root, at)
    return found.value.entries if found.steps == len(at) and isinstance(found.value, Mapping) else {}


def refuse_answers_without_request(expected: tuple[Expected, ...], placing: Placing, *, at: Path) -> None:
    """Report an expectation of a decision where nothing is asked for."""
    if not all(each.about_offers for each in expected) and not placing.was_cut(*at[:-1]):
        message = "without `when` a case is about what is offered only"
        help_text = f"it can expect {', '.join(f'`{name}`' for name in sorted(ABOUT_OFFERS))}"
        placing.report("PS605", message, path=at, help_text=help_text, on_key=True)


class _Reading:
    def __init__(self, placing: Placing, *, at: Path, decimals: Decimals) -> None:
        self._placing = placing
        self._at = at
        self._decimals = decimals

    def all(self) -> Iterator[Expected]:
        """Yield everything."""
        for key, entry in entries_at(self._placing.root, self._at).items():
            if key in ("terms", "sources"):
                yield from self._of_terms(key, entry.value)
            elif key in _NESTED and isinstance(entry.value, Mapping):
                if key == "lines":
                    yield Expected(name=key, value=tuple(entry.value.entries), span=span_of(entry.value))
                for inner, value in entry.value.entries.items():
                    yield self._expected(
                        f"{key}.{inner}", value.value, money=key in _MONEY or f"{key}.{inner}" in _MONEY
                    )
            else:
                yield self._expected(key, entry.value, money=key in _MONEY)

    def _expected(self, name: str, node: Located, *, money: bool) -> Expected:
        value = plain(node)
        found: ExpectedValue
        if money and value is not None:
            path = (*self._at, *name.split("."))
            found = self._placing.read(path, partial(self._money, value), otherwise=None)
        elif isinstance(value, list):
            found = tuple(str(item) for item in value)
        elif name.endswith(_DAYS) and value is not None:
            found = read_date(value)  # the model has seen that it is one
        elif isinstance(value, (str, int)) or value is None:
            many = name in _LISTS or name.startswith("hidden.")
            found = (str(value),) if many and value is not None else value
        else:
            found = None
        return Expected(name=name, value=found, span=span_of(node))

    def _money(self, value: object) -> Money:
        currency, minor = read_money(value, self._decimals)
        own = self._decimals.get(currency)
        return Money(minor=minor, currency=currency, decimals=iso_decimals(currency) if own is None else own)

    def _of_terms(self, key: str, node: Located) -> Iterator[Expected]:
        for name, entry in node.entries.items() if isinstance(node, Mapping) else ():
            path = (*self._at, key, name)
            if name not in TERM:
                mistake = no_such_word(name, TERM, what="a term").mistakes[0]
                help_text = mistake.help if mistake.help and mistake.help.startswith("did") else None
                instead = instead_of(name, TERM)
                self._placing.report(
                    "PS602", mistake.message, path=path, help_text=help_text, on_key=True, instead=instead
                )
            elif key == "sources":
                yield Expected(name=f"{key}.{name}", value=str(plain(entry.value)), span=span_of(entry.value))
            else:
                read = partial(TERM[name].shape.read, plain(entry.value), self._decimals)
                try:
                    yield Expected(name=f"{key}.{name}", value=read(), span=span_of(entry.value))
                except Mistakes as error:
                    for mistake in error.mistakes:
                        self._placing.problems.append(problem_at(self._placing.root, path, mistake=mistake))
