"""The ledger: a small double-entry subscription ledger, in the database that the orders are kept in."""
