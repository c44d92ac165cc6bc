"""The text of a file: UTF-8, of bounded size, without characters that have no place in it."""

from __future__ import annotations

import re

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.span import Span, whole_file

MAX_FILE_BYTES = 4 * 1024 * 1024
"""The largest file that is read."""

# What YAML calls printable, less the exotic line breaks: editors and parsers count lines differently there.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_BOM = "\ufeff"
_NAMES = {
    0x00: "a NUL character",
    0x85: "a NEL line break",
    0x2028: "a line separator",
    0x2029: "a paragraph separator",
}


def decode(data: bytes, *, file: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the text of a file's bytes, or None and what is wrong with them."""
    if len(data) > MAX_FILE_BYTES:
        return None, (_too_large(file),)
    try:
        return data.decode("utf-8").removeprefix(_BOM), ()
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8")
        place = _place(good + "?", len(good), file=file)
        return None, (
            Diagnostic(
                code="PS002",
                message=f"the file is not UTF-8 text: byte 0x{data[error.start]:02x} has no meaning here",
                span=place,
                help="save the file with the encoding UTF-8",
            ),
        )


def check_text(text: str, *, file: str) -> tuple[Diagnostic, ...]:
    """Say what is wrong with a text before anything parses it: its size and characters that it must not hold."""
    if len(text) > MAX_FILE_BYTES:
        return (_too_large(file),)
    found = _FORBIDDEN.search(text) or _LONE_RETURN.search(text)
    if found is None:
        return ()
    code_point = ord(found[0])
    name = "a carriage return without a line feed" if code_point == 0x0D else _NAMES.get(code_point)
    return (
        Diagnostic(
            code="PS002",
            message=f"the file holds {name or f'the character U+{code_point:04X}'}, which is not text",
            span=_place(text, found.start(), file=file),
            help="remove it",
        ),
    )


def not_text(value: str) -> int | None:
    """Return the code point of the first character that no value may hold, or None."""
    found = _FORBIDDEN.search(value)
    return None if found is None else ord(found[0])


def _too_large(file: str) -> Diagnostic:
    return Diagnostic(
        code="PS003",
        message=f"the file is larger than {MAX_FILE_BYTES // (1024 * 1024)} MiB",
        span=whole_file(file),
        help="split it, or keep subscriptions of a population outside the book",
    )


def _place(text: str, index: int, *, file: str) -> Span:
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Span(file=file, line=line, column=column, end_line=line, end_column=column + 1)
