"""What is said while changes are carried out: lines where errors go, for people or for machines that collect them."""

from __future__ import annotations

import logging
import os
import sys
from typing import Final

LOG_VARIABLE: Final = "PLANSHIFT_LOG"
"""The environment variable that asks for lines: `text` or `json`."""


def set_up_logs() -> None:
    """Print what carrying out has to say, where somebody asks for it. Lines hold ids, never names or amounts."""
    form = os.environ.get(LOG_VARIABLE, "")
    if form not in ("text", "json"):
        return
    import structlog

    from planshift.execution.telemetry import NAME, TOLD

    line = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.ExtraAdder(allow=TOLD),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, line],
        )
    )
    logger = logging.getLogger(NAME)
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
