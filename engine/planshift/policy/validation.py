"""From a located tree to a model, every mistake placed and told in the user's words."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace
from types import UnionType
from typing import Generic, Literal, Protocol, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.fix import Instead, instead_of
from planshift.diagnostics.nearest import did_you_mean, nearest
from planshift.policy.located import Located, Mapping, Plain, follow, plain
from planshift.policy.mistakes import Mistake, Mistakes, Quoted, Step, describe, no_such_word, shown
from planshift.policy.models import Document
from planshift.policy.places import problem_at
from planshift.policy.pruning import without
from planshift.policy.written_fixes import added

M = TypeVar("M", bound=BaseModel)

Path = tuple[Step, ...]

MAX_PROBLEMS = 100
"""How many mistakes of one document are told; behind the last one stands how many more there are."""

_ATTEMPTS = 5  # what is left out can leave its parent incomplete, which then goes as well

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated(Generic[M]):
    """The model of a tree without its wrong parts, the tree that is left, what was left out, and every mistake."""

    model: M | None
    root: Located
    cut: tuple[Path, ...]
    problems: tuple[Diagnostic, ...]


class KnownModels(Protocol):
    """Models of parts of a document that were validated before, and need not be again."""

    def given(self, root: Located, *, context: Dictionary[str, object]) -> object:
        """Return what a document means, with models in the place of those parts that have one."""

    def keep(self, root: Located, model: BaseModel) -> None:
        """Remember the models of the parts of a document without mistakes."""


def validate(
    model: type[M],
    root: Located,
    *,
    context: Dictionary[str, object],
    otherwise: Dictionary[str, Plain] | None = None,
    known: KnownModels | None = None,
) -> Validated[M]:
    """Return the model of a tree, or of what is left of it without mistakes; no model where nothing sensible is left.

    `otherwise` are fields of the top that are taken to be so when they are missing, in looking for further mistakes.
    """
    problems: tuple[Diagnostic, ...] = ()
    cut: tuple[Path, ...] = ()
    left, given = root, plain(root) if known is None else known.given(root, context=context)
    for attempt in range(_ATTEMPTS):
        try:
            found = model.model_validate(given, context=dict(context))
            if known is not None and attempt == 0:
                known.keep(root, found)
            return Validated(model=found, root=left, cut=cut, problems=problems)
        except ValidationError as error:
            details = error.errors(include_url=False)
        if attempt == 0:
            problems = _all_diagnostics(details, model, root=root)
        paths = {_removable(detail) for detail in details}
        cut = cut or tuple(paths)
        left = without(left, paths)
        given = plain(left)
        if otherwise and isinstance(given, dict):
            given = {**otherwise, **given}
    return Validated(model=None, root=root, cut=cut, problems=problems)


def _removable(detail: ErrorDetails) -> Path:
    """Return the path of what to leave out so that a mistake is gone."""
    path = detail["loc"]
    return path[:-1] if detail["type"] == "missing" or path[-1:] == ("[key]",) else path


def _all_diagnostics(details: list[ErrorDetails], model: type[BaseModel], *, root: Located) -> tuple[Diagnostic, ...]:
    told = [problem for detail in details[:MAX_PROBLEMS] for problem in _diagnostics(detail, model, root=root)]
    return tuple(told) if len(details) <= MAX_PROBLEMS else (*told, and_more(len(details) - MAX_PROBLEMS, told[-1]))


def and_more(count: int, last: Diagnostic) -> Diagnostic:
    """Return the diagnostic that stands for all that are not told."""
    return Diagnostic(code="PS003", message=f"{count:,} more mistakes are not told", span=last.span)


def _diagnostics(detail: ErrorDetails, model: type[BaseModel], *, root: Located) -> list[Diagnostic]:
    path = detail["loc"]
    on_key = path[-1:] == ("[key]",)
    if on_key:
        path = path[:-1]
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, Mistakes) and _is_no_field(path, model):
        return [problem_at(root, path, mistake=_unknown_field(path, model, root=root), on_key=True)]
    if isinstance(error, Mistakes):
        return [problem_at(root, path, mistake=mistake, on_key=on_key) for mistake in error.mistakes]
    if detail["type"] == "extra_forbidden":
        return [problem_at(root, path, mistake=_unknown_field(path, model, root=root), on_key=True)]
    if detail["type"] == "missing":
        return _missing(path, model, root=root)
    return [problem_at(root, path, mistake=_mistake(detail), on_key=on_key)]


def _is_no_field(path: Path, model: type[BaseModel]) -> bool:
    """Return whether a key is one that a mapping with currencies as keys has no use for."""
    key = path[-1] if path else 0
    if not isinstance(key, str) or (len(key) == 3 and key.isalpha()):
        return False
    found = _model_at(model, path[:-1])
    return found is not None and found.model_config.get("extra") == "allow" and key not in fields_at(model, path[:-1])


def _unknown_field(path: Path, model: type[BaseModel], *, root: Located) -> Mistake:
    known, found = fields_at(model, path[:-1]), _model_at(model, path[:-1])
    listed = ", ".join(f"`{name}`" for name in known)
    help_text = found.elsewhere.get(str(path[-1])) if found is not None and issubclass(found, Document) else None
    instead = instead_of(str(path[-1]), known) if help_text is None else None
    if instead is not None and _is_written(follow(root, path[:-1]).value, instead):
        instead = None
    help_text = help_text or did_you_mean(str(path[-1]), known)
    help_text = help_text or (f"known here: {listed}" if 0 < len(known) <= 12 else None)
    return Mistake("PS101", f"`{path[-1]}` is not a field here", help_text, instead=instead)


def _is_written(parent: Located, instead: Instead) -> bool:
    """Return whether the right name stands beside the wrong one; what another file says is no obstacle."""
    entries = parent.entries if isinstance(parent, Mapping) else {}
    right, wrong = entries.get(instead.right), entries.get(instead.wrong)
    return right is not None and wrong is not None and right.key.file == wrong.key.file


def _missing(path: Path, model: type[BaseModel], *, root: Located) -> list[Diagnostic]:
    """Return the diagnostic of a missing field; where its name is misspelt, that of the misspelt name says it all."""
    parent = follow(root, path[:-1]).value
    known = fields_at(model, path[:-1])
    others = [name for name in parent.entries if name not in known] if isinstance(parent, Mapping) else []
    misspelt = [name for name in others if nearest(name, known) == path[-1]]
    if not misspelt:
        told = problem_at(root, path[:-1], mistake=Mistake("PS102", f"`{path[-1]}` is missing"), on_key=True)
        only = _only_value(path, model)
        return [told if only is None else replace(told, fixes=added(parent, f"{path[-1]}: {only}"))]
    found = _model_at(model, path[:-1])
    if found is None or found.model_config.get("extra") != "allow":
        return []
    other = (*path[:-1], misspelt[0])
    return [problem_at(root, other, mistake=_unknown_field(other, model, root=root), on_key=True)]


def _only_value(path: Path, model: type[BaseModel]) -> object:
    """Return the one value that a field can have, as `policy_language` has."""
    found = _model_at(model, path[:-1])
    fields = {} if found is None else {field.alias or name: field for name, field in found.model_fields.items()}
    kind = fields[str(path[-1])].annotation if str(path[-1]) in fields else None
    values = get_args(kind) if get_origin(kind) is Literal else ()
    return values[0] if len(values) == 1 else None


def _mistake(detail: ErrorDetails) -> Mistake:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind in _EXPECTED:
        looks_like_text = kind == "string_type" and not isinstance(value, (dict, list, type(None)))
        help_text = "put it in quotes" if looks_like_text else None
        instead = Quoted() if looks_like_text else None
        return Mistake("PS103", f"expected {_EXPECTED[kind]}, found {describe(value)}", help_text, instead=instead)
    if kind == "literal_error":
        words = [word.strip().strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(",")]
        return no_such_word(value, words).mistakes[0]
    for bound, relation in (("ge", "at least"), ("le", "at most"), ("gt", "more than"), ("lt", "less than")):
        if bound in context:
            return Mistake("PS105", f"{describe(value)} must be {relation} {context[bound]:,}")
    if "min_length" in context:
        return Mistake("PS105", f"`{detail['loc'][-1]}` is empty")
    if "max_length" in context:
        return Mistake("PS105", f"`{detail['loc'][-1]}` is longer than {context['max_length']:,} characters")
    return Mistake("PS103", f"{shown(value)} is not possible here")


def fields_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the names of the fields of the mapping at `path`, as a document writes them."""
    found = _model_at(model, path)
    return [field.alias or name for name, field in found.model_fields.items()] if found is not None else []


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    current: object = model
    for step in path:
        current = _inside(_model_of(current) or current, step)
    return _model_of(current)


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
