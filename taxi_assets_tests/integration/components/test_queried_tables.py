"""SqlTable and CopyTable: tables made from tables, whole or a month at a time, anywhere."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.components.conftest import Write

ROWS = 40
DAILY = """
type: taxi_assets.components.SqlTable
attributes:
  warehouse: {warehouse}
  table: trips_by_zone
  monthly: true
  tests: [{{unique: [month, zone]}}, {{not_null: [trips]}}]
  schedule: "0 7 * * *"
  sql: >
    WITH green_tripdata AS (SELECT * FROM green_tripdata)
    SELECT z."Zone" AS zone, count(*) AS trips
    FROM green_tripdata AS g JOIN zones AS z ON g.{pickup_zone} = z.{zone_id}
    WHERE z."Borough" = 'Synthetic borough 1'
    GROUP BY 1
"""
IN_DUCKDB = DAILY.format(warehouse="duckdb", pickup_zone="PULocationID", zone_id="LocationID")
BY_TAXI = """
type: taxi_assets.components.SqlTable
attributes:
  table: all_trips
  sql: >
    SELECT filename, count(*) AS trips FROM green_tripdata GROUP BY 1
"""
COPY = """
type: taxi_assets.components.CopyTable
attributes:
  source: duckdb
  source_table: green_tripdata
  warehouse: postgres
  table: green_copy
  monthly: true
"""
Row = tuple[object, ...]


@pytest.fixture
def loaded(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A DuckDB with two months of green trips, and the zones."""
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    for arguments in (["load", "green", "2020-01", "2020-02"], ["load", "zones"]):
        answer = taxi_assets(*arguments)
        assert answer.exit_code == 0, answer.text
    return DataFolder(settings_env)


def run(name: str) -> str:
    """Run a pipeline, which must go well."""
    answer = taxi_assets("pipelines", name)
    assert answer.exit_code == 0, answer.text
    return answer.text


def test_a_monthly_table_has_each_months_rows_and_only_its_own(
    loaded: DataFolder, write: Write
) -> None:
    write("daily", IN_DUCKDB)
    said = run("daily")
    assert "daily 2020-01" in said
    expected = loaded.query(
        "SELECT CAST(left(right(split_part(filename, '.', 1), 7), 7) || '-01' AS DATE), Zone, "
        "count(*) FROM green_tripdata JOIN zones ON PULocationID = LocationID "
        "WHERE Borough = 'Synthetic borough 1' GROUP BY ALL"
    )
    assert Counter(loaded.query("FROM trips_by_zone")) == Counter(expected)
    assert {row[0] for row in expected} == {date(2020, 1, 1), date(2020, 2, 1)}
    # A month that lost all its trips loses its rows, and the other month keeps its own.
    loaded.change("DELETE FROM green_tripdata WHERE filename LIKE '%2020-01%'")
    run("daily")
    assert loaded.query("SELECT DISTINCT month FROM trips_by_zone") == [(date(2020, 2, 1),)]


def test_its_inputs_are_its_dependencies_and_its_schedule_asks_for_stale_months(
    loaded: DataFolder, write: Write
) -> None:
    write("daily", IN_DUCKDB)
    write("whole", BY_TAXI)
    definitions = build_definitions(read_settings())
    graph = definitions.resolve_asset_graph()
    made = graph.get(dg.AssetKey(["duckdb", "trips_by_zone"]))
    assert made.parent_keys == {
        dg.AssetKey(["duckdb", "green_tripdata"]),
        dg.AssetKey(["duckdb", "zones"]),
    }
    assert (
        made.partitions_def == graph.get(dg.AssetKey(["duckdb", "green_tripdata"])).partitions_def
    )
    assert graph.get(dg.AssetKey(["duckdb", "all_trips"])).partitions_def is None

    def asked_for() -> list[str | None]:
        schedule = definitions.resolve_schedule_def("pipeline_daily_schedule")
        with (
            open_instance(read_settings()) as instance,
            dg.build_schedule_context(
                instance=instance,
                repository_def=definitions.get_repository_def(),
                scheduled_execution_time=datetime.now(UTC),
            ) as context,
        ):
            requests = schedule.evaluate_tick(context).run_requests or []
        return [request.partition_key for request in requests]

    assert asked_for() == ["2020-01", "2020-02"]
    run("daily")
    assert asked_for() == []
    assert taxi_assets("load", "green", "2020-02", "--force").exit_code == 0
    assert asked_for() == ["2020-02"]


def test_a_failed_test_leaves_the_table(loaded: DataFolder, write: Write) -> None:
    write("whole", BY_TAXI)
    run("whole")
    before = Counter(loaded.query("FROM all_trips"))
    assert len(before) == 2
    write("whole", BY_TAXI.replace("count(*)", "NULL::INT") + "  tests: [{not_null: [trips]}]\n")
    answer = taxi_assets("pipelines", "whole")
    assert answer.exit_code == 1
    assert "not_null_trips: 2 rows have NULL" in answer.text
    assert Counter(loaded.query("FROM all_trips")) == before


