"""Which engine a name or an address stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file
from planshift.population.addresses import without_password
from planshift.population.engines import BUILT_IN, Engine


def _postgresql(told: str) -> Engine:
    from planshift.population.postgresql import PostgreSQL  # noqa: PLC0415  # one of several engines, and an extra

    return PostgreSQL(told)


def _polars(_: str) -> Engine:
    from planshift.population.polars_engine import InPolars  # noqa: PLC0415  # one of several engines, and an extra

    return InPolars()


def _spark(told: str) -> Engine:
    from planshift.population.spark import Spark  # noqa: PLC0415  # one of several engines, and an extra

    return Spark(told)


ENGINES: Mapping[str, Callable[[str], Engine]] = {
    "duckdb": lambda _: BUILT_IN,
    "polars": _polars,
    "postgresql": _postgresql,
    "postgres": _postgresql,
    "spark": _spark,
}
"""The engines by name, or by what their addresses begin with; each is made from what was told."""

EXTRAS = {"polars": "polars", "psycopg": "postgres", "py4j": "spark", "pyspark": "spark"}
"""The extra that brings a library."""

_WRITTEN = {
    "duckdb": "duckdb",
    "polars": "polars",
    "postgresql": "postgresql://USER@HOST/DATABASE",
    "spark": "spark://HOST:PORT",
}
"""How each is told."""


_IN_OUR_PROCESS = ("duckdb", "polars")
"""Those that have no address."""


def engine_of(told: str) -> Engine:
    """The engine that a name or an address stands for.

    Raises:
        InvalidInput: there is no such engine, or what it needs is not installed.
    """
    scheme, at, _ = told.partition("://")
    kind = scheme.partition("+")[0]
    where = f"--engine {without_password(told)}"
    if kind not in ENGINES or bool(at) == (kind in _IN_OUR_PROCESS):
        near = did_you_mean(kind, _WRITTEN) if kind not in ENGINES else None
        raise _unknown(f"there is no engine `{without_password(told)}`", where, near)
    try:
        return ENGINES[kind](told)
    except ModuleNotFoundError as error:
        extra = EXTRAS[str(error.name).partition(".")[0]]
        missing = f"the engine `{kind}` needs an extra that is not installed"
        raise _unknown(missing, where, f"pip install 'planshift[{extra}]'") from None


def _unknown(message: str, where: str, help_text: str | None) -> InvalidInput:
    known = f"it is one of {', '.join(_WRITTEN.values())}"
    found = Diagnostic(code="PS540", message=message, span=whole_file(where), help=help_text or known)
    return InvalidInput(diagnostics=(found,))
