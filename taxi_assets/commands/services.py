"""Commands that prepare what months are loaded into, and serve the UI."""

from __future__ import annotations

import sys

import click

from taxi_assets.commands.output import console, told_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import Warehouse, read_settings, variable
from taxi_assets.trips.datasets import DATASETS


@click.command()
@click.argument("warehouse", type=click.Choice([Warehouse.POSTGRES.value]))
def adopt(warehouse: str) -> None:
    """Partition tables by month that are not, such as the Kestra flows' ones; rows are kept."""
    from taxi_assets.warehouse.postgres.adopt import adopt_table
    from taxi_assets.warehouse.postgres.server import server_of

    with told_errors():
        server = server_of(read_settings())
        with server.connect() as connection:
            adopted = [adopt_table(server, connection, dataset) for dataset in DATASETS.values()]
        for table in adopted:
            if table is not None:
                console.print(
                    f"{table.table}: {table.rows:,} rows kept, in {table.months} months"
                    + (f" and {table.other_rows:,} of other files" if table.other_rows else "")
                )
    if not any(adopted):
        console.print(f"{warehouse}: nothing to adopt")
    else:
        console.print("Load these months again to prove them: `taxi-assets load TAXI START END`.")


@click.command()
@click.argument("cloud", type=click.Choice(["gcp"]))
def setup(cloud: str) -> None:
    """Make what is missing in Google Cloud, and check what is there: the lake's bucket."""
    from taxi_assets.gcp.bucket import ensure_bucket
    from taxi_assets.gcp.cloud import google_cloud_of

    with told_errors():
        settings = read_settings()
        if settings.lake_bucket is None:
            raise SettingsError(
                f"{variable('lake')} names no bucket: there is nothing to set up",
                f"set {variable('lake')}=gs://BUCKET; names are taken world-wide",
            )
        state = ensure_bucket(google_cloud_of(settings), settings.lake_bucket[0])
    made = "made" if state.created else "is there and fits"
    console.print(f"{cloud}: gs://{state.name} in {state.location}: {made}", highlight=False)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=3000, show_default=True, help="Port to listen on.")
def dev(host: str, port: int) -> None:
    """Start Dagster's UI and daemon; what they record is kept between starts."""
    from taxi_assets.automation.services import run_services

    with told_errors():
        sys.exit(run_services(read_settings(), host, port))
