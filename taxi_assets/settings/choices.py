"""The values of settings with a fixed list of choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SourceChoice(StrEnum):
    """The source that months are loaded from."""

    AUTO = "auto"
    CSV = "csv"
    PARQUET = "parquet"
    SAMPLE = "sample"


@dataclass(frozen=True)
class WarehouseChoice:
    """A warehouse that months can be loaded into.

    Attributes:
        module: a module with ``warehouse_of(settings)``, which returns a
            `taxi_assets.warehouse.interface.Warehouse`, and with ``DIALECT``, the dialect of its
            SQL.
        needs: the settings that it requires, each with a valid example value that leads to no
            real server.
    """

    module: str
    needs: Mapping[str, str] = field(default_factory=dict)


WAREHOUSES: dict[str, WarehouseChoice] = {
    "duckdb": WarehouseChoice("taxi_assets.warehouse.duckdb.warehouse"),
    "postgres": WarehouseChoice(
        "taxi_assets.warehouse.postgres.warehouse",
        {"postgres_dsn": "postgresql://nobody@127.0.0.1/nothing"},
    ),
    "bigquery": WarehouseChoice("taxi_assets.warehouse.bigquery.warehouse"),
}
"""All warehouses. A new one needs a folder of its own and one more line here."""


class Runner(StrEnum):
    """Where a program outside of Dagster runs."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"


class ThirdRun(StrEnum):
    """What happens to a third run of hello world while two are running."""

    REFUSE = "refuse"
    QUEUE = "queue"
