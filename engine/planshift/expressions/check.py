"""The checker of the rule language: names, types and terms of a rule file, all mistakes at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, final

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.expressions import tree
from planshift.expressions.findings import Findings
from planshift.expressions.from_syntax import MAX_DEPTH
from planshift.expressions.infer import Inference
from planshift.expressions.kept import Kept
from planshift.expressions.names import SCOPE_WORDS, Environment, Scope
from planshift.expressions.needs import need_flaw
from planshift.expressions.resolve import Names
from planshift.expressions.typed import (
    Typed,
    TypedAlways,
    TypedEffect,
    TypedLet,
    TypedMessage,
    TypedReaction,
    TypedRule,
    TypedRules,
    TypedSet,
    TypedTemplate,
    depth_of,
)
from planshift.expressions.types import BOOL, MONEY, UNKNOWN, Enum, SetOf, Wanted

M = TypeVar("M", bound="TypedLet | TypedRule | None")

MAX_STATEMENTS = 5_000
"""How many statements one rule file may have."""

_EVERY_SCOPE: frozenset[Scope] = frozenset(SCOPE_WORDS)
_RULE: frozenset[Scope] = frozenset({"change"})
_ALWAYS: frozenset[Scope] = frozenset({"change", "outcome"})
_REACTION: frozenset[Scope] = frozenset({"change", "order"})


KeptTypes = Kept[tuple[TypedLet | TypedRule, Mapping[str, TypedLet]]]
"""The types of `let`s and rules that said nothing wrong, with the `let`s that they use."""


def check_rules(
    file: tree.RuleFile, env: Environment, *, terms: Mapping[str, Wanted], kept: KeptTypes | None = None
) -> tuple[TypedRules, tuple[Diagnostic, ...]]:
    """Return the rules with their types, and everything that is wrong with them.

    `terms` are the terms that `set` may settle, by their dotted names, each with the type of its values. Rules with
    errors are in the answer as far as they make sense; use it only when no diagnostic is an error. `kept` is what was
    checked before.
    """
    checker = _Checker(file, env, terms, kept=(kept or Kept()).on((env, file.unreadable)))
    return checker.check(), tuple(checker.findings.diagnostics)


def check_expression(
    expr: tree.Expr, env: Environment, *, wanted: Wanted | None = None, place: str = "this place"
) -> tuple[Typed, tuple[Diagnostic, ...]]:
    """Return one expression with its types; `place` is the name, for messages, of what wants the type `wanted`."""
    findings = Findings()
    inference = Inference(env, Names(env, findings, tree.RuleFile()), findings)
    typed = inference.infer(expr) if wanted is None else inference.check(expr, wanted, place=place)
    return typed, tuple(findings.diagnostics)


@final
class _Checker:
    """Goes through one rule file from the top, so that a `let` is known to what stands below it."""

    def __init__(self, file: tree.RuleFile, env: Environment, terms: Mapping[str, Wanted], *, kept: KeptTypes) -> None:
        self.findings = Findings()
        self._kept = kept
        self._file = file
        self._env = env
        self._terms = terms
        self._names = Names(env, self.findings, file)
        self._inference = Inference(env, self._names, self.findings)
        self._titles: dict[tuple[str, str], tree.Word] = {}

    def check(self) -> TypedRules:
        """Check every statement."""
        rules: list[TypedRule] = []
        reactions: list[TypedReaction] = []
        always: list[TypedAlways] = []
        statements = self._file.statements
        if len(statements) > MAX_STATEMENTS:
            message = f"a rule file has at most {MAX_STATEMENTS} statements, and this is one more"
            self.findings.add("PS303", message, span=statements[MAX_STATEMENTS].span)
        for statement in statements[:MAX_STATEMENTS]:
            self._enter(statement)
            match statement:
                case tree.Let():
                    self._kept_let(statement)
                case tree.Rule():
                    rules.append(self._kept_rule(statement))
                case tree.Reaction():
                    reactions.append(self._reaction(statement))
                case tree.Always():
                    always.append(self._always(statement))
        self._unused()
        return TypedRules(
            lets=tuple(self._names.lets.values()),
            rules=tuple(rules),
            reactions=tuple(reactions),
            always=tuple(always),
            source=self._file,
        )

    def _enter(self, statement: tree.Statement) -> None:
        self._names.scopes = set()
        match statement:
            case tree.Let(name=name):
                self.findings.context, self._names.allowed = f"let {name.text}", _EVERY_SCOPE
            case tree.Rule(title=title):
                self.findings.context, self._names.allowed = f'rule "{title.text}"', _RULE
            case tree.Always(title=title):
                self.findings.context, self._names.allowed = f'always "{title.text}"', _ALWAYS
            case tree.Reaction():
                self.findings.context, self._names.allowed = "a reaction", _REACTION

    # statements

    def _kept_let(self, let: tree.Let) -> None:
        known = self._again(let)
        if isinstance(known, TypedLet) and known.name not in self._names.lets:
            self._names.lets[known.name] = known
        else:
            self._made(let, lambda: self._let(let))

    def _kept_rule(self, rule: tree.Rule) -> TypedRule:
        self._titled("rule", rule.title)
        known = self._again(rule)
        return known if isinstance(known, TypedRule) else self._made(rule, lambda: self._rule(rule))

    def _again(self, statement: tree.Statement) -> TypedLet | TypedRule | None:
        """What was made of a statement before, where the `let`s that it uses are what they were."""
        found = self._kept.of(statement)
        if found is None or any(self._names.lets.get(name) is not let for name, let in found[1].items()):
            return None
        self._names.used |= found[1].keys()
        return found[0]

    def _made(self, statement: tree.Statement, make: Callable[[], M]) -> M:
        """Check a statement, and keep what is made of it where nothing is wrong with it."""
        told, before = len(self.findings.diagnostics), self._names.used
        self._names.used = set()
        made, used = make(), self._names.used
        if made is not None and told == len(self.findings.diagnostics):
            self._kept.keep(statement, (made, {name: self._names.lets[name] for name in used}))
        self._names.used = before | used
        return made

    def _let(self, let: tree.Let) -> TypedLet | None:
        name = let.name.text
        value = self._inference.infer(let.value)
        earlier = self._names.lets.get(name)
        if "." in name:
            advice = f"write `{name.replace('.', '_')}`"
            self.findings.add("PS311", "the name of a `let` has no dots", span=let.name.span, advice=advice)
        elif name in self._env.symbols or name in self._env.members:
            kinds = self._env.members.get(name, ())
            taken = "a fact" if name in self._env.symbols else kinds[0].words
            message = f"`{name}` is already the name of {taken}"
            self.findings.add("PS311", message, span=let.name.span, advice="choose another name")
        elif earlier is not None:
            label = Label(span=earlier.let.name.span, text="first defined here")
            message, advice = f"`{name}` is defined twice", "give one of them another name"
            self.findings.add("PS311", message, span=let.name.span, advice=advice, labels=(label,))
        else:
            depth = depth_of(value)
            if depth > MAX_DEPTH:
                # it is passed on as shallow, so that what uses it is not reported as well
                message = f"`{name}` is more than {MAX_DEPTH} levels deep, with the `let`s that it uses"
                self.findings.add("PS303", message, span=let.name.span)
                depth = 1
            scopes = frozenset(self._names.scopes)
            self._names.lets[name] = TypedLet(let=let, value=value, scopes=scopes, depth=depth)
            return self._names.lets[name]
        return None

    def _rule(self, rule: tree.Rule) -> TypedRule:
        when = None if rule.when is None else self._inference.check(rule.when, BOOL, place="`when`")
        settled: dict[str, tree.Word] = {}
        effects: list[TypedEffect] = []
        for effect in rule.effects:
            match effect:
                case tree.SetTerm():
                    found = self._set(effect, settled)
                    effects += [] if found is None else [found]
                case tree.Deny() | tree.Warn():
                    effects.append(TypedMessage(effect=effect, text=self._template(effect.text)))
                case tree.Need():
                    flaw = need_flaw(effect)
                    if flaw is not None:
                        self.findings.add(
                            "PS333", flaw.message, span=flaw.span, advice=flaw.advice, instead=flaw.instead
                        )
                    effects.append(effect)
        return TypedRule(rule=rule, when=when, effects=tuple(effects))

    def _reaction(self, reaction: tree.Reaction) -> TypedReaction:
        self._events(reaction.events)
        when = None if reaction.when is None else self._inference.check(reaction.when, BOOL, place="`when`")
        for action in reaction.actions:
            if action.text not in self._env.actions:
                advice = did_you_mean(action.text, self._env.actions)
                instead = instead_of(action.text, self._env.actions)
                message = f"there is no action `{action.text}`"
                self.findings.add("PS334", message, span=action.span, advice=advice, instead=instead)
        return TypedReaction(reaction=reaction, when=when)

    def _always(self, statement: tree.Always) -> TypedAlways:
        self._titled("always", statement.title)
        premise = None
        if statement.premise is not None:
            premise = self._inference.check(statement.premise, BOOL, place="`implies`")
        claim = self._inference.check(statement.claim, BOOL, place="`always`")
        return TypedAlways(statement=statement, premise=premise, claim=claim)

    def _titled(self, kind: str, title: tree.Word) -> None:
        if not title.text.strip():
            advice = "explanations name it by its title: say in a few words what it is for"
            self.findings.add("PS335", f"the title of `{kind}` says nothing", span=title.span, advice=advice)
            return
        first = self._titles.setdefault((kind, title.text), title)
        if first is not title:
            label = Label(span=first.span, text="first used here")
            advice = "explanations name a rule by its title, so each needs its own"
            message = f"two statements have the title `{title.text}`"
            self.findings.add("PS335", message, span=title.span, advice=advice, labels=(label,))

    def _events(self, events: tree.Expr) -> None:
        match events:
            case tree.Name(text=text):
                if text not in self._env.events:
                    advice = did_you_mean(text, self._env.events)
                    message, instead = f"there is no event `{text}`", instead_of(text, self._env.events)
                    self.findings.add("PS334", message, span=events.span, advice=advice, instead=instead)
            case tree.Junction(items=items):
                for item in items:
                    self._events(item)
            case _:
                advice = "put conditions after `when`"
                message = "what a reaction waits for is made of events, `and` and `or`"
                self.findings.add("PS334", message, span=events.span, advice=advice)

    # effects

    def _set(self, effect: tree.SetTerm, settled: dict[str, tree.Word]) -> TypedSet | None:
        term = effect.term.text
        wanted = self._terms.get(term)
        if wanted is None:
            advice = did_you_mean(term, self._terms) or self._deeper(term)
            message, instead = f"there is no term `{term}`", instead_of(term, self._terms)
            self.findings.add("PS330", message, span=effect.term.span, advice=advice, instead=instead)
            return None
        first = settled.setdefault(term, effect.term)
        if first is not effect.term:
            label = Label(span=first.span, text="first set here")
            message, advice = f"this rule sets `{term}` twice", "keep one of them, or make two rules with a `when` each"
            self.findings.add("PS331", message, span=effect.term.span, advice=advice, labels=(label,))
        value = self._inference.check(effect.value, wanted, place=f"`{term}`")
        if not isinstance(value.type, Enum) and value.type not in (BOOL, MONEY, UNKNOWN) and not _written_out(value):
            advice = "write one rule for each value, or choose with `if`"
            message = f"the value of `{term}` must be written out"
            self.findings.add("PS332", message, span=effect.value.span, advice=advice)
        return TypedSet(effect=effect, value=value)

    def _deeper(self, term: str) -> str | None:
        inside = sorted(name for name in self._terms if name.startswith(f"{term}."))
        return f"it has parts, such as `{inside[0]}`" if inside else None

    def _template(self, template: tree.Template) -> TypedTemplate:
        parts: list[str | Typed] = []
        for part in template.parts:
            if isinstance(part, str):
                parts.append(part)
                continue
            typed = self._inference.infer(part)
            if typed.type == BOOL or isinstance(typed.type, SetOf):
                message = f"{typed.type.words} cannot be shown in a text"
                self.findings.add("PS322", message, span=part.span, advice="say in words what it means")
            parts.append(typed)
        return TypedTemplate(node=template, parts=tuple(parts))

    def _unused(self) -> None:
        readable = not self._file.unreadable and not any(found.is_error for found in self.findings.diagnostics)
        for let in self._names.lets.values() if readable else ():
            if let.name not in self._names.used:
                self.findings.context = f"let {let.name}"
                message, advice = f"`{let.name}` is never used", "use it in a rule, or take it out"
                self.findings.add("PS314", message, span=let.let.name.span, advice=advice, severity="warning")


def _written_out(value: Typed) -> bool:
    if value.type == UNKNOWN:
        return True  # something else is wrong with it, and said
    if isinstance(value.node, tree.IfElse):
        return _written_out(value.parts[1]) and _written_out(value.parts[2])
    literal = isinstance(
        value.node, tree.Text | tree.Number | tree.Percent | tree.Duration | tree.Date | tree.Listing | tree.Truth
    )
    return literal and all(_written_out(part) or part.meaning is not None for part in value.parts)
