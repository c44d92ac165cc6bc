"""Comparing versions of a book by what they mean, in worlds that exercise every part of it."""
