"""The wheel is what a user gets: one package, its data, a command that answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "engine"
DATA = ("*.lark", "diagnostics/pages/*.md", "presets/**/*.yaml", "py.typed")
"""What is no Python and must be in: each pattern matches at least one file."""

pytestmark = [pytest.mark.fresh, pytest.mark.xdist_group("wheel")]


def run(*command: str | Path, cwd: Path) -> str:
    """What the command printed; the test fails with everything it said when it failed."""
    outside = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=outside, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy that has nothing but what the project declares."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ENGINE, source / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation", "--python", sys.executable,
        "--out-dir", out, cwd=source)  # fmt: skip
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment in which the wheel was installed, with what it asks for and nothing else."""
    environment = tmp_path_factory.mktemp("fresh") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment.parent)
    commands = environment / ("Scripts" if os.name == "nt" else "bin")
    run(sys.executable, "-m", "uv", "pip", "install", "--python", commands / "python",
        "--constraints", ROOT / "requirements.lock", wheel, cwd=environment.parent)  # fmt: skip
    return commands


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_planshift_is_alone_at_the_top(wheel: Path) -> None:
    top = {name.split("/")[0] for name in contents(wheel)}
    assert {name for name in top if not name.endswith(".dist-info")} == {"planshift"}
    assert len(top) == 2


def test_the_wheel_holds_what_the_source_root_holds(wheel: Path) -> None:
    packed = {name for name in contents(wheel) if name.startswith("planshift/")}
    source = {
        path.relative_to(ENGINE).as_posix()
        for path in ENGINE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == source


@pytest.mark.parametrize("pattern", DATA)
def test_data_files_are_in(wheel: Path, pattern: str) -> None:
    assert any((ENGINE / "planshift").rglob(pattern)), f"no {pattern} in the source: has it moved?"
    packed = contents(wheel)
    missing = {path.relative_to(ENGINE).as_posix() for path in (ENGINE / "planshift").rglob(pattern)} - packed
    assert not missing


def test_the_command_answers_in_a_fresh_environment(fresh: Path, tmp_path: Path) -> None:
    assert "planshift" in run(fresh / "planshift", "--help", cwd=tmp_path)


def test_the_library_imports_in_a_fresh_environment(fresh: Path, tmp_path: Path) -> None:
    program = "import planshift; print(planshift.load.__name__, planshift.__file__)"
    name, place = run(fresh / "python", "-c", program, cwd=tmp_path).split()
    assert name == "load"
    assert Path(place).is_relative_to(fresh.parent)


def test_the_example_book_passes_its_check_in_a_fresh_environment(fresh: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policies" / "hosting", tmp_path / "hosting")
    run(fresh / "planshift", "check", "hosting", cwd=tmp_path)
