"""Two answers to one question, compared by what a case could expect of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from planshift.billing.money import Money
from planshift.book import Decision, Options
from planshift.cases.answers import answered, offered
from planshift.cases.written import keys_of
from planshift.comparison.difference import Moved
from planshift.policy.written_yaml import Data
from planshift.rulebook.sources import Computed

_GLANCED = (
    "verdict",
    "direction",
    "effective",
    "due_now",
    "due_later",
    "due_held",
    "credit",
    "charge",
    "charge_old",
    "fee",
    "one_time",
    "setup",
    "penalty",
    "remainder",
    "contract.carries",
    "contract.begins",
    "contract.ends",
    "next_bill",
    "next_bill_on",
    "waiting_billed",
    "to_account",
    "refunded",
    "to_next_bill",
    "to_time",
    "forfeited",
    "extension.ends",
    "keeps_coupon",
)
"""What is looked at first: nearly every difference between two answers shows in one of them."""

_MORE = ("moves", "warnings", "cancellable_until")


def differ(old: Decision, new: Decision) -> bool:
    """Whether two answers to one question say different things to a customer; labels and sources aside."""
    if old.values(_GLANCED) != new.values(_GLANCED) or codes(old) != codes(new):
        return True
    return (old.moves, old.lost, old.limits, old.allowances) != (new.moves, new.lost, new.limits, new.allowances) or (
        [reason.text for reason in old.all_reasons] != [reason.text for reason in new.all_reasons]
    )


def codes(decision: Decision) -> tuple[str, ...]:
    """The codes of what stands against a change or is said about it."""
    return tuple(dict.fromkeys(objection.code for objection in decision.objections))


def term_words(decision: Decision, name: str) -> str:
    """What a term comes to, as text that is the same for equal values; a computed amount counts as such."""
    term = decision.reading.kernel.terms[name]
    value = term.values[decision.value(f"term.{name}")]
    if isinstance(value, Computed):
        return f"{value.text} = {decision.value('fee')}"
    return decision.term(name).text


def fired(decision: Decision, title: str) -> bool:
    """Whether the condition of a rule held."""
    return any(
        rule.title == title and decision.truth(f"rule.{place}")
        for place, rule in enumerate(decision.reading.kernel.rules)
    )


def moved(old: Decision, new: Decision, *, also: Iterable[str] = ()) -> tuple[Moved, ...]:
    """What is different between two answers, by the names that cases use; those of `also` after the usual ones."""
    names = dict.fromkeys((*keys_of(new), *keys_of(old), *_MORE, *also))
    found = []
    for name in names:
        before, after = (answered(each, name) for each in (old, new))
        if before == after or (_nothing(before) and _nothing(after)):
            continue
        if name == "lines" and isinstance(before, Mapping) and isinstance(after, Mapping):
            kinds = [kind for kind in dict.fromkeys((*after, *before)) if before.get(kind) != after.get(kind)]
            found += [
                Moved(what=f"{name}.{kind}", old=written(before.get(kind)), new=written(after.get(kind)))
                for kind in kinds
            ]
        else:
            found.append(Moved(what=name, old=written(before), new=written(after)))
    return tuple(found)


def visibly_differ(old: Decision, new: Decision) -> bool:
    """Whether a customer sees that two answers differ: in the verdict, a day or an amount."""
    return old.values(_GLANCED) != new.values(_GLANCED) or (
        new.renews and (old.request.plan, old.request.price) != (new.request.plan, new.request.price)
    )


def moved_offers(old: Options[Decision], new: Options[Decision]) -> tuple[Moved, ...]:
    """What is different between two lists of offers."""
    before, after = (offered(each, "options") for each in (old, new))
    return () if before == after else (Moved(what="options", old=written(before), new=written(after)),)


def _nothing(value: Data) -> bool:
    return value is None or value == [] or (isinstance(value, Money) and not value.minor)


def written(value: Data) -> str:
    """A value of an answer on one line."""
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {written(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(written(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, Money | date | int | str) else f"{value}"


def names_of_terms(old: Decision, new: Decision) -> Iterator[str]:
    """The terms that two answers settle differently."""
    for name in new.reading.kernel.terms:
        if term_words(old, name) != term_words(new, name):
            yield name
