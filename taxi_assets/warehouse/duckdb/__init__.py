"""Months in a DuckDB file: the merged tables, the views over the raw files, the ledger."""
