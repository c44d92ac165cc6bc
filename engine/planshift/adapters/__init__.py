"""Adapters: each carries out actions in a real system, behind the ports of `execution`."""
