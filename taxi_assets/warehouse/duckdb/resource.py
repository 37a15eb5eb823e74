"""The DuckDB file as a Dagster resource: dagster-duckdb's, whose processes take turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dagster_duckdb import DuckDBResource
from pydantic import Field

from taxi_assets.warehouse.duckdb.connection import DuckDBFile


class DuckDBWarehouse(DuckDBResource):
    """Hands out a connection that no other process has meanwhile; waits for it if need be."""

    memory_gb: float = Field(description="Memory that DuckDB may use, in GB.")
    wait_seconds: float = Field(description="How long to wait while others hold the file.")

    @property
    def file(self) -> DuckDBFile:
        """The database file."""
        return DuckDBFile(Path(self.database), self.memory_gb, self.wait_seconds)

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for the time of the context."""
        with self.file.connect() as connection:
            yield connection
