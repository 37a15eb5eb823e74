"""A DuckDB file in a folder that cannot be written is told with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.duckdb.connection import DuckDBFile


def test_a_folder_that_keeps_no_lock_is_told(tmp_path: Path) -> None:
    (tmp_path / "taxi.duckdb.lock").mkdir()
    file = DuckDBFile(tmp_path / "taxi.duckdb", memory_gb=0.5, wait_seconds=1)
    with pytest.raises(WarehouseError, match=r"cannot lock .*taxi\.duckdb") as told, file.connect():
        pass
    assert "TAXI_DUCKDB_PATH" in told.value.remedy
