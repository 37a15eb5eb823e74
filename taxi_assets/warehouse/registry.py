"""The warehouses that the settings name."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

import dagster as dg

from taxi_assets.errors import SettingsError
from taxi_assets.settings import WAREHOUSES, Settings, require_needs
from taxi_assets.sql.dialect import Dialect
from taxi_assets.warehouse.interface import Warehouse


def warehouse_of(name: str, settings: Settings) -> Warehouse:
    """The warehouse of that name. It sends nothing yet; only its own client is imported.

    Raises:
        SettingsError: a setting that it needs is missing, or it is declared wrongly.
    """
    require_needs(name, settings)
    return cast("Warehouse", _part(name, "warehouse_of")(settings))


def warehouses_of(settings: Settings) -> list[Warehouse]:
    """The warehouses in use, in the order of the settings. Reports show the figures of the first.

    Raises:
        SettingsError: a setting that one of them needs is missing.
    """
    return [warehouse_of(name, settings) for name in settings.warehouses]


def dialects() -> list[Dialect]:
    """The SQL dialect of every warehouse, in use or not."""
    return [_part(name, "DIALECT") for name in WAREHOUSES]


def _part(name: str, part: str) -> Any:
    """What the module of a warehouse calls by that name."""
    module = WAREHOUSES[name].module
    try:
        return getattr(import_module(module), part)
    except (ModuleNotFoundError, AttributeError) as error:
        raise SettingsError(
            f"the warehouse {name} cannot be used: {error}",
            f"in taxi_assets/settings/choices.py, name a module for {name} that has warehouse_of "
            "and DIALECT; docs/datasets.md says more",
        ) from error


def warehouse_in(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, name: str
) -> Warehouse:
    """The warehouse of that name among the resources of a step."""
    return cast("Warehouse", getattr(context.resources, name))
