"""Assets that only BigQuery has."""

from typing import Protocol

import dagster as dg

from taxi_assets.column_schema import raw_schema
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.lake import Lake
from taxi_assets.partitions import TAXI_TAG, monthly_partitions
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.attempts import jobs_of_attempt
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.external_table import ensure_external_table
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.month_assets import attempt_of, landed_file


class HasPlace(Protocol):
    """The part of the warehouse that its own assets use."""

    @property
    def place(self) -> BigQueryPlace:
        """Where its tables are."""


def dataset_asset(place: BigQueryPlace) -> dg.AssetsDefinition:
    """The asset that creates and checks the BigQuery dataset of the tables."""

    @dg.asset(
        key=["gcp", "dataset"],
        group_name="gcp",
        kinds={"googlecloud", "bigquery"},
        owners=OWNERS,
        description=(
            "The dataset of the tables in BigQuery.\n\nMade where there is none; one that is there "
            "is checked and never changed."
        ),
    )
    def dataset() -> dg.MaterializeResult[None]:
        with dagster_failures():
            state = ensure_dataset(place)
        return dg.MaterializeResult(
            metadata={"dataset": state.name, "location": state.location, "created": state.created}
        )

    return dataset


def bigquery_external_asset(dataset: Dataset, catalog: Catalog) -> dg.AssetsDefinition:
    """The asset of a dataset's external tables, one table for each month's file in the bucket."""

    @dg.asset(
        key=[BIGQUERY.name, f"{dataset.table}_ext"],
        deps=[dg.AssetKey(["lake", dataset.table])],
        partitions_def=monthly_partitions(dataset),
        tags={TAXI_TAG: dataset.taxi},
        group_name=BIGQUERY.name,
        kinds={"bigquery", "table"},
        owners=OWNERS,
        description=(
            f"{dataset.title} files as they stand in the bucket, read in place.\n\n"
            f"A table for each month, such as `{dataset.table}_2020_04_ext`; a CSV's values are "
            "text."
        ),
        metadata={"dagster/column_schema": raw_schema(dataset)},
        pool=BIGQUERY.name,
    )
    def external(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[Lake],
        bigquery: dg.ResourceParam[HasPlace],
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            landed = landed_file(lake, file)
            assert isinstance(lake, BucketLake), "only such a lake has external tables"
            jobs = jobs_of_attempt(bigquery.place, file, attempt_of(context))
            table = ensure_external_table(jobs, lake, file, landed)
        return dg.MaterializeResult(
            metadata={
                "dagster/table_name": f"{bigquery.place.address}.{table.name}",
                "dagster/uri": f"{lake.url}/{landed.name}",
                "replaced": table.replaced,
            }
        )

    return external
