"""The list of all checks of months, the same for every warehouse."""

from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.checks import ROW_CHECKS, Check
from taxi_assets.warehouse.file_checks import FILE_CHECKS
from taxi_assets.warehouse.season_checks import SEASON_CHECKS
from taxi_assets.warehouse.value_checks import VALUE_CHECKS

_CHECKS: tuple[Check, ...] = (*ROW_CHECKS, *FILE_CHECKS, *VALUE_CHECKS, *SEASON_CHECKS)


def checks_of(dataset: Dataset) -> tuple[Check, ...]:
    """The checks that the dataset's months can fail, in the order in which people read them."""
    return tuple(check for check in _CHECKS if check.is_of(dataset))
