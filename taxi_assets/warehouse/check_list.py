"""Every check that each month in each warehouse is held to."""

from taxi_assets.warehouse.checks import ROW_CHECKS, Check
from taxi_assets.warehouse.season_checks import SEASON_CHECKS
from taxi_assets.warehouse.value_checks import VALUE_CHECKS

CHECKS: tuple[Check, ...] = (*ROW_CHECKS, *VALUE_CHECKS, *SEASON_CHECKS)
"""In the order in which people read them."""
