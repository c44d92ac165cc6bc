"""From text to a located tree, by the event stream of ruamel.yaml.

Only the part of YAML that people write by hand is taken: one document, names as keys, no tags beyond those of the core
schema. Aliases are followed, with a bound on what they expand to. Every mistake that does not stop the parser is
gathered before the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.span import Span, whole_file
from planshift.policy.located import Entry, Located, Mapping, Scalar, Sequence, span_between, span_of
from planshift.policy.syntax_errors import explain
from planshift.policy.text import check_text

try:
    from _ruamel_yaml import CParser
except ImportError:  # the C parser is a separate package that some platforms lack: reading is slower there, not other
    CParser = None

MAX_DEPTH = 40
"""How many lists and mappings may stand inside each other."""

MAX_NODES = 200_000
"""How many values a document may have, aliases counted by what they stand for."""

MAX_SCALAR = 256 * 1024
"""The longest single text, in characters."""

_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = {
    ScalarEvent: {_CORE + "str", _CORE + "int", _CORE + "bool", _CORE + "null", "!"},
    SequenceStartEvent: {_CORE + "seq"},
    MappingStartEvent: {_CORE + "map"},
}


def read_yaml(text: str, *, file: str) -> tuple[Located | None, tuple[Diagnostic, ...]]:
    """Return the tree of one YAML (or JSON) document, or None where there is none, and every mistake found."""
    problems = check_text(text, file=file)
    if problems:
        return None, problems
    builder = _Builder(file=file)
    try:
        builder.build(_events(text))
    except MarkedYAMLError as error:
        builder.problems.append(explain(error, text, file=file))
        return None, tuple(builder.problems)
    except (YAMLError, ValueError) as error:
        # ValueError: the pure parser's answer to some escapes that stand for no character
        builder.problems.append(Diagnostic(code="PS004", message=f"not YAML: {error}", span=whole_file(file)))
        return None, tuple(builder.problems)
    return None if builder.stopped else builder.root, tuple(builder.problems)


def _events(text: str) -> Iterator[Event]:
    if CParser is None:
        return iter(YAML(typ="safe", pure=True).parse(text))
    return iter(CParser(text).get_event, None)


@final
@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read; `key` waits for its value, which is dropped when `refused`."""

    event: CollectionStartEvent
    items: list[Located]
    entries: dict[str, Entry] | None
    key: Located | None = None
    refused: bool = False


