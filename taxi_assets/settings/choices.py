"""Values that settings choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SourceChoice(StrEnum):
    """Which publication of a month is loaded."""

    AUTO = "auto"
    CSV = "csv"
    PARQUET = "parquet"
    SAMPLE = "sample"


@dataclass(frozen=True)
class WarehouseChoice:
    """A warehouse that months can be loaded into.

    Attributes:
        module: has ``warehouse_of(settings)``, which returns a
            `taxi_assets.warehouse.interface.Warehouse`, and ``DIALECT``, how its SQL is written.
        needs: settings that it cannot do without, each with a value of the right form that leads
            nowhere.
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
"""The warehouses there are. A new one is a folder of its own and one more line here."""


class Runner(StrEnum):
    """Where a program outside of Dagster runs."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"


class ThirdRun(StrEnum):
    """What happens to a third run of hello world while two go on."""

    REFUSE = "refuse"
    QUEUE = "queue"
