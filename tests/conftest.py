"""What every test shares: how hypothesis draws, golden files, and what keeps a run short."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Deadlines measure the machine, not the code. In CI the draws are the same each time: a red run is a finding, not luck.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Tests start commands: each would compile the whole engine anew where the environment forbids to keep compiled modules.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Thousands of small files and databases come and go: in memory, where there is enough of it and programs may lie there.
_MEMORY = Path("/dev/shm")  # noqa: S108  # below, everything goes into folders of one's own
_ENOUGH = 8 * 2**30
if "TMPDIR" not in os.environ and _MEMORY.is_dir():
    _room = os.statvfs(_MEMORY)
    if _room.f_bavail * _room.f_frsize > _ENOUGH and not _room.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


LONGEST = (
    "population/test_spark.py",  # it fetches Spark where that is not there, and waits
    "docs/test_examples.py",
    "editor/test_yaml_language_server.py",  # as Spark
    "comparison/test_compare.py",
    "properties/test_one_decision.py",
    "adapters/ledger/test_as_decided.py",
    "cli/test_commands.py",
    "docs/test_site.py",
    "properties/test_idle_terms.py",
    "impact/test_impact.py",
    "properties/test_workbench.py",
    "population/test_deciding.py",
    "cli/test_ci.py",
    "execution/test_crash_sweep.py",
    "execution/test_log_and_rows.py",
    "expressions/test_parse.py",
    "execution/test_leases.py",
    "conformance/test_conformance.py",
    "cases/mutation/test_hosting.py",
    "cases/test_written.py",
    "execution/test_from_the_shell.py",
    "architecture/test_wheel.py",
)
"""The files that take longest, the longest first: nothing but the order hangs on it, and each is there."""


gc.disable()  # until everything is collected: all of that stays to the end, and would be gone through again and again
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage from now on, in what the tests make."""
    _check_groups(session)
    gc.freeze()
    gc.enable()


def _check_groups(session: pytest.Session) -> None:
    """The scheduler knows groups by the ends of ids: without those, what they share would be made in each process."""
    if getattr(session.config.option, "loadgroup", False):
        alone = [item for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        assert not alone, f"pytest-xdist does not keep groups of tests together with pytest {pytest.__version__}"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Let tests that share something costly run in one process, however many processes there are."""
    if config.getoption("numprocesses", None) and config.getoption("dist") in ("no", "load"):
        config.option.dist = "loadgroup"
    config.option.loadscopereorder = False  # the order is that of `LONGEST`, not of how many tests a file has


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, keep a file in one of them, and begin with the files that take longest.

    What a file's tests share (books, a store, a site) is made once then, and no process ends long after the others.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    assert all(Path(__file__).parent.joinpath(file).is_file() for file in LONGEST)
    places = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(places)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="rewrite golden files, to be read before committing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a golden file, or rewrite the file when pytest is called with --record."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--record"):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is not recorded yet: run pytest --record"
        assert text == path.read_text(encoding="utf-8")

    return compare
