"""Assets of the lake: the published files, and their verified copies."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from taxi_assets.column_schema import raw_schema
from taxi_assets.errors import NotFoundAtSourceError
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import left_out_text
from taxi_assets.lake.landing import Landing
from taxi_assets.partitions import TAXI_TAG, monthly_partitions
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.published_counts import published_rows

OWNERS = ["team:taxi-data"]


def source_spec(dataset: Dataset) -> dg.AssetSpec:
    """The published files of a dataset: not ours, but where the graph begins."""
    return dg.AssetSpec(
        dg.AssetKey(["source", dataset.table]),
        description=f"{dataset.title} trips as published: a file a month.",
        group_name="source",
        kinds=_kinds(dataset),
        partitions_def=monthly_partitions(dataset),
        tags={TAXI_TAG: dataset.taxi},
    )


def _kinds(dataset: Dataset) -> set[str]:
    return {"csv", "parquet"} if dataset.csv_releases else {"parquet"}


def lake_asset(dataset: Dataset, catalog: Catalog) -> dg.AssetsDefinition:
    """The raw file of each month, verified and byte for byte as published."""

    @dg.asset(
        key=["lake", dataset.table],
        deps=[source_spec(dataset)],
        partitions_def=monthly_partitions(dataset),
        tags={TAXI_TAG: dataset.taxi},
        group_name="lake",
        kinds={"file", *_kinds(dataset)},
        owners=OWNERS,
        description=(
            f"{dataset.title} files, byte for byte as published.\n\n"
            "It becomes visible once it is complete and verified; an unchanged file is not "
            "fetched again."
        ),
        metadata={"dagster/column_schema": raw_schema(dataset)},
        output_required=False,
    )
    def landed(
        context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetObservation]:
        started = time.perf_counter()
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            outcome = land_month(lake, catalog, file)
            if isinstance(outcome, Absent):
                yield _not_published(context, catalog, file, outcome)
                return
        if not outcome.changed:
            context.log.info(f"{file} is unchanged at the source: not written again")
        if left_out := outcome.file.facts.undeclared(file):
            context.log.info(f"{file}: {left_out_text(left_out)}")
        seconds = time.perf_counter() - started
        yield dg.MaterializeResult(
            metadata={
                "dagster/uri": f"{lake.url}/{outcome.file.name}",
                **_metadata(file, outcome, seconds),
            }
        )

    return landed


def _not_published(
    context: dg.AssetExecutionContext, catalog: Catalog, file: TripFile, absent: Absent
) -> dg.AssetObservation:
    """Say that there is nothing to load yet: no failure, and nothing downstream runs.

    Raises:
        NotFoundAtSourceError: the month is so old that it should have been there for long.
    """
    url = catalog.url(file)
    if catalog.is_overdue(file.month, datetime.now(UTC).date()):
        raise missing(str(file), url, absent)
    context.log.warning(f"{file.month} is not published yet: {public_url(url)}, {absent.answer}")
    return dg.AssetObservation(
        context.asset_key,
        partition=context.partition_key,
        description=f"{file.month} is not published yet",
        metadata={"source_url": public_url(url), "answer": absent.answer},
    )


def missing(name: str, url: str, absent: Absent) -> NotFoundAtSourceError:
    """The error for a file that the source should have."""
    return NotFoundAtSourceError(
        f"{name} is not at {public_url(url)} ({absent.answer})",
        "check TAXI_CSV_BASE_URL and TAXI_PARQUET_BASE_URL, and that a mirror holds the month",
    )


def _metadata(file: TripFile, landing: Landing, seconds: float) -> dict[str, str | int | float]:
    landed = landing.file
    known = published_rows(file)
    return {
        "dagster/partition_row_count": landed.facts.rows,
        "published_rows": "not known" if known is None else known,
        "jagged_rows": landed.facts.jagged_rows,
        "size_bytes": landed.size_bytes,
        "uncompressed_bytes": landed.facts.uncompressed_bytes,
        "source_url": landed.url,
        "etag": landed.etag or "none",
        "sha256": landed.sha256,
        "synthetic": "synthetic" in file.filename,
        "changed": landing.changed,
        "left_out_columns": ", ".join(landed.facts.undeclared(file)) or "none",
        "seconds": round(seconds, 3),
    }
