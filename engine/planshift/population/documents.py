"""A row as the document that somebody would write for it, so that the one door says what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import final

from planshift.book import Book
from planshift.diagnostics.errors import InvalidInput
from planshift.population.columns import Column

Raw = object
"""What an engine yields for a cell."""

_WHOLE = re.compile("[+-]?[0-9]{1,18}")
_NUMBER = re.compile("[0-9]{1,20}([.][0-9]{1,6})?")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a row: the code, the column or the field, and the sentence."""

    code: str
    at: str
    message: str


def flaws_of(book: Book, row: Mapping[str, Raw], *, columns: Mapping[str, Column]) -> tuple[Flaw, ...]:
    """What the door of single subscriptions says of a row; nothing where that door takes it.

    Debt beside a paid period is let through, as of every subscription that is no document: a change can leave it.
    """
    try:
        book.subscription(document_of(book, row, columns=columns))
    except InvalidInput as error:
        found = [
            Flaw(code=each.code, at=_column_at(each.span.file, columns), message=each.message)
            for each in error.diagnostics
            if each.is_error
        ]
        return tuple(flaw for flaw in found if (flaw.code, flaw.at) != ("PS511", "debt"))
    return ()


NOT_WRITTEN_SO = Flaw(code="PS105", at="", message="a value is not written as its column asks for")
"""What is said of a row that only its columns refuse."""

NO_OBJECT = Flaw(code="PS001", at="", message="the line is no JSON object, or has none of the columns")
"""What is said of a line of JSON in which nothing is found."""


def _column_at(path: str, columns: Mapping[str, Column]) -> str:
    """The column behind a field of a document."""
    at = tuple(path.replace("[", ".").split("."))
    near = [column.name for column in columns.values() if column.path[: len(at)] == at]
    return near[0] if near else path


def document_of(book: Book, row: Mapping[str, Raw], *, columns: Mapping[str, Column]) -> dict[str, object]:
    """The fields of the document; what a row leaves out stays out."""
    document: dict[str, object] = {}
    currency = str(row.get("currency") or book.currency)
    decimals = book.rulebook.tables.decimals_by_currency.get(currency, 2)
    for name, value in row.items():
        column = columns.get(name)
        if column is None or value is None or value == "" or column.path[0] == "request":
            continue
        if column.path[0] in ("addons", "answers"):
            _listed(document, column, value)
        elif not (name in ("contract_penalty", "contract_remainder") and _silent(row, value)):
            written = _written(column, value, currency=currency, decimals=decimals)
            _put(document, column.path, written)
    return document


def request_facts_of(book: Book, row: Mapping[str, Raw], *, columns: Mapping[str, Column]) -> dict[str, object]:
    """The facts of a request that a row has, as a request document says them."""
    currency = str(row.get("currency") or book.currency)
    decimals = book.rulebook.tables.decimals_by_currency.get(currency, 2)
    return {
        column.path[1]: _written(column, row[name], currency=currency, decimals=decimals)
        for name, column in columns.items()
        if column.path[0] == "request" and row.get(name) not in (None, "")
    }


def _silent(row: Mapping[str, Raw], value: Raw) -> bool:
    """Whether a field of a commitment says nothing because there is none."""
    return not row.get("contract_starts_on") and str(value).strip("0.").lower() in ("", "false")


def _put(document: dict[str, object], path: tuple[str, ...], value: object) -> None:
    inner = document
    for name in path[:-1]:
        inner = inner.setdefault(name, {})  # type: ignore[assignment]  # the paths of columns do not cross
    inner[path[-1]] = value


def _listed(document: dict[str, object], column: Column, value: Raw) -> None:
    if column.path[0] == "addons":
        quantity = _whole(value)
        if quantity != 0:
            document.setdefault("addons", []).append({"name": column.path[1], "quantity": quantity})  # type: ignore[attr-defined]  # a list, made here
        return
    document["answers"] = list(_answers(value))


def _answers(value: Raw) -> Iterator[object]:
    held = _parsed(value)
    if not isinstance(held, dict):
        yield held
        return
    for name, answer in held.items():
        service, _, question = str(name).partition(".")
        yield {"service": service, "question": question, "value": answer}


def _parsed(value: Raw) -> object:
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except ValueError:
        return value
    return found


def _written(column: Column, value: Raw, *, currency: str, decimals: int) -> object:
    match column.kind:
        case "money":
            return f"{_amount(value, decimals)} {currency}" if not str(value).endswith(currency) else str(value)
        case "percent":
            text = str(value)
            return text if text.endswith("%") else f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
        case "whole":
            return _whole(value)
        case "truth":
            return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower(), value)
        case "months" | "days":
            return f"{value} {column.kind}" if str(value).isdigit() else str(value)
        case "instant":
            return _instant(value)
        case "list":
            return _parsed(value)
        case "date":
            return value.date().isoformat() if isinstance(value, datetime) else str(value)
        case _:
            return str(value)


def _whole(value: Raw) -> object:
    """A whole number as one; anything else as it is."""
    if isinstance(value, (int, float, Decimal)) and isfinite(value) and value == int(value):
        return int(value)
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else str(value)


def _amount(value: Raw, decimals: int) -> str:
    """An amount with the decimals of its currency where that is exact, else as it is."""
    if not _NUMBER.fullmatch(str(value)):
        return str(value)
    number = Decimal(str(value))
    exact = number.quantize(Decimal(1).scaleb(-decimals))
    return str(exact) if exact == number else str(value)


def _instant(value: Raw) -> str:
    """An instant in UTC, from seconds or as the engine has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    written = str(value)
    if written.isascii() and written.isdigit() and len(written) <= 10:
        return datetime.fromtimestamp(int(written), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else written
