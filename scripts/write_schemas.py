"""Write `schemas/` from the models of the documents; `--check` compares instead of writing."""

from __future__ import annotations

import sys
from pathlib import Path

from planshift.policy.json_schemas import schema_texts

SCHEMAS = Path(__file__).parent.parent / "schemas"


def main(arguments: list[str]) -> int:
    """Write the files, or tell which of them are not what the models say."""
    if arguments == ["--check"]:
        stale = [name for name, text in schema_texts().items() if _written(name) != text]
        print(*(f"schemas/{name} is stale: run python scripts/write_schemas.py" for name in stale), sep="\n", end="")
        return 1 if stale else 0
    SCHEMAS.mkdir(exist_ok=True)
    for name, text in schema_texts().items():
        SCHEMAS.joinpath(name).write_text(text, encoding="utf-8")
        print(f"schemas/{name}")
    return 0


def _written(name: str) -> str:
    path = SCHEMAS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
