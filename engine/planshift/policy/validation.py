"""From a located tree to a model, every mistake placed and told in the user's words."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from types import UnionType
from typing import TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span
from planshift.policy.located import Found, Located, Mapping, Scalar, follow, plain, span_of, without
from planshift.policy.mistakes import Mistake, Mistakes, Step, describe, no_such_word

M = TypeVar("M", bound=BaseModel)

_ATTEMPTS = 4  # what is left out can leave its parent incomplete, which then goes as well

Path = tuple[Step, ...]

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "`true` or `false`",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_THINGS = {
    "plans": "plan",
    "groups": "group",
    "addons": "add-on",
    "services": "service",
    "paths": "path",
    "switches": "switch",
    "for": "entry",
    "cases": "case",
    "members": "member",
    "prices": "price",
}


def validate(
    model: type[M], root: Located, *, context: Dictionary[str, object]
) -> tuple[M | None, Located, list[Diagnostic]]:
    """Return the model of a tree, the tree it was made from, and every mistake.

    Where there are mistakes, the model is that of the tree without the wrong parts, so that whoever reads on finds the
    mistakes that lie deeper; None where nothing sensible is left.
    """
    problems: list[Diagnostic] = []
    pruned = root
    for attempt in range(_ATTEMPTS):
        try:
            return model.model_validate(plain(pruned), context=dict(context)), pruned, problems
        except ValidationError as error:
            details = error.errors(include_url=False)
        if attempt == 0:
            problems = [problem for detail in details for problem in _diagnostics(detail, model, root=root)]
        left = pruned
        for path in {_removable(detail["loc"], kind=detail["type"]) for detail in details}:
            left = without(left, path)
        if left is pruned or not isinstance(left, Mapping):
            break
        pruned = left
    return None, root, problems


def _removable(path: Path, *, kind: str) -> Path:
    """Return the path of what to leave out so that a mistake is gone.

    An item of a list goes with its list: the others would change their numbers, which messages mention.
    """
    path = path[:-1] if kind == "missing" or (path[-1:] == ("[key]",) and kind != "missing") else path
    if kind == "missing" or (path and isinstance(path[-1], int)):
        while path and isinstance(path[-1], int):
            path = path[:-1]
    return path


def place(root: Located, path: Path) -> Span:
    """Return the place of the value at `path`, or of its key where the value is a list or a mapping."""
    return _place(follow(root, path))


def key_place(root: Located, path: Path) -> Span:
    """Return the place of the key at `path`, or of the value where it has no key."""
    found = follow(root, path)
    return span_of(found.key) if found.key is not None else _place(found)


def thing_at(path: Path) -> str:
    """Return what encloses the place, as in `plan "bronze"` or `path 4`; empty at the top of a document."""
    for index in range(len(path) - 2, -1, -1):
        thing, name = _THINGS.get(str(path[index])), path[index + 1]
        if thing is not None:
            return f"{thing} {name + 1}" if isinstance(name, int) else f'{thing} "{name}"'
    return ""


def problem_at(root: Located, path: Path, *, mistake: Mistake, on_key: bool = False) -> Diagnostic:
    """Return the diagnostic of a mistake in the value at `path`."""
    whole = (*path, *mistake.at)
    return Diagnostic(
        code=mistake.code,
        message=mistake.message,
        span=key_place(root, whole) if on_key else place(root, whole),
        help=mistake.help,
        context=thing_at(path),
    )


def _place(found: Found) -> Span:
    if isinstance(found.value, Scalar) and (found.value.text or found.key is None):
        return span_of(found.value)
    if found.key is not None:
        return span_of(found.key)
    whole = span_of(found.value)
    if whole.line != whole.end_line and isinstance(found.value, Mapping) and found.value.entries:
        return span_of(next(iter(found.value.entries.values())).key)
    return whole


def _diagnostics(detail: ErrorDetails, model: type[BaseModel], *, root: Located) -> list[Diagnostic]:
    path = detail["loc"]
    on_key = bool(path) and path[-1] == "[key]"
    if on_key:
        path = path[:-1]
    kind = detail["type"]
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, Mistakes):
        return [problem_at(root, path, mistake=mistake, on_key=on_key) for mistake in error.mistakes]
    if kind == "extra_forbidden":
        known = fields_at(model, path[:-1])
        help_text = did_you_mean(str(path[-1]), known) or _listed(known)
        mistake = Mistake("PS101", f"`{path[-1]}` is not a field here", help_text)
        return [problem_at(root, path, mistake=mistake, on_key=True)]
    if kind == "missing":
        return [problem_at(root, path[:-1], mistake=Mistake("PS102", f"`{path[-1]}` is missing"), on_key=True)]
    return [problem_at(root, path, mistake=_mistake(kind, detail), on_key=on_key)]


def _mistake(kind: str, detail: ErrorDetails) -> Mistake:
    value, context = detail["input"], detail.get("ctx", {})
    if kind in _EXPECTED:
        looks_like_text = kind == "string_type" and not isinstance(value, (dict, list, type(None)))
        help_text = "put it in quotes" if looks_like_text else None
        return Mistake("PS103", f"expected {_EXPECTED[kind]}, found {describe(value)}", help_text)
    if kind == "literal_error":
        return _literal(value, str(context.get("expected", "")))
    for bound, words in (("ge", "at least"), ("le", "at most"), ("gt", "more than"), ("lt", "less than")):
        if bound in context:
            return Mistake("PS105", f"{describe(value)} must be {words} {context[bound]:,}")
    if "min_length" in context:
        return Mistake("PS105", f"{describe(value)} is empty")
    if "max_length" in context:
        return Mistake("PS105", f"{describe(value)} is longer than {context['max_length']:,}")
    return Mistake("PS103", f"{describe(value)} is not possible here")


def _literal(value: object, expected: str) -> Mistake:
    words = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]
    if not isinstance(value, str):
        listed = ", ".join(f"`{word}`" for word in words)
        return Mistake(
            "PS104",
            f"{describe(value)} is not possible here",
            f"write one of {listed}" if words[1:] else f"write {listed}",
        )
    return no_such_word(value, words).mistakes[0]


def _listed(names: list[str]) -> str | None:
    return "known here: " + ", ".join(f"`{name}`" for name in names) if 0 < len(names) <= 12 else None


def fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the names of the fields of the mapping at `path`, as a document writes them."""
    current: object = model
    for step in path:
        current = _inside(_model_of(current) or current, step)
    found = _model_of(current)
    return [field.alias or name for name, field in found.model_fields.items()] if found is not None else []


def _inside(kind: object, step: Step) -> object:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        return fields[str(step)].annotation if str(step) in fields else None
    for option in _options(kind):
        if get_origin(option) in (tuple, list):
            return get_args(option)[0]
        if get_origin(option) is dict:
            return get_args(option)[1]
    return None


def _model_of(kind: object) -> type[BaseModel] | None:
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _options(kind: object) -> tuple[object, ...]:
    return get_args(kind) if isinstance(kind, UnionType) or "Union" in str(get_origin(kind)) else (kind,)
