"""What commands are given: a book, a subscription by file or by name, and what is asked for.

Mistakes in them are diagnostics like those in a book; one in an option has the option as its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, final

from cyclopts import Parameter

from planshift.cli.clock import now
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import nearest
from planshift.diagnostics.span import whole_file
from planshift.expressions.types import BOOL, WHOLE

if TYPE_CHECKING:
    from planshift.billing.change import ChangeRequest
    from planshift.billing.subscription import Subscription
    from planshift.book import Book
    from planshift.expressions.types import Type
    from planshift.policy.facts import Fact

Requester = Literal["customer", "staff", "system"]

_ENDINGS = (".yaml", ".yml", ".json")
_LISTED = 12
_DIGITS = 30
_CALLED = {"to": "--to", "price": "--price", "override_reason": "--reason"}


BookArgument = Annotated[Path, Parameter(help="The book: a folder, or one YAML file.")]
SubscriptionArgument = Annotated[str, Parameter(help="A subscription of the book by name, or a file.")]
AtOption = Annotated[
    str | None,
    Parameter(
        help="When it is asked, such as 2026-03-11T10:00 in the zone of the book. Without it, now.", metavar="INSTANT"
    ),
]
FactOption = Annotated[
    tuple[str, ...],
    Parameter(help="Facts of the request that the book declares.", metavar="NAME=VALUE...", consume_multiple=True),
]
ByOption = Annotated[Requester, Parameter(help="Who asks; the customer, where it is left out.")]


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for, as the options of a command say it."""

    to: Annotated[str | None, Parameter(help="The plan asked for.", metavar="PLAN")] = None
    price: Annotated[
        str | None,
        Parameter(help="Its price. Without it the one billed as often as now, or the only one.", metavar="ID"),
    ] = None
    at: AtOption = None
    by: ByOption = "customer"
    person: Annotated[
        str | None, Parameter(help="Who of them it is, by name or number; it is recorded.", metavar="NAME")
    ] = None
    on: Annotated[
        str | None, Parameter(help="The wished day, where the policy leaves it to who asks.", metavar="DATE")
    ] = None
    quantity: Annotated[int | None, Parameter(help="How many pieces; without it, as many as now.", metavar="N")] = None
    kind: Annotated[Literal["change", "cancel"], Parameter(help="A change, or the end of the subscription.")] = "change"
    approve: Annotated[
        tuple[str, ...], Parameter(help="Roles that approve.", metavar="ROLE...", consume_multiple=True)
    ] = ()
    add: Annotated[
        tuple[str, ...],
        Parameter(help="Add-ons to buy so that present use fits.", metavar="ADDON=N...", consume_multiple=True),
    ] = ()
    end: Annotated[
        tuple[str, ...],
        Parameter(
            help="Running services to end so that present use fits.", metavar="SERVICE...", consume_multiple=True
        ),
    ] = ()
    override: Annotated[bool, Parameter(help="Let staff pass a refusal, where the policy lets them.")] = False
    reason: Annotated[str | None, Parameter(help="Why staff passes it; it is recorded.", metavar="TEXT")] = None
    bill_one_time: Annotated[bool, Parameter(help="Bill the one-time services of the new plan.")] = False
    fact: FactOption = ()


def open_book(path: Path) -> Book:
    """The book at a path.

    Raises:
        InvalidBook: with all its mistakes.
    """
    from planshift.book import load

    return load(path)


def open_subscription(book: Book, path: Path, *, name: str) -> Subscription:
    """The subscription in a file, or the one that the folder of the book at `path` has under this name.

    Raises:
        InvalidInput: there is none, or it has mistakes.
    """
    from planshift.policy.shelf import FolderShelf
    from planshift.policy.subscription_documents import read_subscription

    file = _subscription_file(path, name)
    text, problems = FolderShelf(file).text(file.name)
    if text is None:
        raise InvalidInput(diagnostics=problems)
    subscription, problems = read_subscription(text, file=file.as_posix(), book=book.document)
    if subscription is None:
        raise InvalidInput(diagnostics=problems)
    return subscription


def _subscription_file(book: Path, name: str) -> Path:
    folder = book / "subscriptions"
    held = {file.stem: file for file in sorted(folder.glob("*")) if file.suffix in _ENDINGS}
    for file in (held.get(name), folder.joinpath(name), Path(name)):
        if file is not None and file.is_file():
            return file
    near = nearest(name, held)
    if near is not None:
        help_text = f"did you mean `{near}`?"
    elif held:
        some = ", ".join(f"`{known}`" for known in list(held)[:_LISTED])
        help_text = f"the book has {some}{' and more' if len(held) > _LISTED else ''}"
    else:
        help_text = "name a file"
    message = f"`{name}` is no file, and no subscription of the book"
    raise InvalidInput(diagnostics=(Diagnostic(code="PS001", message=message, span=whole_file(name), help=help_text),))


