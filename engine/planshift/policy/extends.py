"""Taking over presets and other books: trees merged key by key, every value still knowing its own file."""

from __future__ import annotations

from planshift.policy.located import Entry, Located, Mapping, Scalar


def merge(under: Located, over: Located) -> Located:
    """Return `over` with everything taken from `under` that it does not say itself.

    Mappings are merged key by key, at every depth. Any other value replaces what is under it, and an empty one takes it
    back: `fee:` with nothing behind it removes an inherited fee. The keys of `over` come first.
    """
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    entries: dict[str, Entry] = {}
    for name, entry in over.entries.items():
        inherited = under.entries.get(name)
        if inherited is None:
            entries[name] = entry
        elif not _is_nothing(entry.value):
            entries[name] = Entry(entry.key, merge(inherited.value, entry.value))
    entries |= {name: entry for name, entry in under.entries.items() if name not in over.entries}
    return Mapping(over.file, entries, over.start, over.stop)


def _is_nothing(node: Located) -> bool:
    return isinstance(node, Scalar) and not node.style and node.text in ("", "~", "null")
