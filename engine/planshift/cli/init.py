"""`planshift init`: a starter book."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.exits import Exit
from planshift.cli.placing import Obstacle, obstacles, place
from planshift.cli.printing import FormatOption, complain, diagnostics_json, say, say_diagnostics, say_json

if TYPE_CHECKING:
    from planshift.starter.answers import Answers

_SHOWN = 6

_PURPOSE = {
    "policy.yaml": "who may change to what, and on which terms",
    "catalog.yaml": "what is sold",
    "policy.rules": "exceptions",
    "cases/changes.yaml": "worked examples with their amounts",
    "README.md": "what to change first",
    ".github/workflows/policy.yml": "runs check and test on GitHub",
    ".pre-commit-config.yaml": "runs them before each commit",
}


FolderArgument = Annotated[Path, Parameter(name="FOLDER", help="Where the book goes: a new or an empty folder.")]
TitleOption = Annotated[
    str | None, Parameter(help="What people call the book; by default the name of the folder.", metavar="TEXT")
]
CurrencyOption = Annotated[str, Parameter(help="Of all prices; EUR by default.", metavar="CODE")]
ZoneOption = Annotated[str, Parameter(help="Whose midnight begins a day; Europe/Berlin by default.", metavar="ZONE")]
PresetOption = Annotated[
    str | None, Parameter(help="Take the terms of this system over, such as stripe.", metavar="NAME")
]
PlansOption = Annotated[
    str | None, Parameter(help="Plans from low to high, such as small,medium,large.", metavar="NAMES")
]
PricesOption = Annotated[
    str | None, Parameter(help="What a month of each costs, such as 9,19,49.50.", metavar="AMOUNTS")
]
YearlyOption = Annotated[bool, Parameter(help="Add yearly prices: a year for ten months.")]
TrialOption = Annotated[
    str | None,
    Parameter(help='Add a trial this long, such as "14 days", that becomes the lowest plan.', metavar="TIME"),
]
ForceOption = Annotated[
    bool, Parameter(help="Write into a folder that is not empty, and say which files were replaced.")
]


def init(
    folder: FolderArgument,
    /,
    *,
    title: TitleOption = None,
    currency: CurrencyOption = "EUR",
    timezone: ZoneOption = "Europe/Berlin",
    preset: PresetOption = None,
    plans: PlansOption = None,
    prices: PricesOption = None,
    yearly: YearlyOption = False,
    trial: TrialOption = None,
    force: ForceOption = False,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Write a starter book."""
    from planshift.diagnostics.errors import InvalidInput
    from planshift.starter.answers import read_answers
    from planshift.starter.files import starter_files

    try:
        answers = read_answers(
            folder=folder.resolve().name,
            title=title,
            currency=currency,
            timezone=timezone,
            preset=preset,
            plans=plans,
            prices=prices,
            yearly=yearly,
            trial=trial,
        )
    except InvalidInput as error:
        if format == "json":
            say_json(diagnostics_json(error.diagnostics))
        else:
            say_diagnostics(error.diagnostics, to=sys.stderr)
        return Exit.USAGE
    return _write(folder, answers, files=starter_files(answers), force=force, as_json=format == "json")


def _write(folder: Path, answers: Answers, *, files: dict[str, str], force: bool, as_json: bool) -> Exit:
    found = obstacles(folder, force=force, names=files)
    if found:
        complain(_in_the_way(folder, found, force=force))
        return Exit.USAGE
    try:
        replaced = place(files, folder)
    except OSError as error:
        complain(f"nothing was written to {folder.as_posix()}: {error.strerror or 'the folder cannot be written'}")
        return Exit.USAGE
    if as_json:
        say_json(
            {"folder": folder.as_posix(), "written": list(files), "replaced": replaced, "next": _next(folder, answers)}
        )
    else:
        say(_told(folder, answers, files=files, replaced=replaced))
    return Exit.YES


def _in_the_way(folder: Path, found: list[Obstacle], *, force: bool) -> str:
    listed = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    if force or not folder.is_dir():
        return f"{folder.as_posix()}: nothing was written, because this is in the way: {listed}"
    told = f"{folder.as_posix()}: nothing was written, because the folder is not empty: it holds {listed}"
    return f"{told}\nname a new folder, or add --force to write beside it; files of the same name are replaced"


def _told(folder: Path, answers: Answers, *, files: dict[str, str], replaced: list[str]) -> str:
    width = max(map(len, files))
    plans = ", ".join(offer.title for offer in answers.offers)
    lines = [f"{answers.title}: a starter book with {plans}, in {folder.as_posix()}", ""]
    for name in files:
        purpose = _PURPOSE.get(name, "a customer of the examples")
        lines.append(f"  {name:<{width}}  {purpose}{' (replaced)' if name in replaced else ''}")
    return "\n".join([*lines, "", "Next:", *(f"  {line}" for line in _next(folder, answers))])


def _next(folder: Path, answers: Answers) -> list[str]:
    """Three commands that work at once."""
    book = shlex.quote(folder.as_posix())
    if answers.climbs:
        asked = f"--to {answers.offers[1].name}"
    elif answers.yearly:
        asked = f"--to {answers.offers[0].name} --price yearly"
    else:
        asked = "--kind cancel"
    return [
        f"planshift check {book}",
        f"planshift test {book}",
        f"planshift decide {book} ada {asked} --at 2026-03-11T10:00",
    ]
