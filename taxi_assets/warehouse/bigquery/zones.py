"""The tables about the taxi zones in BigQuery."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.bigquery.jobs import Jobs


def replace_zones(jobs: Jobs, table: ZoneTable, rows: Sequence[Sequence[str]]) -> None:
    """Replace a table about the zones, in one load job. An empty text becomes NULL.

    LocationID is text, like PULocationID and DOLocationID of the trips, so that they join.
    A geometry is text, too: ``ST_GEOGFROMGEOJSON(geometry, make_valid => TRUE)`` reads it.
    """
    from google.cloud.bigquery import LoadJobConfig, SchemaField, SourceFormat, WriteDisposition

    names = table.column_names
    lines = [
        json.dumps({n: v for n, v in zip(names, row, strict=True) if v}) + "\n" for row in rows
    ]
    config = LoadJobConfig(
        source_format=SourceFormat.NEWLINE_DELIMITED_JSON,
        write_disposition=WriteDisposition.WRITE_TRUNCATE,
        schema=[
            SchemaField(column.name, "STRING", description=column.description)
            for column in table.columns
        ],
    )
    name = table.name.replace("_", "-")
    jobs.load(name, io.BytesIO("".join(lines).encode()), table.name, config)
