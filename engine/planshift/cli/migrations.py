"""`planshift migrations` and `planshift migration ...`: how far migrations are, and stopping one."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from planshift.cli.carrying_out import StoreOption, at_desk, open_desk
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, complain, say, say_json, say_sheet
from planshift.cli.sheets import SheetFormatOption, say_as

NameArgument = Annotated[str, Parameter(help="What the migration is called.", metavar="NAME")]


@at_desk
def migrations(
    *,
    store: StoreOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """List migrations, the newest first."""
    from planshift.migration.report import sheet_of_all

    with open_desk(store) as desk, desk.store.reading() as connection:
        sheet, data = sheet_of_all(connection)
    if format == "json":
        say_json(data)
    else:
        say_sheet(sheet)
    return Exit.YES


@at_desk
def show(
    name: NameArgument,
    /,
    *,
    store: StoreOption = None,
    format: SheetFormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Report on a migration."""
    from planshift.migration.report import report_of, sheet_of_report

    with open_desk(store) as desk, desk.store.reading() as connection:
        report = report_of(connection, name)
    if format == "json":
        say_json(report.to_json())
    else:
        say_as(sheet_of_report(report), form=format)
    return Exit.YES if report.through else Exit.NO


@at_desk
def pause(
    name: NameArgument,
    /,
    *,
    store: StoreOption = None,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Stop a migration behind the batch that it is at."""
    from planshift.migration.record import pause as take_the_turn

    with open_desk(store) as desk:
        found = take_the_turn(desk.store, name)
    if format == "json":
        say_json({"name": found.name, "state": found.state})
    elif found.state == "finished":
        complain(f"{name} is finished already")
    else:
        say(f"{name} is paused. The command that began it goes on with it.")
    return Exit.NO if found.state == "finished" else Exit.YES
