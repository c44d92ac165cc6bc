"""`planshift explain`: the whole trace of a decision, or the page of a diagnostic code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.conditions import say_conditions
from planshift.cli.exits import Exit
from planshift.cli.inputs import Asked, open_book, open_request, open_subscription
from planshift.cli.printing import complain, say, say_json, say_page
from planshift.cli.sheets import LinkOption, LocaleOption, PictureFormatOption, SheetFormat, say_as
from planshift.cli.why_not import say_why_not, with_advice
from planshift.diagnostics.codes import CODES
from planshift.diagnostics.nearest import nearest
from planshift.diagnostics.page import page_of

if TYPE_CHECKING:
    from planshift.book import Decision

_CODE = re.compile(r"PS[0-9]+", re.IGNORECASE)


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Aspect:
    """What of a decision is to be explained, where it is not all of it."""

    rules: Annotated[
        bool, Parameter(help="Show what each rule made of it: its condition, with the value of every part under it.")
    ] = False
    rule: Annotated[
        str | None, Parameter(help="The same for the rules that have this in their titles.", metavar="PATTERN")
    ] = None
    why_not: Annotated[
        bool,
        Parameter(
            help="Only tell why not, what would have to change, and what is near; without --to, of every plan that is "
            "not offered."
        ),
    ] = False
    term: Annotated[
        str | None,
        Parameter(help="Draw who settles this term, and its exceptions; without a subscription, of the whole book."),
    ] = None
    origin: Annotated[
        str | None, Parameter(name="--from", help="With --term: only of changes from this plan.", metavar="PLAN")
    ] = None
    locale: LocaleOption = None


@answering
def explain(
    book: Annotated[str, Parameter(help="The book, or a code such as PS104.")],
    subscription: Annotated[str | None, Parameter(help="A subscription of the book by name, or a file.")] = None,
    /,
    *,
    asked: Asked = Asked(),  # noqa: B008  # frozen, so that sharing it harms nobody
    aspect: Aspect = Aspect(),
    link_to: LinkOption = None,
    format: PictureFormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Explain a decision in full, a term, or a diagnostic code."""
    if aspect.term is not None:
        from planshift.cli.term import say_term

        ask = {"subscription": subscription, "origin": aspect.origin}
        return say_term(Path(book), term=aspect.term, asked=asked, form=format, link_to=link_to, **ask)
    if format == "svg":
        complain("only a term has a picture: add --term")
        return Exit.USAGE
    if subscription is None:
        return _explain_code(book, format=format)
    path = Path(book)
    opened = open_book(path)
    held = open_subscription(opened, path, name=subscription)
    if aspect.why_not:
        return say_why_not(opened, held, asked=asked, form=format, link_to=link_to)
    decision = opened.decide(held, open_request(opened, held, asked=asked))
    if aspect.rules or aspect.rule is not None:
        return say_conditions(decision, opened.sources, pattern=aspect.rule, form=format, link_to=link_to)
    if aspect.locale is not None:
        return _say_told(decision, locale=aspect.locale, form=format, link_to=link_to)
    if format == "json":
        say_json(decision.to_json())
    else:
        from planshift.decision.trace import trace_of

        say_as(with_advice(trace_of(decision), opened, decision=decision), form=format, link_to=link_to)
    return Exit.YES


def _say_told(decision: Decision, *, locale: str, form: SheetFormat, link_to: str | None) -> Exit:
    """What the customer reads, and which messages say it."""
    from planshift.decision.sheet import sheet_of
    from planshift.decision.told import where_words_come_from

    told = decision.told(locale)
    if form == "json":
        say_json(decision.to_json() | {"told": told.to_json()})
    else:
        sheet = sheet_of(told.title, (*told.sheet.sections, where_words_come_from(told.used)))
        say_as(sheet, form=form, link_to=link_to, language=told.locale)
    return Exit.YES


def _explain_code(name: str, *, format: SheetFormat) -> Exit:  # noqa: A002  # the option's name
    found = CODES.get(name.upper())
    if found is None:
        reason = (
            f"is not a code: {_near(name)}" if _CODE.fullmatch(name) else "is a book: name a subscription of it, too"
        )
        complain(f"`{name}` {reason}")
        return Exit.USAGE
    page = page_of(found.code)
    if format == "html":
        complain(f"the page of {found.code} is Markdown: ask for it by --format markdown")
        return Exit.USAGE
    if format == "json":
        say_json({"code": found.code, "title": found.title, "phase": found.phase, "page": page})
    elif page is None:
        say(f"{found.code}: {found.title}")
    elif format == "markdown":
        say(page.rstrip("\n"))
    else:
        say_page(page)
    return Exit.YES


def _near(name: str) -> str:
    """The code that was most likely meant: a slip of the keyboard away, or else the next one by its number."""
    known = sorted(CODES)
    number = int(name[2:])
    near = nearest(name, known) or min(known, key=lambda code: abs(int(code[2:]) - number))
    return f"the nearest is `{near}`, {CODES[near].title}"
