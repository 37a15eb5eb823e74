"""The dbt models as assets: one month of all of them is a partition, its dbt tests are checks."""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.asset_utils import build_dbt_specs, get_asset_check_key_for_test
from pydantic import Field

from taxi_assets.analytics.dbt import NodeResult, build, read_project
from taxi_assets.analytics.declarations import modelled_datasets
from taxi_assets.analytics.lineage import column_lineage
from taxi_assets.analytics.targets import Target, targets_of
from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.run_tags import PARTITION_TAG
from taxi_assets.errors import AnalyticsError
from taxi_assets.failures import ATTENDED_TAG, dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.settings import Settings
from taxi_assets.trips.zones import ZONES_TABLE
from taxi_assets.warehouse.interface import Warehouse

GROUP = "models"
MODELS_JOB = "build_models"

_UNCHANGED = "UNCHANGED"

_START = min(dataset.first_month for dataset in modelled_datasets())
MONTHS = dg.MonthlyPartitionsDefinition(start_date=str(_START), fmt="%Y-%m")
"""The months of all taxis that have models."""


class BuildConfig(dg.Config):
    """How the models are built."""

    force: bool = Field(False, description="Build the months also where they are up to date.")
    full_refresh: bool = Field(
        False, description="Drop the models with all their months first, such as for new columns."
    )


class Translator(DagsterDbtTranslator):
    """What dbt's models are called among the assets: ``duckdb/fct_trips``."""

    def __init__(self, warehouse: str) -> None:
        super().__init__()
        self.warehouse = warehouse

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Sources are the merged tables and zones of the same warehouse."""
        return dg.AssetKey([self.warehouse, dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:  # noqa: ARG002
        """One group for all models."""
        return GROUP

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:  # noqa: ARG002
        """Those of all assets."""
        return OWNERS

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What the model holds, without its SQL."""
        return str(dbt_resource_props["description"])


