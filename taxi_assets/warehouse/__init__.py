"""Merged tables: each warehouse in a folder of its own, judged by the same checks."""
