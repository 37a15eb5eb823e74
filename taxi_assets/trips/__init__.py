"""The domain: datasets and their columns, months, file names, published row counts.

No Dagster, no client library, no network: what the trips *are*, not how they travel.
"""
