"""What time the database thinks it is."""

from __future__ import annotations

from sqlalchemy import Connection, text

_ASK = {
    "sqlite": "SELECT CAST(strftime('%s', 'now') AS INTEGER)",
    "postgresql": "SELECT CAST(floor(extract(epoch FROM clock_timestamp())) AS BIGINT)",
}


def database_instant(connection: Connection) -> int:
    """The instant by the clock of the database, in epoch seconds."""
    found = connection.scalar(text(_ASK[connection.dialect.name]))
    assert isinstance(found, int)  # every one of the questions is answered by one
    return found
