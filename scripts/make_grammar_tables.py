"""Write the parse tables of the rule language beside its grammar. Run it after every change of `grammar.lark`."""

from __future__ import annotations

from io import BytesIO

from planshift.expressions import grammar


def main() -> None:
    """Make the tables and write them under the stamp that the engine looks for."""
    text = grammar.GRAMMAR.read_text(encoding="utf-8")
    tables = BytesIO()
    grammar.build(text).save(tables)
    grammar.TABLES.write_bytes(grammar.stamp_of(text) + b"\n" + tables.getvalue())
    print(f"{grammar.TABLES.name}: {grammar.TABLES.stat().st_size} bytes")


if __name__ == "__main__":
    main()
