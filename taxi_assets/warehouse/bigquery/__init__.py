"""Months in BigQuery: the merged tables, a partition per month, the ledger, external tables.

The same parser reads the rows as for every other warehouse. Load jobs, which are free of charge,
bring them to BigQuery, and a transaction puts them into the merged table. Google's libraries are
imported only when they are needed.
"""
