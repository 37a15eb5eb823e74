"""Tables of rows on their way, which are gone when their work is done."""

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
    """An empty table for rows on their way, by its name; dropped when the context ends.

    Args:
        jobs: where the table is.
        name: of the table; the jobs' token keeps it apart from that of others.
        columns: of the table.
        labels: what it is for.
    """
    from google.cloud.bigquery import SchemaField, Table

    name = f"{name}_{jobs.token}"
    table = Table(
        jobs.place.reference(name),
        [SchemaField(column.name, column.type) for column in columns],
    )
    # What a load that is killed leaves behind, BigQuery drops by itself.
    table.expires = datetime.now(UTC) + _LIFETIME
    table.description = "Rows on their way into another table."
    table.labels = {**LABELS, **(labels or {})}
    with explained(jobs.place):
        jobs.place.client.create_table(table, exists_ok=True)
    try:
        yield name
    finally:
        # It expires by itself: this must not hide what went wrong.
        with suppress(TaxiAssetsError):
            drop_table(jobs.place, name)
