"""Every diagnostic code has a page: its bad example reports that code, its good one does not.

That the examples answer what they say is held by test_examples.py. A page is built like this:

    # PS104: the title of the code
    What it means and why it matters, in a sentence or two.
    ## Bad          files and dialogues (or Python), in which the code is reported
    ## Good         the same without the mistake
    ## Note         where something is left to say

A link is written for where the page lies; `planshift explain` shows its words alone. Where the bad example cannot help
reporting a further code, a line of the page says why: `<!-- also PS102: reason -->`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planshift.cli import main
from planshift.diagnostics.codes import CODES, PHASES
from planshift.diagnostics.page import page_of
from tests.docs.test_examples import CODE_PAGES, blocks

PAGES = sorted(CODE_PAGES.iterdir())
CODE = re.compile(r"\bPS\d{3}\b")
ALSO = re.compile(r"^<!-- also (PS\d{3}): \S.* -->$", re.MULTILINE)


@pytest.mark.parametrize("prefix", PHASES)
def test_every_code_has_its_page(prefix: str) -> None:
    assert [code for code in CODES if code.startswith(prefix) and page_of(code) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_about_its_code(page: Path) -> None:
    text, code = page.read_text(encoding="utf-8"), page.stem
    title, *headings = re.findall(
        r"^#+ .*", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    assert title == f"# {code}: {CODES[code].title}"
    assert headings in (["## Bad", "## Good"], ["## Bad", "## Good", "## Note"])
    meaning = text.partition("## Bad")[0].removeprefix(title).strip()
    assert 20 < len(meaning) < 600


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_bad_example_reports_the_code_and_the_good_one_does_not(page: Path) -> None:
    text, code = page.read_text(encoding="utf-8"), page.stem
    told: dict[str, set[str]] = {"## Bad": set(), "## Good": set()}
    for block in blocks(text):
        if block.language in ("console", "python") and block.heading in told:
            told[block.heading].update(CODE.findall(block.text))
    assert told["## Bad"] == {code, *ALSO.findall(text)}
    assert told["## Good"] == set()
    assert [block.language for block in blocks(text) if block.heading == "## Good"][-1] in ("console", "python")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_explain_prints_the_page(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["explain", page.stem]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{page.stem}: {CODES[page.stem].title}\n")
    assert "```" not in printed
    assert "<!--" not in printed
    for block in blocks(page.read_text(encoding="utf-8")):
        assert all(line.strip() in printed for line in block.text.splitlines())
