"""How the pages of this folder become a site: `make site`.

The pages are written to be read in the repository, too. So a link may lead to any file of it; on the site, where only
the pages are, such a link leads to the repository if PLANSHIFT_REPOSITORY names its address, and is plain text if not.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String, Text
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from planshift.expressions.syntax_errors import RESERVED

project = "planshift"
author = "planshift contributors"
project_copyright = author
extensions = ["myst_parser", "sphinx_copybutton"]
html_theme = "furo"
html_title = "planshift"
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 4
nitpicky = True
pygments_style = "default"
pygments_dark_style = "github-dark"
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
"""Of a dialogue only what one types is copied."""

DOCS = Path(__file__).parent
ROOT = DOCS.parent
REPOSITORY = os.environ.get("PLANSHIFT_REPOSITORY", "").rstrip("/")
CODE_PAGES = ROOT / "engine" / "planshift" / "diagnostics" / "pages"

LISTS = ("how-to/README", "presets/README", "decisions/README")
"""Pages that have those that they link to beneath them in the site's list of pages."""

_LIST: dict[str, object] = {}
"""What makes the list of pages for a folder."""

_FILE = re.compile(r"^```(yaml|rules|diff) (\S+)$", re.MULTILINE)
_LINK = re.compile(r"\[(?P<text>[^]\[]*)\]\((?P<file>[^)#\s]+)(?P<part>#[^)\s]*)?\)")


class RulesLexer(RegexLexer):  # type: ignore[misc]  # it publishes no types
    """Colours for the rule language."""

    name = "planshift rules"
    aliases: ClassVar[list[str]] = ["rules"]
    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"#.*", Comment),
            (r'"[^"\n]*"', String),
            (rf"\b(?:{'|'.join(sorted(RESERVED, key=len, reverse=True))})\b", Keyword),
            (r"\d{4}-\d\d-\d\d", Literal.Date),
            (r"\d[\d_]*(?:\.\d+)?(?:%| (?:days?|weeks?|months?|years?|[A-Z]{3})\b)?", Number),
            (r"[<>=!]=?|[-+*/]", Operator),
            (r"[A-Za-z_][\w.]*", Name),
            (r"\s+|.", Text),
        ]
    }


class English(SearchEnglish):
    """English as the search has it, which looks for the stem of a word once, and not once for each page."""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self._stemmed = cache(super().stem)

    def stem(self, word: str) -> str:
        """What a word is found by."""
        return self._stemmed(word)


def setup(app: Sphinx) -> None:
    """Make the pages ready as they are read."""
    app.add_lexer("rules", RulesLexer)
    app.connect("source-read", make_ready)
    app.connect("html-page-context", list_pages_once, priority=400)  # before the theme asks for the list
    app.add_search_language(English)


def make_ready(_app: Sphinx, page: str, source: list[str]) -> None:
    """Lead links to where their targets are on the site, and show what a block of text is a file of."""
    if page.startswith("diagnostics/"):
        # the list of diagnostics leads to them; there are too many for the side of every page
        source[0] = f"---\norphan: true\n---\n\n{source[0]}"
    source[0] = _LINK.sub(lambda link: _led(link, (DOCS / page).parent), source[0])
    source[0] = _FILE.sub(r"```{code-block} \1\n:caption: \2\n", source[0])
    if page in LISTS:
        beneath = dict.fromkeys(re.findall(r"\]\(([\w-]+)\.md\)", source[0]))
        source[0] += "\n".join(("", "```{toctree}", ":hidden:", "", *beneath, "```", ""))


def list_pages_once(_app: Sphinx, page: str, _template: str, context: dict[str, object], _doctree: object) -> None:
    """Make the list at the side of the diagnostics' pages once: none of them stands in it, so it is the same on all."""
    made = context.get("toctree")
    if page.startswith("diagnostics/") and callable(made):
        context["toctree"] = _LIST.setdefault("diagnostics", cache(made))


def _led(link: re.Match[str], folder: Path) -> str:
    if "://" in link["file"]:
        return link[0]
    target = Path(os.path.normpath(folder / link["file"]))
    if CODE_PAGES in target.parents or target.parent == DOCS / "diagnostics":
        # their folder is a link to where the package keeps them, which links to files are not looked up through
        return f"{{doc}}`{link['text'].strip('`')} </diagnostics/{target.stem}>`"
    if target.is_relative_to(DOCS) and target.suffix == ".md":
        return f"[{link['text']}]({Path(os.path.relpath(target, folder)).as_posix()}{link['part'] or ''})"
    if REPOSITORY:
        return f"[{link['text']}]({REPOSITORY}/{target.relative_to(ROOT).as_posix()})"
    return link["text"]
