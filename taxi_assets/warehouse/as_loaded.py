"""Whether months are still as they were loaded, by a scan of each that is as light as can be."""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.check_assets import expectations
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.comparison import Held, held_as
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.measuring import measure_digests

JUDGED = ("rows_match_file", "rows_match_published", "values_as_loaded")
"""The checks that are judged by it. What others say holds as long as the rows are the same."""

_WAIT_SECONDS = 15.0
"""So long others are waited for. The runs of months that are in doubt wait by themselves."""


def months_as_loaded(
    warehouse: Warehouse,
    lake: Lake,
    dataset: Dataset,
    landed: Mapping[TripFile, LandedFile],
    settings: Settings,
) -> dict[TripFile, int]:
    """The months whose rows are those that were loaded from the lake's files, with their number.

    A month is left out where anything is in doubt.

    Args:
        warehouse: where the months are.
        lake: where their files are.
        dataset: whose months.
        landed: the files of the months in question.
        settings: what the checks go by.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be queried.
    """
    found: dict[TripFile, int] = {}
    if not warehouse.exists():
        return found
    with warehouse.session(_WAIT_SECONDS) as session:
        if not warehouse.is_complete(session, lake, dataset):
            return found
        for file, file_landed in landed.items():
            with session.transaction(dataset):  # texts of times and amounts go by its settings
                figures = measure_digests(session, file)
            if _is_as_loaded(file, file_landed, figures, settings, lake):
                found[file] = figures.rows
    return found


def _is_as_loaded(
    file: TripFile, landed: LandedFile, figures: MonthFigures, settings: Settings, lake: Lake
) -> bool:
    entry = figures.entry
    if entry is None or held_as(file, landed, entry) is not Held.THIS:
        return False
    if figures.digests.conflict(entry.digests) is not False:
        return False
    expected = expectations(file, figures, settings, lake)
    judged = [check for check in checks_of(file.dataset) if check.name in JUDGED]
    verdicts = [(check, check.judge(figures, expected)) for check in judged]
    return all(v.passed or not (check.blocks and v.blocks) for check, v in verdicts)
