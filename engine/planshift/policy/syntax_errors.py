"""What the YAML parser stumbled over, in the words of somebody who edits a policy."""

from __future__ import annotations

from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.span import Span


class _Sentence(NamedTuple):
    message: str
    help: str | None


# Parts of the parsers' own messages that tell the mistakes apart; the C parser and the pure one word them differently.
_SENTENCES: tuple[tuple[str, _Sentence], ...] = (
    (
        "mapping values are not allowed",
        _Sentence(
            "a `:` is not expected here", "indent the line like its neighbours; put text that holds `: ` in quotes"
        ),
    ),
    (
        "could not find expected ':'",
        _Sentence("a `:` is missing after the key", "write `key: value`, with a blank after the `:`"),
    ),
    (
        "sequence entries are not allowed",
        _Sentence("a list item is not expected here", "begin the list on its own line"),
    ),
    ("unexpected end of stream", _Sentence("a quote is opened and never closed", "add the closing quote")),
    ("',' or ']'", _Sentence("this list is never closed", "add the `]`, or a `,` between two items")),
    ("',' or '}'", _Sentence("this mapping is never closed", "add the `}`, or a `,` between two entries")),
    (
        "unknown escape character",
        _Sentence("this escape means nothing", "write a backslash in double quotes as `\\\\`"),
    ),
    ("Unicode character escape", _Sentence("this escape stands for no character", None)),
    (
        "unexpected ':'",
        _Sentence("a `:` stands inside of `{ }` or `[ ]`", "put the value in quotes"),
    ),
    ("undefined tag handle", _Sentence("tags are not used here", "write the value without the `!`")),
    (
        "comment or line break",
        _Sentence("nothing may follow `|` or `>` on its line", "begin the text on the next line"),
    ),
    (
        "chomping or indentation",
        _Sentence("nothing may follow `|` or `>` on its line", "begin the text on the next line"),
    ),
    (
        "<document start>",
        _Sentence("something follows the end of the document", "remove it, or close it properly above"),
    ),
    ("'-' indicator", _Sentence("a list item was expected here", "begin the line with `- `, or indent it further")),
    (
        "expected key",
        _Sentence(
            "this does not continue the mapping above", "indent the line like its neighbours; put the value in quotes"
        ),
    ),
    (
        "<block end>",
        _Sentence(
            "this does not continue what is above", "indent the line like its neighbours; put the value in quotes"
        ),
    ),
)
_TAB = _Sentence("a tab stands where blanks indent", "indent with blanks")
_START = "cannot start any token"
_QUOTE = "put the text in quotes"
_OPENERS = {"while parsing a flow sequence": "opened here", "while parsing a flow mapping": "opened here"}


def explain(error: MarkedYAMLError, text: str, *, file: str) -> Diagnostic:
    """Return the diagnostic of a text that is not YAML."""
    problem = str(error.problem or error.context or "")
    lines = text.split("\n")
    mark = error.problem_mark or error.context_mark
    span = _span(mark, lines, file=file)
    found = _character(lines, span)
    sentence = _sentence(problem, found)
    labels: tuple[Label, ...] = ()
    if error.context_mark is not None and str(error.context).startswith(
        ("while parsing a flow", "while scanning a quoted")
    ):
        labels = (Label(span=_span(error.context_mark, lines, file=file), text="opened here"),)
    return Diagnostic(code="PS004", message=sentence.message, span=span, help=sentence.help, labels=labels)


def _sentence(problem: str, found: str) -> _Sentence:
    if found == ":" and ("expected key" in problem or "<block end>" in problem):
        return _Sentence("a key is missing before the `:`", None)
    if _START in problem:
        return _TAB if found == "\t" else _Sentence(f"a value cannot begin with `{found}`", _QUOTE)
    for part, sentence in _SENTENCES:
        if part in problem:
            return sentence
    return _Sentence(f"this is not YAML: {problem}", None)


def _character(lines: list[str], span: Span) -> str:
    return lines[span.line - 1][span.column - 1 : span.column]


def _span(mark: object, lines: list[str], *, file: str) -> Span:
    """Return the place of a mark, kept inside the text: at its end the parsers point behind the last line."""
    line = min(max(getattr(mark, "line", 0), 0), len(lines) - 1)
    while line > 0 and not lines[line].strip():
        line -= 1
    inside = line == getattr(mark, "line", 0)
    column = min(getattr(mark, "column", 0), len(lines[line])) if inside else len(lines[line].rstrip())
    return Span(file=file, line=line + 1, column=column + 1, end_line=line + 1, end_column=column + 2)
