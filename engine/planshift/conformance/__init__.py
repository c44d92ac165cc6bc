"""Figures of other billers, run against this engine: each case is translated, decided and compared, never computed."""
