"""Summaries of months in BigQuery."""
