"""The house stands as drawn: packages import downwards only, modules never in circles."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "engine" / "planshift"
PACKAGES = sorted(path.parent.name for path in ENGINE.glob("*/__init__.py"))

pytestmark = pytest.mark.xdist_group("source")  # each process would read the whole source for itself

SPOKEN_TO_IN = {
    "_ruamel_yaml": ("policy",),  # the only reader of YAML
    "alembic": ("execution/store",),
    "cyclopts": ("cli",),
    "duckdb": ("population", "cli/decide_all.py"),
    "durable_rules_engine": ("execution/reactions/durable.py",),  # breaks in many ways: one module knows them all
    "jsonschema": ("policy",),
    "httpx": ("adapters",),
    "lark": ("expressions",),
    "opentelemetry": ("execution/telemetry.py",),
    "polars": ("population/polars_engine.py", "population/polars_form.py"),
    "psycopg": ("execution/store", "population/inside.py", "population/postgresql.py"),
    "py4j": ("population/spark.py",),
    "pyarrow": (
        "population/data.py",
        "population/inside.py",
        "population/polars_engine.py",
        "population/postgresql.py",
        "population/spark.py",
    ),
    "pydantic": ("policy",),
    "pyspark": ("population/spark.py",),
    "rich": ("cli", "diagnostics"),
    "ruamel": ("policy",),
    "sqlalchemy": ("execution", "migration", "adapters/contract", "adapters/ledger"),
    "standardwebhooks": ("adapters",),
    "stripe": ("adapters",),
    "structlog": ("execution", "adapters", "cli"),
    "watchfiles": ("cli",),
    "whenever": ("billing/zones.py",),  # young, and may change: one module knows it
    "zoneinfo": (),  # zones come through `whenever`
}
"""Which packages or modules may speak to a library: were it to change, only they would."""


@cache
def imported_by(path: Path) -> set[str]:
    """The top-level names that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_every_contract_of_the_layers_is_kept() -> None:
    # Without the cache: it does not notice that a module appeared or went.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    run = subprocess.run([*command, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@cache
def graph() -> grimp.ImportGraph:
    # An import for the type checker alone may point back: it is not followed when the program runs.
    return grimp.build_graph("planshift", exclude_type_checking_imports=True, cache_dir=None)


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_of_a_package_do_not_import_in_circles(package: str) -> None:
    breakers = graph().nominate_cycle_breakers(f"planshift.{package}")
    assert not breakers, f"imports that close a circle: {sorted(breakers)}"


@pytest.mark.parametrize("library", SPOKEN_TO_IN)
def test_a_library_is_spoken_to_in_its_place_only(library: str) -> None:
    speakers = {path.relative_to(ENGINE).as_posix() for path in ENGINE.rglob("*.py") if library in imported_by(path)}
    places = SPOKEN_TO_IN[library]
    strangers = {name for name in speakers if not name.startswith(tuple(places))}
    assert not strangers


def test_nothing_but_python_packages_stands_beside_planshift() -> None:
    found = {path.name for path in (ROOT / "engine").iterdir() if path.name != "__pycache__"}
    assert found == {"planshift"}
