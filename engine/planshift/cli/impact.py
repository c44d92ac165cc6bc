"""`planshift impact`: what an edit of a book does to everybody in some data, counted, summed and explained."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal, final

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.decide_all import DataArgument, MapOption, installed, instant_told, names_told, progress, target_of
from planshift.cli.diff import version_of
from planshift.cli.everybody import facts_for_everybody
from planshift.cli.exits import Exit
from planshift.cli.inputs import AtOption, ByOption, FactOption
from planshift.cli.printing import complain, say, say_json, say_sheet

if TYPE_CHECKING:
    from planshift.impact.assess import Assessment, Edit
    from planshift.impact.impact import Impact
    from planshift.policy.document import ImpactLimits
    from planshift.population.asking import Question

ImpactFormat = Literal["text", "markdown", "html", "json"]
_VERSION = "A book, or one at a revision of git: main:policies/hosting."


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Wish:
    """What everybody is asked, as the options say it."""

    to: Annotated[str | None, Parameter(help="The plan that everybody asks for.", metavar="PLAN")] = None
    price: Annotated[str | None, Parameter(help="Its price; else the one billed as often.", metavar="ID")] = None
    each_option: Annotated[bool, Parameter(help="Ask for every plan and price that there is.")] = False
    renew: Annotated[bool, Parameter(help="Ask for renewals: who renews or switches that day.")] = False
    at: AtOption = None
    by: ByOption = "customer"
    fact: FactOption = ()


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the edit may do at most; each wins over what the book says."""

    max_refused: Annotated[
        str | None, Parameter(help="How many customers may be newly refused at most.", metavar="PERCENT")
    ] = None
    max_dearer: Annotated[
        str | None, Parameter(help="How many may pay more in the first year at most.", metavar="PERCENT")
    ] = None
    max_moved: Annotated[
        tuple[str, ...],
        Parameter(
            help='How much money may move in a year at most: "10000 EUR".', metavar="AMOUNT...", consume_multiple=True
        ),
    ] = ()


@answering
def impact(
    old: Annotated[str, Parameter(name="OLD", help=f"The version before. {_VERSION}")],
    new: Annotated[str, Parameter(name="NEW", help="The version after, said in the same way.")],
    data: DataArgument,
    /,
    *,
    wish: Wish = Wish(),  # frozen, so that sharing it harms nobody
    limits: Limits = Limits(),  # as above
    map_: MapOption = (),
    segment: Annotated[
        str, Parameter(help="The column of the data that divides customers; else the client group.", metavar="COLUMN")
    ] = "",
    out: Annotated[
        Path | None, Parameter(help="Write every answer that differs to a Parquet file.", metavar="FILE")
    ] = None,
    format: Annotated[  # noqa: A002  # the option's name
        ImpactFormat,
        Parameter(help="Text (the default), Markdown for a pull request, HTML as a page, or JSON for programs."),
    ] = "text",
) -> Exit:
    """Say what an edit of a book does to everybody in a file of subscriptions."""
    shape = _Report(data=data, names=names_told(map_), segment=segment, out=out, form=format)
    if [wish.to is not None, wish.each_option, wish.renew].count(True) != 1:
        complain("say what is asked: --to PLAN, --each-option or --renew")
        return Exit.USAGE
    if not installed():
        return Exit.USAGE
    from planshift.impact.assess import Edit

    edit = Edit(old=version_of(old)[0], new=version_of(new)[0], names=(old, new))
    return _assessed(edit, wish, limits=_limits(limits, edit), shape=shape)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """Where the data is, and what is made of it."""

    data: str
    names: dict[str, str]
    segment: str
    out: Path | None
    form: ImpactFormat


def _assessed(edit: Edit, wish: Wish, *, limits: ImpactLimits, shape: _Report) -> Exit:
    from planshift.impact.assess import Assessment
    from planshift.population.data import connect

    with TemporaryDirectory() as folder, connect(spill=Path(folder)) as engine:
        assessment = Assessment(
            engine=engine,
            edit=edit,
            question=_question(edit, wish),
            data=shape.data,
            folder=Path(folder),
            names=shape.names,
            facts={} if wish.renew else facts_for_everybody(edit.new, wish.fact),
            segment=shape.segment,
            limits=limits,
            progress=lambda what: progress(engine, what),
        )
        found = assessment.impact()
        _say(found, shape.form)
        if shape.out is not None:
            _keep(assessment, shape.out, quiet=shape.form != "text")
    return Exit.NO if found.passed else Exit.YES


def _question(edit: Edit, wish: Wish) -> Question:
    """What both versions are asked; a plan has to be in both."""
    from planshift.impact.targets import ensure_sold_by_both
    from planshift.population.asking import Question

    if wish.to is not None:
        ensure_sold_by_both(edit.old, edit.new, names=edit.names, plan=wish.to, price=wish.price or "")
    requests = [target_of(book, to=wish.to, price=wish.price) for book in (edit.old, edit.new)]
    at = instant_told(edit.new, wish.at)
    return Question(
        kind="renewal" if wish.renew else "options" if wish.each_option else "change",
        request=replace(requests[1], at=at, by="system" if wish.renew else wish.by),
    )


def _limits(told: Limits, edit: Edit) -> ImpactLimits:
    from planshift.policy.document import ImpactLimits

    decimals = {**edit.old.rulebook.decimals, **edit.new.rulebook.decimals}
    moved = [_amount(each, decimals) for each in told.max_moved]
    return ImpactLimits(
        refused=_share(told.max_refused, "--max-refused"),
        dearer=_share(told.max_dearer, "--max-dearer"),
        moved_per_year=tuple(sorted(moved)),
    )


def _share(told: str | None, option: str) -> int | None:
    from planshift.billing.money import parse_percent

    if told is None:
        return None
    try:
        return parse_percent(told)
    except ValueError:
        raise _wrong("PS115", f"`{told}` is not a percentage", option, 'write it as "0.5%"') from None


def _amount(told: str, decimals: dict[str, int]) -> tuple[str, int]:
    from planshift.billing.money import MoneyError, parse_money

    try:
        amount = parse_money(told, decimals=decimals.get(told[-3:]))
    except MoneyError as error:
        raise _wrong("PS110", str(error), "--max-moved", 'write it as "10000 EUR"') from None
    return amount.currency, amount.minor


def _wrong(code: str, message: str, where: str, help_text: str) -> Exception:
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidInput
    from planshift.diagnostics.span import whole_file

    return InvalidInput(diagnostics=(Diagnostic(code=code, message=message, span=whole_file(where), help=help_text),))


def _say(found: Impact, form: ImpactFormat) -> None:
    match form:
        case "json":
            from planshift.impact.json_form import to_data

            say_json(to_data(found))
        case "markdown":
            from planshift.impact.markdown import to_markdown

            sys.stdout.write(to_markdown(found))
        case "html":
            from planshift.impact.html import to_html

            sys.stdout.write(to_html(found))
        case "text":
            from planshift.impact.sheets import sheet_of_impact

            say_sheet(sheet_of_impact(found))


def _keep(assessment: Assessment, out: Path, *, quiet: bool) -> None:
    """Write the differences where they are wanted."""
    from planshift.impact.kept import keep

    keep(assessment, out)
    if not quiet:
        say(f"\nEvery answer that differs is in {out.as_posix()}.")
