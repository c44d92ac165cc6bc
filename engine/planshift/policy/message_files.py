"""The messages of a book and those that are shipped, by locale; every name in them checked against the book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span, whole_file
from planshift.expressions import tree
from planshift.expressions.printer import to_text
from planshift.policy.document import BookDocument, MessageText
from planshift.policy.locales import chain, is_known, normal, plural_forms, unknown_locale
from planshift.policy.message_keys import MESSAGES, NAMED
from planshift.policy.message_model import PLURALS, MessagesBase, MessagesModel, Worded
from planshift.policy.message_text import Plural, Template, check_template
from planshift.policy.message_text import holes_of as holes_in
from planshift.policy.placing import Placing
from planshift.policy.read_yaml import read_yaml
from planshift.policy.validation import validate

_NAMES = "names"
_SHIPPED = Path(__file__).with_name("messages")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said in a locale: the text, its parts, and where it stands."""

    key: str
    text: str
    template: Template
    locale: str
    span: Span

    @property
    def shipped(self) -> bool:
        """Whether planshift brings it along."""
        return self.span.file.startswith(SHIPPED)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The messages of a book by locale and key; what it leaves out is found among those that are shipped.

    Texts of rules have keys such as `rules.1.No downgrade`, names such as `names.plans.gold`.
    """

    own: Mapping[str, Mapping[str, Message]] = field(default_factory=dict)
    language: str = "en"

    @property
    def locales(self) -> tuple[str, ...]:
        """Every locale that has messages of its own, sorted."""
        return tuple(sorted({*self.own, *SHIPPED_LOCALES}))

    def find(self, key: str, locale: str) -> Message | None:
        """The message of a key for a locale: the nearest locale counts, and in each of them the book's own word."""
        for name in fallbacks(locale, self.language):
            own = self.own.get(name, {}).get(key)
            found = own or (shipped_messages(name).get(key) if name in SHIPPED_LOCALES else None)
            if found is not None:
                return found
        return None

    def find_own(self, key: str, locale: str) -> Message | None:
        """The book's own message of a key in the language of a locale; None where it says nothing there."""
        found = (self.own.get(name, {}).get(key) for name in chain(locale))
        return next((each for each in found if each is not None), None)


SHIPPED = "planshift:messages/"
"""How the files are called that planshift brings along."""

SHIPPED_LOCALES = frozenset(file.stem for file in _SHIPPED.glob("*.yaml"))
"""The locales that they are for."""

ReadMessages = tuple[Messages, tuple[Diagnostic, ...], dict[str, str]]
"""The messages, everything wrong with any, and the texts by file."""


def fallbacks(locale: str, language: str) -> tuple[str, ...]:
    """The locales in which something is looked for: `de-AT`, `de`, the book's own language, English."""
    return tuple(dict.fromkeys((*chain(locale), *chain(language), "en")))


def rule_key(title: str, number: int) -> str:
    """The key of a text of a rule; `number` counts the texts of the rule from 0."""
    return f"rules.{number}.{title}"


def rule_holes(template: tree.Template) -> tuple[str, ...]:
    """What can stand in the holes of the translation of a rule's text: the expressions in it, as they are written."""
    return tuple(to_text(part) for part in template.parts if not isinstance(part, str))


def rule_texts(rule: tree.Rule) -> tuple[tree.Template, ...]:
    """What a rule says to people: its denials, then its warnings."""
    found = [effect for kind in (tree.Deny, tree.Warn) for effect in rule.effects if isinstance(effect, kind)]
    return tuple(effect.text for effect in found)


@cache
def shipped_messages(locale: str) -> Mapping[str, Message]:
    """The messages that planshift brings along for one of `SHIPPED_LOCALES`."""
    text = _SHIPPED.joinpath(f"{locale}.yaml").read_text(encoding="utf-8")
    return MappingProxyType(_Reading(None).file(MessageText(locale=locale, file=f"{SHIPPED}{locale}.yaml", text=text)))


def read_messages(book: BookDocument) -> ReadMessages:
    """Return the messages of a book with those it falls back to, and every mistake in its own."""
    reading = _Reading(book)
    own: dict[str, dict[str, Message]] = {}
    for text in reversed(book.messages):  # what a book says wins over what it extends
        own.setdefault(normal(text.locale), {}).update(reading.file(text))
    language = book.policy.language
    if not is_known(language):
        span = book.where("policy", "language")
        reading.problems.append(unknown_locale(language, span))
        language = "en"
    messages = Messages(
        own={locale: MappingProxyType(found) for locale, found in own.items()},
        language=language,
    )
    broken = {problem.span.file for problem in reading.problems}
    whole = {normal(each.locale) for each in book.messages} - {
        normal(each.locale) for each in book.messages if each.file in broken
    }
    reading.problems += _untranslated(book, messages, among=whole)
    return messages, sort_diagnostics(reading.problems), reading.sources


def _untranslated(book: BookDocument, messages: Messages, *, among: Iterable[str]) -> Iterator[Diagnostic]:
    """Texts of rules that customers would read in another language than everything around them (a warning).

    A file that has mistakes may mean to translate them; one for a region follows that of its language.
    """
    for locale in sorted(among):
        if locale != chain(locale)[-1] or locale == chain(messages.language)[-1]:
            continue
        for rule in book.rules.statements:
            if isinstance(rule, tree.Rule):
                missing = [k for k, _ in enumerate(rule_texts(rule))
                           if rule_key(rule.title.text, k) not in messages.own[locale]]  # fmt: skip
                if missing:
                    yield Diagnostic(
                        code="PS806",
                        message=f'what rule "{rule.title.text}" says is not translated to `{locale}`',
                        span=rule.title.span,
                        help=f"give the text under `rules` in messages/{locale}.yaml",
                        severity="warning",
                    )


