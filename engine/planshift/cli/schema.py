"""`planshift schema`: the JSON Schemas of the files of a book, for editors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.printing import complain, say

Kind = Literal["policy", "catalog", "cases", "subscription", "request", "messages", "adapters"]

_FILES = {
    "policy": "policy.yaml",
    "catalog": "catalog.yaml",
    "cases": "cases/*.yaml",
    "subscription": "subscriptions/*.yaml",
    "request": "a request, for Book.request",
    "messages": "messages/*.yaml",
    "adapters": "adapters.yaml",
}


@answering
def schema(
    kind: Annotated[Kind | None, Parameter(name="KIND", help="Print the schema of this kind of file.")] = None,
    /,
    *,
    out: Annotated[Path | None, Parameter(help="Write them into this folder.", metavar="DIR")] = None,
) -> Exit:
    """Give editors the JSON Schemas of the files of a book."""
    from planshift.policy.json_schemas import schema_texts

    texts = {name: text for name, text in schema_texts().items() if kind is None or name.startswith(f"{kind}-")}
    if out is not None:
        return _write(texts, out)
    if kind is not None:
        sys.stdout.write("".join(texts.values()))
    else:
        _list(texts)
    return Exit.YES


def _write(texts: dict[str, str], folder: Path) -> Exit:
    """Write those that are not there as they are, and name them."""
    from planshift.cli.placing import place

    if folder.exists() and not folder.is_dir():
        complain(f"{folder.as_posix()} is not a folder")
        return Exit.USAGE
    fresh = {name: text for name, text in texts.items() if not _holds(folder.joinpath(name), text)}
    if fresh:
        place(fresh, folder)
    for name in texts:
        say(f"{'wrote' if name in fresh else 'kept'} {folder.joinpath(name).as_posix()}")
    return Exit.YES


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_bytes() == text.encode()


def _list(texts: dict[str, str]) -> None:
    width = max(map(len, texts))
    for name in texts:
        say(f"{name.ljust(width)}  {_FILES[name.partition('-')[0]]}")
    say("\nplanshift schema --out schemas writes them. An editor finds one by the first line of a file:\n")
    say("# yaml-language-server: $schema=schemas/policy-1.json")
