"""The examples in README and docs/ do what the page says.

Each page is read from top to bottom in a folder of its own, in which the project's `policies/` stands, too. What a
fenced block does hangs on the words behind its three backticks:

    yaml FILE       writes the file, such as `shop/policy.yaml`. The page's book is the folder of the last such file,
                    or what `planshift init` wrote since.
    rules FILE      the same for a file of rules.
    yaml            a piece of a policy: the page's book must be free of mistakes with these keys put over its own.
    rules           rules of their own: the page's book must be free of mistakes with these rules before its own.
    diff FILE       changes the file: the lines after `-` stand in it once, and become the lines after `+`.
    python          runs; all blocks of a page share their names. What is printed is not looked at: use `assert`.
    console         a dialogue. `$ planshift ...` runs that command, `$ make demo` what the Makefile says it does, and
                    `$ echo $?` tells the exit code of the last one. What goes `> FILE` is not printed. The lines up to
                    the next `$` are exactly what is printed, on a screen of 80 columns. A line `...` stands for any
                    lines; beside it only the words of the others count, not how many blanks are between them.
    text            is only read by people.

The pages of the diagnostic codes are read so as well. Their book is `shop`: in the folder of such a page, which holds
nothing else, each heading begins with the files of tests/docs/shop again, and a page shows what differs from them.
Where what comes under the heading has a catalog of its own (a file, or `catalog:` in the policy), nothing is
there before.

`RECORD=1 pytest tests/docs/test_examples.py` writes what was printed into the dialogues that say otherwise and leave
nothing out. What changed is then for review.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

import pytest

from planshift.book import check
from planshift.cli import main

ROOT = Path(__file__).parents[2]
CODE_PAGES = ROOT / "engine" / "planshift" / "diagnostics" / "pages"
SHOP = Path(__file__).with_name("shop")
PAGES = [
    ROOT / "README.md",
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if "decisions" not in path.parts),
    *sorted(CODE_PAGES.glob("*.md")),
]
FENCE = re.compile(r"```(\w*) ?(\S*)")
LANGUAGES = ("yaml", "rules", "diff", "python", "console", "text")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block: where its text begins, its language, the file it is about, and its text."""

    line: int
    heading: str
    language: str
    file: str
    text: str


def blocks(text: str) -> Iterator[Block]:
    lines = iter(enumerate(text.splitlines(), start=1))
    heading = ""
    for number, line in lines:
        heading = line if line.startswith("#") else heading
        opened = FENCE.fullmatch(line)
        if opened:
            body = []
            for _, inner in lines:
                if inner == "```":
                    break
                body.append(inner)
            text = "\n".join([*body, ""])
            yield Block(line=number + 1, heading=heading, language=opened[1], file=opened[2], text=text)


@dataclass(kw_only=True)
class Reader:
    """Follows a page in the present folder."""

    page: Path
    capture: pytest.CaptureFixture[str]
    book: str = "."
    heading: str | None = None
    names: dict[str, object] = field(default_factory=dict)
    code: int = 0
    printed: dict[Block, str] = field(default_factory=dict)
    """What the dialogues really print, where they are recorded."""

    def follow(self, block: Block) -> None:
        if self.page.parent == CODE_PAGES and block.heading != self.heading:
            self.heading = block.heading
            self.begin()
        match block.language, block.file:
            case "yaml" | "rules", "":
                self.check(block)
            case "yaml" | "rules", file:
                folder = Path(file).parent
                self.book = (folder.parent if folder.name in ("cases", "subscriptions") else folder).as_posix()
                Path(file).parent.mkdir(parents=True, exist_ok=True)
                Path(file).write_text(block.text, encoding="utf-8")
            case "diff", file:
                self.change(Path(file), block.text)
            case "python", _:
                source = "\n" * (block.line - 1) + block.text  # a traceback shows the page's own line
                exec(compile(source, self.page.name, "exec"), self.names)  # noqa: S102  # our own documentation
            case "console", _:
                answers = [self.ask(command, expected) for command, expected in dialogue(block.text)]
                self.printed[block] = "".join(answers)

    def begin(self) -> None:
        """Set up the shop of a code's page, unless what comes under this heading has a catalog of its own."""
        shutil.rmtree("shop", ignore_errors=True)
        ahead = [each for each in blocks(self.page.read_text(encoding="utf-8")) if each.heading == self.heading]
        if not any(each.file.endswith("catalog.yaml") or "catalog:" in each.text.splitlines() for each in ahead):
            shutil.copytree(SHOP, "shop")

    def check(self, block: Block) -> None:
        """Put a piece over the page's book."""
        piece = Path("piece")
        shutil.rmtree(piece, ignore_errors=True)
        piece.mkdir()
        policy = f"policy_language: 1\nextends: ../{self.book}\n"
        if block.language == "rules":
            piece.joinpath("policy.rules").write_text(block.text, encoding="utf-8")
        else:
            policy += block.text
        piece.joinpath("policy.yaml").write_text(policy, encoding="utf-8")
        found = [f"{diagnostic.span}: {diagnostic.message}" for diagnostic in check(piece)]
        assert not found, "\n".join(found)

    def change(self, file: Path, text: str) -> None:
        lines = text.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if line[:1] in "- ")
        after = "".join(f"{line[1:]}\n" for line in lines if line[:1] in "+ ")
        found = file.read_text(encoding="utf-8")
        assert found.count(before) == 1, f"{file} does not hold these lines once:\n{before}"
        file.write_text(found.replace(before, after), encoding="utf-8")

    def ask(self, command: str, expected: str) -> str:
        """Run a command and compare; return the dialogue as it should stand in the page."""
        printed = self.answer(command)
        told = f"$ {command}\n{printed}"
        if re.fullmatch(pattern(expected), printed, re.DOTALL):
            return f"$ {command}\n{expected}".rstrip("\n") + "\n"
        may_record = os.environ.get("RECORD") and "..." not in expected.splitlines()
        assert may_record, f"the page says otherwise:\n{indent(told, '    ')}"
        return told.rstrip("\n") + "\n"

    def answer(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.code}\n"
        if command.startswith("make "):
            return "".join(self.run(words[1:])[1] if words[0] else f"{words[1]}\n" for words in recipe(command))
        asked, _, file = command.partition(" > ")
        name, *words = shlex.split(asked)
        assert name == "planshift", f"`{command}` is no command that this test knows"
        if words[0] == "init":
            self.book = words[1]
        self.code, printed = self.run(words)
        if file:
            Path(file).write_text(printed, encoding="utf-8")
            return ""
        return printed

    def run(self, words: list[str]) -> tuple[int, str]:
        self.capture.readouterr()
        code = main(words)
        printed = self.capture.readouterr()
        lines = (printed.out + printed.err).splitlines()
        return code, "".join(f"{line.rstrip()}\n" for line in lines)


