"""One look at a dataset: at the source, the ledgers, the lake and the runs, and what follows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.loaded_months import ledger_lines
from taxi_assets.automation.month_outcomes import recorded_outcome
from taxi_assets.errors import InvalidMonthError, TaxiAssetsError
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.source.catalog import LOOK_SECONDS, Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.watch.looking import BUDGET_SECONDS, look, look_around
from taxi_assets.watch.months import (
    Facts,
    MonthLine,
    Standing,
    compare,
    newest_months,
    watched_months,
)
from taxi_assets.watch.sightings import Sightings, changed_sightings, is_near, read_sightings
from taxi_assets.watch.tries import months_on_their_way, tries
from taxi_assets.watch.troubles import Report, Trouble, troubles_of

_REPORT_KEY = "taxi_assets/watch/{taxi}"
_BEING_MADE = timedelta(minutes=10)
"""So long a requested run may take until it can be seen."""


@dataclass
class Survey:
    """What a look found.

    Attributes:
        lines: the watched months, oldest first; none where a ledger could not be read.
        sightings: what is known of the source, and which runs were asked for.
        looked_at: the months that the source was asked for this time.
        problem: why nothing could be compared; empty where it could.
        now: the time of the look.
        troubles: what stands in the way.
    """

    lines: Sequence[MonthLine]
    sightings: Sightings
    now: datetime
    looked_at: Sequence[Month] = ()
    problem: str = ""
    troubles: Sequence[Trouble] = ()

    @property
    def due(self) -> list[MonthLine]:
        """The months that a run should be asked for now, newest first."""
        return [line for line in reversed(self.lines) if line.is_due(self.now)]

    def ask_for(self, lines: Sequence[MonthLine]) -> None:
        """Note that runs of these months are requested, so that nobody else requests them."""
        self.sightings.asked |= {str(line.month): self.now for line in lines}


@contextmanager
def surveyed(
    instance: dg.DagsterInstance,
    catalog: Catalog,
    dataset: Dataset,
    now: datetime,
    months: Sequence[Month] | None = None,
    in_round: bool = False,
    job_name: str | None = None,
    report: bool = True,
) -> Iterator[Survey]:
    """Look at a dataset's months, compare, and keep what is found once the context ends.

    Args:
        instance: whose runs load them, and whose storage keeps what is known.
        catalog: where they are published, and into which warehouses they go.
        dataset: whose months.
        now: the time of the look, UTC.
        months: those in question; None for all that are watched.
        in_round: look at the next few of them; otherwise at those that are not held.
        job_name: the job that loads them, if it is not the dataset's own.
        report: whether the alerts tell of what is found; never of a part of the months.

    Raises:
        WatchBusyError: somebody else is looking.
        InvalidMonthError: the chosen publication has no month of the dataset.
    """
    job_name = job_name or load_job_name(dataset)
    end = time.monotonic() + BUDGET_SECONDS
    with changed_sightings(instance, catalog.settings, dataset) as sightings:
        survey = _survey(
            instance, catalog, dataset, now, months, sightings, job_name, in_round, end
        )
        survey.troubles = troubles_of(catalog, dataset, survey.lines, sightings, now)
        if report and months is None:
            _keep_report(instance, dataset, survey)
        yield survey


def known(
    instance: dg.DagsterInstance, catalog: Catalog, dataset: Dataset, now: datetime
) -> list[MonthLine]:
    """How the watched months stand by the last looks, without asking the source.

    Raises:
        TaxiAssetsError: a ledger or the lake cannot be read.
    """
    sightings = read_sightings(instance, dataset)
    entries = ledger_lines(catalog.settings, dataset)
    landed = dict(landed_months(lake_of(catalog.settings), dataset))
    job_name = load_job_name(dataset)
    facts = _facts(instance, dataset, now, entries, landed, sightings, job_name)
    watched = watched_months(catalog, dataset, list(entries), now.date())
    newest = newest_months(catalog, dataset, now.date())
    return compare(catalog, dataset, watched, newest, facts, now.date())


def stale_months(
    instance: dg.DagsterInstance, catalog: Catalog, dataset: Dataset, now: datetime
) -> set[Month]:
    """The months that were loaded once, of which the source was seen to have a newer version.

    Raises:
        TaxiAssetsError: a ledger or the lake cannot be read.
    """
    try:
        lines = known(instance, catalog, dataset, now)
    except InvalidMonthError:  # the chosen publication has none of this taxi
        return set()
    return {line.month for line in lines if line.held and line.lacking and not line.on_its_way}


def _survey(
    instance: dg.DagsterInstance,
    catalog: Catalog,
    dataset: Dataset,
    now: datetime,
    months: Sequence[Month] | None,
    sightings: Sightings,
    job_name: str,
    in_round: bool,
    end: float,
) -> Survey:
    newest = months or newest_months(catalog, dataset, now.date())
    try:
        entries = ledger_lines(catalog.settings, dataset)
        landed = dict(landed_months(lake_of(catalog.settings), dataset))
    except TaxiAssetsError as error:
        sightings.blind_since = sightings.blind_since or now
        sightings.blindness = str(error)
        seen = list(map(Month.parse, sightings.months)) or newest
        asked = look_around(catalog, dataset, sightings, seen, now, _left(end))
        return Survey([], sightings, now, asked, str(error))
    sightings.blind_since, sightings.blindness = None, ""
    sightings.asked = {m: at for m, at in sightings.asked.items() if is_near(at, now, _BEING_MADE)}
    watched = months or watched_months(catalog, dataset, list(entries), now.date())
    if in_round:
        asked = look_around(catalog, dataset, sightings, watched, now, _left(end))
    else:
        complete = len(catalog.settings.warehouses)
        missing = [month for month in newest if len(entries.get(month, ())) < complete]
        at_once = missing[: catalog.settings.schedule_months]
        asked = look(catalog, dataset, sightings, at_once, now, _left(end))
    facts = _facts(instance, dataset, now, entries, landed, sightings, job_name)
    lines = compare(catalog, dataset, sorted(watched), newest, facts, now.date())
    return Survey(lines, sightings, now, asked)


def _left(end: float) -> float:
    """Seconds for looks: what the wait for other looks and for ledgers left, but one at least."""
    return max(LOOK_SECONDS, end - time.monotonic())


def _facts(
    instance: dg.DagsterInstance,
    dataset: Dataset,
    now: datetime,
    entries: Mapping[Month, Sequence[LedgerEntry]],
    landed: Mapping[TripFile, LandedFile],
    sightings: Sightings,
    job_name: str,
) -> Facts:
    asked = {
        Month.parse(month) for month, at in sightings.asked.items() if is_near(at, now, _BEING_MADE)
    }
    return Facts(
        entries,
        landed,
        sightings,
        on_their_way=months_on_their_way(instance, dataset, now) | asked,
        tries=lambda month: tries(instance, job_name, dataset, month, now),
        why=lambda found: recorded_outcome(instance, "", found.failed).message,
    )


def _keep_report(instance: dg.DagsterInstance, dataset: Dataset, survey: Survey) -> None:
    """Keep the troubles that a look found, for the alerts."""
    fine = [
        str(line.month)
        for line in survey.lines
        if not line.lacking and line.standing is not Standing.FAILING
    ]
    report = Report(
        at=survey.now,
        troubles=survey.troubles,
        fine=fine,
        watched=[str(line.month) for line in survey.lines],
        is_blind=bool(survey.problem),
    )
    key = _REPORT_KEY.format(taxi=dataset.taxi)
    instance.daemon_cursor_storage.set_cursor_values({key: report.model_dump_json()})


def last_report(instance: dg.DagsterInstance, dataset: Dataset) -> Report | None:
    """What the last look at a dataset found; None where there was none yet."""
    key = _REPORT_KEY.format(taxi=dataset.taxi)
    kept = instance.daemon_cursor_storage.get_cursor_values({key}).get(key)
    return Report.model_validate_json(kept) if kept else None
