"""Staging tables: they hold rows during a load and are dropped after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from taxi_assets.errors import TaxiAssetsError
from taxi_assets.warehouse.bigquery.failures import explained
from taxi_assets.warehouse.bigquery.jobs import LABELS, Jobs
from taxi_assets.warehouse.bigquery.tables import ColumnOf, drop_table

_LIFETIME = timedelta(days=1)


@contextmanager
def staged_table(
    jobs: Jobs, name: str, columns: Sequence[ColumnOf], labels: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Create an empty staging table and yield its name; drop it when the context ends.

    Args:
        jobs: run in the dataset of the table.
        name: start of the table's name; the jobs' token follows, so that names do not collide.
        columns: the table's columns.
        labels: further labels of the table.
    """
    from google.cloud.bigquery import SchemaField, Table

    name = f"{name}_{jobs.token}"
    table = Table(
        jobs.place.reference(name),
        [SchemaField(column.name, column.type) for column in columns],
    )
    # If the load is killed, BigQuery drops its table after this time.
    table.expires = datetime.now(UTC) + _LIFETIME
    table.description = "Rows on their way into another table."
    table.labels = {**LABELS, **(labels or {})}
    with explained(jobs.place):
        jobs.place.client.create_table(table, exists_ok=True)
    try:
        yield name
    finally:
        # The table expires anyway, and a failed drop must not hide the first error.
        with suppress(TaxiAssetsError):
            drop_table(jobs.place, name)
