"""A project whose months are served good, then bad, then good again.

Dagster's runs are kept in memory, those of all tests together: on disk, or in an instance for each
command, they take longer than all the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import chdir, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import dagster as dg
import duckdb
import pytest
from click.testing import CliRunner, Result

from taxi_assets.cli import main
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.landed_months import load_by_steps
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    line,
    parquet_bytes,
    parquet_table,
)

APRIL = Month(2020, 4)
CSV_NAME = "green_tripdata_2020-04.csv.gz"
COMMAS = "," * (len(GREEN.csv_columns) - 1)
SHORT = line(GREEN).rpartition(",")[0]
GOOD = line(GREEN)
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"""


@dataclass(frozen=True)
class Project:
    """A project of one's own below a folder: mirror, lake and DuckDB file."""

    folder: Path
    instance: dg.DagsterInstance
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def mirror(self) -> Mirror:
        """Where its months come from."""
        return Mirror(self.folder / "mirror")

    @property
    def environment(self) -> dict[str, str | None]:
        """The settings of its commands; those of others are unset."""
        own = {
            "TAXI_DATA_DIR": str(self.data),
            "TAXI_CSV_BASE_URL": self.mirror.csv_url,
            "TAXI_PARQUET_BASE_URL": self.mirror.parquet_url,
            "TAXI_PUBLISHED_COUNTS": "warn",
            # Made trips are of April 2020, whatever the month of their file.
            "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
        }
        foreign = dict.fromkeys(name for name in os.environ if name.upper().startswith("TAXI_"))
        return {**foreign, **own, **self.settings}

    def run(self, *arguments: str, **settings: str) -> Result:
        """Run `taxi-assets` with these arguments and settings, and no others."""
        env = {**self.environment, **settings}
        opened = nullcontext(self.instance)
        with (
            chdir(self.folder),
            mock.patch("taxi_assets.commands.session.open_instance", return_value=opened),
        ):
            return CliRunner().invoke(main, list(arguments), env=env)

    def load_by_steps(self, dataset: Dataset, month: Month) -> None:
        """Load a month without a run."""
        with chdir(self.folder), CliRunner().isolation(env=self.environment):
            load_by_steps(dataset, str(month))

    def publish_good(self, dataset: Dataset, month: Month, name: str, rows: int) -> None:
        """Serve a good version of the month."""
        if name.endswith(".parquet"):
            self.mirror.publish(name, parquet_bytes(parquet_table(dataset, month, rows)))
        else:
            self.mirror.publish(name, csv_month(dataset, rows))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """What the DuckDB file answers."""
        with duckdb.connect(self.data / "taxi.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()

    def count(self, table: str) -> int:
        """Rows of a table."""
        ((rows,),) = self.ask(f"SELECT count(*) FROM {table}")
        assert isinstance(rows, int)
        return rows

    def contents(self, table: str) -> list[tuple[object, ...]]:
        """All that is there of a dataset: its rows and what the ledger says of them."""
        return [*self.ask(f"FROM {table} ORDER BY ALL"), *self.ask("FROM tripdata_files")]

    @property
    def debris(self) -> list[str]:
        """What a load left that is neither data nor a lock."""
        found = self.data.glob("lake/.arriving/*/*")
        return [path.name for path in found if path.suffix != ".lock"]


@pytest.fixture(scope="session")
def in_memory() -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of all projects."""
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def project(tmp_path: Path, in_memory: dg.DagsterInstance) -> Project:
    return Project(tmp_path, in_memory)


def with_values(**texts: str) -> bytes:
    """A month whose third line has these values."""
    return csv_month(GREEN, [GOOD, line(GREEN, **texts), GOOD])
