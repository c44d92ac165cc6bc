"""The answers that differ, in a file: what kind of difference it is, what causes it, and the money on both sides.

Nothing is decided here. Both answers are there already as numbers; they are compared column by column, and those that
differ are told in words and amounts of minor units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from planshift.impact.answers import Answers
from planshift.impact.columns import BITS, Part, part_of
from planshift.impact.kinds import KINDS
from planshift.population.dialects import quoted, text
from planshift.population.door import ROW
from planshift.rulebook.kernel import ALLOWED, DENIED, VERDICTS
from planshift.rulebook.sources import DIRECTIONS

MEASURES = ("now", "next_bill", "per_year", "first_year")
"""The amounts of an answer that are told on both sides."""

CATALOG = "the catalog"
"""What causes a difference where no term, rule, switch or reason does."""

THE_DATA = "what the versions can read"
"""What causes a difference of a row that one version has no answer for."""

_HEAD = ("id", "plan", "price", "currency")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Differences:
    """The differences between both versions' answers."""

    answers: Answers

    def write(self, out: Path) -> None:
        """Write a row for each answer that differs."""
        old, new = (f"read_parquet({text(str(file))})" for file in self.answers.files)
        same = " AND ".join(f"o.{quoted(key)} = n.{quoted(key)}" for key in self.answers.keys)
        both = f"SELECT {', '.join(self._flagged())} FROM {old} o FULL JOIN {new} n ON {same}"
        told = ", ".join(f"{sql} AS {name}" for name, sql in self._told())
        found = f"WITH flagged AS ({both}) SELECT {told} FROM flagged WHERE {' OR '.join(map(quoted, self._kinds))}"
        self.answers.old.opened.engine.execute(f"COPY ({found}) TO {text(str(out))} (FORMAT parquet)")

    # Both answers beside each other

    def _of(self, side: str, name: str) -> str:
        """A column of an answer."""
        constant = self.answers.constants.get(name)
        return constant if constant is not None else f"{side}.{quoted(name)}"

    def _pair(self, name: str) -> tuple[str, str]:
        return self._of("o", name), self._of("n", name)

    def _differs(self, *parts: Part) -> str:
        found = [
            f"o.{quoted(name)} <> n.{quoted(name)}"
            for name in self.answers.compared
            if part_of(name) in parts and name not in self.answers.constants
        ]
        return f"({' OR '.join(found)})" if found else "FALSE"

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """Where a difference of each kind is, over both answers."""
        there = {side: f"{side}.{quoted(ROW)} IS NOT NULL" for side in ("o", "n")}
        both = f"({there['o']} AND {there['n']})"
        old, new = self._pair("verdict")
        denied = f"{old} = {DENIED}", f"{new} = {DENIED}"
        priced = f"({both} AND NOT {denied[0]} AND NOT {denied[1]})"
        gone, came = self._unsold("o", 1), self._unsold("n", 0)
        return {
            "set_aside": f"(n.{quoted(ROW)} IS NULL AND NOT {gone})",
            "taken_in": f"(o.{quoted(ROW)} IS NULL AND NOT {came})",
            "withdrawn": f"(n.{quoted(ROW)} IS NULL AND {gone})",
            "offered": f"(o.{quoted(ROW)} IS NULL AND {came})",
            "newly_refused": f"({both} AND NOT {denied[0]} AND {denied[1]})",
            "newly_allowed": f"({both} AND {denied[0]} AND NOT {denied[1]})",
            "other_verdict": f"({priced} AND {old} <> {new})",
            "other_target": f"({priced} AND {self._target()})",
            "other_direction": f"({priced} AND {self._differs('direction')})",
            "other_timing": f"({priced} AND {self._differs('timing')})",
            "other_amounts": f"({priced} AND {self._differs('amounts')})",
            "other_terms": f"({priced} AND {self._differs('terms')})",
            "other_reasons": f"({both} AND {old} = {new} AND {self._differs('reasons')})",
        }

    def _unsold(self, side: str, other: int) -> str:
        """Whether the other version does not sell the target of an answer, where options are asked for."""
        answers = self.answers
        if answers.old.question.kind != "options":
            return "FALSE"
        book = (answers.old, answers.new)[other].opened.door.book
        sold = [
            f"{plan.name}\x1f{price.id}\x1f{currency}"
            for plan, price in book.rulebook.tables.rows
            for currency, _ in price.amounts
        ]
        asked = f"concat_ws(chr(31), {side}.to_plan, {side}.to_price, {side}.currency)"
        return f"({asked} NOT IN ({', '.join(map(text, sold))}))"

    def _target(self) -> str:
        if not self.answers.targeted:
            return self._differs("target")
        return "o.to_plan <> n.to_plan OR o.to_price <> n.to_price"

    def _flagged(self) -> Iterator[str]:
        """What the flags and the telling need, of both sides."""
        yield from (f"{condition} AS {quoted(kind)}" for kind, condition in self._kinds.items())
        for side in ("o", "n"):
            names = [ROW, *_HEAD, *(("to_plan", "to_price") if self.answers.targeted else ()), *self.answers.written]
            yield from (f"{side}.{quoted(name)} AS {quoted(f'{side} {name}')}" for name in names)

    # What is told

    def _ref(self, side: str, name: str) -> str:
        constant = self.answers.constants.get(name)
        return constant if constant is not None else quoted(f"{side} {name}")

    def _told(self) -> Iterator[tuple[str, str]]:
        yield "row", self._either(ROW)
        yield from ((name, self._either(name)) for name in _HEAD)
        yield from self._targets()
        yield "kind", f"CASE {' '.join(f'WHEN {quoted(k)} THEN {text(k)}' for k in KINDS)} END"
        yield "kinds", _listed([f"CASE WHEN {quoted(kind)} THEN {text(kind)} END" for kind in KINDS])
        yield "cause", self._cause()
        for side, name in (("o", "old"), ("n", "new")):
            there = f"{quoted(f'{side} {ROW}')} IS NOT NULL"
            priced = f"{there} AND {self._ref(side, 'verdict')} <> {DENIED}"
            effective = f"DATE '1970-01-01' + CAST({self._ref(side, 'effective')} AS INTEGER)"
            timing = _word(self._ref(side, "term timing"), self.answers.codes.terms["timing"].words)
            yield f"{name}_verdict", f"CASE WHEN {there} THEN {_word(self._ref(side, 'verdict'), VERDICTS)} END"
            yield f"{name}_reasons", self._reasons(side)
            yield f"{name}_direction", f"CASE WHEN {there} THEN {_word(self._ref(side, 'direction'), DIRECTIONS)} END"
            yield f"{name}_timing", f"CASE WHEN {priced} THEN {timing} END"
            yield f"{name}_effective_on", f"CASE WHEN {priced} THEN {effective} END"
        yield from self._measures()
        yield "terms", self._terms()

    def _either(self, name: str) -> str:
        return f"coalesce({quoted(f'n {name}')}, {quoted(f'o {name}')})"

    def _targets(self) -> Iterator[tuple[str, str]]:
        if self.answers.targeted:
            yield from ((name, self._either(name)) for name in ("to_plan", "to_price"))
            yield from ((f"old_{name}", quoted(f"o {name}")) for name in ("to_plan", "to_price"))
            return
        ways = self.answers.codes.ways.words
        old, new = (_word(self._ref(side, "target"), ways) for side in ("o", "n"))
        for k, name in enumerate(("to_plan", "to_price"), start=1):
            yield name, f"split_part(coalesce({new}, {old}), chr(31), {k})"
            yield f"old_{name}", f"split_part({old}, chr(31), {k})"

    def _masks(self, name: str) -> Sequence[str]:
        columns = dict.fromkeys((*self.answers.constants, *self.answers.written))
        return [column for column in columns if column.startswith(f"{name} ")]

    def _reasons(self, side: str) -> str:
        words = self.answers.codes.reasons.words
        masks = [self._ref(side, name) for name in self._masks("reason")]
        said = [
            f"CASE WHEN ({masks[k // BITS]} >> {k % BITS}) & 1 = 1 THEN {text(word)} END"
            for k, word in enumerate(words)
        ]
        return _listed(said)

    def _terms(self) -> str:
        """The terms that differ, each with both values."""
        said = []
        for name, codes in self.answers.codes.terms.items():
            if f"term {name}" in self.answers.written:
                old, new = (self._ref(side, f"term {name}") for side in ("o", "n"))
                values = f"{_word(old, codes.words)}, ' -> ', {_word(new, codes.words)}"
                said.append(f"CASE WHEN {old} <> {new} THEN concat({text(f'{name}: ')}, {values}) END")
        return _listed(said)

    def _cause(self) -> str:
        """What settles the difference: the first that applies, so that every difference has one cause."""
        branches = [(f"{quoted('n ' + ROW)} IS NULL OR {quoted('o ' + ROW)} IS NULL", text(THE_DATA))]
        for name, words, lead in (
            ("reason", self.answers.codes.reasons.words, ""),
            ("notice", self.answers.codes.notices.words, "told by "),
        ):
            for place, column in enumerate(self._masks(name)):
                if column in self.answers.constants:
                    continue
                old, new = quoted(f"o {column}"), quoted(f"n {column}")
                near = words[place * BITS : (place + 1) * BITS]
                for gone, mask in (("", f"({new} & ~{old})"), ("no longer ", f"({old} & ~{new})")):
                    first = f"bit_count(({mask} & -{mask}) - 1)"
                    branches.append((f"{mask} <> 0", f"concat({text(gone + lead)}, {_word(first, near)})"))
        branches += [(condition, self._and_catalog(said)) for condition, said in self._settled()]
        chosen = " ".join(f"WHEN {condition} THEN {said}" for condition, said in branches)
        return f"CASE {chosen} ELSE {text(CATALOG)} END"

    def _and_catalog(self, said: str) -> str:
        """A cause, and the catalog beside it where the regular bills differ as well."""
        old, new = (self._ref(side, "new_bill") for side in ("o", "n"))
        return f"concat({said}, CASE WHEN {old} <> {new} THEN {text(f', and {CATALOG}')} ELSE '' END)"

    def _settled(self) -> Iterator[tuple[str, str]]:
        """The switch, and the first term that differs with who settles it in the new version."""
        if "switch" in self.answers.written:
            switches = _word(self._ref("n", "switch"), self.answers.codes.ways.words)
            differs = f"{quoted('o switch')} <> {quoted('n switch')}"
            yield differs, f"coalesce(nullif({switches}, ''), 'no switch any more')"
        sources = self.answers.codes.sources.words
        names = sorted(self.answers.codes.terms, key=lambda name: (name != "timing", name != "fee"))
        for name in names:
            if f"term {name}" not in self.answers.written:
                continue
            column = "fee" if name == "fee" else f"term {name}"
            differs = f"{self._ref('o', column)} <> {self._ref('n', column)}"
            if name == "fee":
                differs += f" AND {self._ref('o', 'term fee')} <> {self._ref('n', 'term fee')}"
            source = _word(self._ref("n", f"source {name}"), sources)
            yield differs, f"concat({text(f'{name}: ')}, {source})"

    # Money

    def _measures(self) -> Iterator[tuple[str, str]]:
        """The amounts of both sides; nothing where one has no answer, and 0 where neither is allowed."""
        allowed = {side: f"{self._ref(side, 'verdict')} = {ALLOWED}" for side in ("o", "n")}
        there = " AND ".join(f"{quoted(f'{side} {ROW}')} IS NOT NULL" for side in ("o", "n"))
        for side, name in (("o", "old"), ("n", "new")):
            bill, year = self._stays(side, "bill"), self._stays(side, "year")
            due, back, next_bill = (self._ref(side, each) for each in ("due_now", "refunded", "next_bill"))
            now = f"CASE WHEN {allowed[side]} THEN {due} - {back} ELSE 0 END"
            following = f"CASE WHEN {allowed[side]} THEN {next_bill} ELSE {bill} END"
            found = (now, following, year, f"{now} + {following} + {year} - {bill}")
            for measure, amount in zip(MEASURES, found, strict=True):
                either = f"({allowed['o']}) OR ({allowed['n']})"
                told = f"CASE WHEN {there} THEN CASE WHEN {either} THEN {amount} ELSE 0 END END"
                yield f"{name}_{measure}", f"CAST({told} AS BIGINT)"

    def _stays(self, side: str, what: str) -> str:
        """A regular bill, or a year of them, of the plan that the answer leads to: the present one where it refuses."""
        allowed = f"{self._ref(side, 'verdict')} = {ALLOWED}"
        return f"CASE WHEN {allowed} THEN {self._ref(side, f'new_{what}')} ELSE {self._ref(side, f'old_{what}')} END"


def _word(code: str, words: Sequence[str]) -> str:
    """The word of a code."""
    return f"CAST([{', '.join(map(text, words))}] AS VARCHAR[])[CAST({code} AS INTEGER) + 1]"


def _listed(said: Sequence[str]) -> str:
    """Those of some texts that are there."""
    return f"list_filter(CAST([{', '.join(said)}] AS VARCHAR[]), lambda x: x IS NOT NULL)"
