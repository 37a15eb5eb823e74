"""Counts a month's rows in DuckDB, for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import RowCounts
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.session import Value


def count_rows(session: DuckDBSession, file: TripFile, values: Mapping[str, Value]) -> RowCounts:
    """Count the rows of the file's month, whichever format was loaded."""
    names = {
        "table": session.table(file.dataset.table),
        "pickup": DUCKDB.identifier(file.dataset.pickup),
    }
    [measured] = session.ask(sql("measure_month", **names), values)
    [(shared,)] = session.ask(sql("count_shared_ids", table=names["table"]), values)
    *counts, elsewhere = measured
    return RowCounts(*(int(str(count)) for count in (*counts, shared, elsewhere)))
