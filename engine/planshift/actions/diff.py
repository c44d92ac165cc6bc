"""What differs between two action plans: steps added, removed and changed, with old and new values.

Steps are the same step when they have the same id, wherever they stand. Keys follow from order, quote and position
and are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, final

from planshift.actions.action import Step
from planshift.actions.json_form import object_of
from planshift.actions.plan import ActionPlan, Placed, placed
from planshift.actions.wording import amount_of, line_words, lines_of, words_of
from planshift.diagnostics.excerpt import printable

Symbol = Literal["+", "-", "~"]

ADDED, REMOVED, CHANGED = "+", "-", "~"
LEGEND: Final = "  + only in the new plan   - only in the old plan   ~ in both, but different"

_NOWHERE: Final = "(nothing)"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field by its path, with its old and new value as text; None where it was not or is not there."""

    path: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.old)} -> {_shown(self.new)}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One step (or the plan itself, where `step` is empty) that is not in both plans as it is."""

    symbol: Symbol
    step: str
    words: str = ""
    changes: tuple[FieldChange, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiff:
    """All differences in the order of the new plan, removed steps last, and how many steps are the same."""

    differences: tuple[Difference, ...]
    unchanged: int

    @property
    def same(self) -> bool:
        """Whether nothing differs but keys."""
        return not self.differences

    def count(self, symbol: Symbol) -> int:
        """How many steps were added, removed or changed."""
        return sum(1 for difference in self.differences if difference.symbol == symbol and difference.step)

    def __str__(self) -> str:
        closing = (
            f"Plan: {self.count('+')} to add, {self.count('~')} to change, {self.count('-')} to remove, "
            f"{self.unchanged} unchanged."
        )
        if self.same:
            return f"No differences. {closing}"
        blocks = ["\n".join(_block(difference)) for difference in self.differences]
        return "\n\n".join((LEGEND, "\n".join(blocks), closing))


def diff(old: ActionPlan, new: ActionPlan) -> PlanDiff:
    """Compare two plans."""
    before = {each.step.id: each for each in placed(old.steps)}
    after = {each.step.id: each for each in placed(new.steps)}
    found: list[Difference] = []
    heads = tuple(_changes(_head(old), _head(new)))
    if heads:
        found.append(Difference(symbol="~", step="", words="the plan itself", changes=heads))
    unchanged = 0
    for name, each in after.items():
        if name not in before:
            found.append(Difference(symbol="+", step=name, words=_words(each.step)))
            continue
        changes = tuple(_changes(_fields(before[name]), _fields(each)))
        if changes:
            found.append(Difference(symbol="~", step=name, words=_words(each.step), changes=changes))
        else:
            unchanged += 1
    gone = (each for name, each in before.items() if name not in after)
    found += [Difference(symbol="-", step=each.step.id, words=_words(each.step)) for each in gone]
    return PlanDiff(differences=tuple(found), unchanged=unchanged)


def _block(difference: Difference) -> Iterator[str]:
    name = printable(difference.step) or difference.words
    words = f"  {printable(difference.words)}" if difference.step and not difference.changes else ""
    yield f"  {difference.symbol} {name}{words}"
    for change in difference.changes:
        yield f"      {printable(str(change))}"


def _words(step: Step) -> str:
    amount = amount_of(step.action)
    return words_of(step.action) if amount is None else f"{words_of(step.action)}, {amount}"


def _head(plan: ActionPlan) -> dict[str, str]:
    """The fields of a plan without its steps."""
    fields = {key: value for key, value in object_of(plan).items() if key != "steps"}
    quote = object_of(plan.quote)
    short = {name: getattr(plan.quote, name)[:12] for name in ("fingerprint", "book", "subscription")}
    return dict(_flat({**fields, "quote": {**quote, **short}}))


def _fields(each: Placed) -> dict[str, str]:
    """The fields of a step, and which step keeps it, without its key and without the steps that it keeps."""
    step = each.step
    action = {key: value for key, value in object_of(step.action).items() if key not in ("lines", "steps")}
    undo = None if step.undo is None else object_of(step.undo)
    kept_by = each.within[-1].id if each.within else None
    return dict(_flat({**_lines(step), **action, "needs": ", ".join(step.needs), "undo": undo, "kept by": kept_by}))


def _lines(step: Step) -> dict[str, str]:
    """The lines of a bill by their titles, so that a line more does not make all that follow it differ."""
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for line in lines_of(step.action):
        seen[line.title] += 1
        title = f"{line.title} ({seen[line.title]})" if seen[line.title] > 1 else line.title
        words = line_words(line)
        found[title] = f"{line.amount} ({words})" if words else str(line.amount)
    return found


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of plain data, each with its path; nothing is a leaf that is left out."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _flat(part, f"{path}[{number}]")
    elif value is not None:
        yield path, str(value)


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[FieldChange]:
    for path in dict.fromkeys((*new, *old)):
        if old.get(path) != new.get(path):
            yield FieldChange(path=path, old=old.get(path), new=new.get(path))


def _shown(value: str | None) -> str:
    return _NOWHERE if value is None or value == "" else value
