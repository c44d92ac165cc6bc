"""What the versions say besides: switches, reactions, statements about every change, and declared facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from planshift.billing import calendar
from planshift.book import Book, Decision
from planshift.comparison.answers import differ
from planshift.comparison.compare_rules import lets_of
from planshift.comparison.difference import Difference, Moved, Shows, Sign, Sought
from planshift.comparison.one_form import OneForm, read_in
from planshift.comparison.plain import Scene
from planshift.comparison.world import End, Route, World
from planshift.diagnostics.span import Span
from planshift.expressions.printer import to_text
from planshift.expressions.typed import TypedAlways, TypedReaction
from planshift.expressions.types import Enum
from planshift.policy.document import Switch
from planshift.policy.facts import SIDES, Fact

_REACTION = "a reaction is no part of a decision: it runs while an order runs"
_STATEMENT = "a statement decides nothing: it is checked on every change"


def compare_switches(old: Book, new: Book) -> Iterator[Sought]:
    """For every price the switches that lead from it, in the order in which they are tried."""
    before, after = (_switches(book) for book in (old, new))
    for end in dict.fromkeys((*after, *before)):
        first, second = before.get(end, ()), after.get(end, ())
        if _means(first) == _means(second):
            continue
        sign: Sign = "+" if not first else "-" if not second else "~"
        kind = {"+": "switch_added", "-": "switch_removed", "~": "switch_moved"}[sign]
        difference = Difference(
            section="switches",
            kind=kind,
            sign=sign,
            title=f"from {end[0]} {end[1]}",
            moved=(Moved(what="renews to", old=_told(first), new=_told(second)),),
            old=first[0].span if first else _no(old),
            new=second[0].span if second else _no(new),
        )
        if end not in new.rulebook.tables.prices:
            yield Sought(difference=replace(difference, untold="the new version does not have the price any more"))
            continue
        worlds = tuple(_renewals(end, {*first, *second}, books=(old, new)))
        yield Sought(difference=difference, shows=_renews_elsewhere(end), plans=frozenset({end[0]}), worlds=worlds)


def _no(book: Book) -> Span:
    return book.document.where("policy", "switches")


def _switches(book: Book) -> dict[End, tuple[Switch, ...]]:
    found: dict[End, tuple[Switch, ...]] = {}
    for switch in book.document.policy.switches:
        for price in switch.from_prices:
            found[switch.from_plan, price] = (*found.get((switch.from_plan, price), ()), switch)
    return found


def _means(switches: tuple[Switch, ...]) -> list[tuple[int, str, str]]:
    """The switches that can ever be due: one that waits at least as long as one before it never is."""
    found: list[tuple[int, str, str]] = []
    for switch in switches:
        if all(switch.after_renewals < waits for waits, _, _ in found):
            found.append((switch.after_renewals, switch.to_plan, switch.to_price))
    return found


def _told(switches: tuple[Switch, ...]) -> str | None:
    if not switches:
        return None
    return "; ".join(
        f"{each.to_plan} {each.to_price}" + (f" after {each.after_renewals} renewals" if each.after_renewals else "")
        for each in switches
    )


def _renews_elsewhere(end: End) -> Shows:
    def shows(old: Decision | None, new: Decision) -> bool:
        if old is None or not new.renews or (new.subscription.plan, new.subscription.price) != end:
            return False
        targets = [(each.request.plan, each.request.price) for each in (old, new)]
        return new.allowed and targets[0] != targets[1]

    return shows


def _renewals(end: End, switches: set[Switch], *, books: tuple[Book, Book]) -> Iterator[World]:
    """The renewals around the number after which each switch is due."""
    scene = Scene.of(books[1], books[0])
    base = scene.plain(Route(origin=end, kind="renew"))
    counts = sorted({max(each.after_renewals + more, 0) for each in switches for more in (-1, 0, 1)})
    for count in counts if base is not None else ():
        assert base is not None  # there is nothing to count without it
        period_end = calendar.to_day(base.subscription.period.end)
        held = replace(base.subscription, renewals=count)
        asked = replace(base.request, at=scene.at(period_end, second=0))
        yield World(subscription=held, request=asked, told=f"after {count} renewals")


def compare_reactions(old: Book, new: Book) -> Iterator[Sought]:
    """Reactions, by what they mean; where they stand does not matter."""
    form, readable = OneForm(old=old, new=new), read_in(old, new)
    before = {form.reaction(each): each for each in readable.reactions}
    after = {form.reaction(each): each for each in new.rulebook.typed_rules.reactions}
    spans = {each.reaction.span for each in readable.reactions}
    lost = [each for each in old.rulebook.typed_rules.reactions if each.reaction.span not in spans]
    for meaning, reaction in after.items():
        if meaning not in before:
            yield _reaction(reaction, sign="+")
    for reaction in (*(each for meaning, each in before.items() if meaning not in after), *lost):
        yield _reaction(reaction, sign="-")


def _reaction(reaction: TypedReaction, *, sign: Sign) -> Sought:
    parts = {
        "when": to_text(reaction.when.node) if reaction.when is not None else "",
        "then": ", ".join(reaction.actions),
    }
    added = sign == "+"
    moved = tuple(Moved(what=w, new=t) if added else Moved(what=w, old=t) for w, t in parts.items() if t)
    place: dict[str, Any] = {"new" if added else "old": reaction.reaction.span}
    return Sought(
        difference=Difference(
            section="reactions",
            kind="reaction_added" if added else "reaction_removed",
            sign=sign,
            title=f"on {to_text(reaction.events)}",
            moved=moved,
            untold=_REACTION,
            **place,
        )
    )


def compare_statements(old: Book, new: Book) -> Iterator[Sought]:
    """The `always` statements, by title."""
    before = {each.title: each for each in old.rulebook.typed_rules.always}
    after = {each.title: each for each in new.rulebook.typed_rules.always}
    form = OneForm(old=old, new=new)
    first, second = form.promises(read_in(old, new)), form.promises(new.rulebook.typed_rules)
    for title in dict.fromkeys((*after, *before)):
        nodes = [each[title].holds for each in (first, second) if title in each]
        if (
            title in before
            and title in after
            and len({form.meanings.of(node) for node in nodes}) == 1 == len(nodes) - 1
        ):
            continue
        sign: Sign = "+" if title not in before else "-" if title not in after else "~"
        kind = {"+": "statement_added", "-": "statement_removed", "~": "statement_changed"}[sign]
        claims = [_claim(each.get(title)) for each in (before, after)]
        moved = [Moved(what="says", old=claims[0], new=claims[1])] if claims[0] != claims[1] else []
        if title in before and title in after:
            moved += _lets(before[title], after[title])
        spans: dict[str, Any] = {}
        spans |= {"old": before[title].statement.title.span} if title in before else {}
        spans |= {"new": after[title].statement.title.span} if title in after else {}
        yield Sought(
            difference=Difference(
                section="statements",
                kind=kind,
                sign=sign,
                title=f'"{title}"',
                moved=tuple(moved),
                untold=_STATEMENT,
                **spans,
            )
        )


def _lets(before: TypedAlways, after: TypedAlways) -> Iterator[Moved]:
    first, second = (
        lets_of([each.claim, *([] if each.premise is None else [each.premise])]) for each in (before, after)
    )
    for name, text in second.items():
        if first.get(name, text) != text:
            yield Moved(what=f"let {name}", old=first[name], new=text)


def _claim(statement: TypedAlways | None) -> str | None:
    if statement is None:
        return None
    claim = to_text(statement.claim.node)
    return claim if statement.premise is None else f"{to_text(statement.premise.node)} implies {claim}"


def compare_facts(old: Book, new: Book) -> Iterator[Sought]:
    """The facts that the versions declare: their types and defaults."""
    for side in SIDES:
        before, after = ({fact.name: fact for fact in book.document.facts.of(side)} for book in (old, new))
        for name in dict.fromkeys((*after, *before)):
            values = [_fact(each[name]) if name in each else {} for each in (before, after)]
            moved = tuple(
                Moved(what=what, old=values[0].get(what), new=values[1].get(what))
                for what in dict.fromkeys((*values[1], *values[0]))
                if values[0].get(what) != values[1].get(what)
            )
            if moved:
                yield _fact_sought(
                    (old, new),
                    side,
                    name=name,
                    moved=moved,
                    sign="+" if name not in before else "-" if name not in after else "~",
                )


def _fact(fact: Fact) -> dict[str, str]:
    default = fact.default
    if isinstance(fact.type, Enum) and default is not None:
        default = fact.type.members[int(default)]
    words = {None: "none", True: "yes", False: "no"}
    told = words[default] if default is None or isinstance(default, bool) else str(default)
    return {"type": str(fact.type), "default": told}


def _fact_sought(books: tuple[Book, Book], side: str, *, name: str, moved: tuple[Moved, ...], sign: Sign) -> Sought:
    path = ("facts", side, "properties", name)
    difference = Difference(
        section="facts",
        kind={"+": "fact_added", "-": "fact_removed", "~": "fact_changed"}[sign],
        sign=sign,
        title=f"{side}.{name}",
        moved=moved,
        old=books[0].document.where("policy", *path),
        new=books[1].document.where("policy", *path),
    )
    if sign != "~":
        return Sought(
            difference=replace(difference, untold="a fact changes an answer only through a rule that reads it")
        )
    rules = tuple(
        rule.title for rule in books[1].rulebook.reading().kernel.rules if f"{side}.{name}" in dict(rule.reads)
    )

    def shows(old: Decision | None, new: Decision) -> bool:
        return old is not None and differ(old, new)

    return Sought(difference=difference, shows=shows, rules=rules)
