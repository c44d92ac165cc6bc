"""Where in a document a mistake is, and inside of what."""

from __future__ import annotations

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.span import Span
from planshift.policy.located import Found, Located, Mapping, Scalar, Sequence, follow, span_of
from planshift.policy.mistakes import Mistake, Step
from planshift.policy.written_fixes import fixes_at

Path = tuple[Step, ...]

_THINGS = {
    "plans": "plan",
    "groups": "group",
    "members": "member",
    "prices": "price",
    "paths": "path",
    "switches": "switch",
    "for": "entry",
    "cases": "case",
}
_TOP_THINGS = _THINGS | {"addons": "add-on", "services": "service"}


def place(root: Located, path: Path) -> Span:
    """Return the place of the value at `path`, or of its key where the value is a list or a mapping."""
    return _place(follow(root, path))


def key_place(root: Located, path: Path) -> Span:
    """Return the place of the key at `path`, or of the value where it has no key."""
    found = follow(root, path)
    return span_of(found.key) if found.key is not None else _place(found)


def thing_at(root: Located, path: Path) -> str:
    """Return what encloses the place, as in `plan "bronze", price "monthly"`; empty at the top of a document."""
    found: list[str] = []
    for index in range(len(path) - 1):
        thing = (_THINGS if index else _TOP_THINGS).get(str(path[index]))
        if thing is not None:
            name = _name(root, path[: index + 2])
            found.append(
                f'{thing} "{name}"' if isinstance(name, str) else f"{thing} {_number(root, path[: index + 2])}"
            )
    return ", ".join(found)


def _name(root: Located, path: Path) -> Step:
    """Return what a thing is called: its key, of a case its name; else its position."""
    if path[-2] == "cases":
        found = follow(root, (*path, "name"))
        if found.steps == len(path) + 1 and isinstance(found.value, Scalar) and found.value.text:
            return found.value.text
    return path[-1]


def problem_at(root: Located, path: Path, *, mistake: Mistake, on_key: bool = False) -> Diagnostic:
    """Return the diagnostic of a mistake in the value at `path`."""
    whole, named = (*path, *mistake.at), on_key or mistake.on_key
    fixes = fixes_at(root, whole, repair=mistake.instead, on_key=named) if mistake.instead is not None else ()
    return Diagnostic(
        code=mistake.code,
        message=mistake.message,
        span=key_place(root, whole) if named else place(root, whole),
        help=mistake.help,
        context=thing_at(root, path),
        fixes=fixes,
    )


def original(root: Located, path: Path) -> Path:
    """Return a path with the positions that items had before wrong ones were left out of their lists."""
    return tuple(
        _number(root, path[: index + 1]) - 1 if isinstance(step, int) else step for index, step in enumerate(path)
    )


def _number(root: Located, path: Path) -> int:
    """Return the position, from 1, that an item has in its file."""
    listing, index = follow(root, path[:-1]).value, path[-1]
    if isinstance(index, int) and isinstance(listing, Sequence) and listing.numbers and index < len(listing.numbers):
        return listing.numbers[index] + 1
    return int(index) + 1


def _place(found: Found) -> Span:
    if isinstance(found.value, Scalar) and (found.value.text or found.key is None):
        return span_of(found.value)
    if found.key is not None:
        return span_of(found.key)
    whole = span_of(found.value)
    if whole.line != whole.end_line and isinstance(found.value, Mapping) and found.value.entries:
        return span_of(next(iter(found.value.entries.values())).key)
    return whole
