"""Typed policy documents with positions: the only reader of YAML."""
