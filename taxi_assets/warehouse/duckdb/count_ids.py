"""Counts ids of a month's rows in DuckDB, for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.session import Value


def count_ids(
    session: DuckDBSession, file: TripFile, name: str, values: Mapping[str, Value]
) -> int:
    """Count ids by the statement of that name, whichever format of the month was loaded."""
    table, pickup = session.table(file.dataset.table), DUCKDB.identifier(file.dataset.pickup)
    [(count,)] = session.ask(sql(name, table=table, pickup=pickup), values)
    return int(str(count))
