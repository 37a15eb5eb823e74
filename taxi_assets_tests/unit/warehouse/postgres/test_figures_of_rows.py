"""What a load computes of the rows that pass does without pandas, whose import takes a second."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import sys
import duckdb
from taxi_assets.rows.typed_rows import ID_HASH, ROW_HASH
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.postgres.record_hash import RecordHashes
from taxi_assets.warehouse.row_figures import RowFigures

values = {"INTEGER": "1", "DOUBLE": "1", "VARCHAR": "1", "TIMESTAMP": "TIMESTAMP '2020-04-01'"}
types = {column.name: DUCKDB.types[column.type] for column in GREEN.columns}
columns = ", ".join(
    f"CASE WHEN even THEN CAST({values[type_]} AS {type_}) END AS {name}"
    for name, type_ in types.items()
)
rows = duckdb.sql(
    f"SELECT 'a' AS unique_row_id, 'f' AS filename, {columns}, "
    f"5::UBIGINT AS {ROW_HASH}, 5::UBIGINT AS {ID_HASH} FROM (VALUES (true), (false)) AS t (even)"
)
figures = RowFigures(TripFile(GREEN, Month(2020, 4), FileFormat.CSV))
hashes = RecordHashes(GREEN, "Postgres")
for batch in rows.to_arrow_reader():
    hashes.add(figures.add(batch))
print(figures.tally()["shared_row_ids"], hashes.digests().engine, "pandas" in sys.modules)
"""


def test_a_load_imports_no_pandas() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == "2 Postgres/21 False\n", done.stdout + done.stderr
