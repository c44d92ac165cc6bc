"""Which words may stand at a place of a document: read from the schemas that the models print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, final

from planshift.policy.json_schemas import LANGUAGE, json_schemas


@lru_cache(maxsize=1)
def _schemas() -> Mapping[str, Any]:
    return json_schemas()


@final
class Allowed:
    """What a schema allows at one place of a document, and what inside of it."""

    def __init__(self, root: Mapping[str, Any], options: tuple[Mapping[str, Any], ...]) -> None:
        self._root = root
        self._options = options

    @classmethod
    def of(cls, document: str) -> Allowed:
        """What a whole document of a kind allows: `policy` or `catalog`."""
        root = _schemas()[f"{document}-{LANGUAGE}.json"]
        return cls(root, (root,))

    def key(self, name: str) -> Allowed:
        """What stands under a key."""
        return Allowed(self._root, tuple(_flat(self._root, [*self._under(name)])))

    def item(self) -> Allowed:
        """What stands in a list."""
        found = [option["items"] for option in self._options if isinstance(option.get("items"), dict)]
        return Allowed(self._root, tuple(_flat(self._root, found)))

    @property
    def words(self) -> tuple[str, ...]:
        """The words of which one stands here; none where anything may."""
        found: dict[str, None] = {}
        for option in self._options:
            listed = option.get("enum", [option["const"]] if "const" in option else [])
            found |= dict.fromkeys(word for word in listed if isinstance(word, str))
        return tuple(found)

    def _under(self, name: str) -> Iterator[Mapping[str, Any]]:
        for option in self._options:
            known = option.get("properties", {})
            others = option.get("additionalProperties")
            if name in known:
                yield known[name]
            elif isinstance(others, dict):
                yield others


def _flat(root: Mapping[str, Any], schemas: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The schemas with references followed and alternatives side by side."""
    for schema in schemas:
        if "$ref" in schema:
            yield from _flat(root, [root["$defs"][schema["$ref"].rpartition("/")[2]]])
        elif "anyOf" in schema:
            yield from _flat(root, schema["anyOf"])
        else:
            yield schema
