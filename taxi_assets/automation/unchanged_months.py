"""Months that a load passes over: they are there as the source has them, and are checked."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

import dagster as dg

from taxi_assets.automation.recorded_checks import checked_months
from taxi_assets.errors import InvalidFileError, InvalidMonthError, SourceBusyError
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import judge, lake_name
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.as_loaded import JUDGED, months_as_loaded
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets.watch.looking import AT_ONCE, ask

_log = logging.getLogger(__name__)

_ANSWER_SECONDS = 10.0
"""Longest wait for the answers of a few months. One that gets none in time is loaded as usual."""

Files = Mapping[TripFile, LandedFile]


def unchanged_months(
    settings: Settings, instance: dg.DagsterInstance, months: Sequence[tuple[Dataset, Month]]
) -> dict[tuple[str, Month], int]:
    """Those of the months that a load would leave as they are, by taxi and month: their rows.

    The source says that it has the version in the lake, every warehouse holds the rows that were
    loaded from it, by their digest, and all checks were made and passed. Where anything is in
    doubt or cannot be asked, a month is left out: its run says more.

    Args:
        settings: settings of the project.
        instance: where the checks of the months are recorded.
        months: the months in question.
    """
    catalog, lake = Catalog(settings), lake_of(settings)
    wanted: dict[str, list[Month]] = defaultdict(list)
    for dataset, month in months:
        wanted[dataset.taxi].append(month)
    found: dict[tuple[str, Month], int] = {}
    for taxi, of_taxi in wanted.items():
        try:
            rows = _unchanged(catalog, lake, instance, DATASETS[taxi], of_taxi)
        except Exception as error:  # whatever it is, the run of a month says it
            _log.info("%s: no month is passed over: %s", taxi, error)
            continue
        found |= {(taxi, file.month): count for file, count in rows.items()}
    return found


def _unchanged(
    catalog: Catalog,
    lake: Lake,
    instance: dg.DagsterInstance,
    dataset: Dataset,
    months: Sequence[Month],
) -> dict[TripFile, int]:
    settings = catalog.settings
    landed = _landed(catalog, lake, dataset, months)
    if not landed:
        return {}
    checked = checked_months(
        instance, dataset, settings.warehouses, {file.month for file in landed}, JUDGED
    )
    landed = {file: found for file, found in landed.items() if file.month in checked}
    landed = _as_published(catalog, landed)
    rows: dict[TripFile, int] = {}
    for warehouse in warehouses_of(settings):
        if landed:
            rows = months_as_loaded(warehouse, lake, dataset, landed, settings)
            landed = {file: found for file, found in landed.items() if file in rows}
    return {file: rows[file] for file in landed}


def _landed(
    catalog: Catalog, lake: Lake, dataset: Dataset, months: Sequence[Month]
) -> dict[TripFile, LandedFile]:
    """The months in the lake from this source, but for files that would be refused by now."""
    settings = catalog.settings
    found = {}
    for month in months:
        try:
            file = catalog.file(dataset, month)
            landed = lake.find(lake_name(file))
            # What came from elsewhere is fetched anyway: the source need not be asked before.
            if landed is not None and landed.url == public_url(catalog.url(file)):
                judge(
                    file,
                    landed.facts,
                    settings.published_counts,
                    settings.undeclared_columns,
                    landed.last_modified,
                )
                found[file] = landed
        except (InvalidMonthError, InvalidFileError):
            continue
    return found


def _as_published(catalog: Catalog, landed: Files) -> dict[TripFile, LandedFile]:
    """Those of the files of which the source serves this version, asked a few at a time."""
    found = {}
    files = list(landed)
    for start in range(0, len(files), AT_ONCE):
        some = files[start : start + AT_ONCE]
        answers = ask(catalog, some, _ANSWER_SECONDS)
        for file in some:
            answer = answers.get(file)
            if isinstance(answer, Version):
                if landed[file].is_surely_version(answer):
                    found[file] = landed[file]
            elif isinstance(answer, SourceBusyError):
                return found
        if not answers:
            return found
    return found
