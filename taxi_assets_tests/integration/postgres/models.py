"""A warehouse whose months are loaded and modelled, and what somebody else reads in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from taxi_assets.analytics.dbt import NodeResult, build
from taxi_assets.analytics.targets import Target, target_of
from taxi_assets.settings import Settings
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets_tests.integration.postgres.database import Database, Row

_CLEAN = (
    "DROP SCHEMA IF EXISTS analytics CASCADE",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@dataclass(frozen=True)
class ModelledWarehouse:
    """DuckDB or Postgres with months and models.

    Attributes:
        name: which of the two.
        database: the database in Postgres, and the folder of DuckDB's file and of the lake.
        rules: the rules that leave trips out.
    """

    name: str
    database: Database
    rules: tuple[str, ...] = ()

    @property
    def _file(self) -> Path:
        return self.database.folder / "taxi.duckdb"

    @property
    def warehouse(self) -> Warehouse:
        """It, as the product has it."""
        if self.name == "postgres":
            return self.database.warehouse()
        return DuckDBWarehouse(database=str(self._file), memory_gb=0.5, wait_seconds=10)

    @property
    def target(self) -> Target:
        """Where dbt builds."""
        chosen = {"data_dir": self.database.folder, "analytics_rules": self.rules}
        return target_of(self.warehouse, Settings.model_validate(chosen))

    def with_rules(self, *rules: str) -> ModelledWarehouse:
        """The same with these rules."""
        return replace(self, rules=rules)

    def load(self, file: TripFile, data: bytes) -> None:
        """Make the month in the merged table equal to these bytes."""
        if self.name == "postgres":
            self.database.load(file, data)
            return
        with DuckDBFile(self._file, 0.5, 10).connect() as connection:
            replace_month(DuckDBSession(connection), self.database.open(file, data))

    def build(self, *months: str, full_refresh: bool = False) -> dict[str, NodeResult]:
        """Bring the models up to date; what became of each model and test, by its name."""
        results = build(self.target, months, full_refresh=full_refresh)
        named = {r.unique_id.split(".")[2]: r for r in results}
        return {n: r for n, r in named.items() if not r.unique_id.startswith("exposure.")}

    def query(self, text: str) -> list[Row]:
        """What the warehouse answers somebody else."""
        if self.name == "postgres":
            return self.database.query(text)
        with duckdb.connect(self._file) as connection:
            return connection.execute(text).fetchall()

    def trips(self, model: str = "fct_trips") -> dict[object, object]:
        """Trips of each file in a model."""
        return dict(self.query(f"SELECT filename, count(*) FROM analytics.{model} GROUP BY 1"))  # type: ignore[arg-type]

    def run(self, statements: Sequence[str]) -> None:
        """Change something by hand."""
        for statement in statements:
            self.query(statement)

    def clean(self) -> None:
        """Leave nothing of an earlier test. The database stays: dbt read the project for it."""
        if self.name == "postgres":
            self.run(_CLEAN)
        else:
            self._file.unlink(missing_ok=True)
