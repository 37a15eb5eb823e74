"""Counts a month's rows in Postgres, for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import RowCounts
from taxi_assets.warehouse.postgres.dialect import POSTGRES, qualified, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.session import Value


def count_rows(session: PostgresSession, file: TripFile, values: Mapping[str, Value]) -> RowCounts:
    """Count the rows of the file's month, whichever format was loaded."""
    names = {
        "table": qualified(file.dataset.table),
        "pickup": POSTGRES.identifier(file.dataset.pickup),
    }
    counts = [
        int(str(count))
        for name in ("measure_month", "count_shared_ids", "count_ids_elsewhere")
        for count in session.ask(sql(name, **names), values)[0]
    ]
    return RowCounts(*counts)