def models_asset(target: Target) -> dg.AssetsDefinition:
    """The models of a warehouse.

    Raises:
        AnalyticsError: dbt's project cannot be read.
    """
    warehouse = target.warehouse
    translator = Translator(warehouse.name)
    manifest = read_project(target)
    specs, check_specs = build_dbt_specs(
        translator=translator,
        manifest=manifest,
        select="fqn:*",
        exclude="",
        selector="",
        io_manager_key=None,
        project=None,
    )

    @cache
    def lineage(unique_id: str, compiled: str) -> dg.TableColumnLineage:
        node = manifest["nodes"][unique_id]
        return column_lineage(node, compiled, manifest, translator.get_asset_key)

    @dg.multi_asset(
        name=f"{warehouse.name}_models",
        specs=[_with_months(spec, warehouse) for spec in specs],
        check_specs=check_specs,
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool=warehouse.name,
    )
    def models(
        context: dg.AssetExecutionContext, config: BuildConfig
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        months = list(context.partition_keys)
        chosen = [key.path[-1] for key in sorted(context.selected_asset_keys)]
        with dagster_failures():
            results = build(target, months, chosen, config.force, config.full_refresh)
            lines, left_out = target.ledger(months)
        held, lost = Counter[str](), Counter[str]()
        for line in lines:
            held[line.model] += line.rows_out or 0
        for part in left_out:
            lost[part.model] += part.trips
        for result in results:
            if result.status == "skipped":
                continue
            if result.unique_id.startswith("test."):
                key = get_asset_check_key_for_test(manifest, translator, result.unique_id, None)
                if key is not None and key in context.selected_asset_check_keys:
                    yield _check_result(key, result)
            elif result.unique_id.startswith("model.") and result.status == "success":
                name = result.unique_id.rpartition(".")[2]
                metadata: dict[str, Any] = {
                    "changed": result.message != _UNCHANGED,
                    "seconds": round(result.seconds, 3),
                    "dagster/column_lineage": lineage(result.unique_id, result.compiled),
                }
                if name in held:
                    metadata["dagster/partition_row_count"] = held[name]
                    metadata["trips_left_out"] = lost[name]
                yield dg.MaterializeResult(
                    asset_key=dg.AssetKey([warehouse.name, name]), metadata=metadata
                )
        with dagster_failures():
            _require_models(results, target)

    return models


def analytics_definitions(settings: Settings) -> dg.Definitions:
    """The models of each warehouse that has some, their job, and what builds them after a load.

    Raises:
        SettingsError: no warehouse has models.
        AnalyticsError: dbt's project cannot be read.
    """
    targets = targets_of(settings)
    assets = [models_asset(target) for target in targets]
    tables = {
        dg.AssetKey([target.warehouse.name, dataset.table])
        for target in targets
        for dataset in modelled_datasets()
    }
    job = dg.define_asset_job(
        MODELS_JOB,
        dg.AssetSelection.assets(*assets),
        description="A month of the dbt models, from the merged tables.",
    )
    running = settings.analytics == "with_load"

    @dg.run_status_sensor(
        name="models_after_load",
        run_status=dg.DagsterRunStatus.SUCCESS,
        request_job=job,
        default_status=dg.DefaultSensorStatus.RUNNING
        if running
        else dg.DefaultSensorStatus.STOPPED,
        description="Builds the models of each month that was loaded.",
    )
    def after_load(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
        return request_after(context.dagster_run, context.instance, tables)

    return dg.Definitions(assets=assets, jobs=[job], sensors=[after_load])


def _with_months(spec: dg.AssetSpec, warehouse: Warehouse) -> dg.AssetSpec:
    """The spec with its months. One that is skipped does not fail the run: its cause does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # of green's months, which begin later
        months = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
    zones = dg.AssetKey([warehouse.name, ZONES_TABLE])
    deps = [
        dg.AssetDep(dep.asset_key, partition_mapping=None if dep.asset_key == zones else months)
        for dep in spec.deps
    ]
    return spec.replace_attributes(
        deps=deps,
        partitions_def=MONTHS,
        skippable=True,
        kinds={"dbt", warehouse.name},
    )


def _check_result(key: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        description=result.message or None,
        metadata={"failed_rows": result.failures},
    )


def _require_models(results: Sequence[NodeResult], target: Target) -> None:
    """Fail where a model could not be built; a test that failed is told by its check.

    Raises:
        AnalyticsError: names the first model and what the database said.
    """
    failed = [r for r in results if r.failed and not r.unique_id.startswith("test.")]
    if failed:
        raise AnalyticsError(
            f"{failed[0].unique_id.rpartition('.')[2]} in {target.warehouse.name} was not built: "
            f"{failed[0].message.strip()}",
            f"its months are as they were; the SQL is in {target.folder / 'run'}",
        )


def request_after(
    run: dg.DagsterRun, instance: dg.DagsterInstance, tables: Set[dg.AssetKey]
) -> dg.RunRequest | dg.SkipReason:
    """The run that builds the models of the month that a run loaded, whoever launched it.

    Args:
        run: that has succeeded: of a job, of a pipeline file, or of assets alone.
        instance: that has its events.
        tables: the merged tables that models are made from.
    """
    month = run.tags.get(PARTITION_TAG)
    if month is None or ATTENDED_TAG in run.tags:
        return dg.SkipReason("it is of no month, or the command line builds its models itself")
    if run.job_name not in {load_job_name(dataset) for dataset in modelled_datasets()}:
        kind = dg.DagsterEventType.ASSET_MATERIALIZATION
        events = instance.get_records_for_run(run.run_id, of_type=kind).records
        if tables.isdisjoint(record.asset_key for record in events if record.asset_key):
            return dg.SkipReason(f"{run.job_name} loaded no month of the models")
    return dg.RunRequest(run_key=run.run_id, partition_key=month)
