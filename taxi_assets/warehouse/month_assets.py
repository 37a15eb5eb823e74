"""Assets of merged tables, the same in every warehouse."""

from collections.abc import Sequence
from functools import partial

import dagster as dg
from pydantic import Field

from taxi_assets.column_schema import merged_lineage, merged_schema
from taxi_assets.errors import DamagedCopyError, InvalidFileError
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.lake.fetching import land_month, restored
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.partitions import TAXI_TAG, monthly_partitions
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.rejects import without_bad_rows
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Attempt, Warehouse
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.oddities import oddities_of
from taxi_assets.warehouse.registry import warehouse_in
from taxi_assets.warehouse.witness import note_digests


class LoadConfig(dg.Config):
    """How a month is loaded."""

    force: bool = Field(
        False, description="Load the month even where the table holds this very file already."
    )


def merged_asset(
    warehouse: Warehouse, dataset: Dataset, catalog: Catalog, sources: Sequence[dg.AssetKey] = ()
) -> dg.AssetsDefinition:
    """The merged table of a dataset in a warehouse, a month at a time.

    Args:
        warehouse: the warehouse of the table.
        dataset: the dataset of the table.
        catalog: where months are published, and what is asked of them.
        sources: assets between the lake and the table.
    """

    @dg.asset(
        key=[warehouse.name, dataset.table],
        deps=[dg.AssetKey(["lake", dataset.table]), *sources],
        partitions_def=monthly_partitions(dataset),
        tags={TAXI_TAG: dataset.taxi},
        group_name=warehouse.name,
        kinds={warehouse.name, "table"},
        owners=OWNERS,
        description=warehouse.description(dataset),
        metadata={
            "dagster/column_schema": merged_schema(dataset, warehouse.dialect.types),
            "dagster/column_lineage": merged_lineage(dataset),
            "dagster/table_name": warehouse.full_name(dataset.table),
        },
        required_resource_keys={"lake", warehouse.name},
        pool=warehouse.name,
    )
    def merged(context: dg.AssetExecutionContext, config: LoadConfig) -> dg.MaterializeResult[None]:
        lake: Lake = context.resources.lake
        resource = warehouse_in(context, warehouse.name)
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            loaded = load_month(resource, lake, catalog, file, attempt_of(context), config.force)
        if not loaded.changed:
            context.log.info(f"the table holds this very {file.filename}: nothing to do")
        return dg.MaterializeResult(metadata=load_metadata(file, loaded))

    return merged


def load_month(
    warehouse: Warehouse,
    lake: Lake,
    catalog: Catalog,
    file: TripFile,
    attempt: Attempt,
    force: bool = False,
) -> Loaded:
    """Load a month from the lake, without its bad rows where a few may be rejected.

    A copy in the lake that is damaged is fetched again.

    Args:
        warehouse: where its rows go.
        lake: where its file is.
        catalog: where it is published, and what is asked of it.
        file: the month.
        attempt: the try that the load is in.
        force: load even where the table holds this very file.

    Raises:
        InvalidFileError: it is not in the lake, or its values do not fit.
        DamagedCopyError: the lake's copy is damaged, and the source does not have the file.
    """

    def load(landed: LandedFile) -> Loaded:
        with lake.local_copy(landed) as copy:
            share = catalog.settings.refuse_out_of_month_share
            month = OpenMonth(
                file, landed, copy, max_other_share=share, note_digests=partial(note_digests, lake)
            )
            try:
                return warehouse.load(lake, month, attempt, force)
            except InvalidFileError as refusal:
                most = catalog.settings.max_rejected_rows
                if not most:
                    raise
                with without_bad_rows(month, most, refusal) as accepted:
                    return warehouse.load(lake, accepted, attempt, force)

    try:
        return load(landed_file(lake, file))
    except DamagedCopyError as damage:
        return load(restored(damage, partial(land_month, lake, catalog, file)))


def attempt_of(context: dg.AssetExecutionContext) -> Attempt:
    """The attempt of a running step."""
    return Attempt(context.run.run_id, context.retry_number)


def landed_file(lake: Lake, file: TripFile) -> LandedFile:
    """The month's file in the lake.

    Raises:
        InvalidFileError: it has not landed.
    """
    landed = lake.find(lake_name(file))
    if landed is None:
        raise InvalidFileError(
            f"{file} is not in the lake {lake.url}",
            f"materialize lake/{file.dataset.table} for {file.month} first",
        )
    return landed


def load_metadata(file: TripFile, loaded: Loaded) -> dict[str, str | int | float]:
    """The metadata of a load for Dagster, under its standard keys where they exist.

    Dagster plots the numbers by partition.
    """
    shares = {
        f"share_of_{oddity.name}": loaded.tally[oddity.name] / loaded.rows
        for oddity in oddities_of(file.dataset)
        if oddity.name in loaded.tally
    }
    return {
        "dagster/partition_row_count": loaded.rows,
        "dagster/row_count": loaded.table_rows,
        "filename": file.filename,
        "changed": loaded.changed,
        "replaced_rows": loaded.replaced_rows,
        "rejected_rows": loaded.rejected_rows,
        "seconds": round(loaded.seconds, 3),
        "rows_per_second": round(loaded.rows_per_second),
        **shares,
        **loaded.cost,
    }