@final
@dataclass(slots=True)
class _Builder:
    """Makes the tree, event by event; `stopped` says that the rest of the text is not worth reading."""

    file: str
    root: Located | None = None
    stopped: bool = False
    problems: list[Diagnostic] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, Located] = field(default_factory=dict)
    _sizes: dict[int, int] = field(default_factory=dict)
    _nodes: int = 0
    _documents: int = 0

    def build(self, events: Iterable[Event]) -> None:
        """Take the events of the stream until its end, or until `stopped`."""
        file = self.file
        for event in events:
            if isinstance(event, ScalarEvent):
                text = event.value
                node = Scalar(file, text, event.style or "", event)
                if event.ctag is not None or event.anchor is not None or len(text) > MAX_SCALAR:
                    self._unusual(event, node)
                self._add(node, 1)
            elif isinstance(event, CollectionStartEvent):
                self._start(event, entries={} if isinstance(event, MappingStartEvent) else None)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self._end(event)
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif isinstance(event, DocumentStartEvent):
                self._document(event)
            if self.stopped:
                return

    def _unusual(self, event: ScalarEvent, node: Scalar) -> None:
        if len(node.text) > MAX_SCALAR:
            self._stop("PS003", f"a single text is longer than {MAX_SCALAR // 1024} KiB", span=span_of(node))
        if event.ctag is not None:
            self._check_tag(event)
            if event.tag in (_CORE + "str", "!"):
                node.style = node.style or "!"
        if event.anchor is not None:
            self._anchors[event.anchor] = node

    def _start(self, event: CollectionStartEvent, *, entries: dict[str, Entry] | None) -> None:
        if len(self._open) >= MAX_DEPTH:
            message = f"lists and mappings stand more than {MAX_DEPTH} deep inside each other"
            self._stop("PS003", message, span=self._span(event))
            return
        if event.ctag is not None:
            self._check_tag(event)
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open(event, [], entries))

    def _end(self, event: Event) -> None:
        done = self._open.pop()
        start, stop = done.event.start_mark, event.end_mark
        if not done.event.flow_style:
            # a block has no closing mark: it ends with its last value, not where the next text begins
            last = done.items[-1] if done.items else _last_value(done.entries)
            stop = done.event.end_mark if last is None else last.stop
        if done.entries is None:
            node: Located = Sequence(self.file, tuple(done.items), start, stop)
        else:
            node = Mapping(self.file, done.entries, start, stop)
        if done.event.anchor is not None:
            self._anchors[done.event.anchor] = node
        self._add(node, 1)

    def _alias(self, event: AliasEvent) -> None:
        node = self._anchors.get(event.anchor)
        if node is not None:
            self._add(node, self._size(node))
            return
        inside = any(frame.event.anchor == event.anchor for frame in self._open)
        problem = "stands inside the value that it repeats" if inside else "repeats a value that is not marked above"
        self._stop("PS008", f"the alias `*{event.anchor}` {problem}", span=self._span(event))

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            help_text = "keep one document in a file and remove the line `---`"
            self._stop("PS009", "a second document begins here", span=self._span(event), help_text=help_text)
        elif event.version or event.tags:
            help_text = "remove the lines that begin with `%`"
            self._stop("PS009", "directives are not used here", span=self._span(event), help_text=help_text)

    def _add(self, node: Located, size: int) -> None:
        self._nodes += size
        if self._nodes > MAX_NODES:
            self._stop("PS003", f"the document has more than {MAX_NODES:,} values", span=span_of(node))
        elif not self._open:
            self.root = node
        else:
            top = self._open[-1]
            if top.entries is None:
                top.items.append(node)
            elif top.key is None:
                top.key = node
                top.refused = self._refuses_key(node, top.entries)
            else:
                if not top.refused and isinstance(top.key, Scalar):
                    top.entries[top.key.text] = Entry(top.key, node)
                top.key = None

    def _refuses_key(self, key: Located, entries: dict[str, Entry]) -> bool:
        if not isinstance(key, Scalar):
            self._problem("PS006", "a list or a mapping cannot be a key", span=span_of(key))
        elif key.text == "<<" and not key.style:
            help_text = "repeat the keys, or take them over with `extends`"
            self._problem("PS008", "merge keys are not used here", span=span_of(key), help_text=help_text)
        elif not key.text or (not key.style and key.text in ("~", "null")):
            self._problem("PS006", "a key is missing before the `:`", span=span_of(key))
        elif key.text in entries:
            first = Label(span=span_of(entries[key.text].key), text="first here")
            self._problem("PS005", f"`{key.text}` is given twice", span=span_of(key), labels=(first,))
        else:
            return False
        return True

    def _size(self, node: Located) -> int:
        """Count the values that an alias of this node stands for."""
        if isinstance(node, Scalar):
            return 1
        known = self._sizes.get(id(node))
        if known is None:
            inner = node.items if isinstance(node, Sequence) else [entry.value for entry in node.entries.values()]
            known = 1 + sum(self._size(value) for value in inner)
            self._sizes[id(node)] = known
        return known

    def _check_tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag not in _CORE_TAGS[type(event)]:
            shown = str(event.tag).replace(_CORE, "!!")
            help_text = "write the value without a tag; put text that must stay text in quotes"
            self._problem("PS007", f"the tag `{shown}` is not used here", span=self._span(event), help_text=help_text)

    def _span(self, event: Event) -> Span:
        return span_between(self.file, start=event.start_mark, stop=event.end_mark)

    def _stop(self, code: str, message: str, *, span: Span, help_text: str | None = None) -> None:
        self._problem(code, message, span=span, help_text=help_text)
        self.stopped = True

    def _problem(
        self, code: str, message: str, *, span: Span, help_text: str | None = None, labels: tuple[Label, ...] = ()
    ) -> None:
        self.problems.append(Diagnostic(code=code, message=message, span=span, help=help_text, labels=labels))


def _last_value(entries: dict[str, Entry] | None) -> Located | None:
    return next(reversed(entries.values())).value if entries else None
