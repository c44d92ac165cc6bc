"""Broken and malicious books, subscriptions, requests and cases: each is answered with diagnostics, and with these.

A folder under `bad/` holds the files that are broken; the rest is taken from `base/` unless a file `alone` forbids it.
`expected.txt` is the whole answer. `pytest --record` rewrites it; the difference is read by a person.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.render import to_text
from planshift.policy.adapter_documents import ADAPTERS, read_adapters
from planshift.policy.case_documents import read_cases, read_subscriptions
from planshift.policy.document import BookDocument
from planshift.policy.from_yaml import read_book
from planshift.policy.message_files import read_messages
from planshift.policy.request_documents import read_request
from planshift.policy.subscription_documents import read_subscription
from planshift.rulebook.analysis.passes import analyse
from planshift.rulebook.passes import run_passes

HERE = Path(__file__).parent
BAD = sorted(path for path in (HERE / "bad").iterdir() if path.is_dir())
OWN = {"expected.txt", "alone", "only-warnings"}

Golden = Callable[[Path, str], None]


def made(bad: Path, folder: Path) -> Path:
    """The broken book, completed from the base, with subscriptions and requests beside it."""
    book = folder / "book"
    if (bad / "alone").exists():
        book.mkdir()
    else:
        shutil.copytree(HERE / "base", book)
    shutil.copytree(bad, book, dirs_exist_ok=True)
    for name in OWN:
        (book / name).unlink(missing_ok=True)
    for path in (*book.glob("subscription.*"), *book.glob("request.*")):
        path.rename(folder / path.name)
    return book.relative_to(folder)


def answer(book: Path) -> tuple[tuple[Diagnostic, ...], dict[str, str]]:
    """Everything that is wrong, found the way the commands find it, and the texts it was found in."""
    document, problems, sources = read_book(book)
    found, texts = list(problems), dict(sources)
    if document is not None:
        draft = run_passes(document)
        found += draft.diagnostics
        found += () if has_errors(found) else analyse(draft)
    if document is not None and not has_errors(found):
        for read in (read_cases, read_subscriptions):
            _, more, sources = read(document, book)
            found += more
            texts |= sources
        _, more, sources = read_messages(document)
        found += more
        texts |= sources
        for path in (*book.parent.glob("subscription.*"), *book.parent.glob("request.*")):
            found += beside(path, document, anna=book / "subscriptions/anna.yaml")
            texts[path.as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    if (path := book / ADAPTERS).exists():
        modules = None if document is None else [plan.module for plan in document.catalog.plans if plan.module]
        found += read_adapters(path.read_bytes(), file=path.as_posix(), modules=modules)[1]
        texts[path.as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    return sort_diagnostics(found), texts


def beside(path: Path, document: BookDocument, *, anna: Path) -> Iterator[Diagnostic]:
    """What is wrong with a subscription or request that stands beside the book."""
    if path.stem == "subscription":
        yield from read_subscription(path.read_bytes(), file=path.as_posix(), book=document)[1]
        return
    subscription, _ = read_subscription(anna.read_bytes(), file="anna", book=document)
    assert subscription is not None
    yield from read_request(path.read_bytes(), file=path.as_posix(), book=document, subscription=subscription)[1]


@pytest.mark.parametrize("bad", BAD, ids=lambda path: path.name)
def test_what_is_broken_is_answered_with_diagnostics(
    bad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Golden
) -> None:
    book = made(bad, tmp_path)
    monkeypatch.chdir(tmp_path)
    problems, texts = answer(book)
    assert has_errors(problems) or (bad / "only-warnings").exists()
    assert all(problem.code in CODES for problem in problems)
    golden(bad / "expected.txt", to_text(problems, texts))


def test_the_base_has_no_mistake() -> None:
    problems, _ = answer(HERE / "base")
    assert problems == ()


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 60


def test_everything_that_reading_can_say_is_shown() -> None:
    modules = (HERE.parents[1] / "engine/planshift/policy").glob("*.py")
    said = {code for path in modules for code in re.findall(r'"(PS\d{3})"', path.read_text(encoding="utf-8"))}
    goldens = "".join((bad / "expected.txt").read_text(encoding="utf-8") for bad in BAD)
    assert said - set(re.findall(r"\[(PS\d{3})\]", goldens)) == set()
