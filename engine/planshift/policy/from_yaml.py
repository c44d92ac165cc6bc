"""From the files of a book to its document: the one reader of policy files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from planshift.billing.catalog import Catalog
from planshift.billing.garbage import uncollected
from planshift.diagnostics.diagnostic import Diagnostic, has_errors, sort_diagnostics
from planshift.diagnostics.nearest import nearest
from planshift.diagnostics.span import whole_file
from planshift.policy import located
from planshift.policy.catalog_model import CatalogModel
from planshift.policy.document import BookDocument
from planshift.policy.fact_declarations import read_fact_schema
from planshift.policy.from_catalog_model import read_catalog
from planshift.policy.from_policy_model import read_policy
from planshift.policy.kept_reading import CatalogRead, KeptReading
from planshift.policy.layers import CATALOG, POLICY, RULES, Layer, Stack
from planshift.policy.located import Located, follow, plain
from planshift.policy.places import key_place
from planshift.policy.placing import Placing
from planshift.policy.policy_model import PolicyModel
from planshift.policy.shelf import MAX_FILES, FolderShelf, KeptShelf, Shelf, TextShelf
from planshift.policy.spoken_terms import Against
from planshift.policy.validation import validate

Sources = dict[str, str]
"""The text of every file that was read, by the name that spans use."""

Read = tuple[BookDocument | None, tuple[Diagnostic, ...], Sources]
"""A book; everything that is wrong or doubtful; the texts it was read from.

