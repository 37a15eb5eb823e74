"""A load into DuckDB takes little memory, and all that it may have where that is too little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.id_hashes import IdHashes


def limits_of(folder: Path, memory_gb: float, most: int) -> list[str]:
    """The limits under which work is tried that fails so often for lack of memory."""
    warehouse = DuckDBWarehouse(
        database=str(folder / "taxi.duckdb"), memory_gb=memory_gb, wait_seconds=1
    )
    limits: list[str] = []
    with warehouse.session() as session:
        session.connection.execute("SET threads = 2")

        def work() -> list[str]:
            asked = session.connection.execute("SELECT current_setting('memory_limit')")
            limits.extend(text for (text,) in asked.fetchall())
            if len(limits) <= most:
                raise duckdb.OutOfMemoryException("failed to pin a block")
            return limits

        return warehouse._sparingly(session, work)


def test_work_that_needs_more_is_done_again_with_all_memory(tmp_path: Path) -> None:
    assert limits_of(tmp_path, 1, most=0) == ["476.8 MiB"]
    assert limits_of(tmp_path, 1, most=1) == ["476.8 MiB", "953.6 MiB"]
    assert limits_of(tmp_path, 0.25, most=0) == ["238.4 MiB"]
    for memory_gb in (1, 0.25):
        with pytest.raises(WarehouseError, match=f"more memory than {memory_gb} GB"):
            limits_of(tmp_path, memory_gb, most=9)


_PROGRAM = """
import sys, duckdb
from taxi_assets.warehouse.id_hashes import IdHashes
hashes = IdHashes()
connection = duckdb.connect()
batches = connection.sql("SELECT hash(least(i, 3)) FROM range(6) AS t(i)").to_arrow_reader(2)
for batch in batches:
    hashes.add(batch.column(0))
print(len(hashes.shared()), "pandas" in sys.modules)
"""


def test_shared_ids_are_counted_without_pandas() -> None:
    """Importing it takes a second of a load."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["3", "False"]
    assert not len(IdHashes().shared())
