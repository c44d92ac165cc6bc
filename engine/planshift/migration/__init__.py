"""Migrations: orders for everybody in some data, placed in batches, so that it can stop anywhere and go on."""
