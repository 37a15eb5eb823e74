"""Counts ids of a month's rows in Postgres, for the checks."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.session import Value


def count_ids(
    session: PostgresSession, file: TripFile, name: str, values: Mapping[str, Value]
) -> int:
    """Count ids by the statement of that name, whichever format of the month was loaded."""
    table, pickup = session.table(file.dataset.table), POSTGRES.identifier(file.dataset.pickup)
    [(count,)] = session.ask(sql(name, table=table, pickup=pickup), values)
    return int(str(count))