def dialogue(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it is said to print."""
    assert text.startswith("$ "), "a dialogue begins with a command"
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected.rstrip("\n")


def pattern(expected: str) -> str:
    """What the printed lines must match: exactly, or where some are left out, word by word."""
    lines = expected.splitlines()
    if "..." not in lines:
        return re.escape(f"{expected}\n" if expected else "") + r"\n*"
    words = [r"\s+".join(re.escape(word) for word in line.split()) for line in lines]
    told = [r"(?:[^\n]*\n)*?" if line == "..." else rf" *{each}\n" for line, each in zip(lines, words, strict=True)]
    return "".join(told) + r"\n*"


def recorded(text: str, printed: dict[Block, str]) -> str:
    """The page with what its dialogues really print."""
    lines = text.splitlines()
    for block, dialogue_text in sorted(printed.items(), key=lambda item: -item[0].line):
        begin = block.line - 1
        lines[begin : begin + len(block.text.splitlines())] = dialogue_text.splitlines()
    return "\n".join([*lines, ""])


def recipe(command: str) -> Iterator[list[str]]:
    """What a target of the Makefile does: `planshift` commands by their words, and texts (behind an empty word)."""
    said = subprocess.run(
        ["make", "--dry-run", "--always-make", "--no-print-directory", *command.split()[1:]],  # noqa: S607  # whichever make there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for line in said.stdout.splitlines():
        words = shlex.split(line.partition(" || ")[0])
        if words[:1] == ["echo"]:
            yield ["", " ".join(words[1:])]
        elif words and Path(words[0]).name == "planshift":
            yield words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_does_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if page.parent != CODE_PAGES:
        shutil.copytree(ROOT / "policies", tmp_path / "policies")
        shutil.copytree(ROOT / "tests" / "conformance", tmp_path / "tests" / "conformance")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    reader = Reader(page=page, capture=capsys)
    for block in blocks(page.read_text(encoding="utf-8")):
        assert block.language in LANGUAGES, (
            f"{page.name}:{block.line}: `{block.language}` is not a language of the docs"
        )
        try:
            reader.follow(block)
        except AssertionError as error:
            raise AssertionError(f"{page.name}:{block.line}: {error}") from error
    if os.environ.get("RECORD"):
        page.write_text(recorded(page.read_text(encoding="utf-8"), reader.printed), encoding="utf-8")


PAGES_WITH_LINKS = [*sorted(ROOT.joinpath("docs").rglob("*.md")), *sorted(ROOT.glob("*.md")), *CODE_PAGES.glob("*.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES_WITH_LINKS, ids=str)
def test_a_link_leads_somewhere(page: Path) -> None:
    told = FENCED.sub("", page.read_text(encoding="utf-8"))  # what a command printed leads where its folder says
    for target in LINK.findall(told):
        assert "://" in target or page.parent.joinpath(target).exists(), f"{target} is not there"
