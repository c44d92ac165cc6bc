"""What is said of carrying out: lines for the logs of a program and, with OpenTelemetry, spans and counts.

Lines go to the standard logger `planshift`, and whoever runs the program decides what becomes of them. Whatever is said
holds ids and words of ours only: names that are not listed here are dropped, so that no personal field and no secret
comes into a log by a slip.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter
    from opentelemetry.trace import Tracer

TOLD: Final = frozenset(
    {"event", "order", "orders", "key", "kind", "adapter", "worker", "lease", "outcome", "error", "state", "faults"}
    | {"attempt", "number", "because", "done"}
)
"""What may be said: ids, and words that stand in the code."""

NAME: Final = "planshift"


def _only_told(_: object, __: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What is listed; everything else is dropped."""
    return {name: value for name, value in said.items() if name in TOLD}


say: Final[structlog.stdlib.BoundLogger] = structlog.wrap_logger(
    logging.getLogger(NAME),
    processors=[structlog.stdlib.filter_by_level, _only_told, structlog.stdlib.render_to_log_kwargs],
    wrapper_class=structlog.stdlib.BoundLogger,
)
"""Says what happens to orders."""


@contextmanager
def span(name: str, **ids: str | int) -> Iterator[None]:
    """Time something, where somebody has asked for it; the same names may be told as in lines."""
    tracer = _tracer()
    if tracer is None:
        yield
        return
    told = {f"{NAME}.{key}": value for key, value in ids.items() if key in TOLD}
    with tracer.start_as_current_span(f"{NAME}.{name}", attributes=told):
        yield


def count(name: str, number: int = 1, **words: str) -> None:
    """Count something, where somebody has asked for it."""
    counter = _counter(name) if number else None
    if counter is not None:
        counter.add(number, {key: value for key, value in words.items() if key in TOLD})


@cache
def _tracer() -> Tracer | None:
    try:
        from opentelemetry import trace  # noqa: PLC0415  # an extra
    except ModuleNotFoundError:
        return None
    return trace.get_tracer(NAME)


@cache
def _counter(name: str) -> Counter | None:
    try:
        from opentelemetry import metrics  # noqa: PLC0415  # as above
    except ModuleNotFoundError:
        return None
    return metrics.get_meter(NAME).create_counter(f"{NAME}.{name}")
