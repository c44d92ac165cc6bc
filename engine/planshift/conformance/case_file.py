"""Reading a conformance file: which of the two formats it has, and its cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, final

from planshift.conformance.fields import CaseMistake, Fields
from planshift.conformance.presets import KILL_BILL, preset_of
from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.policy.located import Located, Mapping, Sequence, span_of
from planshift.policy.read_yaml import read_yaml

Format = Literal["kill_bill", "published"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: the inputs, what is expected, and by how much an inexact figure may be off.

    `preset` is the one of the case's system, where it has one.
    """

    id: str
    kind: str
    format: Format
    given: Fields
    expect: Fields
    tolerance: Fraction
    preset: str = ""


def detect_format(text: str, *, file: str = "cases.yaml") -> Format:
    """Which of the two formats a file has: in `published` each case names its calculation under `given`.

    Raises:
        InvalidInput: it is not a list of cases.
    """
    return _format_of(_items(text, file=file))


def read_cases(text: str, *, file: str) -> tuple[Case, ...]:
    """Every case of a file, in its order.

    Raises:
        InvalidInput: with every mistake in how the file and its cases are built.
    """
    items = _items(text, file=file)
    form = _format_of(items)
    cases: list[Case] = []
    problems: list[Diagnostic] = []
    for item in items:
        try:
            cases.append(_case(item, form))
        except CaseMistake as mistake:
            problems.append(Diagnostic(code="PS651", message=mistake.text, span=mistake.span))
    problems += _repeated(cases)
    if problems:
        raise InvalidInput(diagnostics=sort_diagnostics(problems))
    return tuple(cases)


def _items(text: str, *, file: str) -> tuple[Located, ...]:
    root, problems = read_yaml(text, file=file)
    if root is None or problems:
        raise InvalidInput(diagnostics=problems or (_not_cases(file),))
    if not isinstance(root, Sequence) or not root.items:
        raise InvalidInput(diagnostics=(_not_cases(file),))
    return root.items


def _not_cases(file: str) -> Diagnostic:
    help_text = "write a list of cases, each with `id`, `given` and `expect`"
    return Diagnostic(code="PS650", message="the file holds no list of cases", span=whole_file(file), help=help_text)


def _format_of(items: tuple[Located, ...]) -> Format:
    for item in items:
        given = item.entries.get("given") if isinstance(item, Mapping) else None
        if given is not None and isinstance(given.value, Mapping):
            return "published" if "calc" in given.value.entries else "kill_bill"
    return "kill_bill"


def _case(item: Located, form: Format) -> Case:
    if not isinstance(item, Mapping):
        raise CaseMistake("a case is a mapping with `id`, `given` and `expect`", span_of(item))
    fields = Fields(item)
    given = fields.inner("given")
    return Case(
        id=fields.text("id"),
        kind=given.text("calc") if form == "published" else fields.text("kind", "change"),
        format=form,
        given=given,
        expect=fields.inner("expect"),
        tolerance=fields.fraction("tolerance") if fields.text("exact", "true") == "false" else Fraction(0),
        preset=preset_of(fields.text("system", "")) if form == "published" else KILL_BILL,
    )


def _repeated(cases: list[Case]) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            message = f"a second case is called `{case.id}`"
            yield Diagnostic(code="PS652", message=message, span=span_of(case.given.node))
        seen.add(case.id)
