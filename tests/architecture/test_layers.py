"""The house stands as drawn: packages import downwards only, modules never in circles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted(path.parent.name for path in (ROOT / "engine/planshift").glob("*/__init__.py"))


def test_every_contract_of_the_layers_is_kept() -> None:
    # Without the cache: it does not notice that a module appeared or went.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    run = subprocess.run([*command, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_of_a_package_do_not_import_in_circles(package: str) -> None:
    # An import for the type checker alone may point back: it is not followed when the program runs.
    graph = grimp.build_graph("planshift", exclude_type_checking_imports=True, cache_dir=None)
    breakers = graph.nominate_cycle_breakers(f"planshift.{package}")
    assert not breakers, f"imports that close a circle: {sorted(breakers)}"


def test_nothing_but_python_packages_stands_beside_planshift() -> None:
    found = {path.name for path in (ROOT / "engine").iterdir() if path.name != "__pycache__"}
    assert found == {"planshift"}