def open_request(book: Book, subscription: Subscription, *, asked: Asked, targeted: bool = True) -> ChangeRequest:
    """What the options ask for; where it is not `targeted`, no plan needs to be named.

    Raises:
        InvalidInput: something in them is unknown, malformed or missing.
    """
    from planshift.policy.request_documents import read_request

    text, options = _request_text(asked, book.document.facts.request)
    request, problems = read_request(
        text, file="", book=book.document, subscription=subscription, now=now(), targeted=targeted
    )
    if request is None:
        raise InvalidInput(diagnostics=tuple(_at_option(problem, options) for problem in problems))
    return request


def _request_text(asked: Asked, facts: tuple[Fact, ...]) -> tuple[str, list[str]]:
    """What a request document would say, and for each of its lines the option that says it."""
    fields: tuple[tuple[str, str, object], ...] = (
        ("to", f"--to {asked.to}", asked.to),
        ("price", f"--price {asked.price}", asked.price),
        ("kind", f"--kind {asked.kind}", asked.kind),
        ("by", f"--by {asked.by}", asked.by),
        ("person", f"--person {asked.person}", asked.person),
        ("at", f"--at {asked.at}", asked.at),
        ("on", f"--on {asked.on}", asked.on),
        ("quantity", f"--quantity {asked.quantity}", asked.quantity),
        ("approvals", f"--approve {' '.join(asked.approve)}", asked.approve),
        ("override", "--override", asked.override),
        ("override_reason", f"--reason {asked.reason}", asked.reason),
        ("bill_one_time", "--bill-one-time", asked.bill_one_time),
    )
    remedies = (
        ("add", f"--add {' '.join(asked.add)}", [_addon(text) for text in asked.add]),
        ("end", f"--end {' '.join(asked.end)}", asked.end),
    )
    document = [
        *_said(fields),
        *_group("remedies", _said(remedies)),
        *_group("facts", _facts(asked.fact, facts)),
    ]
    lines = [("{", ""), *document, ("}", "")]
    return "\n".join(line for line, _ in lines), [option for _, option in lines]


def _said(fields: Iterable[tuple[str, str, object]]) -> list[tuple[str, str]]:
    """The lines of those fields that say something, each with its option."""
    return [(_field(name, value), option) for name, option, value in fields if value or value == 0]


def _group(name: str, lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Lines that stand in a mapping of their own."""
    return [(f"{json.dumps(name)}: {{", ""), *lines, ("},", "")] if lines else []


def _field(name: str, value: object) -> str:
    return f"{json.dumps(name)}: {json.dumps(value)},"


def _facts(texts: tuple[str, ...], declared: tuple[Fact, ...]) -> list[tuple[str, str]]:
    """`urgent=true` as the book declares the fact; a value that is of another kind is left for the reader to refuse."""
    kinds = {fact.name: fact.type for fact in declared}
    lines = []
    for text in texts:
        name, _, value = text.partition("=")
        lines.append((_field(name, _fact_value(value, kinds.get(name))), f"--fact {text}"))
    return lines


def _fact_value(text: str, kind: Type | None) -> object:
    if kind == BOOL:
        return {"true": True, "false": False}.get(text, text)
    number = text.removeprefix("-")
    return int(text) if kind == WHOLE and number.isascii() and number.isdecimal() and len(number) <= _DIGITS else text


def _addon(text: str) -> dict[str, object]:
    """`extra-disk=3` is three of them; a count that is none is left for the reader to refuse."""
    name, _, count = text.partition("=")
    return {"name": name, "quantity": int(count) if count.isascii() and count.isdecimal() else count or 1}


def _at_option(problem: Diagnostic, options: list[str]) -> Diagnostic:
    """The diagnostic with the option as its place and in its words: nobody wrote the document that it is about."""
    number = problem.span.line - 1
    missing = problem.code == "PS102" and ("`to`" in problem.message or "the fact" in problem.message)
    place = options[number] if 0 <= number < len(options) and not missing else ""
    message = problem.message
    for field, option in _CALLED.items():
        message = message.replace(f"`{field}` is missing", f"`{option}` is missing")
    help_text = problem.help
    if message.startswith("`--to`"):
        help_text = "name the plan with --to, or cancel with --kind cancel"
    elif missing:
        help_text = "say it with --fact NAME=VALUE"
    return replace(problem, message=message, help=help_text, span=whole_file(place), labels=(), context="")


def instant_of(
    book: Book, subscription: Subscription, *, at: str | None, option: str = "--at", by_day: bool = False
) -> int:
    """The instant that an option names, or now; where days will do, a day is its first instant.

    Raises:
        InvalidInput: it names none.
    """
    from planshift.billing.zones import parse_instant

    if at is None:
        return now()
    text = f"{at}T00:00" if by_day and len(at) == len("2026-01-31") else at
    try:
        return parse_instant(text, subscription.timezone or book.zone)
    except ValueError:
        day = "2026-01-31, or with its time " if by_day else ""
        help_text = f"write {day}2026-01-31T10:00:00Z, or in the zone of the book 2026-01-31 10:00"
        message = f"`{at}` is not {'a day or an instant' if by_day else 'an instant'}"
        found = Diagnostic(code="PS118", message=message, span=whole_file(f"{option} {at}"), help=help_text)
        raise InvalidInput(diagnostics=(found,)) from None
