"""Telling an endpoint what is to be done, or what has happened, by the rules of Standard Webhooks."""
