"""One Dagster run that builds many months of the models, for the command line."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from taxi_assets.analytics.assets import MODELLED_IN, MODELS_JOB
from taxi_assets.analytics.targets import target_of
from taxi_assets.automation.month_runs import MonthOutcome, State, run_job
from taxi_assets.settings import Settings
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.registry import warehouses_of

NAME = "models"
"""What the outcome of the run is called."""


def models_run(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    settings: Settings,
    months: Sequence[Month] | None = None,
    force: bool = False,
    full_refresh: bool = False,
) -> MonthOutcome:
    """Build months of the models, in every warehouse that has some.

    Args:
        definitions: the code location.
        instance: which records the run.
        settings: settings of the project.
        months: all from the first to the last of them; None stands for all that are there.
        force: build them also where they are up to date.
        full_refresh: drop the models first, with all months.
    """
    modelled = [each for each in warehouses_of(settings) if each.name in MODELLED_IN]
    if months is None:
        keys = sorted({key for each in modelled for key in target_of(each, settings).months()})
    else:
        keys = sorted(map(str, months))
    if not keys:
        return MonthOutcome(NAME, State.UNCHANGED, message="no month is loaded")
    tags = {
        "dagster/asset_partition_range_start": keys[0],
        "dagster/asset_partition_range_end": keys[-1],
    }
    config = {
        f"{each.name}_models": {"force": force, "full_refresh": full_refresh} for each in modelled
    }
    return run_job(definitions, instance, MODELS_JOB, NAME, tags=tags, config=config)
