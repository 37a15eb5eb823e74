"""Counts ids of a month's rows in BigQuery, for the checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import month_value
from taxi_assets.warehouse.session import Value

MOST_SEARCHED_BYTES = 10 * 10**9
"""Most bytes that the search for ids in other months may read: about a dozen large yellow months'
ids and pickups. A file with stray pickups in more months is not searched, and a check says so."""


def count_ids(
    session: BigQuerySession, file: TripFile, name: str, values: Mapping[str, Value]
) -> int | None:
    """Count ids by the statement of that name, whichever format of the month was loaded.

    Returns:
        The number; None if it would take too much to find it.
    """
    names = {
        "table": session.table(file.dataset.table),
        "month": BIGQUERY.quote(MONTH_COLUMN),
        "pickup": BIGQUERY.identifier(file.dataset.pickup),
    }
    given = {**values, "month": month_value(file.month)}
    if name == "count_ids_elsewhere":
        return _ids_elsewhere(session, file, names, given)
    [(count,)] = session.ask(sql(name, **names), given)
    return int(str(count))


def _ids_elsewhere(
    session: BigQuerySession,
    file: TripFile,
    names: Mapping[str, str],
    values: Mapping[str, Value],
) -> int | None:
    """Rows whose id is in another month, too; None if the search would read too much."""
    found = session.ask(sql("list_stray_pickups", **names), values)
    strays = [pickup for (pickup,) in found if isinstance(pickup, datetime)]
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
