"""`planshift honour`: whether a quote still binds, and the plan that it promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.inputs import (
    AtOption,
    BookArgument,
    SubscriptionArgument,
    instant_of,
    open_book,
    open_subscription,
)
from planshift.cli.printing import FormatOption, say, say_json
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput, InvalidPlan, StaleQuote
from planshift.diagnostics.span import whole_file

if TYPE_CHECKING:
    from planshift.actions.plan import ActionPlan

_ASK_AGAIN = "Decide again, and show the new figures to whoever agreed."


@answering
def honour(
    book: BookArgument,
    subscription: SubscriptionArgument,
    quote: Annotated[Path, Parameter(help="What `decide --plan --format json` printed, or the action plan alone.")],
    /,
    *,
    at: AtOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Say whether a quote still binds."""
    from planshift.actions.json_form import to_json
    from planshift.actions.table import to_table
    from planshift.billing.zones import format_instant

    opened = open_book(book)
    held = open_subscription(opened, book, name=subscription)
    plan = read_plan(quote)
    try:
        with honest(quote):
            opened.honour(plan, held, at=instant_of(opened, held, at=at))
    except StaleQuote as stale:
        if format == "json":
            say_json({"binding": False, "moved": stale.part, "quoted": stale.quoted, "found": stale.found})
        else:
            say(f"Not binding: {stale}.\n{_ASK_AGAIN}")
        return Exit.NO
    until = format_instant(plan.quote.valid_until, held.timezone or opened.zone)
    if format == "json":
        say_json({"binding": True, "valid_until": plan.quote.valid_until, "plan": to_json(plan)})
    else:
        say(f"Binding until {until}.\n\n{to_table(plan).rstrip()}")
    return Exit.YES


@contextmanager
def honest(file: Path) -> Iterator[None]:
    """Tell of a plan that was altered, or is none of this book, as of a mistake in its file.

    Raises:
        InvalidInput: with what it breaks.
    """
    try:
        yield
    except InvalidPlan as error:
        raise InvalidInput(_violations(error, file)) from None


def read_plan(file: Path) -> ActionPlan:
    """The action plan in a file, alone or beside its decision.

    Raises:
        InvalidInput: there is none, or it is malformed.
    """
    from planshift.actions.json_form import from_json
    from planshift.policy.shelf import FolderShelf

    text, problems = FolderShelf(file).text(file.name)
    if text is None:
        raise InvalidInput(diagnostics=problems)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(diagnostics=(_wrong("PS702", "the file is not JSON", file),)) from None
    if isinstance(data, dict) and "decision" in data:
        if data.get("plan") is None:
            message = "the file has a decision without its action plan"
            help_text = "decide with `--plan --format json`; a change that is not allowed has none"
            raise InvalidInput(diagnostics=(_wrong("PS703", message, file, help_text=help_text),))
        data = data["plan"]
    return from_json(data, file=file.as_posix())


def _wrong(code: str, message: str, file: Path, *, help_text: str | None = None) -> Diagnostic:  # read like a sentence
    return Diagnostic(code=code, message=message, span=whole_file(file.as_posix()), help=help_text)


def _violations(error: InvalidPlan, file: Path) -> tuple[Diagnostic, ...]:
    """What a plan breaks, as diagnostics of its file."""
    told = (violation.partition(": ") for violation in error.violations)
    return tuple(Diagnostic(code=code, message=message, span=whole_file(file.as_posix())) for code, _, message in told)
