"""A Spark cluster of one's own: a master and two workers on the loopback interface, gone at the end.

Master and workers live in the program that pyspark starts beside this one, as in Spark's own tests; what computes are
programs of their own, one for each worker, which are spoken to over the network as on any cluster.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tests.outliving import ended_with_us

ENDS_WITHIN = 60

HERE = "127.0.0.1"

_QUICK_TO_START = (
    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
    "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote",
)  # fmt: skip
"""Small programs that live for seconds: what is compiled well is compiled too late, and Spark's own code is sound."""

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
def running_cluster(installed: Path, *, lasting: bool = False) -> Iterator[str]:
    """The address of the master; `installed` is the folder that pyspark was installed into.

    On a `lasting` one, what runs often is compiled well.
    """
    folder = Path(tempfile.mkdtemp(prefix="planshift-spark-"))
    (folder / "spark-defaults.conf").write_text(DEFAULTS + ("" if lasting else _SHORT_LIVED), encoding="utf-8")
    for each in (installed / "pyspark").iterdir():  # workers write beside what they run
        (folder / each.name).symlink_to(each)
    own = {
        "SPARK_HOME": str(folder),
        "SPARK_SCALA_VERSION": "2.13",
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_LOCAL_IP": HERE,
    }
    try:
        with patch.dict(os.environ, own), patch.object(sys, "path", [str(installed), *sys.path]):
            yield from _address(folder)
    finally:
        shutil.rmtree(folder)


def _address(folder: Path) -> Iterator[str]:
    from pyspark import SparkContext  # noqa: PLC0415  # it is there once it is installed

    SparkContext._ensure_initialized()
    gateway = SparkContext._gateway
    with ended_with_us(f"kill {gateway.proc.pid}; rm -rf {folder}"):
        deploy, settings = gateway.jvm.org.apache.spark.deploy, gateway.jvm.org.apache.spark.SparkConf(True)
        cluster = deploy.LocalSparkCluster.apply(2, 1, 1024, settings)
        try:
            (address,) = cluster.start()
            yield address
            cluster.stop()
        finally:
            gateway.shutdown()
            gateway.proc.stdin.close()
            gateway.proc.wait(timeout=ENDS_WITHIN)
            SparkContext._gateway = SparkContext._jvm = None
