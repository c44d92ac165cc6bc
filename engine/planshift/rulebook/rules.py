"""The pass that checks the rules of a book, and the step that lowers them into a kernel's form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions import tree
from planshift.expressions.check import check_rules
from planshift.expressions.form import Bool, Int, Node
from planshift.expressions.lower import Lowering
from planshift.expressions.names import Symbol
from planshift.expressions.printer import to_text
from planshift.expressions.typed import (
    Amounts,
    Constant,
    Member,
    Typed,
    TypedAlways,
    TypedMessage,
    TypedRule,
    TypedRules,
    TypedSet,
    walk,
)
from planshift.expressions.types import MONEY, TEXT, WHOLE, Enum, OneOf, SetOf, Wanted
from planshift.policy.mistakes import Mistakes
from planshift.policy.term_values import Fee, Names, Requirement
from planshift.policy.terms import TERM, TermDefinition
from planshift.rulebook.draft import Draft
from planshift.rulebook.facts import Facts
from planshift.rulebook.reads import reads_of, with_values
from planshift.rulebook.roads import RoadFinding
from planshift.rulebook.rule_nodes import LowerNames, LowerPromises, LowerRules, Promise, RuleNodes, RuleText
from planshift.rulebook.sources import Computed, Source, Statement, TermValue
from planshift.rulebook.symbols import RENEWAL_NAME, Known, environment_of


def term_types() -> dict[str, Wanted]:
    """The terms that rules may set, each with the type of its values."""
    return {name: _wanted(definition) for name, definition in TERM.items()}


def _wanted(definition: TermDefinition) -> Wanted:
    shape = definition.shape
    if definition.name == "fee":
        return MONEY
    if shape.words:
        words = Enum(name=definition.name, members=shape.words)
        if isinstance(definition.default, Names):
            return SetOf(item=words)
        return OneOf(options=(words, TEXT, WHOLE)) if shape.counted else words
    return OneOf(options=(TEXT, SetOf(item=TEXT)))


def check_book_rules(draft: Draft) -> None:
    """Fill `draft.rules`."""
    env = environment_of(draft.names, draft.tables)
    draft.rules, diagnostics = check_rules(draft.document.rules, env, terms=term_types(), kept=draft.kept.types)
    draft.diagnostics += diagnostics
    if not any(d.is_error for d in diagnostics):
        kept = draft.kept.values.on(draft.tables.decimals_by_currency)
        for rule in draft.rules.rules:
            found = kept.of(rule)
            if found is None:
                unreadable = (each for effect in rule.sets for each in _unreadable(draft, rule, effect))
                found = kept.keep(rule, tuple(unreadable))
            draft.diagnostics += found


def _unreadable(draft: Draft, rule: TypedRule, effect: TypedSet) -> Iterator[Diagnostic]:
    """Values that have the right type but not a meaning, such as `"fixed 0"`."""
    for leaf in leaves(effect.value):
        try:
            value_of(effect.term, leaf, decimals=draft.tables.decimals_by_currency)
        except Mistakes as error:
            for mistake in error.mistakes:
                yield Diagnostic(
                    code="PS406",
                    message=mistake.message,
                    span=leaf.node.span,
                    help=mistake.help,
                    context=f'rule "{rule.title}"',
                )


def leaves(value: Typed) -> Iterator[Typed]:
    """The values that an `if ... then ... else` can come to; money is one value, however it is computed."""
    if isinstance(value.node, tree.IfElse) and value.type != MONEY:
        yield from leaves(value.parts[1])
        yield from leaves(value.parts[2])
    else:
        yield value


def value_of(term: str, value: Typed, *, decimals: Mapping[str, int]) -> TermValue | None:
    """What a written-out value means for a term; None for money that is computed.

    Raises:
        Mistakes: it means nothing for this term.
    """
    if isinstance(value.meaning, Amounts):
        pairs = [(code, minor) for code, minor in value.meaning.pairs if code is not None]
        return Fee(amounts=tuple(sorted(pairs)))
    if value.type == MONEY:
        return None
    return TERM[term].shape.read(plain(value), decimals)


def plain(value: Typed) -> object:
    """A written-out value as a document would have it."""
    if isinstance(value.node, tree.Listing):
        return [plain(part) for part in value.parts]
    meaning = value.meaning
    if isinstance(meaning, Member):
        return meaning.name
    if isinstance(meaning, Constant) and not isinstance(value.node, tree.Duration):
        known = meaning.value
        return str(known) if isinstance(known, str) or known is True or known is False else int(known)
    return to_text(value.node)


def speaks_of_renewals(rule: TypedRule) -> bool:
    """Whether a rule asks for renewals: what is meant for changes that somebody asks for must not stop a renewal."""
    if rule.when is None:
        return False
    meanings = (part.meaning for part in walk(rule.when))
    return any(isinstance(meaning, Symbol) and meaning.name == RENEWAL_NAME for meaning in meanings)


def rules_tried(rules: TypedRules, *, renewal: bool) -> tuple[TypedRule, ...]:
    """The rules that a renewal looks at, or every other request, in their order."""
    return tuple(rule for rule in rules.rules if not renewal or speaks_of_renewals(rule))


def lower_book_rules(draft: Draft) -> LowerRules:
    """The function that turns the rules into nodes of a kernel."""
    rules, decimals = draft.rules, draft.tables.decimals_by_currency

    def lower_rules(facts: Facts, road: RoadFinding) -> tuple[RuleNodes, ...]:
        lowering = lowering_of(draft.names, facts, road=road, nodes={})
        tried = rules_tried(rules, renewal=facts.renews)
        return tuple(_rule_nodes(rule, lowering, decimals=decimals) for rule in tried)

    return lower_rules


def lower_book_promises(draft: Draft) -> LowerPromises:
    """The function that turns the `always` statements into nodes of a kernel."""
    statements = draft.rules.always

    def lower_promises(facts: Facts, road: RoadFinding) -> tuple[Promise, ...]:
        lowering = lowering_of(draft.names, facts, road=road, nodes={})
        return tuple(_promise(statement, lowering) for statement in statements)

    return lower_promises


def book_lowering(draft: Draft) -> LowerNames:
    """The function that makes what turns expressions of the book into nodes."""
    names = draft.names
    return lambda facts, road: lowering_of(names, facts, road=road, nodes={})


def lowering_of(names: Mapping[str, Known], facts: Facts, *, road: RoadFinding, nodes: dict[str, Node]) -> Lowering:
    """What turns expressions of the book into nodes; the node of each fact is built once, and put into `nodes`."""

    def inputs(symbol: Symbol) -> Node:
        if symbol.name not in nodes:
            nodes[symbol.name] = names[symbol.name].build(facts, road)
        return nodes[symbol.name]

    return Lowering(facts.form, inputs, currency=facts.currency, currencies=facts.tables.currencies)


def _promise(statement: TypedAlways, lowering: Lowering) -> Promise:
    claim = lowering.truth(statement.claim)
    applies = lowering.form.truth(True) if statement.premise is None else lowering.truth(statement.premise)
    source = Source(kind="rule", title=f'always "{statement.title}"', span=statement.statement.title.span)
    return Promise(title=statement.title, applies=applies, holds=applies.negate() | claim, source=source)


def _rule_nodes(rule: TypedRule, lowering: Lowering, *, decimals: Mapping[str, int]) -> RuleNodes:
    """One rule in the form."""
    holds = lowering.form.truth(True) if rule.when is None else lowering.truth(rule.when)
    source = Source(kind="rule", title=f'rule "{rule.title}"', span=rule.rule.title.span)
    guarded: list[tuple[Bool, Statement]] = []
    for effect in rule.sets:
        for condition, leaf in guarded_leaves(effect.value, lowering, holds=holds):
            value = value_of(effect.term, leaf, decimals=decimals)
            if value is None:
                value = Computed(
                    build=_money_builder(lowering, leaf), text=to_text(leaf.node), parts=with_values(leaf, lowering)
                )
            told = Source(kind="rule", title=source.title, span=effect.effect.span)
            guarded.append((condition, Statement(term=effect.term, value=value, source=told)))
    return RuleNodes(
        title=rule.title,
        holds=holds,
        statements=tuple(guarded),
        denies=bool(rule.denials),
        needs=tuple(_requirement(need) for need in rule.needs),
        reads=reads_of(filter(None, (rule.when, *(effect.value for effect in rule.sets))), lowering),
        texts=(*_texts(rule.denials, "deny", lowering), *_texts(rule.warnings, "warn", lowering)),
        source=source,
    )


def guarded_leaves(value: Typed, lowering: Lowering, *, holds: Bool) -> Iterator[tuple[Bool, Typed]]:
    """Each value that an `if` can come to, with the condition under which it does."""
    if isinstance(value.node, tree.IfElse) and value.type != MONEY:
        condition = lowering.truth(value.parts[0])
        yield from guarded_leaves(value.parts[1], lowering, holds=holds & condition)
        yield from guarded_leaves(value.parts[2], lowering, holds=holds & condition.negate())
    else:
        yield holds, value


def _money_builder(lowering: Lowering, value: Typed) -> Callable[[str], Int]:
    return lambda mode: lowering.money(value, mode)


def _requirement(need: tree.Need) -> Requirement:
    return Requirement(kind=need.kind.text, argument=need.argument.text if need.argument else "")


def _texts(messages: tuple[TypedMessage, ...], kind: Literal["deny", "warn"], lowering: Lowering) -> Iterator[RuleText]:
    for message in messages:
        yield RuleText(kind=kind, parts=lowering.template(message.text))
