"""A warehouse that exists in tests alone, to prove that a new one is a folder and a line.

Its database is a DuckDB file, since one must be some database; its name, its file and its class
are its own, so that nothing finds it by another's name.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from taxi_assets.settings import WAREHOUSES, Settings
from taxi_assets.settings.choices import WarehouseChoice
from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse

NAME = "barn"
FILE = "barn.db"
DIALECT = replace(DUCKDB, name=NAME, title="Barn")


class Barn(DuckDBWarehouse):
    """The merged tables in a file of its own."""

    @property
    def name(self) -> str:
        """Key of the resource."""
        return NAME

    @property
    def dialect(self) -> Dialect:
        """How its SQL is written."""
        return DIALECT

    def full_name(self, table: str) -> str:
        """A table's name with that of its schema."""
        return f"{NAME}.{table}"


def warehouse_of(settings: Settings) -> Barn:
    """The file beside DuckDB's."""
    database = settings.duckdb_file.with_name(FILE)
    return Barn(database=str(database), memory_gb=0.5, wait_seconds=60)


def register(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the project have this warehouse, too, until the test is over."""
    monkeypatch.setitem(WAREHOUSES, NAME, WarehouseChoice(__name__))
