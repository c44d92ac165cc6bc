"""Steps that are written down for another system."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest

from planshift.actions.action import UNDONE_BY
from planshift.actions.json_form import from_json
from planshift.adapters import file
from planshift.adapters.contract import AdapterContract, Case, Fault, sample_tasks
from planshift.adapters.file import FileAdapter
from planshift.adapters.telling import OUTSIDE
from planshift.execution.ports import Done, Task, Unanswered, Unavailable

CHOSEN = frozenset({"end_plan", "start_plan", "resume_plan", "withdraw_plan", "send_notice"})
TASKS = sample_tasks(CHOSEN)


class FileCase(Case):
    """The other side reads the folder, and takes a line for each key into account."""

    faults = frozenset({"down", "answer_lost"})
    secrets = ("anna.example.com",)

    def __init__(self, folder: Path, patching: pytest.MonkeyPatch) -> None:
        self.folder, self.patching = folder, patching

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        self.patching.undo()
        rmtree(self.folder, ignore_errors=True)

    def adapter(self) -> FileAdapter:
        return FileAdapter(name="file", folder=self.folder, kinds=CHOSEN)

    def effects(self) -> object:
        told = [line for path in sorted(self.folder.glob("*.jsonl")) for line in lines_of(path)[1:]]
        undone = {line["undoes"] for line in told if line["undoing"]}
        return [line["key"] for line in told if not line["undoing"] and line["key"] not in undone]

    def meet(self, fault: Fault) -> None:
        failing = {"down": "_write", "answer_lost": "_settle"}[fault]

        def fail(*_: object) -> None:
            self.patching.undo()
            raise OSError(28, "No space left on device")

        self.patching.setattr(file, failing, fail)


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestFile(AdapterContract):
    @pytest.fixture
    def case(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
        return FileCase(tmp_path / "steps", monkeypatch)


def test_a_file_begins_with_the_plan_and_has_a_line_for_each_step(tmp_path: Path) -> None:
    adapter = FileAdapter(name="file", folder=tmp_path)
    mine = [task for task in TASKS if task.order == "order-1"]
    for number, task in enumerate(mine, start=2):
        assert adapter.perform(task) == Done(reference=f"order-1.jsonl:{number}")
    first, *rest = lines_of(tmp_path / "order-1.jsonl")
    assert from_json(first["plan"]) == mine[0].plan
    assert [line["key"] for line in rest] == [task.key for task in mine]
    assert rest[0]["action"] == {
        "kind": "end_plan",
        "plan": "bronze",
        "price": "monthly",
        "on": "2026-03-11",
        "until": None,
    }


@pytest.mark.parametrize("order", ["renewal:sub-1:2026-04-01", "a/b", "..", ".hidden", "å" * 200, "order 7"])
def test_any_name_of_an_order_is_a_file_in_the_folder(tmp_path: Path, order: str) -> None:
    adapter = FileAdapter(name="file", folder=tmp_path)
    assert isinstance(adapter.perform(replace(TASKS[0], order=order)), Done)
    (path,) = tmp_path.glob("*.jsonl")
    assert path.parent == tmp_path
    assert lines_of(path)[0]["order"] == order
    assert adapter.path(order) == path


def test_orders_do_not_share_a_file(tmp_path: Path) -> None:
    adapter = FileAdapter(name="file", folder=tmp_path)
    assert adapter.path("a/b") != adapter.path("a%2Fb")


def test_workers_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    mine = [task for task in TASKS if task.order == "order-1"]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(FileAdapter(name="file", folder=tmp_path).perform, mine * 4):
            assert isinstance(found, Done)
    keys = [line["key"] for line in lines_of(tmp_path / "order-1.jsonl")[1:]]
    assert sorted(map(str, keys)) == sorted(task.key for task in mine)


KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from planshift.adapters import file
from planshift.adapters.contract import sample_tasks

at, folder = sys.argv[1:]
task = sample_tasks(["change_package"])[0]
adapter = file.FileAdapter(name="file", folder=Path(folder))
adapter.perform(replace(task, step=replace(task.step, key="earlier")))

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if at == "replace":
    Path.replace = die
elif at == "fsync":
    file.os.fsync = die
else:
    file._settle = die
adapter.perform(task)
"""


@pytest.mark.parametrize("at", ["fsync", "replace", "settle"])
def test_a_process_that_is_killed_while_it_writes_leaves_a_whole_file(tmp_path: Path, at: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED, at, str(tmp_path)], env=os.environ, capture_output=True, check=False
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    task = sample_tasks(["change_package"])[0]
    adapter = FileAdapter(name="file", folder=tmp_path)
    there = ["earlier", task.key] if at == "settle" else ["earlier"]
    path = adapter.path(task.order)
    assert [line["key"] for line in lines_of(path)[1:]] == there
    assert (adapter.ask(task) is None) == (at != "settle")
    assert adapter.perform(task) == Done(reference=f"{path.name}:3")
    assert [line["key"] for line in lines_of(path)[1:]] == ["earlier", task.key]


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "taken"
    blocked.write_text("a file, no folder", encoding="utf-8")
    found = FileAdapter(name="file", folder=blocked).perform(TASKS[0])
    assert found == Unavailable(why="it cannot be written: File exists")
    assert FileAdapter(name="file", folder=blocked).ask(TASKS[0]) is None


def test_any_step_that_concerns_the_outside_can_be_written_down(tmp_path: Path) -> None:
    adapter = FileAdapter(name="file", folder=tmp_path)
    assert adapter.kinds == OUTSIDE
    for task in sample_tasks(OUTSIDE):
        adapter.perform(task)
    told = [line for path in tmp_path.glob("*.jsonl") for line in lines_of(path)[1:]]
    kinds = {line["action"]["kind"] for line in told if isinstance(line["action"], dict)}
    assert kinds == OUTSIDE & UNDONE_BY.keys()


def test_a_file_that_cannot_be_read_leaves_it_open(tmp_path: Path) -> None:
    adapter = FileAdapter(name="file", folder=tmp_path)
    adapter.path(TASKS[0].order).mkdir()
    assert adapter.ask(TASKS[0]) == Unavailable(why="it cannot be read: Is a directory")


def test_a_line_that_may_not_be_on_disk_is_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = FileCase(tmp_path, monkeypatch)
    case.meet("answer_lost")
    assert isinstance(case.adapter().perform(TASKS[0]), Unanswered)
    assert isinstance(case.adapter().ask(TASKS[0]), Done)
