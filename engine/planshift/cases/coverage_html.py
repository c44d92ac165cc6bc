"""Coverage as a page: the counts, and each file of the policy with its lines lit by what cases show of them.

One file that asks nobody for anything, for screens of any width and for paper: what is missing is written out beside
its line, and what is shown, by how many cases and which one first, appears under the pointer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from planshift.cases.coverage import KINDS, Coverage, Item, Tally, tally_of
from planshift.cases.coverage_report import by_line, headline
from planshift.decision.html import page, told
from planshift.diagnostics.excerpt import printable

_STYLE = Path(__file__).with_name("coverage.css")
_LIGHTS = {"good": "exercised", "wait": "exercised in part", "bad": "not exercised"}


def coverage_page(found: Sequence[Coverage]) -> str:
    """The page of one book or several."""
    title = f"Coverage of {', '.join(each.book for each in found)}"
    return page(title, _body(found, title), style=_style())


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _body(found: Sequence[Coverage], title: str) -> Iterator[str]:
    yield f"<h1>{told(title)}</h1>"
    if len(found) > 1:
        links = (f'<li><a href="#{_anchor(each.book)}">{told(each.book)}</a></li>' for each in found)
        yield f"<nav><ul>{''.join(links)}</ul></nav>"
    for each in found:
        yield from _book(each)


def _anchor(*names: str) -> str:
    return escape("-".join(names).replace(" ", "-"))


def _book(coverage: Coverage) -> Iterator[str]:
    yield f'<section id="{_anchor(coverage.book)}">'
    yield f"<h2>{told(headline(coverage))}</h2>"
    yield from _counts(coverage)
    yield from _legend()
    yield "</section>"
    for file in dict.fromkeys(item.span.file for item in coverage.items if item.span.known):
        yield from _file(coverage, file)
    yield from _built_in([item for item in coverage.items if not item.span.known])


def _counts(coverage: Coverage) -> Iterator[str]:
    yield '<table class="counts bare"><thead><tr><th scope="col">kind</th><th scope="col" class="number">shown</th>'
    yield '<th scope="col" class="number">per cent</th><th scope="col" class="bar"></th></tr></thead><tbody>'
    for kind, words in KINDS.items():
        if coverage.of(kind):
            yield _count(kind, words, coverage.tally(kind))
    yield "</tbody><tfoot>"
    yield _count("all", "", coverage.tally())
    yield "</tfoot></table>"


def _count(name: str, words: str, tally: Tally) -> str:
    meter = f'<div class="meter"><div class="{_light(tally)}" style="width:{tally.per_cent}%"></div></div>'
    note = f'<div class="note">{escape(words)}</div>' if words else ""
    return (
        f"<tr><td>{escape(name)}{note}</td>"
        f'<td class="number" data-name="shown">{tally.covered} of {tally.total}</td>'
        f'<td class="number" data-name="per cent">{tally.per_cent}%</td>'
        f'<td class="bar">{meter}</td></tr>'
    )


def _light(tally: Tally) -> str:
    return "good" if tally.covered == tally.total else "wait" if tally.covered else "bad"


def _legend() -> Iterator[str]:
    keys = (f'<span class="key {light}">{words}</span>' for light, words in _LIGHTS.items())
    yield f'<p class="legend">{" ".join(keys)}'
    yield '<span class="faint">What cases show of a line appears under the pointer.</span></p>'


def _file(coverage: Coverage, file: str) -> Iterator[str]:
    items = by_line(coverage.items, file)
    tally = tally_of(item for group in items.values() for item in group)
    yield f'<section id="{_anchor(coverage.book, file)}" class="file">'
    yield f'<h2>{told(file)} <span class="{_light(tally)} share">{tally.per_cent}%</span></h2>'
    yield '<table class="source bare"><tbody>'
    lines = coverage.sources.get(file, "").rstrip("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        yield _line(number, line, items=items.get(number, ()))
    yield "</tbody></table></section>"


def _line(number: int, line: str, *, items: Sequence[Item]) -> str:
    if not items:
        return f'<tr><td class="at">{number}</td><td class="code" colspan="2">{escape(printable(line))}</td></tr>'
    missing = dict.fromkeys(item.missing for item in items if item.missing)
    notes = "; ".join(missing)
    light = _light(tally_of(items))
    hint = "\n".join(map(_hint, items))
    return (
        f'<tr class="{light}" title="{escape(hint)}"><td class="at">{number}</td>'
        f'<td class="code">{_code(line, items)}</td><td class="missing">{escape(notes)}</td></tr>'
    )


def _hint(item: Item) -> str:
    """What cases show of an item, for who points at it."""
    told_of = "; ".join(
        mark.missing if not mark.cases else f"{mark.shown} in {_cases(mark.cases)}, first in “{mark.first}”"
        for mark in item.marks
    )
    return printable(f"{item.text}: {told_of}")


def _cases(count: int) -> str:
    return "one case" if count == 1 else f"{count} cases"


def _code(line: str, items: Sequence[Item]) -> str:
    """A line with the parts of its conditions lit one by one."""
    parts, done = [], 0
    for item in items:
        start = item.span.column - 1
        stop = item.span.end_column - 1 if item.span.end_line == item.span.line else len(line)
        if item.kind != "conditions" or start < done:
            continue
        lit = f'<span class="part {_light(tally_of((item,)))}" title="{escape(_hint(item))}">'
        parts += [escape(printable(line[done:start])), lit, escape(printable(line[start:stop])), "</span>"]
        done = stop
    return "".join((*parts, escape(printable(line[done:]))))


def _built_in(items: Sequence[Item]) -> Iterator[str]:
    """The reasons that no line of the policy gives."""
    if not items:
        return
    yield '<section><h2>Reasons that the product gives</h2><ul class="chips">'
    for item in items:
        light = _light(tally_of((item,)))
        yield f'<li class="{light}" title="{escape(_hint(item))}"><code>{told(item.text)}</code></li>'
    yield "</ul></section>"
