"""Counts a month's rows in BigQuery, for the checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import month_value
from taxi_assets.warehouse.checks import RowCounts
from taxi_assets.warehouse.session import Value

MOST_SEARCHED_BYTES = 10 * 10**9
"""Most bytes that the search for ids in other months may read: about a dozen large yellow months'
ids and pickups. A file with stray pickups in more months is not searched, and a check says so."""


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
    counts = RowCounts(*(int(str(count)) for count in (*measured, shared)))
    elsewhere = _ids_elsewhere(session, file, names, values, strays)
    return replace(counts, ids_in_other_files=elsewhere)


def _ids_elsewhere(
    session: BigQuerySession,
    file: TripFile,
    names: Mapping[str, str],
    values: Mapping[str, Value],
    strays: list[datetime],
) -> int | None:
    """Rows whose id is in another month, too; None if the search would read too much."""
    given: dict[str, Value] = {
        **values,
        "other_months": _months_to_search(file.month, strays),
        # The parameter's type comes from its values, so the array must not be empty.
        "stray_pickups": strays or [file.month.start],
    }
    query = sql("count_ids_elsewhere", **names)
    if session.jobs.estimate(query, given) > MOST_SEARCHED_BYTES:
        return None
    [(elsewhere,)] = session.ask(query, given)
    return int(str(elsewhere))


def _months_to_search(month: Month, strays: list[datetime]) -> list[date]:
    months = {Month(pickup.year, pickup.month) for pickup in strays}
    return [month_value(each) for each in sorted({month.plus(-1), month.plus(1), *months})]
