"""An action plan as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from planshift.actions.action import HoldCredit, Schedule
from planshift.actions.plan import ActionPlan, Placed, placed
from planshift.actions.wording import amount_of, day_of, line_words, lines_of, words_of
from planshift.decision.answer import PlanRef
from planshift.decision.sheet import Column, Paragraph, Section, Table
from planshift.diagnostics.excerpt import printable

_TITLES = ("", "step", "what", "amount", "on", "after")
_AMOUNT = 3  # the one column that is set to the right
_LAST_INSTANT = 253_402_300_799  # the end of the year 9999


def to_table(plan: ActionPlan) -> str:
    """The plan as text: what it is for, a row per step, the lines of each bill, and a closing line that sums it up."""
    found = tuple(placed(plan.steps))
    numbers = {each.step.id: each.position for each in found}
    rows = [_TITLES, *(row for each in found for row in _rows(each, numbers))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    table = "\n".join(_set(row, widths) for row in rows)
    return f"{_heading(plan)}\n\n{table}\n\n{closing_line(plan)}\n"


def section_of(plan: ActionPlan) -> Section:
    """The plan as a section of a sheet."""
    found = tuple(placed(plan.steps))
    numbers = {each.step.id: each.position for each in found}
    columns = tuple(
        Column(heading=title, align="right" if k == _AMOUNT else "left", wraps=title in ("what", "after"))
        for k, title in enumerate(_TITLES)
    )
    rows = tuple(tuple(cell.strip() for cell in row) for each in found for row in _rows(each, numbers))
    return Section(heading="Steps", blocks=(Table(columns=columns, rows=rows), Paragraph(text=closing_line(plan))))


def closing_line(plan: ActionPlan) -> str:
    """How many steps there are and what they come to."""
    found = tuple(placed(plan.steps))
    now = sum(1 for each in found if not each.within)
    steps = f"{now} step{'' if now == 1 else 's'}"
    if len(found) > now:
        steps += f" now, {len(found) - now} later"
    if plan.queued:
        return f"Plan: {steps}. What is to pay is decided again when the change's turn comes."
    flow = plan.flow
    back = replace(flow.credit, minor=flow.credit.minor - flow.offset.minor)
    return f"Plan: {steps}. To pay: {flow.due_now} now, {flow.due_later} later. To give back: {back}."


def _heading(plan: ActionPlan) -> str:
    ends = f"{_plan(plan.from_plan)} -> {_plan(plan.to_plan)}"
    order = f", order {plan.order}" if plan.order is not None else ""
    when = f"{plan.direction.replace('_', ' ')} on {plan.effective_on}"
    quoted = f"quoted {_instant(plan.quote.computed_at)} as {plan.quote.fingerprint[:12]}"
    return printable(f"{plan.subscription}{order}: {ends}") + "\n" + printable(f"{when}, {quoted}")


def _plan(found: PlanRef | None) -> str:
    return "nothing" if found is None else f"{found.title} ({found.price})"


def _instant(seconds: int) -> str:
    if not 0 <= seconds <= _LAST_INSTANT:
        return str(seconds)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def _rows(each: Placed, numbers: dict[str, str]) -> Iterator[tuple[str, ...]]:
    step, indent = each.step, "  " * len(each.within)
    amount, day = amount_of(step.action), day_of(step.action)
    yield (
        each.position,
        f"{indent}{step.action.kind}",
        printable(words_of(step.action)),
        "" if amount is None else str(amount),
        "" if day is None else str(day),
        _after(each, numbers),
    )
    for line in lines_of(step.action):
        yield ("", "", f"  {printable(f'{line.title} {line_words(line)}'.rstrip())}", str(line.amount), "", "")


def _after(each: Placed, numbers: dict[str, str]) -> str:
    """What the step waits for, by number; the first steps of those kept for later wait for their day or events."""
    if each.step.needs:
        return ", ".join(numbers.get(need, printable(need)) for need in each.step.needs)
    if not each.within:
        return ""
    keeper = each.within[-1].action
    if isinstance(keeper, Schedule):
        return str(keeper.on)
    return "events" if isinstance(keeper, HoldCredit) else ""


def _set(row: Iterable[str], widths: list[int]) -> str:
    cells = zip(row, widths, strict=True)
    set_cells = (cell.rjust(width) if k == _AMOUNT else cell.ljust(width) for k, (cell, width) in enumerate(cells))
    return "  ".join(set_cells).rstrip()
