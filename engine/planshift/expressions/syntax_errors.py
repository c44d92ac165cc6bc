"""What to say where the rule language cannot go on: one sentence, what would fit instead, and the likeliest remedy."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from lark import Token

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import nearest
from planshift.diagnostics.span import Span

END: Final = "$END"
STATEMENTS: Final = ("LET", "RULE", "ON", "ALWAYS")
EFFECTS: Final = ("SET", "DENY", "WARN", "NEED")
_WORDS = """
    let rule on always set deny warn need when then by implies and or not in if else of true false
"""
KEYWORDS: Final = {word.upper(): word for word in _WORDS.split()}
RESERVED: Final = frozenset(KEYWORDS.values())
"""The words that are never names."""

_SHOWN = {
    "EQUAL": "`=`",
    "COLON": "`:`",
    "COMMA": "`,`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "NAME": "a name",
    "TEXT": "a text in double quotes",
    "AT_LEAST": "`at least`",
    "AT_MOST": "`at most`",
    END: "the end",
} | {kind: f"`{word}`" for kind, word in KEYWORDS.items()}
_PUNCTUATION = ("EQUAL", "COLON", "TEXT", "NAME", "AT_LEAST", "AT_MOST", "RPAR", "RSQB", "COMMA", "WHEN", *EFFECTS)
_ORDER = (*_PUNCTUATION, *(kind for kind in KEYWORDS if kind not in _PUNCTUATION), END)
_OPERATORS = {"PLUS", "MINUS", "STAR", "SLASH", "COMPARES", "EQUAL", "AND", "OR", "NOT", "IN", "OF"}
_VALUES = {"NAME", "TEXT", "IF", "NOT", "TRUE", "FALSE"}

_UNREADABLE_HELP = {
    "&&": "write `and`",
    "||": "write `or`",
    "!": "write `not`, or `!=` for different",
    ";": "statements need nothing between them; leave it out",
    "{": "braces have a meaning inside texts only",
    "}": "braces have a meaning inside texts only",
    "\N{GREATER-THAN OR EQUAL TO}": "write `>=`",
    "\N{LESS-THAN OR EQUAL TO}": "write `<=`",
    "\N{NOT EQUAL TO}": "write `!=`",
    "\N{MULTIPLICATION SIGN}": "write `*`",
    "\N{DIVISION SIGN}": "write `/`",
    "%": "a percentage is written as in `10%`",
}
_CURRENCY_SIGNS = "$\N{EURO SIGN}\N{POUND SIGN}\N{YEN SIGN}\N{INDIAN RUPEE SIGN}"
_QUOTES = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"
_DASHES = "\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_BLANKS = "\u00a0\u2007\u202f\u200b\ufeff\u3000\f\v"
_UNREADABLE_HELP |= dict.fromkeys(_CURRENCY_SIGNS, "write the currency's code after the amount, as in `5 EUR`")
_UNREADABLE_HELP |= dict.fromkeys(_QUOTES, 'texts stand in straight double quotes, as in `"text"`')
_UNREADABLE_HELP |= dict.fromkeys(_DASHES, "write the plain `-`")
_UNREADABLE_HELP |= dict.fromkeys(_BLANKS, "replace it with a plain blank")

_NAME_HELP = {
    "is": "write `=`",
    "equals": "write `=`",
    "unless": "write `when not`",
    "elif": "write `else if`",
    "mod": "the rule language has no remainders",
    "between": "compare with both ends: `a >= low and a <= high`",
    "hours": "durations are counted in days, weeks, months or years",
    "minutes": "durations are counted in days, weeks, months or years",
}


def syntax_error(token: Token, *, expected: AbstractSet[str], before: Token | None, span: Span) -> Diagnostic:
    """Return the diagnostic for a token that cannot follow what was read.

    `expected` are the kinds of token that could follow, `before` is the token just before it.
    """
    if token.type == "UNREADABLE" and token.startswith('"'):
        return _unclosed(token, span)
    if token.type == END:
        message = "the text ends too early"
    elif token.type == "UNREADABLE":
        message = f"the rule language has no {_named(token)}"
    elif token.type in KEYWORDS and "NUMBER" in expected:
        message = f"`{token}` is a word of the rule language and names nothing"
    else:
        message = f"{_named(token)} cannot stand here"
    label = Label(span=span, text=f"expected {expectation(expected)}")
    advice = _advice(token, expected=expected, before=before)
    words = _words(expected) if token.type == "NAME" and advice is not None and advice.startswith("did you") else ()
    instead = instead_of(token, words)
    fixes = () if instead is None else instead.at(span)
    return Diagnostic(code="PS301", message=message, span=span, labels=(label,), help=advice, fixes=fixes)


def expectation(expected: AbstractSet[str]) -> str:
    """Return what could follow, in words, such as "`then` or an operator"."""
    left = set(expected)
    found: list[str] = []
    tail: list[str] = []
    if "NUMBER" in left:
        found.append("a value")
        left -= _VALUES
    if "STAR" in left:
        tail.append("an operator")
        left -= _OPERATORS
    if set(EFFECTS) <= left and expected & {"STAR", "AND"} and not set(STATEMENTS) <= left:
        tail.append("an effect")
        left -= set(EFFECTS)
    if set(STATEMENTS) <= left:
        tail += ["the next effect"] if set(EFFECTS) <= left else []
        tail.append("the next statement")
        left -= {*STATEMENTS, *EFFECTS, "COMMA", END}
    found += [_SHOWN[kind] for kind in _ORDER if kind in left]
    return either([*found, *tail]) or "nothing more"


def either(words: Iterable[str], *, joint: str = "or") -> str:
    """Join words as in `a, b or c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} {joint} {last}" if most else last


def _unclosed(token: Token, span: Span) -> Diagnostic:
    if token.rstrip().endswith('"') and len(token) > 1:
        advice = "write `\\t` for a tab and `\\n` for a new line"
        return Diagnostic(code="PS302", message="a text cannot hold control characters", span=span, help=advice)
    advice = 'close it with `"` on the same line; write `\\"` for a quote inside'
    return Diagnostic(code="PS302", message="this text is never closed", span=span, help=advice)


def _named(token: Token) -> str:
    word = " ".join(token.split())
    if not word:
        return f"character U+{ord(token[0]):04X}"
    shown = word if len(word) <= 40 else f"{word[:37]}..."
    return f"`{shown}`" if shown.isprintable() else f"character U+{ord(word[0]):04X}"


def _advice(token: Token, *, expected: AbstractSet[str], before: Token | None) -> str | None:
    if token.type == "UNREADABLE":
        if token.startswith("'"):
            return 'texts stand in double quotes, as in `"text"`'
        return _UNREADABLE_HELP.get(str(token))
    if token.type in {"EQUAL", "COMPARES"}:
        return _comparison_advice(token, expected=expected, before=before)
    if token.type == "NAME":
        return _name_advice(token, expected=expected, before=before)
    if token.type in KEYWORDS and "NUMBER" in expected:
        return f'write `"{token}"` if a plan or a value is called that'
    if "ELSE" in expected:
        return "every `if` needs an `else`"
    if before is not None and before.type == "COMMA" and "AT_MOST" in expected:
        return "digits are not grouped, so a thousand is `1000`; a decimal point is a `.`"
    return None


def _comparison_advice(token: Token, *, expected: AbstractSet[str], before: Token | None) -> str | None:
    touching = before is not None and before.end_pos == token.start_pos
    if touching and before is not None:
        return {"=>": "write `>=`", "=<": "write `<=`", "<>": "write `!=`"}.get(f"{before}{token}")
    if "AND" in expected:
        return "compare two things at a time and join the comparisons with `and`"
    return None


def _words(expected: AbstractSet[str]) -> list[str]:
    return [KEYWORDS[kind] for kind in expected if kind in KEYWORDS and kind not in _OPERATORS]


def _name_advice(token: Token, *, expected: AbstractSet[str], before: Token | None) -> str | None:
    word = token.casefold()
    if before is not None and before.type == "NUMBER" and len(word) == 3:
        return f"currencies are written in capitals, as in `{before} {token.upper()}`"
    if word in _NAME_HELP:
        return _NAME_HELP[word]
    near = nearest(token, _words(expected))
    if near is not None:
        return f"did you mean `{near}`?"
    if "TEXT" in expected and "NUMBER" not in expected:
        return f'put it in double quotes: `"{token}"`' if len(token) <= 40 else "put it in double quotes"
    return None
