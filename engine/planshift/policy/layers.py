"""The files of a book and of what it extends, read and merged, each value still knowing its own file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.span import NOWHERE, Span, whole_file
from planshift.expressions.tree import RuleFile
from planshift.policy.document import MessageText
from planshift.policy.extends import merge
from planshift.policy.kept_reading import KeptReading
from planshift.policy.located import Located, Mapping, Scalar, scalars, span_of
from planshift.policy.shelf import Shelf, join, preset_file, unknown_preset

POLICY, CATALOG, RULES, MESSAGES = "policy.yaml", "catalog.yaml", "policy.rules", "messages"

MAX_EXTENDS = 8
"""How many books and presets a book may extend, and how many may extend each other in a row."""

_ONLY_OWN = ("extends", "rules", "catalog", "book", "title")
"""What a policy does not take over: its name, and what is merged in another way."""


@final
@dataclass(slots=True)
class Layer:
    """One book with what it extends merged in; None for a document that is missing or that nobody can read."""

    policy: Located | None = None
    catalog: Located | None = None
    rules: dict[str, RuleFile] = field(default_factory=dict)
    """The rules by file, those that are extended behind those that extend."""
    messages: dict[str, MessageText] = field(default_factory=dict)
    """The messages by file, those that are extended behind those that extend."""
    files: dict[tuple[str, str], None] = field(default_factory=dict)
    """Kind (`policy`, `catalog`) and file of each document, those that are extended behind those that extend."""

    def all_rules(self) -> RuleFile:
        """Return the rules of all files as one, in the order in which they are tried."""
        files = list(self.rules.values())
        return RuleFile(
            statements=tuple(statement for file in files for statement in file.statements),
            unreadable=frozenset(name for file in files for name in file.unreadable),
            span=files[0].span if files else NOWHERE,
        )


@final
class Stack:
    """Reads the layers of one book; gathers their texts and everything that is wrong with them."""

    def __init__(self, shelf: Shelf, kept: KeptReading) -> None:
        self.kept = kept
        self._shelf = shelf
        self._read: dict[str, Layer] = {}
        self.sources: dict[str, str] = {}
        self.problems: list[Diagnostic] = []

    def tree(self, name: str) -> Located | None:
        """Return the tree of a YAML file of the shelf."""
        text, problems = self._shelf.text(name)
        self.problems += problems
        return None if text is None else self.tree_of(text, file=self._shelf.shown(name))

    def tree_of(self, text: str, *, file: str) -> Located | None:
        """Return the tree of a YAML text."""
        self.sources[file] = text
        root, problems = self.kept.tree(text, file=file)
        self.problems += problems
        if root is None and not problems:
            self.problems.append(Diagnostic(code="PS010", message="the file is empty", span=whole_file(file)))
        return root

    def layer(self, name: str, *, chain: tuple[str, ...] = ()) -> Layer:
        """Return the book whose policy is the file `name`, with everything that it extends; each is read once."""
        if name not in self._read:
            self._read[name] = self._layer(name, chain=chain)
        return self._read[name]

    def _layer(self, name: str, *, chain: tuple[str, ...]) -> Layer:
        own = Layer(policy=self.tree(name), files={("policy", self._shelf.shown(name)): None})
        catalog = join(name, CATALOG)
        if catalog is not None and not _is_single(name) and self._shelf.has(catalog):
            own.catalog = self.tree(catalog)
            own.files["catalog", self._shelf.shown(catalog)] = None
        inline = _take(own.policy, "catalog")
        if inline is not None:
            self._twice(own.catalog is not None, inline, what="the catalog", file=CATALOG)
            own.catalog = own.catalog or inline
            own.files["catalog", inline.file] = None
        rules = self._rules(name, own.policy)
        if rules is not None:
            own.rules[rules.span.file] = rules
        own.messages = {} if _is_single(name) else self._messages(name)
        return self._extended(own, name=name, chain=(*chain, name))

    def _rules(self, name: str, policy: Located | None) -> RuleFile | None:
        file = join(name, RULES)
        inline = _take(policy, "rules")
        if file is None or _is_single(name) or not self._shelf.has(file):
            return None if inline is None else self._inline_rules(inline)
        if inline is not None:
            self._twice(True, inline, what="the rules", file=RULES)
        text, problems = self._shelf.text(file)
        self.problems += problems
        if text is None:
            return None
        shown = self._shelf.shown(file)
        self.sources[shown] = text
        rules, problems = self.kept.rules.read(text, file=shown)
        self.problems += problems
        return rules

    def _messages(self, name: str) -> dict[str, MessageText]:
        """The files of messages beside a policy, as they are."""
        folder = join(name, MESSAGES)
        found: dict[str, MessageText] = {}
        for file in self._shelf.under(folder) if folder is not None else ():
            if file.endswith((".yaml", ".yml")):
                text, problems = self._shelf.text(file)
                shown = self._shelf.shown(file)
                locale = file.rpartition("/")[2].rpartition(".")[0]
                found[shown] = MessageText(locale=locale, file=shown, text=text, problems=problems)
        return found

    def _inline_rules(self, node: Located) -> RuleFile | None:
        if not isinstance(node, Scalar) or node.style == ">":
            self._problem("PS103", "rules are written as a text that begins with `|`", span_of(node))
            return None
        line, column = node.start.line + 1, node.start.column + 1
        if node.style == "|":
            line, column = line + 1, _indent(self.sources[node.file], line) + 1
        elif node.style:
            column += 1
        rules, problems = self.kept.rules.read(node.text, file=node.file, first_line=line, first_column=column)
        self.problems += problems
        return rules

    def _extended(self, own: Layer, *, name: str, chain: tuple[str, ...]) -> Layer:
        listed = _take(own.policy, "extends")
        names = list(scalars(listed)) if listed is not None else []
        if len(names) > MAX_EXTENDS:
            self._problem("PS012", f"more than {MAX_EXTENDS} books are extended at once", span_of(names[MAX_EXTENDS]))
        # later ones win over earlier ones, and the book itself over all of them
        for scalar in reversed(names[:MAX_EXTENDS]):
            under = self._named(scalar, name=name, chain=chain)
            if under is None:
                continue
            own.policy = _merged(_without(under.policy), own.policy)
            own.catalog = _merged(under.catalog, own.catalog)
            own.files |= under.files
            own.rules |= under.rules
            own.messages |= under.messages
        return own

    def _named(self, scalar: Scalar, *, name: str, chain: tuple[str, ...]) -> Layer | None:
        span = span_of(scalar)
        if "/" not in scalar.text and not scalar.text.endswith((".yaml", ".yml")):
            return self._preset(scalar.text, span, chain=chain)
        target = join(name, scalar.text if _is_single(scalar.text) else f"{scalar.text}/{POLICY}")
        if target is None or not self._shelf.has(target):
            self._problem("PS011", f"there is no book at `{scalar.text}`", span)
        elif target in chain:
            self._problem("PS012", f"`{scalar.text}` is extended by itself", span)
        elif len(chain) >= MAX_EXTENDS:
            self._problem("PS012", f"more than {MAX_EXTENDS} books extend each other in a row", span)
        else:
            return self.layer(target, chain=chain)
        return None

    def _preset(self, preset: str, span: Span, *, chain: tuple[str, ...]) -> Layer | None:
        found = self._shelf.preset(preset)
        if found is None:
            self.problems.append(unknown_preset(preset, span))
            return None
        text, problems = found
        self.problems += problems
        file = preset_file(preset)
        own = Layer(policy=None if text is None else self.tree_of(text, file=file), files={("policy", file): None})
        return self._extended(own, name=POLICY, chain=(*chain, file))

    def _twice(self, given: bool, node: Located, *, what: str, file: str) -> None:
        if given:
            self._problem("PS015", f"{file} holds {what} already", span_of(node))

    def _problem(self, code: str, message: str, span: Span) -> None:
        self.problems.append(Diagnostic(code=code, message=message, span=span))


def _take(policy: Located | None, key: str) -> Located | None:
    entry = policy.entries.get(key) if isinstance(policy, Mapping) else None
    return None if entry is None else entry.value


def _without(policy: Located | None) -> Located | None:
    if not isinstance(policy, Mapping):
        return policy
    entries = {name: entry for name, entry in policy.entries.items() if name not in _ONLY_OWN}
    return Mapping(policy.file, entries, policy.start, policy.stop)


def _merged(under: Located | None, over: Located | None) -> Located | None:
    if under is None or over is None:
        return over if under is None else under
    return merge(under, over)


def _is_single(name: str) -> bool:
    """Return whether a policy file is a whole book by itself, not one file of a folder."""
    return name.endswith((".yaml", ".yml")) and name.rpartition("/")[2] != POLICY


def _indent(text: str, line: int) -> int:
    """Return how far the block that begins after `line` (from 1) is indented."""
    for content in text.split("\n")[line:]:
        if content.strip():
            return len(content) - len(content.lstrip(" "))
    return 0
