"""The source keeps the rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "engine" / "planshift"

FUNCTION_LINES = 40
MODULE_LINES = 400
POSITIONAL = 2

FLOATS_ALLOWED = {
    "diagnostics/nearest.py": "difflib measures the likeness of two words as a number from 0 to 1",
}
"""`module` or `module.function` -> why a float there is no amount, share or time, or why its `/` divides exactly."""

LONG_MODULES_ALLOWED = {
    "billing/_iso4217.py": "generated: one line per currency of the standard",
}

POSITIONAL_ALLOWED = {
    "cli/order.py.resolve": "the order, its step and what became of it are what one types after the command",
    "cli/impact.py.impact": "two versions and the data are what one types after the command",
    "cli/honour.py.honour": "book, subscription and quote are what one types after the command",
    "billing/whole.py": "these are the operators of the arithmetic: `choose(cond, a, b)` reads as it is said",
    "billing/rounding.py": "p * n / d, rounded: the order is the formula's",
    "billing/calendar.py.day_number": "a day is written year, month, day",
    "billing/proration.py.rounded_share": "numerator, denominator, scale: the order is the formula's",
    "billing/proration.py.prorate": "amount * numerator / denominator: the order is the formula's",
    "billing/proration.py.cap_credit": "the amount, then what bounds it, as in the formula",
    "rulebook/dates.py.choice": "if, then, otherwise: it reads as it is said",
    "expressions/form.py.Int.muldiv": "what `billing.whole.muldiv` calls on a node",
    "expressions/simplify.py.muldiv": "what `billing.whole.muldiv` calls on a node",
}
"""`module` or `module.function` -> why more than two positional arguments read better there."""

HOSTS_ALLOWED = {
    "": "a file of this machine, or one that is filled in",
    "127.0.0.1": "this machine: where servers that tests start listen",
    "code.example.com": "reserved for examples: stands for a code host",
    "docs.oasis-open.org": "names the schema of a SARIF log, which code hosts ask for",
    "evil.example": "reserved for examples: where hostile names of tests would lead",
    "example.com": "reserved for examples",
    "json-schema.org": "names the dialect of a JSON Schema",
    "w3.org": "names the namespace of SVG, without which a picture is not one",
}
"""Hosts a file may name, with the reason. An index or mirror of packages is never among them."""

LINKS_ALLOWED_IN = {
    "tests/conformance/": "published figures name where they were published",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607  # whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def modules() -> list[Path]:
    return [path for path in python_files() if path.is_relative_to(ENGINE)]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def inside(path: Path) -> str:
    return path.relative_to(ENGINE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


_HOLDING = (ast.stmt, ast.excepthandler, ast.match_case)
"""Where functions can stand: no expression holds one, and there are ten times as many of those."""


@cache
def functions(path: Path) -> tuple[tuple[str, Function], ...]:
    """Each function with its qualified name; methods of classes and functions in functions too."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, _HOLDING):
                continue
            if isinstance(child, Function):
                yield prefix + child.name, child
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield from walk(child, f"{prefix}{child.name}.")
            else:
                yield from walk(child, prefix)

    return tuple(walk(tree_of(path), ""))


def lines_of(function: Function) -> int:
    """Lines from `def` to the end, the docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def refusals_of_float(tree: ast.Module) -> set[ast.AST]:
    """The places that name `float` only to turn it away: `isinstance(x, float)` and `isinstance(x, (int, float))`."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            found.update(ast.walk(node.args[1]))
    return found


def joins_a_path(node: ast.BinOp) -> bool:
    """Whether `/` has a text on one side, as in `folder / "book.yaml"`."""
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def float_in(node: ast.expr | ast.stmt) -> str | None:
    """What of a float stands in a node, if anything."""
    match node:
        case ast.Constant(value=float() | complex()):
            return repr(node.value)
        case ast.Name(id="float"):
            return "float"
        case ast.BinOp(op=ast.Div()) if not joins_a_path(node):
            return "/"
        case ast.AugAssign(op=ast.Div()):
            return "/="
    return None


def floats(path: Path) -> Iterator[str]:
    """Literals, true divisions, and `float` used for anything but a refusal, outside the allowed places."""
    tree = tree_of(path)
    nodes = (node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.stmt)))
    suspects = [(node, found) for node in nodes if (found := float_in(node))]
    if not suspects:
        return
    refused = refusals_of_float(tree)
    owners = {node: f"{inside(path)}.{owner}" for owner, function in functions(path) for node in ast.walk(function)}
    for node, found in suspects:
        if found == "float" and node in refused:
            continue
        if not FLOATS_ALLOWED.keys() & {inside(path), owners.get(node, "")}:
            yield f"{name_of(path)}:{node.lineno}: `{found}`"


