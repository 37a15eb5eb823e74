"""Summaries of months in Postgres."""
