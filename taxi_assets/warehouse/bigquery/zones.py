"""The taxi zones in BigQuery."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from taxi_assets.trips.zones import ZONE_COLUMNS, ZONES_TABLE
from taxi_assets.warehouse.bigquery.jobs import Jobs


def replace_zones(jobs: Jobs, path: Path) -> int:
    """Replace the table ``zones`` with the published file, in one load job.

    LocationID is text, like PULocationID and DOLocationID of the trips, so that they join.

    Returns:
        How many zones there are.
    """
    from google.cloud.bigquery import LoadJobConfig, SchemaField, SourceFormat, WriteDisposition

    with path.open(encoding="utf-8", newline="") as text:
        zones = list(csv.reader(text))[1:]
    names = [column.name for column in ZONE_COLUMNS]
    lines = [
        json.dumps({n: v for n, v in zip(names, zone, strict=True) if v}) + "\n" for zone in zones
    ]
    config = LoadJobConfig(
        source_format=SourceFormat.NEWLINE_DELIMITED_JSON,
        write_disposition=WriteDisposition.WRITE_TRUNCATE,
        schema=[
            SchemaField(column.name, "STRING", description=column.description)
            for column in ZONE_COLUMNS
        ],
    )
    return jobs.load("zones", io.BytesIO("".join(lines).encode()), ZONES_TABLE, config)
