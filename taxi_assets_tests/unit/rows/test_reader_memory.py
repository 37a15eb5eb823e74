"""How many threads DuckDB reads a month with, and how much memory they have."""

from __future__ import annotations

import os

import duckdb
import pytest

from taxi_assets.rows.reading import frugal_config
from taxi_assets.trips.file import FileFormat


@pytest.mark.parametrize("format_", FileFormat)
@pytest.mark.parametrize("cores", [1, 2, 8, 64])
def test_each_thread_has_memory(
    monkeypatch: pytest.MonkeyPatch, cores: int, format_: FileFormat
) -> None:
    """With 244 MiB in all, 32 threads ran out of memory: large machines loaded nothing."""
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    config = frugal_config(format_)
    with duckdb.connect(config=config) as connection:
        threads = connection.execute("SELECT current_setting('threads')").fetchall()
    assert threads == [(cores,)]
    assert int(str(config["memory_limit"]).removesuffix("MB")) >= 40 * cores


def test_more_threads_than_are_of_use_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert frugal_config(FileFormat.CSV, most_threads=4)["threads"] == 4
