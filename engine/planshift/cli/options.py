"""`planshift options`: what a subscription can change to."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.inputs import (
    Asked,
    AtOption,
    BookArgument,
    ByOption,
    FactOption,
    SubscriptionArgument,
    open_book,
    open_request,
    open_subscription,
)
from planshift.cli.printing import say_json
from planshift.cli.sheets import LinkOption, LocaleOption, SheetFormatOption, say_as


@answering
def options(
    book: BookArgument,
    subscription: SubscriptionArgument,
    /,
    *,
    at: AtOption = None,
    by: ByOption = "customer",
    only: Annotated[
        Literal["plans", "terms"] | None,
        Parameter(help="Only other plans, or only other prices of the present plan."),
    ] = None,
    fact: FactOption = (),
    hidden: Annotated[bool, Parameter(help="Also tell what is not offered, and why.")] = False,
    locale: LocaleOption = None,
    link_to: LinkOption = None,
    format: SheetFormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """List what a subscription can change to."""
    from planshift.decision.offers import offers_of, to_json

    opened = open_book(book)
    held = open_subscription(opened, book, name=subscription)
    request = open_request(opened, held, asked=Asked(at=at, by=by, fact=fact), targeted=False)
    found = opened.options(held, request)
    found = found if only is None else found.only(only)
    if format == "json":
        told = {} if locale is None else {"told": [each.told(locale).to_json() for each in found.entries]}
        say_json(to_json(found, hidden=hidden) | told)
    elif locale is not None:
        from planshift.book import known_locale
        from planshift.decision.told import told_offers

        locale = known_locale(locale)
        sheet, _ = told_offers(found, opened.rulebook.messages, locale=locale, hidden=hidden)
        say_as(sheet, form=format, link_to=link_to, language=locale)
    else:
        say_as(offers_of(found, of=held, hidden=hidden), form=format, link_to=link_to)
    return Exit.YES if found.entries else Exit.NO
