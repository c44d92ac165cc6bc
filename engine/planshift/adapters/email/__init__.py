"""Telling customers and staff of a change by mail."""
