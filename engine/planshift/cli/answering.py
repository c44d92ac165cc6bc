"""How every command ends: with an exit code, whatever is wrong with what it was given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from planshift.cli.exits import Exit
from planshift.cli.formats import say_found
from planshift.cli.printing import say_diagnostics
from planshift.diagnostics.errors import InvalidBook, InvalidInput

Arguments = ParamSpec("Arguments")


def answering(command: Callable[Arguments, Exit]) -> Callable[Arguments, Exit]:
    """The command, with mistakes in books and inputs told in the asked format and answered by their exit code."""

    @wraps(command)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Exit:
        try:
            return command(*args, **kwargs)
        except (InvalidBook, InvalidInput) as error:
            match kwargs.get("format"):
                case "json" | "sarif" | "github" | "junit" as form:
                    say_found({"planshift": error.diagnostics}, form=form)
                case _:
                    say_diagnostics(error.diagnostics, to=sys.stderr)
            return Exit.INVALID

    return run
