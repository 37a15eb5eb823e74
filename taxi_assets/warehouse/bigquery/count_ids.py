"""Counts ids of a month's rows in BigQuery, for the checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import month_value
from taxi_assets.warehouse.session import Value


def count_ids(
    session: BigQuerySession, file: TripFile, name: str, values: Mapping[str, Value]
) -> int:
    """Count ids by the statement of that name, whichever format of the month was loaded."""
    names = {
        "table": session.table(file.dataset.table),
        "month": BIGQUERY.quote(MONTH_COLUMN),
        "pickup": BIGQUERY.identifier(file.dataset.pickup),
    }
    given = {**values, "month": month_value(file.month)}
    query = sql(name, **names)
    if "stray_pickups" in query.parameters:
        found = session.ask(sql("list_stray_pickups", **names), given)
        strays = [pickup for (pickup,) in found if isinstance(pickup, datetime)]
        # The parameter's type comes from its values, so the array must not be empty.
        given["stray_pickups"] = strays or [file.month.start]
    [(count,)] = session.ask(query, given)
    return int(str(count))