class _Reading:
    """The files of one book; without a book names are not checked."""

    def __init__(self, book: BookDocument | None) -> None:
        self._book = book
        self.problems: list[Diagnostic] = []
        self.sources: dict[str, str] = {}

    def file(self, given: MessageText) -> dict[str, Message]:
        """The messages of a file by key; its problems are kept."""
        self.problems += given.problems
        if given.text is None:
            return {}
        self.sources[given.file] = given.text
        locale = normal(given.locale)
        if not is_known(locale):
            self.problems.append(unknown_locale(given.locale, whole_file(given.file)))
            return {}
        root, problems = read_yaml(given.text, file=given.file)
        self.problems += problems
        if root is None:
            return {}
        plurals = plural_forms(locale)
        validated = validate(MessagesModel, root, context={PLURALS: plurals})
        self.problems += validated.problems
        if validated.model is None:
            return {}
        found = _File(placing=Placing.of(validated), model=validated.model, locale=locale, book=self._book)
        messages = {message.key: message for message in found.messages()}
        self.problems += found.placing.all_problems()
        return messages


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of messages, read as far as it goes."""

    placing: Placing
    model: MessagesBase
    locale: str
    book: BookDocument | None

    def messages(self) -> Iterator[Message]:
        """Every message of the file."""
        for key in MESSAGES.values():
            section = getattr(self.model, key.section)
            worded = getattr(section, key.name) if section is not None else None
            if worded is not None:
                yield self._message(key.key, worded, (key.section, key.name))
        yield from self._names()
        yield from self._rules()

    def _message(self, key: str, worded: Worded, path: tuple[str | int, ...]) -> Message:
        span = self.placing.span(*path)
        return Message(key=key, text=worded.text, template=worded.template, locale=self.locale, span=span)

    def _names(self) -> Iterator[Message]:
        names = getattr(self.model, _NAMES)
        for kind in NAMED if names is not None else ():
            known = None if self.book is None else _known(self.book, kind)
            for name, worded in (getattr(names, kind) or {}).items():
                path = ("names", kind, name)
                if known is not None and name not in known:
                    self.placing.unknown("PS805", _NOUN[kind], name=name, known=known, path=path, on_key=True)
                yield self._message(f"names.{kind}.{name}", worded, path)

    def _rules(self) -> Iterator[Message]:
        statements = () if self.book is None else self.book.rules.statements
        rules = {rule.title.text: rule for rule in statements if isinstance(rule, tree.Rule) and rule_texts(rule)}
        for title, texts in (self.model.rules or {}).items():
            if title not in rules:
                help_text = did_you_mean(title, rules) or "name a rule that denies or warns, by its title"
                message = f'no rule "{title}" says anything'
                self.placing.report("PS805", message, path=("rules", title), help_text=help_text, on_key=True)
                continue
            said = rule_texts(rules[title])
            if len(texts) > len(said):
                message = (
                    f"the rule says {len(said)} {'text' if len(said) == 1 else 'texts'}, and here are {len(texts)}"
                )
                self.placing.report("PS805", message, path=("rules", title), help_text="give one text for each")
            several = len(texts) > 1
            for number, (worded, template) in enumerate(zip(texts, said, strict=False)):
                path = ("rules", title, number) if several else ("rules", title)
                if self._fits(worded, template, path):
                    yield self._message(rule_key(title, number), worded, path)

    def _fits(self, worded: Worded, template: tree.Template, path: tuple[str | int, ...]) -> bool:
        """Whether the holes of a translation are among those of the rule's text; report it where they are not."""
        plurals = {part.name for part in holes_in(worded.template) if isinstance(part, Plural)}
        holes = {hole: "number" if hole in plurals else "date" for hole in rule_holes(template)}
        flaws = list(check_template(worded.template, holes, forms=plural_forms(self.locale)))
        for flaw in flaws:
            for mistake in flaw.mistakes:
                self.placing.report(mistake.code, mistake.message, path=path, help_text=mistake.help)
        return not flaws


_NOUN = {
    "plans": "plan",
    "prices": "price",
    "addons": "add-on",
    "resources": "limit, allowance or resource",
    "questions": "question",
    "settings": "setting",
    "roles": "role",
}


def _known(book: BookDocument, kind: str) -> frozenset[str] | None:
    """The names of a kind that a book has; None where any will do."""
    catalog = book.catalog
    by_kind: dict[str, Iterable[str]] = {
        "plans": (plan.name for plan in catalog.plans),
        "prices": (price.id for plan in catalog.plans for price in plan.prices),
        "addons": (addon.name for addon in catalog.addons),
        "resources": (
            name
            for plan in catalog.plans
            for name in (*dict(plan.limits), *dict(plan.allowances), *(each.name for each in plan.resources))
        ),
        "questions": (f"{service.name}.{question}" for service in catalog.services for question in service.questions),
        "settings": (name for plan in catalog.plans for name in plan.settings),
    }
    return frozenset(by_kind[kind]) if kind in by_kind else None
