"""One Dagster run that builds many months of the models, for the command line."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from taxi_assets.analytics.assets import MODELS_JOB, MONTHS
from taxi_assets.analytics.targets import targets_of
from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.automation.month_runs import run_job
from taxi_assets.errors import InvalidMonthError
from taxi_assets.settings import Settings
from taxi_assets.trips.month import Month

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

    Raises:
        InvalidMonthError: a month is before the first, or has not ended.
        SettingsError: no warehouse has models.
    """
    targets = targets_of(settings)
    if months is None:
        keys = sorted({key for target in targets for key in target.months()})
    else:
        keys = sorted(map(str, months))
    if not keys:
        return MonthOutcome(NAME, State.UNCHANGED, message="no month is loaded")
    known = MONTHS.get_partition_keys()
    if strange := [key for key in (keys[0], keys[-1]) if key not in known]:
        raise InvalidMonthError(
            f"{strange[0]} is no month of the models", f"name one from {known[0]} to {known[-1]}"
        )
    tags = {
        "dagster/asset_partition_range_start": keys[0],
        "dagster/asset_partition_range_end": keys[-1],
    }
    how = {"force": force, "full_refresh": full_refresh}
    config = {f"{target.warehouse.name}_models": how for target in targets}
    return run_job(definitions, instance, MODELS_JOB, NAME, tags=tags, config=config)
