"""Judging one edit: whether a case notices it, and where none does, whether any answer differs at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import filterfalse
from typing import Final, Literal, final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision, load_text
from planshift.cases.asking import Role
from planshift.cases.mutation.edit import Edit
from planshift.cases.mutation.outcomes import Alike, Difference, difference, names_apart
from planshift.cases.mutation.situations import Situation, situations_of
from planshift.cases.run import differences_of, result_of
from planshift.decision import decide as deciding
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.policy.case_documents import Case
from planshift.policy.document import BookDocument

Judgement = Literal["noticed", "unnoticed", "same", "unloadable"]

_AT_ONCE: Final = 100
_AT_MOST: Final = 400
"""How many answers are compared in full as they come, and how many of the rest, where kernels alone do not tell."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A change whose answer an edit moves: the case that nobody has written yet.

    `name` is the subscription file that it begins with; `names` are the keys of `expect` that tell the answers apart,
    none where only the subscription afterwards does.
    """

    subscription: Subscription
    request: ChangeRequest
    name: str
    differences: tuple[Difference, ...]
    names: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one edit.

    `by` is the first case that noticed it; `witness` shows what it changes where none did; `compared` is how many
    changes of the sample were looked at without finding a difference.
    """

    edit: Edit
    judgement: Judgement
    by: str = ""
    witness: Witness | None = None
    compared: int = 0


Answered = tuple[Situation, Decision]
"""A change of the sample with the answer of the book as it is."""


