"""Queries that somebody writes: they can only read, for a while, so many rows."""
