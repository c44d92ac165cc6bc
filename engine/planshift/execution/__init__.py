"""Carries action plans out, step by step and each step once, and keeps the orders that they belong to."""