With errors among the problems the book lacks what is wrong with it: it is good for finding further mistakes and for
nothing else, and None where names and types in it could not be trusted.
"""


_ABOUT_FACTS = frozenset({"PS502", "PS503", "PS504"})

ADAPTERS = "adapters.yaml"
"""Not read here: it says who carries changes out, and belongs to no decision."""


def read_book(path: Path, shelf: Shelf | None = None, *, kept: KeptReading | None = None) -> Read:
    """Return the book in a folder, or in a single YAML file, with every mistake in it.

    `shelf` holds other texts than the folder; `kept` is what was read of this book before.
    """
    if not path.exists():
        problem = Diagnostic(code="PS001", message="there is no such folder or file", span=whole_file(path.as_posix()))
        return None, (problem,), {}
    single = not path.is_dir()
    with uncollected():
        names = {"policy": path.name, "book": path.stem} if single else {"policy": POLICY, "book": path.name}
        return _read(shelf or FolderShelf(path), kept=kept or KeptReading(), **names)


def read_book_text(files: Mapping[str, str]) -> Read:
    """Return the book of some texts by file name: `{"policy.yaml": ..., "catalog.yaml": ...}`.

    One text under any other name is a whole book.
    """
    only = next(iter(files)) if len(files) == 1 else POLICY
    with uncollected():
        return _read(TextShelf(files), kept=KeptReading(), policy=only, book="book")


def read_kept_book(folder: str, *, policy: str, book: str, texts: Mapping[str, str]) -> Read:
    """Return a book from its sources: the texts that were read of it once, by the names that spans use."""
    with uncollected():
        return _read(KeptShelf(folder, texts), kept=KeptReading(), policy=policy, book=book)


def _read(shelf: Shelf, *, kept: KeptReading, policy: str, book: str) -> Read:
    stack = Stack(shelf, kept)
    layer = stack.layer(policy) if shelf.has(policy) else Layer()
    stack.problems += _check_names(shelf, policy, read=stack.sources)
    document = _document(layer, stack, book=book)
    return document, sort_diagnostics(stack.problems), stack.sources


def _check_names(shelf: Shelf, policy: str, *, read: Mapping[str, str]) -> Iterator[Diagnostic]:
    names, here = shelf.names(), whole_file(shelf.shown(policy))
    help_text: str | None
    if len(names) > MAX_FILES:
        message = f"the book has more than {MAX_FILES:,} files"
        yield Diagnostic(code="PS003", message=message, span=here)
    if not shelf.has(policy):
        near = nearest(policy, [name for name in names if "/" not in name])
        help_text = f"is `{near}` meant? rename it" if near else "a book is a folder with a file `policy.yaml`"
        yield Diagnostic(
            code="PS001", message="the file is not there", span=whole_file(shelf.shown(policy)), help=help_text
        )
    for name in names if policy == POLICY else ():
        known = (POLICY, CATALOG, RULES, ADAPTERS)
        is_ours = "/" not in name and name.endswith((".yaml", ".yml", ".rules")) and not name.startswith(".")
        if is_ours and name not in known and shelf.shown(name) not in read:
            near = nearest(name, known)
            help_text = f"rename it to `{near}` if it is meant to be that" if near and not shelf.has(near) else None
            message = "the file is no part of a book and is not read"
            yield Diagnostic(
                code="PS014", message=message, span=whole_file(shelf.shown(name)), help=help_text, severity="warning"
            )


def _document(layer: Layer, stack: Stack, *, book: str) -> BookDocument | None:
    if layer.policy is None:
        return None
    decimals = _decimals(layer.policy)
    catalog, listed, is_sound = _catalog(layer, stack, decimals=decimals)
    validated = validate(
        PolicyModel,
        layer.policy,
        context={"decimals": decimals},
        otherwise={"policy_language": 1},
        known=stack.kept.policy_models,
    )
    stack.problems += validated.problems
    if validated.model is None:
        return None
    against = Against(
        placing=Placing.of(validated),
        catalog=catalog,
        plans={plan.name: plan for plan in catalog.plans},
        named_plans=_keys(listed, "plans"),
        named_services=_keys(listed, "services"),
        listed=listed,
    )
    policy = read_policy(validated.model, against, book=book, kept=stack.kept.paths)
    limits = frozenset(name for plan in catalog.plans for name, _ in plan.limits)
    facts = read_fact_schema(against.placing, currency=policy.currency, decimals=decimals, limits=limits)
    stack.problems += against.placing.all_problems()
    facts_in_doubt = against.placing.was_cut("facts") or any(each.code in _ABOUT_FACTS for each in stack.problems)
    if not is_sound or not policy.currency or facts_in_doubt:
        return None
    texts = tuple((kind, file, stack.sources.get(file, "")) for kind, file in layer.files)
    return BookDocument(
        policy=policy,
        catalog=catalog,
        rules=layer.all_rules(),
        facts=facts,
        messages=tuple(layer.messages.values()),
        texts=texts,
    )


def _catalog(layer: Layer, stack: Stack, *, decimals: Mapping[str, int]) -> tuple[Catalog, Placing | None, bool]:
    """Return the catalog as far as it can be read, with the placing of its tree, and whether that is all of it."""
    if layer.catalog is None:
        if not any(kind == "catalog" for kind, _ in layer.files):
            place = whole_file("") if layer.policy is None else key_place(layer.policy, ())
            help_text = "list the plans in `catalog.yaml`, or under `catalog:`"
            problem = Diagnostic(code="PS013", message="the book has no catalog", span=place, help=help_text)
            stack.problems.append(problem)
        return Catalog(plans=()), None, False
    read = _catalog_of(layer.catalog, stack.kept, decimals=decimals)
    stack.problems += read.problems
    return read.catalog, read.placing, read.is_whole


def _catalog_of(root: Located, kept: KeptReading, *, decimals: Mapping[str, int]) -> CatalogRead:
    found = kept.catalog.of((root, decimals))
    if found is not None:
        return found
    validated = validate(CatalogModel, root, context={"decimals": decimals}, known=kept.catalog_models)
    own, problems = Placing(root, cut=validated.cut), validated.problems
    if validated.model is None:
        return CatalogRead(Catalog(plans=()), own, False, problems)
    placing = Placing.of(validated)
    catalog = read_catalog(validated.model, placing, at=(), decimals=decimals, kept=kept.plans)
    problems += placing.all_problems()
    return kept.catalog.keep((root, decimals), CatalogRead(catalog, own, not has_errors(problems), problems))


def _keys(catalog: Placing | None, section: str) -> frozenset[str] | None:
    """Return the names of a section of the catalog, those with mistakes too; None where nobody knows them."""
    if catalog is None:
        return None
    found = follow(catalog.root, (section,))
    if found.steps and isinstance(found.value, located.Mapping):
        return frozenset(found.value.entries)
    return None if catalog.was_cut(section) else frozenset()


def _decimals(policy: Located) -> dict[str, int]:
    """Return the book's own decimals as far as they can be read; the model says what is wrong with the others."""
    found = plain(follow(policy, ("decimals",)).value) if follow(policy, ("decimals",)).steps else None
    if not isinstance(found, dict):
        return {}
    return {currency: count for currency, count in found.items() if type(count) is int and 0 <= count <= 6}
