"""Asset checks from the rules: one set per merged table, evaluated month by month."""

import warnings
from collections.abc import Iterator

import dagster as dg

from taxi_assets.errors import InvalidMonthError
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landing import lake_name
from taxi_assets.partitions import monthly_partitions
from taxi_assets.settings import Settings
from taxi_assets.settings.lake import LakeSettings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.published_counts import published_count
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.registry import warehouse_in


def month_checks(
    dataset: Dataset,
    asset: dg.AssetsDefinition,
    settings: Settings,
    warehouse: Warehouse,
) -> dg.AssetChecksDefinition:
    """The checks of a merged table.

    Args:
        dataset: the dataset of the table.
        asset: the table's asset.
        settings: they hold the limits.
        warehouse: the warehouse of the table.
    """
    checks = checks_of(dataset)
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster; without them a check's result would be
        # that of whichever month ran last.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        specs = [_spec(check, asset, dataset, settings) for check in checks]

    @dg.multi_asset_check(
        name=f"check_{asset.key.to_python_identifier()}",
        specs=specs,
        can_subset=True,
        required_resource_keys={"lake", warehouse.name},
        pool=warehouse.name,
    )
    def checked(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        with dagster_failures():
            file = file_of_partition(context, dataset)
            figures = warehouse_in(context, warehouse.name).measure(file)
            expected = expectations(file, figures, settings, context.resources.lake)
        selected = {key.name for key in context.selected_asset_check_keys}
        for check in checks:
            if check.name in selected:
                verdict = check.judge(figures, expected)
                yield check_result(asset.key, check.name, verdict, check.blocks)

    return checked


def file_of_partition(context: dg.AssetCheckExecutionContext, dataset: Dataset) -> TripFile:
    """The file of the month that a check runs for, in any format.

    Raises:
        InvalidMonthError: the check's run has no partition.
    """
    if not context.has_partition_key:
        raise InvalidMonthError(
            f"a check of {dataset.table} is of a month, and this run has none",
            f"run `taxi-assets check {dataset.taxi} YYYY-MM`, or materialize the month "
            "again: an unchanged one is not loaded anew, but it is checked",
        )
    return TripFile(dataset, Month.parse(context.partition_key), FileFormat.CSV)


def expectations(
    file: TripFile, figures: MonthFigures, settings: Settings, lake: Lake
) -> Expectations:
    """The expected values of a file's month. The published count is that of the loaded file."""
    files = file.siblings
    name = figures.entry.filename if figures.entry else None
    loaded = next((file for file in files if file.filename == name), None)
    in_lake = lake.find(lake_name(loaded)) if loaded else None
    known = published_count(loaded) if loaded else None
    binds = known is not None and known.binds(in_lake.last_modified if in_lake else None)
    return Expectations(
        taxi=file.dataset.taxi,
        month=str(file.month),
        published_rows=known.rows if known else None,
        published_count_required=settings.published_counts == "require" and binds,
        max_out_of_month_share=settings.max_out_of_month_share,
        min_season_share=settings.min_season_share,
        max_vendor_jump=settings.max_vendor_jump,
        max_oddity_jump=settings.max_oddity_jump,
        in_lake=in_lake,
        published_words=known.words if known else "published",
    )


def _spec(
    check: Check, asset: dg.AssetsDefinition, dataset: Dataset, settings: LakeSettings
) -> dg.AssetCheckSpec:
    warns = check.name == "rows_match_published" and settings.published_counts == "warn"
    return dg.AssetCheckSpec(
        name=check.name,
        asset=asset.key,
        description=check.description,
        blocking=check.blocks and not warns,
        partitions_def=monthly_partitions(dataset),
    )


def check_result(
    asset_key: dg.AssetKey, name: str, verdict: Verdict, blocks: bool
) -> dg.AssetCheckResult:
    """Turn a verdict into Dagster's result: an error only if check and verdict both block."""
    error = blocks and verdict.blocks
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=name,
        passed=verdict.passed,
        severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
        description=verdict.reason,
        metadata=dict(verdict.figures),
    )