def test_a_month_is_copied_to_postgres_as_it_is(
    loaded: DataFolder, write: Write, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_WAREHOUSES", "duckdb,postgres")
    monkeypatch.setenv("TAXI_POSTGRES_DSN", postgres_dsn)
    write("copy", COPY)
    for _ in range(2):  # a second run replaces each month
        run("copy")
    columns = ", ".join(
        f'"{name}"'
        for (name,) in loaded.query(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'green_tripdata' ORDER BY ordinal_position"
        )
    )
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        copied = connection.execute(f"SELECT {columns} FROM green_copy".encode()).fetchall()
        months = connection.execute("SELECT month, count(*) FROM green_copy GROUP BY 1 ORDER BY 1")
        assert months.fetchall() == [(date(2020, 1, 1), ROWS), (date(2020, 2, 1), ROWS)]
        assert Counter(copied) == Counter(loaded.query(f"SELECT {columns} FROM green_tripdata"))
        # And back again, with a query of Postgres's own in between.
        write(
            "sums",
            """
            type: taxi_assets.components.SqlTable
            attributes:
              warehouse: postgres
              table: sums
              sql: SELECT month, avg("fare_amount")::numeric AS fare, sum(1) AS trips
                FROM green_copy GROUP BY month
            """,
        )
        write("back", COPY_BACK)
        run("sums")
        run("back")
        fares = loaded.query("SELECT month, round(CAST(fare AS DOUBLE), 6), trips FROM sums_back")
        expected = connection.execute(
            "SELECT month, round(fare, 6)::float8, trips FROM sums"
        ).fetchall()
        assert sorted(fares) == sorted(expected)
        for table in ("sums", "green_copy"):
            connection.execute(f"DROP TABLE {table}".encode())


COPY_BACK = """
type: taxi_assets.components.CopyTable
attributes:
  source: postgres
  source_table: sums
  warehouse: duckdb
  table: sums_back
"""


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DROP TABLE zones", "it must be one SELECT statement"),
        ("SELECT 1; DROP TABLE zones", "it must be one SELECT statement"),
        ("SELECT * FROM read_csv('/etc/passwd')", "does more than read tables"),
        ("SELECT * FROM read_text('/etc/passwd')", "the function read_text may not be called"),
        ("SELECT * FROM '/etc/passwd'", "is no name of a table"),
        ("SELECT * FROM information_schema.tables", "is in another schema"),
        ("SELECT getenv('HOME') AS x FROM zones", "the function getenv may not be called"),
        ("SELECT * FROM made", "made cannot be made from itself"),
        ("SELECT nothing FROM zones", "DuckDB does not run the query"),
        ("SELECT * FROM nothing", "there is no table nothing in DuckDB"),
        ("SELECT 1 AS month FROM green_tripdata", "the table gets a column month"),
        ("SELECT 1 AS x FROM zones", "the query reads no table of trips"),
    ],
)
def test_a_query_that_cannot_be_is_told_and_makes_nothing(
    write: Write, settings_env: Path, sql: str, told: str
) -> None:
    settings_env.mkdir()
    DataFolder(settings_env).change("CREATE TABLE zones AS SELECT 1 AS LocationID")
    monthly = "month" in told or "trips" in told
    write(
        "made",
        f"""
        type: taxi_assets.components.SqlTable
        attributes:
          table: made
          monthly: {str(monthly).lower()}
          sql: "{sql}"
        """,
    )
    answer = taxi_assets("pipelines", "made")
    assert answer.exit_code == 1
    assert told in answer.text
    assert "Traceback" not in answer.text
    tables = DataFolder(settings_env).query("SELECT table_name FROM duckdb_tables()")
    assert tables == [("zones",)]


def test_tables_that_are_made_from_each_other_are_told_and_nothing_else_stops(write: Write) -> None:
    for table, source in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        write(
            table,
            f"""
            type: taxi_assets.components.SqlTable
            attributes:
              table: {table}
              sql: SELECT 1 AS x FROM {source}
            """,
        )
    answer = taxi_assets("pipelines")
    assert answer.text.count("its table is made from itself, by way of a, b, c") == 3
    assert "d: a query over a to duckdb: d" in answer.text
    definitions = build_definitions(read_settings())
    assert dg.AssetKey(["duckdb", "d"]) in definitions.resolve_asset_graph().get_all_asset_keys()


def test_a_copy_within_a_warehouse_is_refused(write: Write) -> None:
    write("copy", COPY.replace("postgres", "duckdb"))
    assert "source and warehouse are the same: use a SqlTable" in taxi_assets("pipelines").text
