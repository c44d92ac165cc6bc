"""The `planshift` command: one file per command, arguments in, answer and exit code out."""

from __future__ import annotations

from planshift.cli.app import main

__all__ = ["main"]
