"""How every command ends: with an exit code, whatever is wrong with what it was given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from planshift.cli.exits import Exit
from planshift.cli.printing import diagnostics_json, say_diagnostics, say_json
from planshift.diagnostics.errors import InvalidBook, InvalidInput

Arguments = ParamSpec("Arguments")


def answering(command: Callable[Arguments, Exit]) -> Callable[Arguments, Exit]:
    """The command, with mistakes in books and inputs told in the asked format and answered by their exit code."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Exit:
        try:
            return command(*args, **kwargs)
        except (InvalidBook, InvalidInput) as error:
            if kwargs.get("format") == "json":
                say_json(diagnostics_json(error.diagnostics))
            else:
                say_diagnostics(error.diagnostics, to=sys.stderr)
            return Exit.INVALID

    return run
