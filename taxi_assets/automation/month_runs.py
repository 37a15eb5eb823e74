"""One Dagster run per month, in this process."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from taxi_assets.automation.instance import SESSION_TAGS
from taxi_assets.automation.jobs import ZONES_JOB, load_job_name
from taxi_assets.automation.month_outcomes import MonthOutcome, outcome_of
from taxi_assets.automation.run_tags import PART_TAG
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def load_month(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    dataset: Dataset,
    month: Month,
    force: bool = False,
    job_name: str | None = None,
    land: bool = True,
) -> MonthOutcome:
    """Materialize a month from its source to every warehouse, checks included.

    Args:
        definitions: the code location.
        instance: which records the run.
        dataset: whose month.
        month: which one.
        force: load it even where the tables hold this very file.
        job_name: a job that loads months to other warehouses than all of them.
        land: whether the source is asked first; if not, what the lake has is loaded.

    Raises:
        KeyboardInterrupt: Ctrl-C ended the run; the month is as it was.
    """
    job = definitions.resolve_job_def(job_name or load_job_name(dataset))
    merged = [key for key in job.asset_layer.selected_asset_keys if key.path[0] != "lake"]
    config = {key.to_python_identifier(): {"force": force} for key in merged}
    tags = {} if land else {PART_TAG: "tables"}
    if not land:
        job = job.get_subset(asset_selection=frozenset(merged))
    return _run(job, instance, f"{dataset.taxi} {month}", month, config, tags)


def check_month(
    definitions: dg.Definitions, instance: dg.DagsterInstance, dataset: Dataset, month: Month
) -> MonthOutcome:
    """Evaluate a month's checks in every warehouse, without loading anything."""
    job = definitions.resolve_job_def(load_job_name(dataset))
    checks = frozenset(job.asset_layer.asset_graph.asset_check_keys)
    job = job.get_subset(asset_selection=frozenset(), asset_check_selection=checks)
    return _run(job, instance, f"{dataset.taxi} {month}", month, tags={PART_TAG: "checks"})


def load_zones(definitions: dg.Definitions, instance: dg.DagsterInstance) -> MonthOutcome:
    """Materialize the taxi zones in every warehouse."""
    return run_job(definitions, instance, ZONES_JOB, "zones")


def run_job(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    job_name: str,
    name: str,
    month: Month | None = None,
    tags: Mapping[str, str] | None = None,
    config: Mapping[str, object] | None = None,
) -> MonthOutcome:
    """Run a job, of a month if it has months, and call its outcome by that name.

    Args:
        definitions: the code location.
        instance: which records the run.
        job_name: the job.
        name: of the outcome.
        month: which one.
        tags: further tags of the run, such as those of a range of months.
        config: the configuration of each step, by the step's name.
    """
    job = definitions.resolve_job_def(job_name)
    return _run(job, instance, name, month, config, tags)


def _run(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    name: str,
    month: Month | None,
    config: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
) -> MonthOutcome:
    ops = {op: {"config": values} for op, values in (config or {}).items()}
    result = job.execute_in_process(
        partition_key=None if month is None else str(month),
        instance=instance,
        run_config={**_QUIET, "ops": ops} if ops else _QUIET,
        tags={**SESSION_TAGS, **(tags or {})},
        raise_on_error=False,
    )
    return outcome_of(name, result)
