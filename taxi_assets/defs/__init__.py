"""Definitions of your own: `dg scaffold` writes them here, and Dagster's own loader reads them."""
