"""Runs months one after the other for the command line, and shows their progress.

Importing this module imports Dagster and DuckDB, which takes a second. The command line imports it
only for commands that need it, and its functions import what only they need.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import dagster as dg
from rich.console import Console

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.automation.month_runs import check_month, load_month, load_zones, run_job
from taxi_assets.automation.unchanged_months import unchanged_months
from taxi_assets.commands.steps import Step, run_steps
from taxi_assets.commands.terminal import MonthProgress, print_checks, print_passed_over
from taxi_assets.errors import SettingsError
from taxi_assets.lake.landing import lake_name
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings, variable
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.registry import warehouses_of

Months = Sequence[tuple[Dataset, Month]]


def load(
    settings: Settings,
    months: Months,
    console: Console,
    force: bool = False,
    zones: bool = False,
    job_name: str | None = None,
) -> list[MonthOutcome]:
    """Load months, one run each. Months that are there unchanged are passed over.

    Args:
        settings: settings of the project.
        months: the months to load.
        console: gets the progress.
        force: load months even if they are unchanged.
        zones: load the table of taxi zones first.
        job_name: a job to load with; None uses the taxi's own job, which alone passes months over.

    Returns:
        The outcome of each month, also of those that were passed over, in the order of the months.

    Raises:
        Interrupted: Ctrl-C; each month is loaded whole or is as it was.
    """
    named = {f"{dataset.taxi} {month}": (dataset, month) for dataset, month in months}
    with open_instance(settings) as instance:
        skips = not force and job_name is None
        rows = unchanged_months(settings, instance, months) if skips else {}
        print_passed_over(console, rows)
        passed_over = [
            MonthOutcome(name, State.UNCHANGED, rows[dataset.taxi, month])
            for name, (dataset, month) in named.items()
            if (dataset.taxi, month) in rows
        ]
        models = settings.analytics == "with_load" and job_name is None
        if len(passed_over) == len(named) and not zones and not models:
            return passed_over
        definitions = _definitions(settings.including(dataset for dataset, _ in months))
        steps: list[Step] = [
            (name, partial(load_month, definitions, instance, dataset, month, force, job_name))
            for name, (dataset, month) in named.items()
            if (dataset.taxi, month) not in rows
        ]
        if zones:
            steps.insert(0, ("zones", partial(load_zones, definitions, instance)))
        if models:
            from taxi_assets.analytics.runs import models_run

            # The names of zones are in every month.
            asked = None if zones else sorted({month for _, month in months})
            steps.append(("models", partial(models_run, definitions, instance, settings, asked)))
        places = {name: place for place, name in enumerate(["zones", *named, "models"])}
        return sorted(
            [*passed_over, *run_steps(steps, console)], key=lambda outcome: places[outcome.name]
        )


def build_models(
    settings: Settings,
    console: Console,
    months: Sequence[Month] | None = None,
    force: bool = False,
    full_refresh: bool = False,
) -> list[MonthOutcome]:
    """Bring the dbt models up to date, all months in one run.

    Args:
        settings: settings of the project; whether Dagster has the models does not matter.
        console: gets the progress.
        months: the first and last of them bound the run; None stands for all that are there.
        force: build them also where they are up to date.
        full_refresh: drop the models first, with all months.

    Raises:
        Interrupted: Ctrl-C; each month of each model is built whole, or is as it was.
    """
    if settings.analytics == "off":
        settings = settings.model_copy(update={"analytics": "on"})
    definitions = _definitions(settings)
    from taxi_assets.analytics.runs import models_run

    with open_instance(settings) as instance:
        run = partial(models_run, definitions, instance, settings, months, force, full_refresh)
        outcomes = run_steps([("models", run)], console)
    print_checks(console, outcomes)
    return outcomes


def run_table_job(
    settings: Settings,
    job_name: str,
    name: str,
    console: Console,
    months: Sequence[Month] | None = None,
) -> list[MonthOutcome]:
    """Run a job of a pipeline's tables.

    Args:
        settings: settings of the project.
        job_name: the job.
        name: the pipeline.
        console: gets the progress.
        months: the months to make, one run each; None if the job has no months.

    Raises:
        Interrupted: Ctrl-C; what a run writes is written whole, or not at all.
    """
    definitions = _definitions(settings)
    with open_instance(settings) as instance:
        titled = [(name, None)] if months is None else [(f"{name} {m}", m) for m in months]
        steps: list[Step] = [
            (title, partial(run_job, definitions, instance, job_name, title, month))
            for title, month in titled
        ]
        return run_steps(steps, console)


def check(settings: Settings, months: Months, console: Console) -> list[MonthOutcome]:
    """Run the asset checks of months that are loaded.

    Raises:
        Interrupted: Ctrl-C.
    """
    definitions = _definitions(settings.including(dataset for dataset, _ in months))
    with open_instance(settings) as instance:
        steps: list[Step] = [
            (f"{dataset.taxi} {month}", partial(check_month, definitions, instance, dataset, month))
            for dataset, month in months
        ]
        outcomes = run_steps(steps, console)
    print_checks(console, outcomes)
    return outcomes


def audit(
    settings: Settings,
    months: Months,
    console: Console,
    repair: bool,
    whole: Sequence[Dataset] = (),
) -> list[MonthOutcome]:
    """Hold months against their files, and repair what differs if that is asked for.

    Args:
        settings: where lake and warehouses are.
        months: the months.
        console: gets the progress.
        repair: fetch and load again what is not as its file says.
        whole: also look for rows of no month in the tables of these datasets.

    Raises:
        Interrupted: Ctrl-C; each month is as it was, or is repaired.
    """
    from taxi_assets.automation.audits import audited, audited_names, file_to_audit

    settings = settings.including(dataset for dataset, _ in months)
    definitions, catalog = _definitions(settings), Catalog(settings)
    lake, warehouses = lake_of(settings), warehouses_of(settings)
    with open_instance(settings) as instance:

        def audit_one(dataset: Dataset, month: Month) -> MonthOutcome:
            file = file_to_audit(catalog, dataset, month)
            load_again = partial(
                load_month,
                definitions,
                instance,
                dataset,
                month,
                force=True,
                land=lake.find(lake_name(file)) is None,
            )
            return audited(lake, warehouses, catalog, file, load_again if repair else None)

        steps: list[Step] = [
            (f"{dataset.taxi} {month}", partial(audit_one, dataset, month))
            for dataset, month in months
        ]
        outcomes = run_steps(steps, console)
    proved = [o for o in outcomes if o.checks and all(check.passed for check in o.checks)]
    summary = f"{len(proved)} of {len(outcomes)} months are proved to be what their files say"
    outcomes += [found for dataset in whole for found in audited_names(warehouses, dataset)]
    if differing := [o for o in outcomes if not all(check.passed for check in o.checks)]:
        print_checks(console, differing, "Audit")
    console.print(summary)
    return outcomes


def backfill(
    settings: Settings, months: Months, console: Console, wait: bool, failed: bool
) -> list[MonthOutcome]:
    """Give months to the running daemon, as one backfill for each taxi.

    Args:
        settings: settings of this process; the daemon has its own.
        months: the months to load.
        console: gets the progress.
        wait: wait until all months are done, and return their outcomes.
        failed: only the months that were asked for and are not held as the source has them.

    Raises:
        SettingsError: a taxi is not among those that Dagster has.
        DaemonNotRunningError: no daemon is running.
        KeyboardInterrupt: Ctrl-C; the backfill goes on.
    """
    from taxi_assets.automation.backfills import (
        follow,
        launch_backfill,
        missing_months,
        require_daemon,
    )
    from taxi_assets.watch.survey import stale_months

    for dataset in dict.fromkeys(dataset for dataset, _ in months):
        if dataset not in settings.datasets:
            names = ",".join(each.taxi for each in (*settings.datasets, dataset))
            raise SettingsError(
                f"the daemon loads no {dataset.taxi} trips: {variable('taxis')} does not name them",
                f"set {variable('taxis')}={names} for `taxi-assets dev` and the daemon, or use "
                "`taxi-assets load`",
            )
    with open_instance(settings) as instance:
        require_daemon(instance)
        launched = []
        for dataset in dict.fromkeys(dataset for dataset, _ in months):
            chosen = [month for each, month in months if each is dataset]
            if failed:
                stale = stale_months(instance, Catalog(settings), dataset, datetime.now(UTC))
                missing = missing_months(instance, dataset, chosen)
                chosen = [month for month in chosen if month in stale or month in missing]
            if chosen:
                launched.append((dataset, launch_backfill(instance, dataset, chosen), chosen))
                console.print(f"backfill {launched[-1][1]}: {dataset.taxi}, {len(chosen)} months")
            else:
                console.print(f"{dataset.taxi}: no month that was asked for is missing")
        if not wait:
            return []
        outcomes = []
        with MonthProgress(console, sum(len(chosen) for *_, chosen in launched)) as progress:
            for dataset, backfill_id, chosen in launched:
                progress.begin(f"backfill {backfill_id}")
                for outcome in follow(instance, dataset, backfill_id, chosen):
                    outcomes.append(outcome)
                    progress.end(outcome)
        return outcomes


def _definitions(settings: Settings) -> dg.Definitions:
    """All of Dagster's definitions. They take a second to import and make: only for runs."""
    from taxi_assets.definitions import build_definitions

    return build_definitions(settings)