def positional_of(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"], ["mcs"]))


def test_the_engine_knows_no_float() -> None:
    found = [line for path in modules() for line in floats(path)]
    assert not found, "\n".join(found)


def test_a_function_fits_on_a_screen() -> None:
    found = [
        f"{name_of(path)}:{function.lineno}: {name} has {lines_of(function)} lines"
        for path in modules()
        for name, function in functions(path)
        if lines_of(function) > FUNCTION_LINES
    ]
    assert not found, "\n".join(found)


def test_a_module_can_be_read_in_one_sitting() -> None:
    found = []
    for path in modules():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MODULE_LINES and inside(path) not in LONG_MODULES_ALLOWED:
            found.append(f"{name_of(path)} has {lines} lines")
    assert not found, "\n".join(found)


def test_arguments_past_the_second_are_named() -> None:
    found = [
        f"{name_of(path)}:{function.lineno}: {name} takes {positional_of(function)} by position"
        for path in modules()
        for name, function in functions(path)
        if positional_of(function) > POSITIONAL
        and not any(part.startswith("_") for part in name.split("."))  # private: called where one can see it
        and inside(path) not in POSITIONAL_ALLOWED
        and f"{inside(path)}.{name}" not in POSITIONAL_ALLOWED
    ]
    assert not found, "\n".join(found)


def test_exceptions_to_the_rules_are_still_needed() -> None:
    known = {inside(path) for path in modules()}
    known |= {f"{inside(path)}.{name}" for path in modules() for name, _ in functions(path)}
    listed = [*FLOATS_ALLOWED, *LONG_MODULES_ALLOWED, *POSITIONAL_ALLOWED]
    gone = [entry for entry in listed if entry not in known]
    assert not gone, f"allowed, but not there any more: {gone}"


# A suppression says what it silences and why: `...: ignore[code]  # reason`.
SUPPRESSION = re.compile(r"#\s*(type:\s*ignore|noqa|ruff:|mypy:|pragma:)")
EXPLAINED = re.compile(r"# (type: ignore\[[a-z, -]+\]|noqa: [A-Z]+\d+(, [A-Z]+\d+)*)  # \S.*")


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_a_suppression_names_its_rule_and_its_reason(path: Path) -> None:
    written = path.read_bytes()
    if not SUPPRESSION.search(written.decode()):
        return  # most files have none, and taking one apart takes a while
    comments = [token for token in tokenize.tokenize(BytesIO(written).readline) if token.type == tokenize.COMMENT]
    bare = [
        f"{name_of(path)}:{comment.start[0]}: {comment.string}"
        for comment in comments
        if SUPPRESSION.match(comment.string) and not EXPLAINED.fullmatch(comment.string)
    ]
    assert not bare, "\n".join(bare)


URL = re.compile(r"\b(?:https?|ftp|file)://([^\s/\"'`<>)\]{},;]*)")
INDEX_OPTION = re.compile(r"--(?:extra-)?index-url[ =]\S|--find-links[ =]\S|--trusted-host[ =]\S")
MACHINE_PATH = re.compile(r"(?<![\w.*])/(?:home|Users|root|opt|tmp|work|mnt|srv)/\w")


def texts() -> Iterator[tuple[str, str]]:
    """Each tracked file that is text, with its content. What is broken on purpose is read as far as it can be."""
    for path in tracked():
        yield name_of(path), path.read_text(encoding="utf-8", errors="replace")


def test_no_file_names_a_host_without_a_reason() -> None:
    found = [
        f"{name}: {match[0]}"
        for name, text in texts()
        if not name.startswith(tuple(LINKS_ALLOWED_IN))
        for match in URL.finditer(text)
        if match[1].split(":")[0].removeprefix("www.") not in HOSTS_ALLOWED
    ]
    assert not found, "\n".join(found)


def test_no_file_names_an_index_of_packages() -> None:
    found = [f"{name}: {match[0]}" for name, text in texts() for match in INDEX_OPTION.finditer(text)]
    assert not found, "\n".join(found)


def test_no_file_names_a_path_of_one_machine() -> None:
    found = [f"{name}: {match[0]}" for name, text in texts() for match in MACHINE_PATH.finditer(text)]
    assert not found, "\n".join(found)


def test_the_lock_holds_versions_and_hashes_and_nothing_else() -> None:
    line = re.compile(r"[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    for lock in (ROOT / "requirements.lock", *sorted((ROOT / "scripts/locks").glob("*.lock"))):
        odd = [text for text in lock.read_text(encoding="utf-8").splitlines() if not line.fullmatch(text)]
        assert not odd, f"{name_of(lock)}: {odd[:3]}"
