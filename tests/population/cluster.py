"""A Spark cluster of one's own: a master and two workers on the loopback interface, gone at the end."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.outliving import ended_with_us

STARTS_WITHIN = 120

HERE = "127.0.0.1"

_QUICK_TO_START = (
    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
    "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote",
)  # fmt: skip
"""Small programs that live for seconds: what is compiled well is compiled too late, and Spark's own code is sound."""

_OPENED = (
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
    "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action",
    "sun.util.calendar",
)  # fmt: skip

DEFAULTS = f"""
spark.driver.host {HERE}
spark.driver.bindAddress {HERE}
spark.ui.enabled false
spark.executor.memory 512m
spark.driver.memory 1g
spark.log.level ERROR
"""

_SHORT_LIVED = f"""
spark.driver.extraJavaOptions {" ".join(_QUICK_TO_START)}
spark.executor.extraJavaOptions {" ".join(_QUICK_TO_START)}
"""


@contextmanager
def running_cluster(spark: Path, *, lasting: bool = False) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the master, and the environment in which a session finds it; `spark` is pyspark's folder.

    On a `lasting` one, what runs often is compiled well.
    """
    folder = Path(tempfile.mkdtemp(prefix="planshift-spark-"))
    (folder / "spark-defaults.conf").write_text(DEFAULTS + ("" if lasting else _SHORT_LIVED), encoding="utf-8")
    own = {
        "SPARK_HOME": str(spark),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_LOCAL_IP": HERE,
        "SPARK_WORKER_DIR": str(folder),
    }
    started: list[subprocess.Popen[bytes]] = []
    watched = ExitStack()

    def start(name: str, *arguments: str) -> Path:
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
        command = ["java", *_QUICK_TO_START, *opened, "-Xmx256m", "-cp", f"{spark}/jars/*"]
        log = folder / f"{name}.log"
        with log.open("wb") as output:
            deploy = f"org.apache.spark.deploy.{name.partition('-')[0]}"
            full = [*command, deploy, "--host", HERE, "--webui-port", "0", *arguments]
            started.append(subprocess.Popen(full, env=os.environ | own, stdout=output, stderr=output))
            watched.enter_context(ended_with_us(f"kill {started[-1].pid}; rm -rf {folder}"))
        return log

    try:
        address = _told(start("master.Master", "--port", "0"), rf"spark://{HERE}:\d+")
        share = ("--cores", "1", "--memory", "1g", address)
        for log in [start(f"worker.Worker-{k}", *share) for k in range(2)]:
            _told(log, "uccessfully registered with master")
        yield address, own
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=STARTS_WITHIN)
        watched.close()
        shutil.rmtree(folder)


def _told(log: Path, pattern: str) -> str:
    """What a program writes once it is ready."""
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        found = re.search(pattern, log.read_text(encoding="utf-8"))
        if found:
            return found.group()
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.05)
