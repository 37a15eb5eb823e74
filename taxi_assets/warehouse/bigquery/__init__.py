"""Months in BigQuery: the merged tables, a partition per month, the ledger, external tables.

Rows are read by the one parser, as for every warehouse, and arrive by load jobs, which cost
nothing; a transaction in BigQuery makes them the month's. Google's libraries are imported lazily.
"""
