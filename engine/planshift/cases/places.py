"""How reports name a place of a policy."""

from __future__ import annotations

from planshift.rulebook.sources import Source


def told(source: Source) -> str:
    """A source with its line, as in `rule "Loyal customers move up free" (policy.rules:12)`."""
    return f"{source.title} ({source.span.file}:{source.span.line})" if source.span.known else source.title
