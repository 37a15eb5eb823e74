"""Tests of taxi_assets: units, parts against real servers, and the whole from end to end."""
