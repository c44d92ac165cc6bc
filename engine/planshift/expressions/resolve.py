"""What a bare or dotted name stands for: a value of the list that its place wants, a `let`, or a fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from planshift.diagnostics.diagnostic import Label
from planshift.diagnostics.fix import Instead, instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.expressions import tree
from planshift.expressions.findings import Findings
from planshift.expressions.functions import FUNCTIONS
from planshift.expressions.names import SCOPE_WORDS, Environment, Scope, Symbol
from planshift.expressions.size import UNIT, Size
from planshift.expressions.syntax_errors import either
from planshift.expressions.typed import Member, Typed, TypedLet
from planshift.expressions.types import PERCENT, PPM, UNKNOWN, Enum, OneOf, Plain, Type, Wanted, is_ordered

_MAX_LISTED = 8


@final
class Names:
    """The names that can be used at the present place of a rule file.

    `lets` grows as the file is read. `allowed` are the scopes of facts that the present statement may read; `scopes`
    gathers those that it did read.
    """

    def __init__(self, env: Environment, findings: Findings, file: tree.RuleFile) -> None:
        self.lets: dict[str, TypedLet] = {}
        self.used: set[str] = set()
        self.allowed: frozenset[Scope] = frozenset(SCOPE_WORDS)
        self.scopes: set[Scope] = set()
        self._env = env
        self._findings = findings
        self._unreadable = file.unreadable
        self._later: Mapping[str, tree.Let] = {let.name.text: let for let in reversed(file.lets)}

    def knows(self, name: str) -> bool:
        """Whether a name means something whatever the place wants."""
        return name in self.lets or name in self._env.symbols or name in self._unreadable

    def resolve(self, node: tree.Name, wanted: Wanted | None) -> Typed:
        """Return the name with its type; what is unknown is reported."""
        kind = _enum_holding(node.text, wanted)
        if kind is not None:
            return Typed(node=node, type=kind, meaning=Member(kind=kind, name=node.text))
        if node.text in self.lets:
            return self._let(node, self.lets[node.text])
        if node.text in self._env.symbols:
            return self._fact(node, self._env.symbols[node.text])
        if node.text in self._unreadable:
            return Typed(node=node, type=UNKNOWN)
        kinds = self._env.members.get(node.text, ())
        if len(kinds) == 1 and not _enums(wanted):
            return Typed(node=node, type=kinds[0], meaning=Member(kind=kinds[0], name=node.text))
        self._unknown(node, wanted, kinds)
        return Typed(node=node, type=UNKNOWN)

    def _let(self, node: tree.Name, let: TypedLet) -> Typed:
        self.used.add(let.name)
        self.scopes |= let.scopes
        for scope in sorted(let.scopes - self.allowed):
            self._findings.add(
                "PS313",
                f"`{node.text}` depends on what is known only {SCOPE_WORDS[scope]}",
                span=node.span,
                labels=(Label(span=let.let.span, text="defined here"),),
            )
        value = let.value
        return Typed(node=node, type=value.type, meaning=let, constant=value.constant, size=value.size)

    def _fact(self, node: tree.Name, symbol: Symbol) -> Typed:
        self.scopes.add(symbol.scope)
        if symbol.scope not in self.allowed:
            place = "use it in an `always` statement" if symbol.scope == "outcome" else "use it in a reaction (`on`)"
            message = f"`{node.text}` is known only {SCOPE_WORDS[symbol.scope]}"
            self._findings.add("PS313", message, span=node.span, advice=place)
        size = Size(bits=symbol.bits, divisor=PPM if symbol.type == PERCENT else 1) if is_ordered(symbol.type) else UNIT
        return Typed(node=node, type=symbol.type, meaning=symbol, size=size)

    def _unknown(self, node: tree.Name, wanted: Wanted | None, kinds: tuple[Enum, ...]) -> None:
        enums = _enums(wanted)
        if enums:
            members = [member for kind in enums for member in kind.members]
            known = [*members, *self.lets, *self._env.symbols]
            advice = self._findings.did_you_mean(node.text, known)
            instead = self._findings.instead_of(node.text, known, own=self._own())
            self.not_a_member(node, f"`{node.text}`", kind=enums[0], advice=advice, instead=instead)
        elif kinds:
            words = either([f"{kind.words} ({self._env.example_of(kind) or 'a term'})" for kind in kinds])
            message = f"`{node.text}` alone could be {words}"
            self._findings.add("PS310", message, span=node.span, advice="compare it with the one that is meant")
        else:
            message, later = f"nothing is called `{node.text}`", self._later_advice(node.text)
            known = [*self.lets, *self._env.symbols, *self._env.members]
            advice = later or self._advice(node.text, known)
            instead = None if later else self._findings.instead_of(node.text, known, own=self._own())
            self._findings.add("PS310", message, span=node.span, advice=advice, instead=instead)

    def _own(self) -> frozenset[str]:
        """Return the names that the book gives: any of them may be the one that is misspelt."""
        symbols = (symbol.name for symbol in self._env.symbols.values() if symbol.own)
        kinds = self._env.members.items()
        members = (name for name, of in kinds if any(kind.name != "requester" for kind in of))
        return frozenset((*self.lets, *symbols, *members))

    def not_a_function(self, node: tree.Word) -> None:
        """Report the name of a function that there is not."""
        known = either([f"`{name}`" for name in FUNCTIONS], joint="and")
        advice = did_you_mean(node.text, FUNCTIONS) or f"there are {known}"
        message, instead = f"there is no function `{node.text}`", instead_of(node.text, FUNCTIONS)
        self._findings.add("PS315", message, span=node.span, advice=advice, instead=instead)

    def not_a_member(
        self,
        node: tree.Name | tree.Text,
        shown: str,
        *,
        kind: Enum,
        advice: str | None = None,
        instead: Instead | None = None,
    ) -> None:
        """Report a name or a text that is not on the list which its place wants."""
        if advice is None and len(kind.members) <= _MAX_LISTED:
            advice = f"it can be {either([f'`{member}`' for member in kind.members])}"
        if isinstance(node, tree.Text):
            instead = self._findings.instead_of(node.value, kind.members, own=self._own())
            instead = None if instead is None else instead.quoted()
        message = f"{shown} is not {kind.words}"
        self._findings.add("PS323", message, span=node.span, advice=advice, instead=instead)

    def _later_advice(self, name: str) -> str | None:
        let = self._later.get(name)
        return None if let is None else f"it is defined in line {let.span.line}; define it above its first use"

    def _advice(self, name: str, known: list[str]) -> str | None:
        if "-" in name and all(self.knows(part) for part in name.split("-")):
            return f"write blanks around the minus: `{name.replace('-', ' - ')}`"
        return self._findings.did_you_mean(name, known)


def _enum_holding(name: str, wanted: Wanted | None) -> Enum | None:
    return next((kind for kind in _enums(wanted) if name in kind.members), None)


def _enums(wanted: Wanted | None) -> tuple[Enum, ...]:
    """The lists that the place offers."""
    if isinstance(wanted, Enum):
        return (wanted,)
    if isinstance(wanted, OneOf):
        return tuple(option for option in wanted.options if isinstance(option, Enum))
    return ()


def enum_for_text(text: str, wanted: Wanted | None) -> Enum | Type | None:
    """Return the list that a quoted text is to be found on, or None where a text is just a text."""
    holder = _enum_holding(text, wanted)
    if holder is not None:
        return holder
    if isinstance(wanted, OneOf) and any(isinstance(option, Plain) for option in wanted.options):
        return None
    return next(iter(_enums(wanted)), None)
