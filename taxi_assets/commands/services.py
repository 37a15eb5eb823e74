"""Commands that prepare what months are loaded into, and serve the UI."""

from __future__ import annotations

import sys
from uuid import uuid4

import click

from taxi_assets.commands.output import console, told_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, Warehouse, read_settings, variable
from taxi_assets.trips.datasets import DATASETS


@click.command()
@click.argument(
    "warehouse", type=click.Choice([Warehouse.POSTGRES.value, Warehouse.BIGQUERY.value])
)
def adopt(warehouse: str) -> None:
    """Partition tables by month that are not, such as the Kestra flows' ones; rows are kept."""
    adopt_all = {Warehouse.POSTGRES: _adopt_in_postgres, Warehouse.BIGQUERY: _adopt_in_bigquery}
    with told_errors():
        lines = adopt_all[Warehouse(warehouse)](read_settings())
    for line in lines:
        console.print(line, soft_wrap=True)
    if not lines:
        console.print(f"{warehouse}: nothing to adopt")
    else:
        console.print("Load these months again to prove them: `taxi-assets load TAXI START END`.")


def _adopt_in_postgres(settings: Settings) -> list[str]:
    from taxi_assets.warehouse.postgres.adopt import adopt_table
    from taxi_assets.warehouse.postgres.server import server_of

    server = server_of(settings)
    with server.connect() as connection:
        adopted = [adopt_table(server, connection, dataset) for dataset in DATASETS.values()]
    return [_kept(t.table, t.rows, t.months, t.other_rows) for t in adopted if t is not None]


def _adopt_in_bigquery(settings: Settings) -> list[str]:
    from taxi_assets.warehouse.bigquery.adopt import adopt_table
    from taxi_assets.warehouse.bigquery.jobs import Jobs
    from taxi_assets.warehouse.bigquery.warehouse import bigquery_of

    warehouse = bigquery_of(settings)
    adopted = [
        adopt_table(Jobs(warehouse, {"taxi": dataset.taxi}, uuid4().hex), dataset)
        for dataset in DATASETS.values()
    ]
    return [
        f"{_kept(t.table, t.rows, t.months, t.other_rows)}; the table as it was is {t.kept_as}"
        for t in adopted
        if t is not None
    ]


def _kept(table: str, rows: int, months: int, other_rows: int) -> str:
    others = f" and {other_rows:,} of other files" if other_rows else ""
    return f"{table}: {rows:,} rows kept, in {months} months{others}"


@click.command()
@click.argument("cloud", type=click.Choice(["gcp"]))
def setup(cloud: str) -> None:
    """Make what is missing in Google Cloud, and check what is there: bucket and dataset."""
    from taxi_assets.gcp.bucket import ensure_bucket
    from taxi_assets.gcp.cloud import google_cloud_of
    from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
    from taxi_assets.warehouse.bigquery.warehouse import bigquery_of

    with told_errors():
        settings = read_settings()
        if settings.lake_bucket is None and Warehouse.BIGQUERY not in settings.warehouses:
            raise SettingsError(
                f"{variable('lake')} names no bucket, and {variable('warehouses')} not bigquery: "
                "there is nothing to set up",
                f"set {variable('lake')}=gs://BUCKET (names are taken world-wide) or "
                f"{variable('warehouses')}=bigquery",
            )
        if settings.lake_bucket is not None:
            bucket = ensure_bucket(google_cloud_of(settings), settings.lake_bucket[0])
            _told(cloud, f"gs://{bucket.name}", bucket.location, bucket.created)
        if Warehouse.BIGQUERY in settings.warehouses:
            dataset = ensure_dataset(bigquery_of(settings))
            _told(cloud, f"dataset {dataset.name}", dataset.location, dataset.created)


def _told(cloud: str, name: str, location: str, created: bool) -> None:
    made = "made" if created else "is there and fits"
    console.print(f"{cloud}: {name} in {location}: {made}", highlight=False, soft_wrap=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=3000, show_default=True, help="Port to listen on.")
def dev(host: str, port: int) -> None:
    """Start Dagster's UI and daemon; what they record is kept between starts."""
    from taxi_assets.automation.services import run_services

    with told_errors():
        sys.exit(run_services(read_settings(), host, port))
