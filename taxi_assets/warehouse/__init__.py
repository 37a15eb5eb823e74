"""Merged tables. Each warehouse has its own folder; the same checks apply to all of them."""
