"""A project in a folder of its own: months are loaded into it end to end, and looked at."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from unittest import mock

import dagster as dg
import duckdb

from taxi_assets.automation.month_outcomes import MonthOutcome
from taxi_assets.automation.month_runs import check_month, load_month
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import Settings, read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets_tests.integration.equality.independent_reader import Row
from taxi_assets_tests.published import Mirror

ANY_MONTH = {
    "TAXI_PUBLISHED_COUNTS": "warn",
    "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",  # Made trips are of April 2020, whatever their file.
}
"""Settings by which months of few rows are loaded."""

_LEDGER = "filename, taxi, month, source_url, sha256, rows, jagged_rows, loaded_at, run_id"


def settings_for(environment: Mapping[str, str], folder: Path) -> Settings:
    """The settings of a process that has these variables, and works in that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with mock.patch.dict(os.environ), contextlib.chdir(folder):
        for name in [name for name in os.environ if name.upper().startswith("TAXI_")]:
            del os.environ[name]
        os.environ.update(environment)
        return read_settings()


@dataclass(frozen=True)
class Project:
    """What a process works with that has these settings.

    Attributes:
        folder: where its data are.
        mirror: the hosts that it loads from.
        instance: Dagster's.
        environment: further settings, as environment variables.
    """

    folder: Path
    mirror: Mirror
    instance: dg.DagsterInstance
    environment: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        """Its settings."""
        places = {
            "TAXI_DATA_DIR": str(self.folder),
            "TAXI_CSV_BASE_URL": self.mirror.csv_url,
            "TAXI_PARQUET_BASE_URL": self.mirror.parquet_url,
        }
        return settings_for({**places, **self.environment}, self.folder)

    @cached_property
    def _definitions(self) -> dg.Definitions:
        return build_definitions(self.settings)

    def having(self, **environment: str) -> Project:
        """The same project with other settings."""
        return replace(self, environment={**self.environment, **environment})

    def file(self, taxi: str, month: str) -> TripFile:
        """The file that the settings choose for that month."""
        return Catalog(self.settings).file(DATASETS[taxi], Month.parse(month))

    def load(self, taxi: str, month: str) -> MonthOutcome:
        """Run a month from its source to the table and its checks."""
        dataset = DATASETS[taxi]
        return load_month(self._definitions, self.instance, dataset, Month.parse(month))

    def load_again(self, taxi: str, month: str) -> MonthOutcome:
        """Run a month even if it is unchanged."""
        dataset = DATASETS[taxi]
        return load_month(self._definitions, self.instance, dataset, Month.parse(month), force=True)

    def check(self, taxi: str, month: str) -> MonthOutcome:
        """Run the checks of a month."""
        dataset = DATASETS[taxi]
        return check_month(self._definitions, self.instance, dataset, Month.parse(month))

    def query(self, sql: str, parameters: object = None) -> list[Row]:
        """What the DuckDB file answers."""
        with duckdb.connect(self.settings.duckdb_file, read_only=True) as connection:
            return connection.execute(sql, parameters).fetchall()

    def rows(self, file: TripFile, suffix: str = "") -> list[Row]:
        """A file's rows in the table, or in the view of that suffix: the published columns."""
        return self.query(
            f"SELECT {_published(file.dataset)} FROM {file.dataset.table}{suffix} "
            "WHERE filename = ?",
            [file.filename],
        )

    def contents(self, relation: str) -> Counter[Row]:
        """All columns of all rows of a table or view."""
        return Counter(self.query(f"FROM {relation}"))

    def fingerprints(self, dataset: Dataset, suffix: str = "") -> list[Row]:
        """Each file's name, rows, and a sum over all their values: equal for equal rows."""
        columns = f"unique_row_id, filename, {_published(dataset)}"
        return self.query(
            f"SELECT filename, count(*), sum(hash({columns})) FROM {dataset.table}{suffix} "
            "GROUP BY filename ORDER BY filename"
        )

    def ledger(self) -> dict[str, LedgerEntry]:
        """The ledger's lines by filename."""
        rows = self.query(f"SELECT {_LEDGER} FROM tripdata_files")
        return {str(row[0]): LedgerEntry(*row) for row in rows}  # type: ignore[arg-type]


def _published(dataset: Dataset) -> str:
    return ", ".join(f'"{column.name}"' for column in dataset.columns)
