"""From text to a located tree, by the event stream of ruamel.yaml.

Only the part of YAML that people write by hand is taken: one document, names as keys, no tags beyond those of the core
schema. Aliases are followed, with a bound on what they expand to. Every mistake that does not stop the parser is
gathered before the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NoReturn, final

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
from planshift.policy.located import Entry, Located, Mapping, Mark, Scalar, Sequence, span_between, span_of
from planshift.policy.syntax_errors import explain
from planshift.policy.text import check_text, not_text

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

_COLON = "found unexpected ':'"
_NOT_IN_YAML_1_1 = frozenset({_COLON, "found invalid Unicode character escape code"})
_TIME_OF_DAY = re.compile(r"(?<=\d):(?=\d\d)")
_STAND_IN = "\ue000"  # nobody's character: it takes the place of one colon, so that every mark stays right
_MAX_SECOND_READING = 256 * 1024  # characters; the pure parser takes seconds for more

_NO_KEYS = frozenset({"", "~", "null", "<<"})
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
    builder = _Builder(file, _events(text))
    try:
        return builder.document(), tuple(builder.problems)
    except MarkedYAMLError as error:
        if CParser is not None and str(error.problem) in _NOT_IN_YAML_1_1:
            again = _read_times(text, file=file) if error.problem == _COLON else None
            if again is not None:
                return again
            if len(text) <= _MAX_SECOND_READING:
                return _read_slowly(text, file=file)
        builder.problems.append(explain(error, text, file=file))
    except _Stop:
        pass
    return None, tuple(builder.problems)


def _read_times(text: str, *, file: str) -> tuple[Located | None, tuple[Diagnostic, ...]] | None:
    """Return what the C parser makes of a text with times such as `10:00` in braces, where only they are in its way."""
    if _STAND_IN in text:
        return None
    builder = _Builder(file, _events_of_times(text))
    try:
        return builder.document(), tuple(builder.problems)
    except MarkedYAMLError:
        return None  # the pure parser says what is wrong
    except _Stop:
        return None, tuple(builder.problems)


def _events_of_times(text: str) -> Iterator[Event]:
    for event in _events(_TIME_OF_DAY.sub(_STAND_IN, text)):
        if isinstance(event, ScalarEvent) and _STAND_IN in event.value:
            event.value = event.value.replace(_STAND_IN, ":")
        yield event


def read_piece(text: str, *, file: str, depth: int = 0) -> Located | None:
    """Return the tree of a document, or of a part of one that stands so deep in it; None unless it is read at once.

    What has a mistake is read by `read_yaml`, and so is what the C parser does not take: the pure one places some empty
    values elsewhere. Empty lines before a part put it in its place.
    """
    if check_text(text, file=file):
        return None
    builder = _Builder(file, _events(text), depth=depth)
    try:
        root = builder.document()
    except (YAMLError, ValueError, _Stop):
        return None
    return None if builder.problems else root


def _read_slowly(text: str, *, file: str) -> tuple[Located | None, tuple[Diagnostic, ...]]:
    """Return what the pure parser makes of a text that YAML 1.2 allows and the C parser, of 1.1, does not."""
    builder = _Builder(file, _pure_events(text))
    try:
        return builder.document(), tuple(builder.problems)
    except MarkedYAMLError as error:
        builder.problems.append(explain(error, text, file=file))
    except (YAMLError, ValueError):
        # the pure parser's answers to some escapes that stand for no character have no place
        message = "an escape in this file stands for no character"
        builder.problems.append(Diagnostic(code="PS004", message=message, span=whole_file(file)))
    except _Stop:
        pass
    return None, tuple(builder.problems)


def events_of(text: str) -> list[Event]:
    """The events of a text that `read_yaml` takes, with their marks: whoever lays a file out works on them."""
    for read in (_events,) if _STAND_IN in text else (_events, _events_of_times):
        try:
            return list(read(text))
        except MarkedYAMLError:
            continue
    return list(_pure_events(text))


def _events(text: str) -> Iterator[Event]:
    return _pure_events(text) if CParser is None else iter(CParser(text).get_event, None)


def _pure_events(text: str) -> Iterator[Event]:
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, ScalarEvent) and event.style == '"':
            # JSON writes a character beyond the first 65,536 as two escapes
            event.value = event.value.encode("utf-16", "surrogatepass").decode("utf-16")
        yield event


class _Stop(Exception):
    """The rest of the text is not worth reading; why is among the problems."""


@final
class _Builder:
    """Makes the tree while it goes through the events."""

    def __init__(self, file: str, events: Iterator[Event], *, depth: int = 0) -> None:
        self.problems: list[Diagnostic] = []
        self._file = file
        self._events = events
        self._anchors: dict[str, Located | None] = {}
        self._sizes: dict[int, int] = {}
        self._nodes = 0
        self._depth = depth

    def document(self) -> Located | None:
        """Return the tree of the only document; None for an empty text."""
        root: Located | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._begin(event, is_first=root is None)
                root = self._value(next(self._events))
        is_empty = isinstance(root, Scalar) and not root.text and not root.style
        return None if is_empty else root

    def _begin(self, event: DocumentStartEvent, *, is_first: bool) -> None:
        if not is_first:
            help_text = "keep one document in a file and remove the line `---`"
            self._stop("PS009", "a second document begins here", at=event, help_text=help_text)
        if event.version or event.tags:
            help_text = "remove the lines that begin with `%`"
            self._stop("PS009", "directives are not used here", at=event, help_text=help_text)

    def _value(self, event: Event) -> Located:
        if isinstance(event, ScalarEvent):
            # an empty style is how the pure parser says plain
            node = Scalar(self._file, event.value, event.style or "", event)
            if event.ctag is not None or event.anchor is not None or len(node.text) > MAX_SCALAR:
                self._unusual(event, node)
            if event.style == '"' and not node.text.isprintable():
                self._check_escapes(event)
            return node
        if isinstance(event, MappingStartEvent):
            return self._collection(event, self._mapping)
        if isinstance(event, SequenceStartEvent):
            return self._collection(event, self._sequence)
        return self._alias(event)

    def _collection(self, event: CollectionStartEvent, read: Callable[[CollectionStartEvent], Located]) -> Located:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._stop("PS003", f"lists and mappings stand more than {MAX_DEPTH} deep inside each other", at=event)
        if event.ctag is not None:
            self._check_tag(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = read(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._depth -= 1
        return node

    def _mapping(self, start: CollectionStartEvent) -> Mapping:
        entries: dict[str, Entry] = {}
        key: Located
        value: Located | None = None
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                self._count(len(entries), event)
                return Mapping(self._file, entries, start.start_mark, _end(start, event, last=value))
            key = self._value(event)
            value = self._value(next(self._events))
            if isinstance(key, Scalar) and key.text not in entries and (key.style or key.text not in _NO_KEYS):
                entries[key.text] = Entry(key, value)
            else:
                self._refuse_key(key, entries)
        raise _Stop  # the parsers close what they open

    def _sequence(self, start: CollectionStartEvent) -> Sequence:
        items: list[Located] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                self._count(len(items), event)
                stop = _end(start, event, last=items[-1] if items else None)
                return Sequence(self._file, tuple(items), start.start_mark, stop)
            items.append(self._value(event))
        raise _Stop  # as above

    def _alias(self, event: Event) -> Located:
        if not isinstance(event, AliasEvent):
            raise _Stop  # no other event can stand where a value does
        node = self._anchors.get(event.anchor)
        if node is None:
            inside = event.anchor in self._anchors
            problem = (
                "stands inside the value that it repeats" if inside else "repeats a value that is not marked above"
            )
            self._stop("PS008", f"the alias `*{event.anchor}` {problem}", at=event)
            raise _Stop
        self._count(self._size(node), event)
        return node

    def _unusual(self, event: ScalarEvent, node: Scalar) -> None:
        if len(node.text) > MAX_SCALAR:
            self._stop("PS003", f"a single text is longer than {MAX_SCALAR // 1024} KiB", at=event)
        if event.ctag is not None:
            self._check_tag(event)
            if event.tag in (_CORE + "str", "!"):
                node.style = node.style or "!"
        if event.anchor is not None:
            self._anchors[event.anchor] = node

    def _check_escapes(self, event: ScalarEvent) -> None:
        code_point = not_text(event.value)
        if code_point is not None:
            message = f"an escape writes the character U+{code_point:04X}, which is not text"
            self._problem("PS002", message, span=self._span(event))

    def _count(self, nodes: int, event: Event) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop("PS003", f"the document has more than {MAX_NODES:,} values", at=event)

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

    def _refuse_key(self, key: Located, entries: dict[str, Entry]) -> None:
        span = span_of(key)
        if not isinstance(key, Scalar):
            self._problem("PS006", "a list or a mapping cannot be a key", span=span)
        elif key.text in entries:
            first = Label(span=span_of(entries[key.text].key), text="first here")
            self._problem("PS005", f"`{key.text}` is given twice", span=span, labels=(first,))
        elif key.text == "<<":
            help_text = "repeat the keys, or take them over with `extends`"
            self._problem("PS008", "merge keys are not used here", span=span, help_text=help_text)
            raise _Stop  # what it stands for would be missed below, key by key
        else:
            self._problem("PS006", "a key is missing before the `:`", span=span)

    def _check_tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag not in _CORE_TAGS[type(event)]:
            shown = str(event.tag).replace(_CORE, "!!")
            help_text = "write the value without a tag; put text that must stay text in quotes"
            self._problem("PS007", f"the tag `{shown}` is not used here", span=self._span(event), help_text=help_text)

    def _span(self, event: Event) -> Span:
        return span_between(self._file, start=event.start_mark, stop=event.end_mark)

    def _stop(self, code: str, message: str, *, at: Event, help_text: str | None = None) -> NoReturn:
        self._problem(code, message, span=self._span(at), help_text=help_text)
        raise _Stop

    def _problem(
        self, code: str, message: str, *, span: Span, help_text: str | None = None, labels: tuple[Label, ...] = ()
    ) -> None:
        self.problems.append(Diagnostic(code=code, message=message, span=span, help=help_text, labels=labels))


def _end(start: CollectionStartEvent, event: Event, *, last: Located | None) -> Mark:
    """Return the mark behind a collection.

    A block has no closing mark: it ends with its last value, not where the next text begins.
    """
    if start.flow_style:
        mark: Mark = event.end_mark
        return mark
    return start.end_mark if last is None else last.stop
