"""The exceptions of a term as a picture of the policy: who says what, from weak to strong, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.decision.citing import Cited, Words
from planshift.decision.decision import Decision
from planshift.decision.explain_json import plain
from planshift.decision.sheet import Branch, Paragraph, Section, Sheet, Tree, sheet_of
from planshift.decision.term_text import term_text
from planshift.policy.terms import TERM
from planshift.rulebook.exceptions import Word, concerning, condition_text, exceptions_of
from planshift.rulebook.rulebook import Rulebook
from planshift.rulebook.sources import SourceKind

_RANKS: tuple[tuple[str, tuple[SourceKind, ...]], ...] = (
    ("built-in default", ("default",)),
    ("all changes", ("any",)),
    ("except by kind of change", ("direction",)),
    ("except for client groups", ("client_group",)),
    ("except for customers", ("customer",)),
    ("except in groups of plans", ("group",)),
    ("except for single plans", ("plan", "arriving")),
    ("except on paths", ("path",)),
    ("except by rules, of which the first that holds counts", ("rule",)),
)
"""The ranks from weak to strong, as the picture calls them."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One source with its word: when it is heard, what it says, and for one decision whether it was and won."""

    word: Word
    condition: str
    value: str
    heard: bool | None = None
    settles: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TermTree:
    """The exceptions of a term, weak before strong; of rules the last one that is tried comes first."""

    term: str
    origin: str
    target: str
    nodes: tuple[Node, ...]


def term_tree(rulebook: Rulebook, term: str, *, origin: str = "", target: str = "") -> TermTree:
    """The exceptions of a term in a book, for all changes or for those between two plans."""
    found = exceptions_of(rulebook, term)
    words = filter(concerning(rulebook, origin=origin, target=target), found.words)
    nodes = tuple(_node(rulebook, word) for word in words)
    return TermTree(term=term, origin=origin, target=target, nodes=nodes)


def decided_tree(decision: Decision, term: str) -> TermTree:
    """The same with what was heard for one decision, and what settled it; a renewal settles most terms itself."""
    rulebook, subscription = decision.rulebook, decision.subscription
    found = exceptions_of(rulebook, term, zone=subscription.timezone)
    heard = found.heard(subscription, decision.request, today=decision.today)
    last = max(k for k, truth in enumerate(heard) if truth)
    old = subscription.plan if decision.request.kind != "start" else ""
    is_concerned = concerning(rulebook, origin=old, target=decision.request.plan)
    nodes = tuple(
        _node(rulebook, word, heard=truth, settles=k == last)
        for k, (word, truth) in enumerate(zip(found.words, heard, strict=True))
        if truth or is_concerned(word)
    )
    return TermTree(term=term, origin=old, target=decision.request.plan, nodes=nodes)


def _node(rulebook: Rulebook, word: Word, *, heard: bool | None = None, settles: bool = False) -> Node:
    value = term_text(word.statement.term, word.statement.value, decimals=rulebook.decimals)
    return Node(word=word, condition=condition_text(rulebook, word.source), value=value, heard=heard, settles=settles)


def sheet_of_tree(tree: TermTree) -> Sheet:
    """The picture as a sheet."""
    doc = TERM[tree.term].doc
    ends = " ".join(
        filter(None, (f"from {tree.origin}" if tree.origin else "", f"to {tree.target}" if tree.target else ""))
    )
    title = f"{tree.term}: who settles it{f', {ends}' if ends else ''}"
    drawn = Tree(branches=_ranked(tree))
    end = Paragraph(
        text="From weak to strong: the last that holds settles the term, and of rules the first.", tone="faint"
    )
    return sheet_of(title, [Section(blocks=(block,)) for block in (Paragraph(text=doc), drawn, end)])


def ranks_of(tree: TermTree) -> list[tuple[str, list[Node]]]:
    """The ranks in which somebody speaks, weak before strong, with who does."""
    found = ((name, _of_rank(tree, kinds)) for name, kinds in _RANKS)
    return [(name, nodes) for name, nodes in found if nodes]


def _ranked(tree: TermTree) -> tuple[Branch, ...]:
    """The ranks, each within the one that it is an exception of."""
    within: tuple[Branch, ...] = ()
    for name, nodes in reversed(ranks_of(tree)):
        within = (Branch(text=name, branches=(*(_branch(node) for node in nodes), *within), tone="faint"),)
    return within


def _of_rank(tree: TermTree, kinds: tuple[SourceKind, ...]) -> list[Node]:
    """The sources of a rank; rules as their file has them, which tries the strongest first."""
    nodes = [node for node in tree.nodes if node.word.source.kind in kinds]
    return nodes[::-1] if kinds == ("rule",) else nodes


def _branch(node: Node) -> Branch:
    source = node.word.source
    title = "" if source.kind == "default" else f"{source.title}: "
    text = f"{title}{node.value}"
    notes: list[Words] = [node.condition] if node.condition else []
    if source.span.known:
        notes.append((Cited(text=f"{source.span.file}:{source.span.line}", span=source.span),))
    if node.settles:
        return Branch(text=f"{text} <- settles it", notes=tuple(notes), tone="good")
    if node.heard is None:
        return Branch(text=text, notes=tuple(notes))
    if node.heard:
        return Branch(text=f"{text} (holds)", notes=tuple(notes))
    return Branch(text=text, notes=tuple(notes), tone="faint")


def tree_json(tree: TermTree) -> dict[str, object]:
    """The picture as data, the weakest source first."""
    return {
        "term": tree.term,
        "from": tree.origin or None,
        "to": tree.target or None,
        "sources": [
            {
                "kind": node.word.source.kind,
                "title": node.word.source.title,
                "place": plain(node.word.source.span),
                "condition": node.condition or None,
                "value": node.value,
                "heard": node.heard,
                "settles": node.settles,
            }
            for node in tree.nodes
        ],
    }


def tree_mermaid(tree: TermTree) -> str:
    """The picture as a Mermaid diagram: an arrow leads from each rank to its exceptions."""
    lines = ["flowchart TD"]
    above = ""
    for position, (name, kinds) in enumerate(_RANKS):
        nodes = _of_rank(tree, kinds)
        if not nodes:
            continue
        rank = f"r{position}"
        told = [f"{'' if kinds == ('default',) else node.word.source.title + ': '}{node.value}" for node in nodes]
        lines.append(f'  {rank}["{_quoted(name)}<br/>{"<br/>".join(map(_quoted, told))}"]')
        lines += [f"  {above} --> {rank}"] if above else []
        above = rank
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text within the quotes of a Mermaid label, where nothing of it is markup."""
    return "".join(char if char.isalnum() or char in " ,.:;()/%=_-" else f"#{ord(char)};" for char in text)
