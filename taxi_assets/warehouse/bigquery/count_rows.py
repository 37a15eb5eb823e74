"""Counts a month's rows in BigQuery, for the checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.checks import RowCounts
from taxi_assets.warehouse.session import Value


def count_rows(session: BigQuerySession, file: TripFile, values: Mapping[str, Value]) -> RowCounts:
    """Count the rows of the file's month, whichever format was loaded."""
    names = {
        "table": session.table(file.dataset.table),
        "month": BIGQUERY.quote(MONTH_COLUMN),
        "pickup": BIGQUERY.identifier(file.dataset.pickup),
    }
    [measured] = session.ask(sql("measure_month", **names), values)
    [(shared,)] = session.ask(sql("count_shared_ids", **names), values)
    found = session.ask(sql("list_stray_pickups", **names), values)
    strays = [pickup for (pickup,) in found if isinstance(pickup, datetime)]
    # The parameter's type comes from its values, so the array must not be empty.
    given = {**values, "stray_pickups": strays or [file.month.start]}
    [(elsewhere,)] = session.ask(sql("count_ids_elsewhere", **names), given)
    return RowCounts(*(int(str(count)) for count in (*measured, shared, elsewhere)))
