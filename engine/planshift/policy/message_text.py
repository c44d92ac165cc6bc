"""The texts of messages: words with holes, and with plural forms that a number chooses between.

    Your change takes effect on {on}.
    {n, plural, one {# day} other {# days}} are left until {end, full}.

A hole names a value; behind a date stands how long it is written, where that is not `long`. Within a plural form `#` is
the number; `=0` and the like are forms for one number. There is no other syntax: nothing is computed or called.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from planshift.policy.mistakes import Mistakes, no_such_word, wrong

STYLES = ("short", "medium", "long", "full")
"""How long a date is written."""

FORMS = ("zero", "one", "two", "few", "many", "other")
"""The plural forms that languages have; each has `other`."""

_TOKEN = re.compile(r"[{}]|[^{}]+")
_NAME = re.compile(r"\s*([^,{}]*[^\s,{}])\s*(?:,\s*([^\s,{}]*)\s*)?(?:(,)\s*)?")
_SELECTOR = re.compile(r"\s*(=[0-9]{1,9}|[a-z]+)\s*")
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>|&(?:#[0-9]+|#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_DEEPEST = 3


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A place that a value fills; `style` is how a date is written there."""

    name: str
    style: str = "long"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The number of the plural around it."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Plural:
    """Texts of which a number chooses one; the selector of each is a plural form, or `=` and a number."""

    name: str
    forms: tuple[tuple[str, Template], ...]


Template = tuple[str | Hole | Count | Plural, ...]
"""A text in parts."""


def parse_template(text: str) -> Template:
    """Return the parts of a text.

    Raises:
        Mistakes: its braces do not match, or what stands in them is neither a hole nor a plural.
    """
    if (found := _MARKUP.search(text)) is not None:
        help_text = "a message is plain text: what shows it decides how it looks, and marks such as `<` for itself"
        raise wrong("PS803", f"`{found[0]}` is markup", help_text=help_text)
    reader = _Reader(text)
    parts = reader.parts(depth=0)
    if not reader.done:
        raise wrong("PS801", "this text has a `}` that closes nothing", help_text="leave it out")
    return parts


def holes_of(template: Template) -> Iterator[Hole | Plural]:
    """Every hole and every plural of a text, those within plural forms among them."""
    for part in template:
        if isinstance(part, Hole):
            yield part
        elif isinstance(part, Plural):
            yield part
            for _, form in part.forms:
                yield from holes_of(form)


def check_template(template: Template, holes: Mapping[str, str], *, forms: Collection[str]) -> Iterator[Mistakes]:
    """What is wrong with a text whose holes can be these, in a language whose whole numbers take these forms."""
    for part in holes_of(template):
        kind = holes.get(part.name)
        if kind is None:
            yield _no_such_hole(part.name, holes)
        elif isinstance(part, Plural):
            yield from _check_plural(part, kind, forms)
        elif part.style != "long" and kind != "date":
            message = f"`{part.name}` is no date: it is not written {part.style}"
            yield wrong("PS801", message, help_text=f"write `{{{part.name}}}`")


def _no_such_hole(name: str, holes: Collection[str]) -> Mistakes:
    found = no_such_word(name, tuple(holes), what="known in this text").mistakes[0]
    if not holes:
        found = found._replace(help="this text has nothing to fill in: write it out")
    return Mistakes(found._replace(code="PS801", message=f"there is no `{{{name}}}` in this text"))


def _check_plural(plural: Plural, kind: str, forms: Collection[str]) -> Iterator[Mistakes]:
    if kind != "number":
        yield wrong(
            "PS801", f"`{plural.name}` is no number: it chooses no plural", help_text=f"write `{{{plural.name}}}`"
        )
    given = [selector for selector, _ in plural.forms]
    missing = [form for form in FORMS if form in forms and form not in given]
    if missing:
        listed = " and ".join(f"`{form}`" for form in missing)
        several = len(missing) > 1
        message = (
            f"the plural form{'s' if several else ''} {listed} of this language {'are' if several else 'is'} missing"
        )
        help_text = f"add {' and '.join(f'`{form} {{...}}`' for form in missing)} to the plural of `{plural.name}`"
        yield wrong("PS802", message, help_text=help_text)
    for selector in given:
        if given.count(selector) > 1:
            yield wrong("PS802", f"the plural form `{selector}` is given twice", help_text="leave one of them out")
            return


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._text)

    def parts(self, *, depth: int) -> Template:
        """The parts up to the end, or up to the brace that closes a form."""
        if depth > _DEEPEST:
            raise wrong("PS801", "plurals stand too deep in each other", help_text="use one for each sentence")
        found: list[str | Hole | Count | Plural] = []
        while not self.done and self._text[self._at] != "}":
            if self._text[self._at] == "{":
                found.append(self._hole(depth))
                continue
            token = _TOKEN.match(self._text, self._at)
            assert token is not None  # something stands here, and it is no brace
            self._at = token.end()
            found += _words(token[0], counted=depth > 0)
        return tuple(found)

    def _hole(self, depth: int) -> Hole | Plural:
        opened = self._at
        name = _NAME.match(self._text, self._at + 1)
        if name is None:
            raise _unclosed(self._text[opened:])
        self._at = name.end()
        if name[2] == "plural":
            return Plural(name=name[1], forms=self._forms(depth))
        if self.done or self._text[self._at] != "}":
            raise _unclosed(self._text[opened:])
        self._at += 1
        if name[2] is not None and name[2] not in STYLES:
            found = no_such_word(name[2], (*STYLES, "plural"), what=f"possible behind `{name[1]}`").mistakes[0]
            raise Mistakes(found._replace(code="PS801"))
        return Hole(name=name[1], style=name[2] or "long")

    def _forms(self, depth: int) -> tuple[tuple[str, Template], ...]:
        forms: list[tuple[str, Template]] = []
        while not self.done and self._text[self._at] != "}":
            selector = _SELECTOR.match(self._text, self._at)
            if selector is None or self._text[selector.end() : selector.end() + 1] != "{":
                raise _unclosed(self._text[self._at :])
            if selector[1][0] != "=" and selector[1] not in FORMS:
                found = no_such_word(selector[1], FORMS, what="a plural form").mistakes[0]
                raise Mistakes(found._replace(code="PS802"))
            self._at = selector.end() + 1
            forms.append((selector[1], self.parts(depth=depth + 1)))
            self._close()
        self._close()
        return tuple(forms)

    def _close(self) -> None:
        if self.done:
            raise wrong("PS801", "this text has a `{` that is never closed", help_text="close it with `}`")
        self._at += 1
        rest = self._text[self._at :]
        self._at += len(rest) - len(rest.lstrip()) if rest.lstrip()[:1] == "}" else 0


def _words(text: str, *, counted: bool) -> Iterator[str | Count]:
    """Words between braces; within a plural form with its number in place of `#`."""
    for piece in re.split("(#)", text) if counted else (text,):
        if piece == "#" and counted:
            yield Count()
        elif piece:
            yield piece


def _unclosed(text: str) -> Mistakes:
    shown = text if len(text) <= 40 else f"{text[:40]}..."
    help_text = "a hole is `{name}`, a date also `{name, medium}`, a plural `{n, plural, one {# day} other {# days}}`"
    return wrong("PS801", f"`{shown}` is neither a hole nor a plural", help_text=help_text)
