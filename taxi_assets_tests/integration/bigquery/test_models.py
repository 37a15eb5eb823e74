"""The dbt models in BigQuery: by dbt's own client in the stand-in, with the rows of DuckDB's.

Each statement that dbt sent goes through Google's SQL analyzer.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest
from google.cloud.bigquery import QueryJob

from taxi_assets.analytics.dbt import NodeResult, build
from taxi_assets.analytics.targets import Target, target_of
from taxi_assets.settings import Settings
from taxi_assets.source.synthetic.zones import zone_lookup
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONE_TABLES
from taxi_assets.warehouse.interface import Attempt, Warehouse
from taxi_assets_tests.googlesql import analyzer, made_columns, statements
from taxi_assets_tests.integration.bigquery.dataset import APRIL, MAY, OwnDataset
from taxi_assets_tests.integration.bigquery.test_statements import TABLES
from taxi_assets_tests.integration.equality.generated_months import csv_bytes
from taxi_assets_tests.integration.postgres.database import Database
from taxi_assets_tests.integration.postgres.models import ModelledWarehouse

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of dbt's own packages

JANUARY = TripFile(DATASETS["yellow"], Month(2021, 1), FileFormat.CSV)
MONTH_TABLES = ("fct_trips", "fct_airport_trips", "fct_daily_revenue", "zone_revenue_by_file")
STAGED = ("stg_green_tripdata", "stg_yellow_tripdata", "stg_fhv_tripdata")
UNPARTITIONED = ("dim_zones", "fct_monthly_zone_revenue")
MODELS = (*STAGED, *MONTH_TABLES, *UNPARTITIONED)
ZONES = [*csv.reader(StringIO(zone_lookup().decode()))][1:]
RULES = ("no_vendor", "duplicate", "unknown_zone", "no_dispatching_base")


@dataclass(frozen=True)
class Both:
    """BigQuery and DuckDB, with the same months and models."""

    own: OwnDataset
    duckdb: ModelledWarehouse
    rules: tuple[str, ...] = ()

    @property
    def target(self) -> Target:
        """Where dbt builds in BigQuery."""
        chosen = {"data_dir": self.own.folder, "analytics_rules": self.rules}
        return target_of(self.own.warehouse, Settings.model_validate(chosen))

    def with_rules(self, *rules: str) -> Both:
        """The same with these rules."""
        return replace(self, rules=rules, duckdb=self.duckdb.with_rules(*rules))

    def load_zones(self, *warehouses: Warehouse) -> None:
        """Make the zones known in these warehouses."""
        for warehouse in warehouses:
            warehouse.replace_zones(ZONE_TABLES[0], ZONES, Attempt(uuid4().hex))

    def load(self, file: TripFile, data: bytes) -> None:
        """Make the month in both equal to these bytes."""
        self.own.load(file, data)
        self.duckdb.load(file, data)

    def remove(self, file: TripFile) -> None:
        """Take a month away from both by hand."""
        for table in (file.dataset.table, "tripdata_files"):
            where = f"WHERE filename = '{file.filename}'"
            self.own.query(f"DELETE FROM {self.own.place.qualified(table)} {where}")
            self.duckdb.query(f"DELETE FROM {table} {where}")

    def build(self, *months: str) -> dict[str, NodeResult]:
        """Bring the models up to date in both; what became of each model and test in BigQuery."""
        self.duckdb.build(*months)
        return self.build_in_bigquery(*months)

    def build_in_bigquery(self, *months: str) -> dict[str, NodeResult]:
        """The same in BigQuery alone."""
        named = {r.unique_id.split(".")[2]: r for r in build(self.target, months)}
        return {n: r for n, r in named.items() if not r.unique_id.startswith("exposure.")}

    def model(self, name: str) -> Counter[tuple[object, ...]]:
        """The rows of a model in BigQuery, in the columns that it has everywhere."""
        but = "" if name in UNPARTITIONED else " EXCEPT (file_month)"
        table = self.own.place.address + f"_analytics.{name}"
        return Counter(map(_rounded, self.own.query(f"SELECT *{but} FROM `{table}`")))

    def trips(self) -> dict[object, int]:
        """Trips of each file in BigQuery's largest model."""
        return dict(Counter(row[1] for row in self.model("fct_trips").elements()))

    def assert_equal(self) -> None:
        """All models have the rows of those in DuckDB."""
        for name in MODELS:
            here = Counter(map(_rounded, self.duckdb.query(f"SELECT * FROM analytics.{name}")))
            there = self.model(name)
            assert (name, [*(there - here)][:1], [*(here - there)][:1]) == (name, [], [])

    def jobs(self) -> list[QueryJob]:
        """What dbt sent, in order."""
        jobs = [job for job in self.own.queries() if "dbt_invocation_id" in job.labels]
        return sorted(jobs, key=lambda job: job.created)


def _rounded(row: Sequence[object]) -> tuple[object, ...]:
    """Databases add up in an order of their own."""
    return tuple(round(value, 6) if isinstance(value, float) else value for value in row)


@pytest.fixture
def both(own: OwnDataset, tmp_path: Path) -> Iterator[Both]:
    """A dataset and a DuckDB file, without months. dbt leaves nothing in the environment."""
    before = set(os.environ)
    yield Both(own, ModelledWarehouse("duckdb", Database("", tmp_path)))
    assert set(os.environ) == before


