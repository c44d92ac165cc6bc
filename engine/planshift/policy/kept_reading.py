"""What was read of the files of a book the last time, for whoever reads it again after an edit.

A reading without one begins with an empty one: there is one way to read a book, with more or with less to take over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import NamedTuple, final

from pydantic import BaseModel

from planshift.billing.catalog import Catalog, Plan
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions.kept import Kept, KeptOne
from planshift.expressions.parse import parse_rules
from planshift.expressions.reparse import reparse_rules
from planshift.expressions.tree import RuleFile
from planshift.policy.document import Path
from planshift.policy.located import Located, Mapping, Sequence, plain
from planshift.policy.placing import Placing
from planshift.policy.read_yaml import read_piece, read_yaml
from planshift.policy.reread_yaml import reread

_Place = tuple[str, int, int]


class CatalogRead(NamedTuple):
    """A catalog as far as it can be read, with the placing of its tree."""

    catalog: Catalog
    placing: Placing
    is_whole: bool
    problems: tuple[Diagnostic, ...]


@final
class KeptTrees:
    """The tree of each YAML file, with the text that it was read from."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, Located]] = {}

    def read(
        self, text: str, *, file: str, moved: Callable[[Located, Located], None]
    ) -> tuple[Located | None, tuple[Diagnostic, ...]]:
        """Return the tree of a text, as `read_yaml` does; `moved` is told of nodes that came to other lines."""
        known = self._known.get(file)
        if known is not None and known[0] == text:
            return known[1], ()
        root = None if known is None else reread(known[1], text, before=known[0], moved=moved)
        if root is None:
            root = read_piece(text, file=file)
        if root is None:
            return read_yaml(text, file=file)
        self._known[file] = text, root
        return root, ()


@final
class KeptRules:
    """The rules of each text, with that text; a text has a place, because rules may stand in the policy."""

    def __init__(self) -> None:
        self._known: dict[_Place, tuple[str, RuleFile]] = {}

    def read(
        self, text: str, *, file: str, first_line: int = 1, first_column: int = 1
    ) -> tuple[RuleFile, tuple[Diagnostic, ...]]:
        """Return the rules of a text, as `parse_rules` does."""
        place = file, first_line, first_column
        known = self._known.get(place)
        if known is not None and known[0] == text:
            return known[1], ()
        rules = None if known is None else reparse_rules(known[1], text, before=known[0])
        if rules is None:
            rules, problems = parse_rules(text, file=file, first_line=first_line, first_column=first_column)
            if problems:
                return rules, problems
        self._known[place] = text, rules
        return rules, ()


@final
class KeptModels:
    """The models of the entries of a document: of each plan, each path, each group; they know no places."""

    def __init__(self) -> None:
        self._sections: dict[str, Kept[BaseModel]] = {}

    def given(self, root: Located, *, context: Dictionary[str, object]) -> object:
        """Return what a document means, as `plain` does, with models in the place of those entries that have one."""
        if not isinstance(root, Mapping):
            return plain(root)
        return {
            name: self._given(entry.value, self._section(name).on(dict(context)))
            for name, entry in root.entries.items()
        }

    def _section(self, name: str) -> Kept[BaseModel]:
        return self._sections.setdefault(name, Kept())

    def adopt(self, old: Located, new: Located) -> None:
        """Take the model of an old node for a new one that says the same in another place."""
        for section in self._sections.values():
            section.adopt(old, new)

    def _given(self, node: Located, kept: Kept[BaseModel]) -> object:
        if isinstance(node, Mapping):
            return {name: kept.of(entry.value) or plain(entry.value) for name, entry in node.entries.items()}
        if isinstance(node, Sequence):
            return [kept.of(item) or plain(item) for item in node.items]
        return plain(node)

    def keep(self, root: Located, model: BaseModel) -> None:
        """Remember the models of the entries of a document without mistakes."""
        for name, each in type(model).model_fields.items():
            key, value = each.alias or name, getattr(model, name)
            entry = root.entries.get(key) if isinstance(root, Mapping) else None
            inside: Iterable[tuple[Located, object]] = ()
            if entry is not None and isinstance(entry.value, Mapping) and isinstance(value, dict):
                inside = ((inner.value, value[word]) for word, inner in entry.value.entries.items())
            elif entry is not None and isinstance(entry.value, Sequence) and isinstance(value, tuple):
                inside = zip(entry.value.items, value, strict=True)
            for node, found in inside:
                if isinstance(found, BaseModel):
                    self._section(key).keep(node, found)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReading:
    """Trees, models and what was made of them; everything goes by the node of the tree that it was made of."""

    trees: KeptTrees = field(default_factory=KeptTrees)
    rules: KeptRules = field(default_factory=KeptRules)
    policy_models: KeptModels = field(default_factory=KeptModels)
    catalog_models: KeptModels = field(default_factory=KeptModels)
    paths: Kept[Path] = field(default_factory=Kept)
    plans: Kept[Plan] = field(default_factory=Kept)
    catalog: KeptOne[CatalogRead] = field(default_factory=KeptOne)

    def tree(self, text: str, *, file: str) -> tuple[Located | None, tuple[Diagnostic, ...]]:
        """Return the tree of a text, as `read_yaml` does."""
        return self.trees.read(text, file=file, moved=self._moved)

    def _moved(self, old: Located, new: Located) -> None:
        """Models and plans know no places: what moved keeps its own."""
        self.policy_models.adopt(old, new)
        self.catalog_models.adopt(old, new)
        self.plans.adopt(old, new)
