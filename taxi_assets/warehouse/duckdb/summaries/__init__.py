"""Summaries of months in DuckDB."""
