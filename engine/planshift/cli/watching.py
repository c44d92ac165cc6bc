"""`planshift check --watch`: books checked again at each save, until Ctrl-C.

Each book lies on a workbench, so that a check costs what a save changed. A terminal is cleared before each report;
into a pipe goes one report after the other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from gc import freeze
from pathlib import Path

from watchfiles import watch

from planshift.cli.clock import today
from planshift.cli.exits import Exit
from planshift.cli.printing import diagnostics_json, say
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.rulebook.checking import books_in
from planshift.rulebook.workbench import Workbench

Report = Mapping[str, tuple[Diagnostic, ...]]
"""What is wrong with each book."""

_READ = {".yaml", ".yml", ".json", ".rules", ""}
"""The endings of what a book is made of; a folder has none."""

_INSIDE = ("cases", "subscriptions", "messages")
_GATHERED, _LISTENING = 50, 500  # milliseconds: saves so close together are one; after so long nothing goes unheard
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"


def watch_books(paths: tuple[Path, ...], *, on: date | None, say_text: Callable[[Report], None] | None) -> Exit:
    """Check the books at some paths, and again whenever one of their files changes.

    A report is printed as text by `say_text`, or as one line of JSON where that is None.
    """
    try:
        for report in _reports(paths, on=on):
            if say_text is None:
                found = (diagnostic for each in report.values() for diagnostic in each)
                sys.stdout.write(json.dumps(diagnostics_json(found), ensure_ascii=False) + "\n")
            else:
                sys.stdout.write(_CLEAR if sys.stdout.isatty() else "")
                say_text(report)
                say("watching for changes, Ctrl-C ends it")
            sys.stdout.flush()
    except KeyboardInterrupt:
        pass
    return Exit.YES


def _reports(paths: tuple[Path, ...], *, on: date | None) -> Iterator[Report]:
    """What is wrong now, and after each save."""
    benches: dict[Path, Workbench] = {}
    report, folders = _checked(paths, benches, on=on)
    freeze()  # what was read lives as long as the command does: nobody need look through it for garbage
    yield report
    while True:
        before, listens = folders, False
        for saved in _saves(folders):
            if not saved and listens:
                continue
            again, folders = _checked(paths, benches, on=on)  # the first time for what was saved before it listened
            if saved or again != report:
                yield again
            report, listens = again, True
            if folders != before:
                break


def _saves(folders: Iterable[Path]) -> Iterator[bool]:
    """Whether something was saved, as often as there is news or a while has passed without any."""
    for changes in watch(
        *folders,
        watch_filter=lambda _, name: Path(name).suffix in _READ,
        step=_GATHERED,
        rust_timeout=_LISTENING,
        yield_on_timeout=True,
        recursive=False,
    ):
        yield bool(changes)


def _checked(
    paths: tuple[Path, ...], benches: dict[Path, Workbench], *, on: date | None
) -> tuple[Report, frozenset[Path]]:
    """What is wrong with each book, and the folders that its files are in, those that it extends among them."""
    report: dict[str, tuple[Diagnostic, ...]] = {}
    folders = set(paths)
    for book in dict.fromkeys(book for path in paths for book in books_in(path)):
        bench = benches.setdefault(book, Workbench(book))
        checked = bench.check(on=on or today())
        report[book.as_posix()] = checked.diagnostics
        folders |= {book, *(book.joinpath(name) for name in _INSIDE), *(Path(file).parent for file in checked.sources)}
    there = {each if each.is_dir() else each.parent for each in folders}
    return report, frozenset(each.resolve() for each in there if each.is_dir())
