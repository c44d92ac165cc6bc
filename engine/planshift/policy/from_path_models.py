"""From the models of explicit paths to paths: their ends looked up, their terms placed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from planshift.expressions.kept import Kept
from planshift.policy.document import NamePlace, Path, ScopedTerms
from planshift.policy.located import Mapping, Sequence, follow, scalars, span_of
from planshift.policy.policy_model import PathEndsModel
from planshift.policy.spoken_terms import Against, read_scope, read_scopes
from planshift.policy.terms import INTERVAL_SCOPES, SCOPES
from planshift.policy.written_fixes import without_second

At = tuple[str | int, ...]

_ENDS = ("upgrades", "downgrades", "crossgrades", "to")
_PLACES = {place: number for number, place in enumerate(product(SCOPES, ("", *INTERVAL_SCOPES)))}


def read_paths(models: tuple[PathEndsModel, ...], against: Against, *, kept: Kept[Path]) -> tuple[Path, ...]:
    """Return the paths in file order; unknown plans and contradictions are left in the placing.

    Paths that say nothing wrong are kept: what else is read for them are names of the catalog.
    """
    root = follow(against.placing.root, ("paths",)).value
    nodes = root.items if isinstance(root, Sequence) else ()
    kept.on((against.named_plans is None, against.named_services, bool(against.placing.cut)))
    return tuple(
        _kept_path(index, model, node=node, against=against, kept=kept)
        for index, (model, node) in enumerate(zip(models, nodes, strict=True))
        if isinstance(node, Mapping)
    )


def _kept_path(index: int, model: PathEndsModel, *, node: Mapping, against: Against, kept: Kept[Path]) -> Path:
    known, named = kept.of(node), against.named_plans
    if known is not None and (named is None or all(place.name in named for place in (*known.origins, *known.targets))):
        return known if known.number == index + 1 else kept.keep(node, replace(known, number=index + 1))
    told = len(against.placing.problems)
    path = _path(index, model, node=node, against=against)
    is_clean = told == len(against.placing.problems) and not against.placing.cut
    return kept.keep(node, path) if is_clean else path


def _path(index: int, model: PathEndsModel, *, node: Mapping, against: Against) -> Path:
    at: At = ("paths", index)
    origins = _names(node, "from", at=at, against=against)
    ends = {kind: _names(node, kind, at=at, against=against) for kind in _ENDS if kind in node.entries}
    _check_ends(origins, ends, at=at, against=against)
    direct = tuple(each for each in read_scope(model, node, scope="any", against=against, at=at) if each.terms)
    scoped = read_scopes(model.terms, against, at=(*at, "terms")) if model.terms is not None else ()
    return Path(
        number=index + 1,
        span=origins[0].span if origins else span_of(node),
        origins=origins,
        upgrades=ends.get("upgrades", ()),
        downgrades=ends.get("downgrades", ()),
        crossgrades=ends.get("crossgrades", ()),
        to=ends.get("to", ()),
        require=model.require,
        terms=_with_direct(direct, scoped, at=at, against=against) if direct else scoped,
    )


def _names(node: Mapping, key: str, *, at: At, against: Against) -> tuple[NamePlace, ...]:
    named, found = against.named_plans, []
    for index, scalar in enumerate(scalars(node.entries[key].value)):
        if named is None or scalar.text in named:
            found.append(NamePlace(name=scalar.text, span=span_of(scalar)))
        else:
            against.known_plan(scalar.text, at=(*at, key, index))
    return tuple(found)


def _check_ends(
    origins: tuple[NamePlace, ...], ends: dict[str, tuple[NamePlace, ...]], *, at: At, against: Against
) -> None:
    if not ends and against.placing.was_cut(*at):
        return
    if not ends:
        help_text = "name plans under `upgrades`, `downgrades`, `crossgrades` or `to`"
        against.placing.report("PS213", "the path leads nowhere", path=at, help_text=help_text, on_key=True)
        return
    names = [place.name for places in ends.values() for place in places]
    from_names = {place.name for place in origins}
    if len({*names, *from_names}) == len(names) + len(from_names):
        return
    seen: dict[str, str] = {}
    for kind, places in ends.items():
        for index, place in enumerate(places):
            path = (*at, kind, index)
            if place.name in seen:
                help_text = "name it once" if seen[place.name] == kind else "leave it in one of the lists"
                message = _twice(place.name, seen[place.name], after=kind)
                listed, again = against.placing.node((*at, kind)), seen[place.name] == kind
                fixes = without_second(listed, place.name) if again else ()
                against.placing.report("PS211", message, path=path, help_text=help_text, fixes=fixes)
            seen.setdefault(place.name, kind)
            if from_names == {place.name}:
                message = f"the path leads from `{place.name}` to itself"
                help_text = "a change of the price within a plan needs no path"
                against.placing.report("PS212", message, path=path, help_text=help_text)


def _twice(name: str, before: str, *, after: str) -> str:
    if before == after:
        return f"the path names `{name}` twice"
    return f"the path names `{name}` under `{before}` and under `{after}`"


def _with_direct(
    direct: tuple[ScopedTerms, ...], scoped: tuple[ScopedTerms, ...], *, at: At, against: Against
) -> tuple[ScopedTerms, ...]:
    """Return the terms with those that stand on the path itself as its terms for `any` change."""
    found = {(each.scope, each.interval): each.terms for each in scoped}
    for own in direct:
        under = found.get((own.scope, own.interval), ())
        block = (own.interval,) if own.interval else ()
        inner = {term.name for term in under}
        for term in own.terms:
            if term.name in inner:
                place = ": ".join(("terms", own.scope, *block))
                message = f"the path sets `{term.name}` here and under `{place}:`"
                against.placing.report("PS121", message, path=(*at, *block, *term.name.split(".")))
        found[own.scope, own.interval] = (*own.terms, *under)
    return tuple(
        ScopedTerms(scope=scope, interval=interval, terms=found[scope, interval])
        for scope, interval in sorted(found, key=_PLACES.__getitem__)
    )
