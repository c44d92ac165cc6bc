"""The template of the guide to adapters is a complete adapter that keeps the contract."""

from __future__ import annotations

from docs.adapters.template import TestSwitchboard as TestTemplate

__all__ = ["TestTemplate"]
