"""Spans, diagnostics, their codes, their rendering, and the exception tree."""