@final
class Judge:
    """Judges edits of one book, given its texts by file name. Its own cases must pass."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)
        self.book: Book = load_text(texts)
        self._cases = [case for file in self.book.cases for case in file.cases if case.todo is None]
        self._reached: dict[str, list[Decision]] = {}
        for case in self._cases:
            result_of(self.book, case, watch=self._watch)
        decided = (decision for found in self._reached.values() for decision in found)
        self._situations = situations_of(self.book, tuple((each.subscription, each.request) for each in decided))
        self._answered: list[Answered] = []

    def _watch(self, case: Case, decision: Decision, role: Role) -> None:
        if role == "decided":
            self._reached.setdefault(_key(case), []).append(decision)

    @property
    def count(self) -> int:
        """How many cases are asked."""
        return len(self._cases)

    def prepare(self) -> None:
        """Do what every edit needs, once, before the work is shared out."""
        assert self._touched is not None
        for _ in self._answers():
            pass

    def judged(self, edit: Edit) -> Judged:
        """What becomes of an edit."""
        try:
            edited = load_text({**self._texts, edit.file: edit.applied(self._texts[edit.file])})
        except InvalidBook:
            return Judged(edit=edit, judgement="unloadable")
        noticed = self._noticed_by(edit, edited)
        if noticed is not None:
            return Judged(edit=edit, judgement="noticed", by=noticed)
        found = _Search(self.book, edited, self._answers)
        witness = found.witness()
        judgement: Judgement = "same" if witness is None else "unnoticed"
        return Judged(edit=edit, judgement=judgement, witness=witness, compared=found.compared)

    def _noticed_by(self, edit: Edit, edited: Book) -> str | None:
        """The first case that does not pass any more, those first that touch what was edited."""
        cases: Mapping[str, Case] | None = None
        if not _reads_alike(self.book.document, edited.document):
            try:
                read = [(_key(case), case) for file in edited.cases for case in file.cases]
            except InvalidBook as error:
                return f"cases that cannot be read any more: {error.diagnostics[0].message}"
            cases = dict(read)
        ranked = sorted(range(len(self._cases)), key=lambda number: (-self._nearness(edit, number), number))
        for number in ranked:
            case = self._cases[number]
            found = differences_of(edited, case if cases is None else cases[_key(case)])
            if next(found, None) is not None:
                return case.name
        return None

    def _nearness(self, edit: Edit, number: int) -> int:
        touched = self._touched[number]
        return sum(20 if ":" in each else 1 for each in edit.about if each in touched)

    @cached_property
    def _touched(self) -> tuple[frozenset[str], ...]:
        """For each case the lines and names of the policy that its answer comes from."""
        return tuple(frozenset(_touched(case, self._reached.get(_key(case), ()))) for case in self._cases)

    def _answers(self) -> Iterator[Answered]:
        """The sample, with what the book itself says to each of its changes; made as far as it is wanted."""
        number = 0
        while True:
            if number == len(self._answered):
                situation = next(self._situations, None)
                if situation is None:
                    return
                answer = self.book.decide(situation.subscription, situation.request)
                self._answered.append((situation, answer))
            yield self._answered[number]
            number += 1


def _key(case: Case) -> str:
    return f"{case.span.file}:{case.span.line}:{case.name}"


def _reads_alike(one: BookDocument, other: BookDocument) -> bool:
    """Whether cases and subscriptions mean the same under both: they are read by these parts of a book only."""
    return one.catalog == other.catalog and one.facts == other.facts and _frame(one) == _frame(other)


def _frame(document: BookDocument) -> tuple[object, ...]:
    policy = document.policy
    return policy.currency, policy.timezone, policy.decimals


def _touched(case: Case, decisions: Iterable[Decision]) -> Iterator[str]:
    yield from (case.subscription.plan, case.subscription.customer.client_group or "")
    for decision in decisions:
        yield from (decision.request.plan, decision.request.kind, decision.direction)
        yield from _places(decision.to_json())


def _places(data: object) -> Iterator[str]:
    """The lines that the data of a decision name."""
    if isinstance(data, dict):
        if data.keys() >= {"file", "line"}:
            yield f"{data['file']}:{data['line']}"
        for inner in data.values():
            yield from _places(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _places(inner)


@final
class _Search:
    """Looks for a change that two books answer differently."""

    def __init__(self, before: Book, after: Book, answers: Callable[[], Iterator[Answered]]) -> None:
        self._after = after
        self._answers = _those_first(answers, _plans_apart(before, after))
        self._alike = Alike(before, after)
        self._reads_alike = _reads_alike(before.document, after.document)
        self.compared = 0

    def witness(self) -> Witness | None:
        """The first change of the sample whose answer differs."""
        open_ones: list[tuple[Situation, Decision, Decision]] = []
        for situation, before in self._answers():
            after = self._answer(situation)
            if not isinstance(after, Decision):
                return _witness(situation, after)
            if self._alike(before, after):
                self.compared += 1
                continue
            if len(open_ones) >= _AT_ONCE:
                open_ones.append((situation, before, after))
                continue
            open_ones.append((situation, before, after))
            if differences := self._differences(before, after):
                return _witness(situation, differences, also=names_apart(before, after))
        later = open_ones[_AT_ONCE:]
        for situation, before, after in later[:: max(1, -(-len(later) // _AT_MOST))]:
            if differences := self._differences(before, after):
                return _witness(situation, differences, also=names_apart(before, after))
        return None

    def _differences(self, before: Decision, after: Decision) -> tuple[Difference, ...]:
        self.compared += 1
        return difference(before, after)

    def _answer(self, situation: Situation) -> Decision | tuple[Difference, ...]:
        """What the edited book says, or that it cannot take the subscription or the request any more."""
        held, request = situation.subscription, situation.request
        try:
            if self._reads_alike:  # whatever fits the one book fits the other
                return deciding.decide(self._after.rulebook, held, request=request, made_as=Decision)
            if situation.as_read:
                held = self._after.subscriptions[situation.name]
            return self._after.decide(held, request)
        except (InvalidBook, InvalidInput) as error:
            return (("the request", "can be asked", error.diagnostics[0].message),)


def _plans_apart(before: Book, after: Book) -> frozenset[str]:
    """The plans that two catalogs do not describe alike."""
    return frozenset(
        one.name for one, two in zip(before.catalog.plans, after.catalog.plans, strict=False) if one != two
    )


def _those_first(answers: Callable[[], Iterator[Answered]], plans: frozenset[str]) -> Callable[[], Iterator[Answered]]:
    """The same with those first that some plans take part in."""

    def takes_part(each: Answered) -> bool:
        return bool(plans & {each[0].subscription.plan, each[0].request.plan})

    def ordered() -> Iterator[Answered]:
        yield from filter(takes_part, answers())
        yield from filterfalse(takes_part, answers())

    return ordered if plans else answers


def _witness(situation: Situation, differences: tuple[Difference, ...], *, also: tuple[str, ...] = ()) -> Witness:
    return Witness(
        subscription=situation.subscription,
        request=situation.request,
        name=situation.name,
        differences=differences,
        names=also,
    )
