"""The database that orders are kept in: SQLite beside a program, PostgreSQL where several processes work."""
