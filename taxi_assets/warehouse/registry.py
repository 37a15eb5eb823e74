"""The warehouses that the settings name."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import dagster as dg

from taxi_assets.settings import WAREHOUSES, Settings, require_needs
from taxi_assets.sql.dialect import Dialect
from taxi_assets.warehouse.interface import Warehouse


def warehouse_of(name: str, settings: Settings) -> Warehouse:
    """The warehouse of that name. It sends nothing yet; only its own client is imported.

    Raises:
        SettingsError: a setting that it needs is missing.
    """
    require_needs(name, settings)
    module = import_module(WAREHOUSES[name].module)
    return cast("Warehouse", module.warehouse_of(settings))


def warehouses_of(settings: Settings) -> list[Warehouse]:
    """The warehouses in use, in the order of the settings. Reports show the figures of the first.

    Raises:
        SettingsError: a setting that one of them needs is missing.
    """
    return [warehouse_of(name, settings) for name in settings.warehouses]


def dialects() -> list[Dialect]:
    """The SQL dialect of every warehouse, in use or not."""
    return [import_module(choice.module).DIALECT for choice in WAREHOUSES.values()]


def warehouse_in(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, name: str
) -> Warehouse:
    """The warehouse of that name among the resources of a step."""
    return cast("Warehouse", getattr(context.resources, name))
