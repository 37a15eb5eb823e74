"""Commands that prepare warehouses and Google Cloud, and the one that serves the UI."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from taxi_assets.commands.arguments import PORT
from taxi_assets.commands.output import console, printed_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import WAREHOUSES, read_settings, variable
from taxi_assets.trips.datasets import DATASETS

if TYPE_CHECKING:
    from taxi_assets.warehouse.interface import AdoptedTable


@click.command()
@click.argument("warehouse", type=click.Choice([*WAREHOUSES]))
def adopt(warehouse: str) -> None:
    """Partition tables by month that are not, such as the Kestra flows' ones; rows are kept."""
    from taxi_assets.warehouse.registry import warehouse_of

    with printed_errors():
        found = warehouse_of(warehouse, read_settings())
        adopted = [table for each in DATASETS.values() if (table := found.adopt(each)) is not None]
    for table in adopted:
        console.print(_kept(table), soft_wrap=True)
    if not adopted:
        console.print(f"{warehouse}: nothing to adopt")
    else:
        console.print("Load these months again to prove them: `taxi-assets load TAXI START END`.")


def _kept(table: AdoptedTable) -> str:
    others = f" and {table.other_rows:,} of other files" if table.other_rows else ""
    kept = f"; the table as it was is {table.kept_as}" if table.kept_as else ""
    return f"{table.table}: {table.rows:,} rows kept, in {table.months} months{others}{kept}"


@click.command()
@click.argument("cloud", type=click.Choice(["gcp"]))
def setup(cloud: str) -> None:
    """Make what is missing in Google Cloud, and check what is there: bucket and datasets."""
    from taxi_assets.analytics.connections import ensure_models_dataset
    from taxi_assets.gcp.bucket import ensure_bucket
    from taxi_assets.gcp.cloud import google_cloud_of
    from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
    from taxi_assets.warehouse.bigquery.warehouse import place_of

    with printed_errors():
        settings = read_settings()
        if settings.lake_bucket is None and "bigquery" not in settings.warehouses:
            raise SettingsError(
                f"{variable('lake')} names no bucket, and {variable('warehouses')} not bigquery: "
                "there is nothing to set up",
                f"set {variable('lake')}=gs://BUCKET (names are taken world-wide) or "
                f"{variable('warehouses')}=bigquery",
            )
        if settings.lake_bucket is not None:
            bucket = ensure_bucket(google_cloud_of(settings), settings.lake_bucket[0])
            _print_place(cloud, f"gs://{bucket.name}", bucket.location, bucket.created)
            for warning in bucket.warnings:
                console.print(f"{cloud}: {warning}", highlight=False, soft_wrap=True)
        if "bigquery" in settings.warehouses:
            datasets = [ensure_dataset(place_of(settings))]
            if settings.analytics != "off":
                datasets.append(ensure_models_dataset(place_of(settings)))
            for each in datasets:
                _print_place(cloud, f"dataset {each.name}", each.location, each.created)


def _print_place(cloud: str, name: str, location: str, created: bool) -> None:
    made = "made" if created else "is there and fits"
    console.print(f"{cloud}: {name} in {location}: {made}", highlight=False, soft_wrap=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=PORT, default=3000, show_default=True, help="Port to listen on.")
def dev(host: str, port: int) -> None:
    """Start Dagster's UI and daemon; what they record is kept between starts."""
    from taxi_assets.automation.services import run_services

    with printed_errors():
        sys.exit(run_services(read_settings(), host, port))
