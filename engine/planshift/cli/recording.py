"""`planshift test --record`: what the books answer, written into their cases and shown as a difference."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.exits import Exit
from planshift.cli.inputs import open_book
from planshift.cli.printing import complain, say
from planshift.cli.replacing import difference, replace_text
from planshift.diagnostics.excerpt import printable

if TYPE_CHECKING:
    from planshift.cases.record import Recorded


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RecordOptions:
    """What is to be written into cases."""

    record: Annotated[
        bool, Parameter(negative="", help="Write what is answered into the cases that expect nothing yet.")
    ] = False
    complete: Annotated[bool, Parameter(negative="", help="The same, and into the others what they leave out.")] = False
    update: Annotated[
        bool, Parameter(negative="", help="The same, and in place of what differs from what cases expect.")
    ] = False

    @property
    def wanted(self) -> bool:
        """Whether anything of it is asked for."""
        return self.record or self.complete or self.update


def record_cases(books: tuple[Path, ...], pattern: str | None, *, options: RecordOptions) -> Exit:
    """Write into the chosen cases what they do not expect yet; tell what was written, and what could not be.

    Raises:
        InvalidBook: a book or its cases have mistakes.
        InvalidInput: no book has such cases.
    """
    from planshift.cases.record import record
    from planshift.cases.record_writing import What
    from planshift.cases.run import chosen_by

    what = What(complete=options.complete, update=options.update)
    files: list[Recorded] = []
    skipped: list[tuple[str, str]] = []
    for path in books:
        found = record(open_book(path), chosen_by(pattern), what=what)
        files += found.files
        skipped += found.skipped
    for file in files:
        lines = difference(file.before, file.after, file=file.file)
        sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
        replace_text(Path(file.file), file.after)
    for name, reason in skipped:
        complain(f"nothing is written into `{name}`: {reason}")
    count = sum(len(file.cases) for file in files)
    if count:
        say(f"wrote into {count} {'case' if count == 1 else 'cases'}: read the answers before you keep them")
    else:
        say(_nothing(options))
    return Exit.NO if skipped else Exit.YES


def _nothing(options: RecordOptions) -> str:
    if options.complete and options.update:
        return "nothing to write: every case expects all of it, and rightly"
    if options.complete or options.update:
        return (
            "nothing to write: no case leaves anything out" if options.complete else "nothing to write: nothing differs"
        )
    return (
        "nothing to write: every case expects something; --complete writes what they leave out, --update what differs"
    )
