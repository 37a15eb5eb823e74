"""The domain: datasets and their columns, months, file names, published row counts.

This package describes the trips. It uses no Dagster, no client library and no network.
"""
