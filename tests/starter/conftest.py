"""What is shared by these tests: they load some books again and again."""

from __future__ import annotations

from tests.compiling import compiled_once

__all__ = ["compiled_once"]
"""Fixtures that are shared."""