def assert_google_knows(own: OwnDataset, sent: Sequence[str]) -> set[str]:
    """Analyze statements in order; return the tables and views that they make."""
    known = {own.place.qualified(name).strip("`"): columns for name, columns in TABLES.items()}
    google = analyzer(known)
    made = set()
    for statement in sent:
        resolved = google.analyze_statement(statement)
        name = re.match(r"CREATE (?:OR REPLACE VIEW|TABLE IF NOT EXISTS) `([^`]+)`", statement)
        if name is not None:
            made.add(name[1].rpartition(".")[2])
            known[name[1]] = made_columns(resolved)
            google = analyzer(known)
    return made


def statements_of(jobs: Sequence[QueryJob]) -> list[str]:
    """Their statements, without dbt's comment, each once. A table's name is quoted as a whole."""
    parts = [
        re.sub(r"/\*.*?\*/", "", part, flags=re.DOTALL).strip().replace("`.`", ".")
        for job in jobs
        for part in statements(job.query)
    ]
    return [*dict.fromkeys(part for part in parts if part)]


@pytest.mark.long
def test_google_knows_each_statement_of_a_build(both: Both) -> None:
    both = both.with_rules(*RULES)
    both.load_zones(both.own.warehouse)
    both.own.load(APRIL, csv_bytes(APRIL, 60))

    assert_built(both.build_in_bigquery())

    assert both.trips().keys() == {APRIL.filename}
    jobs = both.jobs()
    assert {job.maximum_bytes_billed for job in jobs} == {both.own.place.max_bytes_billed}
    assert {job.labels["managed-by"] for job in jobs} == {"taxi-assets"}
    assert {job.labels["model"] for job in jobs if "model" in job.labels} >= set(MODELS)
    sent = statements_of(jobs)
    assert assert_google_knows(both.own, sent) == set(MODELS)
    assert_months_alone_are_read(both.own, sent)


@pytest.mark.long
def test_models_are_those_of_duckdb_whatever_becomes_of_a_month(both: Both) -> None:
    both.load_zones(both.own.warehouse, both.duckdb.warehouse)
    both.load(APRIL, csv_bytes(APRIL, 60))
    both.load(JANUARY, csv_bytes(JANUARY, 40))
    assert_built(both.build())
    assert both.trips() == {APRIL.filename: 60, JANUARY.filename: 40}
    both.assert_equal()

    both.load(APRIL, csv_bytes(APRIL, 30))
    both.load(MAY, csv_bytes(MAY, 20))
    both.remove(JANUARY)
    assert_built(both.build())
    assert both.trips() == {APRIL.filename: 30, MAY.filename: 20}
    both.assert_equal()
    assert_dagster_sees_that_nothing_changed(both)

    course = both.with_rules(*RULES)
    assert_built(course.build())
    assert sum(course.trips().values()) < 50
    course.assert_equal()
    assert_google_knows(both.own, statements_of(both.jobs()))
    assert_a_script_that_breaks_leaves_the_month(course)


def assert_built(results: Mapping[str, NodeResult]) -> None:
    failed = {n: r.message for n, r in results.items() if r.status not in ("success", "pass")}
    assert not failed
    assert len(results) > len(MODELS)


def assert_months_alone_are_read(own: OwnDataset, sent: Sequence[str]) -> None:
    """What a build reads does not grow with the months that are there."""
    large = [own.place.qualified(dataset.table) for dataset in DATASETS.values()]
    large += [f"`{own.place.address}_analytics.{name}`" for name in (*STAGED, *MONTH_TABLES)]
    reading = [
        each
        for each in sent
        if not each.startswith("CREATE")
        and "where false" not in each
        and any(f"FROM {table}" in each for table in large)
    ]
    assert len(reading) > len(MODELS)
    for each in reading:
        parts = sum(each.count(f"FROM {table}") for table in large)
        assert each.count("AND file_month IN (DATE '") >= parts, each


def assert_dagster_sees_that_nothing_changed(both: Both) -> None:
    from taxi_assets.analytics.assets import models_asset  # dagster-dbt takes seconds to import

    with dg.DagsterInstance.ephemeral() as instance:
        asset = models_asset(both.target)
        result = dg.materialize([asset], partition_key="2020-04", instance=instance)
    assert all(check.passed for check in result.get_asset_check_evaluations())
    made = {
        event.materialization.asset_key.path[-1]: event.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    assert made.keys() == set(MODELS)
    assert {metadata["changed"].value for metadata in made.values()} == {False}
    assert made["fct_trips"]["dagster/partition_row_count"].value == 30
    lineage = made["stg_green_tripdata"]["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    table = dg.AssetKey(["bigquery", "green_tripdata"])
    assert lineage.deps_by_column["vendor_id"] == [dg.TableColumnDep(table, "VendorID")]


def assert_a_script_that_breaks_leaves_the_month(both: Both) -> None:
    """The ledger's line comes last, and fails here: the name of a taxi is no number."""
    table = both.own.place.qualified("tripdata_models")
    no_text = "SELECT * REPLACE (CAST(NULL AS INT64) AS taxi)"
    both.own.query(f"CREATE OR REPLACE TABLE {table} AS {no_text} FROM {table}")
    trips = both.trips()
    both.own.load(APRIL, csv_bytes(APRIL, 10))

    results = both.build_in_bigquery("2020-04")

    assert results["fct_trips"].status == "error"
    assert both.trips() == trips
