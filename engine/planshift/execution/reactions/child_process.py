"""The other end of `child`: reads facts, one JSON line each, and answers with what fires, until its input ends."""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from typing import Final

from planshift.execution.reactions.durable import Durable
from planshift.execution.reactions.matching import MatcherFaultError, Ruleset

MOST_BOOKS: Final = 32
"""How many books are kept; of those that were asked about longest ago the rulesets are freed."""


def main(memory: int) -> None:
    """Answer every line that comes in; `memory` is how many bytes of address space may be used, 0 for any number."""
    if memory:
        import resource  # noqa: PLC0415  # there is none on some systems, where 0 is given

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    books: OrderedDict[str, Durable] = OrderedDict()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(books, json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(books: OrderedDict[str, Durable], asked: dict[str, object]) -> dict[str, object]:
    """What fires for a fact, or that the book is not known, or what went wrong."""
    book, fact, rulesets = str(asked["book"]), asked["fact"], asked.get("rulesets")
    assert isinstance(fact, dict)  # as the other end writes it
    if isinstance(rulesets, list):
        books[book] = Durable([Ruleset(text=text, properties=tuple(names)) for text, names in rulesets])
        if len(books) > MOST_BOOKS:
            books.popitem(last=False)[1].close()
    if book not in books:
        return {"unknown": True}
    books.move_to_end(book)
    try:
        return {"fired": books[book].match(fact)}
    except MatcherFaultError as error:
        return {"fault": str(error)}


if __name__ == "__main__":
    main(int(sys.argv[1]))
