"""Running the small edits of a book against its cases, over several processes where that pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, final

from planshift.book import Book
from planshift.cases.mutation.edit import Edit
from planshift.cases.mutation.edits import edits_of, shown_names, texts_of
from planshift.cases.mutation.judge import Judge, Judged
from planshift.cases.mutation.report import MutationReport
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file

Progress = Callable[[int, int], None]
"""Told how many edits are judged, of how many."""

_PORTION: Final = 4
_FEWEST: Final = 12
_MANY: Final = 100
"""How many edits a process gets at once, and how many pay for a second process, and for preparing everything first."""


def mutate(
    book: Book, *, only: str | None = None, every: int = 1, jobs: int = 1, progress: Progress | None = None
) -> MutationReport:
    """Make every small edit of a book, one at a time, and tell which of them its cases notice.

    `only` chooses edits by a part of their file, of `file:line`, of the title of their rule or of a name above them
    (`terms`, `gold`, `fee`). `every` takes each n-th only: a sample that is spread over the book. The cases of the book
    are expected to pass.

    Raises:
        InvalidBook: its cases or subscriptions have mistakes.
        InvalidInput: nothing is chosen.
    """
    texts = texts_of(book)
    judge = Judge(texts)
    chosen = [edit for edit in edits_of(judge.book) if only is None or edit.has(only)][::every]
    if not chosen:
        raise InvalidInput(diagnostics=(_nothing_chosen(book, only),))
    judged: list[Judged] = []
    shared = jobs if len(chosen) >= _FEWEST else 1
    with _judging(judge, texts, jobs=shared, prepare=len(chosen) >= _MANY) as judge_all:
        for each in judge_all(chosen):
            judged.append(each)
            if progress is not None:
                progress(len(judged), len(chosen))
    return MutationReport(
        book=judge.book, judged=tuple(judged), texts=texts, files=shown_names(book, texts), cases=judge.count
    )


def _nothing_chosen(book: Book, only: str | None) -> Diagnostic:
    if only is None:
        return Diagnostic(
            code="PS620",
            message="the book has nothing that an edit could change",
            span=whole_file(book.name),
            help="its policy, its catalog and its rules are edited, not those of books that it extends",
        )
    return Diagnostic(
        code="PS620",
        message=f"no edit has `{only}` in its place",
        span=whole_file(book.name),
        help="write a part of a file (`policy.rules`), a line (`policy.yaml:12`), the title of a rule, or a name above "
        "what is edited (`terms`, `gold`, `fee`)",
    )


JudgeAll = Callable[[Sequence[Edit]], Iterator[Judged]]


@contextmanager
def _judging(judge: Judge, texts: Mapping[str, str], *, jobs: int, prepare: bool) -> Iterator[JudgeAll]:
    """A function that judges edits in their order, here or in other processes."""
    if jobs <= 1:
        yield lambda edits: map(judge.judged, edits)
        return
    if prepare:  # what every process would do for itself otherwise
        judge.prepare()
    _Worker.judge = judge  # a forked process finds it there; one that is started anew makes its own
    try:
        with ProcessPoolExecutor(max_workers=jobs, initializer=_Worker.begin, initargs=(dict(texts),)) as pool:
            yield lambda edits: pool.map(_Worker.judged, edits, chunksize=_PORTION)
    finally:
        _Worker.judge = None


@final
class _Worker:
    """What a process keeps between two edits."""

    judge: Judge | None = None

    @classmethod
    def begin(cls, texts: Mapping[str, str]) -> None:
        if cls.judge is None:
            cls.judge = Judge(texts)

    @classmethod
    def judged(cls, edit: Edit) -> Judged:
        assert cls.judge is not None  # set when the process began
        return cls.judge.judged(edit)
