"""Months in Postgres: the merged tables, a partition per month, and the ledger."""
