"""`ask --data`, `query` and `show` on Postgres: they read the tables as a role that may."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from taxi_assets.errors import QueryError, QueryLimitError, WarehouseUnavailableError
from taxi_assets.query.database import PostgresDatabase, tables_of
from taxi_assets.sql.harmless_functions import HARMLESS, ROWS
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.gemini_server import KEY, GeminiServer, gemini_server
from taxi_assets_tests.integration.postgres.database import APRIL, OLD, OLD_ROWS, Database

COUNT = "SELECT count(*) AS trips FROM green_tripdata WHERE filename LIKE '%2020-04%'"


@pytest.fixture
def loaded(database: Database, settings_env: Path) -> Database:
    """A database with a month, which the settings name."""
    database.load(APRIL, OLD)
    os.environ["TAXI_WAREHOUSES"] = "postgres"
    os.environ["TAXI_POSTGRES_DSN"] = database.dsn
    return database


@pytest.fixture
def server(settings_env: Path) -> Iterator[GeminiServer]:
    """Gemini on this machine."""
    with gemini_server() as running:
        os.environ["TAXI_GEMINI_BASE_URL"] = running.url
        os.environ["GEMINI_API_KEY"] = KEY
        yield running


def test_a_question_is_answered_from_postgres(loaded: Database, server: GeminiServer) -> None:
    server.think = lambda _: {"possible": True, "sql": COUNT, "sentence": "There were {trips}."}
    said = taxi_assets("ask", "--data", "How many green trips in April 2020?")
    assert said.exit_code == 0, said.text
    assert said.stdout.startswith(f"There were {OLD_ROWS}.\n")
    assert "Loaded: green 2020-04." in said.text
    prompt = json.loads(server.asked[0].prompt)
    assert prompt["dialect"] == "postgres"
    assert prompt["loaded"] == {"green": "2020-04"}
    columns = prompt["tables"]["green_tripdata"]["columns"]
    assert columns["fare_amount"]["type"] == "double precision"
    assert "Creative Mobile" in columns["vendorid"]["meaning"]
    assert "green_tripdata_2020_04" not in prompt["tables"], "a partition is a part of its table"


def test_a_month_that_is_not_loaded_is_the_answer(loaded: Database, server: GeminiServer) -> None:
    server.think = lambda _: {"possible": True, "sql": COUNT.replace("2020-04", "2021-01")}
    said = taxi_assets("ask", "--data", "How many green trips in January 2021?")
    assert said.exit_code == 1
    assert "green 2021-01 is not loaded into postgres" in said.text


def test_rows_are_queried_and_shown(loaded: Database, tmp_path: Path) -> None:
    columns = "lpep_pickup_datetime, fare_amount, fare_amount::numeric(9, 2) AS dollars, vendorid"
    path = tmp_path / "trips.parquet"
    said = taxi_assets("query", f"SELECT {columns} FROM green_tripdata", "--output", str(path))
    assert said.exit_code == 0, said.text
    types = {field.name: str(field.type) for field in pq.read_schema(path)}
    assert types["lpep_pickup_datetime"] == "timestamp[us]"
    assert (types["fare_amount"], types["vendorid"]) == ("double", "string")
    assert types["dollars"].startswith("decimal128")
    assert pq.read_metadata(path).num_rows == OLD_ROWS
    shown = taxi_assets("show", "tripdata_files", "--json")
    assert [each["filename"] for each in json.loads(shown.stdout)] == [APRIL.filename]


@pytest.mark.parametrize(
    "sql",
    [
        "WITH gone AS (DELETE FROM green_tripdata RETURNING *) SELECT * FROM gone",
        "SELECT 1; TRUNCATE green_tripdata",
        "SELECT 1 /* ; */; -- \n TRUNCATE green_tripdata",
        "COPY green_tripdata TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_sleep(60)",
        "SET statement_timeout = 0",
    ],
)
def test_a_query_that_does_more_than_read_never_reaches_the_server(
    loaded: Database, sql: str
) -> None:
    said = taxi_assets("query", sql)
    assert (said.exit_code, said.stdout) == (2, ""), said.text
    assert "the query cannot be run" in said.text
    assert loaded.query("SELECT count(*) FROM green_tripdata") == [(OLD_ROWS,)]


def test_a_table_that_is_not_there_is_told_with_its_likely_name(loaded: Database) -> None:
    said = taxi_assets("query", "SELECT * FROM gren_tripdata")
    assert (said.exit_code, said.stdout) == (2, "")
    assert "there is no table gren_tripdata to read; did you mean green_tripdata?" in said.text


@pytest.fixture
def asker(loaded: Database) -> Iterator[Database]:
    """The database, whose queries run as a role that may read two of its tables."""
    with loaded.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS asker")
        connection.execute("CREATE ROLE asker LOGIN PASSWORD 'asker-pass'")
        connection.execute("GRANT SELECT ON green_tripdata, tripdata_files TO asker")
    host = loaded.dsn.rpartition("@")[2]
    os.environ["TAXI_QUERY_POSTGRES_DSN"] = f"postgresql://asker:asker-pass@{host}"
    yield loaded
    with loaded.connect() as connection:
        connection.execute("DROP OWNED BY asker")
        connection.execute("DROP ROLE asker")


def test_a_role_that_may_only_read_suffices(asker: Database, server: GeminiServer) -> None:
    server.think = lambda _: {"possible": True, "sql": COUNT}
    said = taxi_assets("ask", "--data", "How many green trips in April 2020?")
    assert f"trips: {OLD_ROWS}" in said.text
    tables = json.loads(server.asked[0].prompt)["tables"]
    assert set(tables) == {"green_tripdata", "tripdata_files"}, "what the role may read"


def test_models_are_read_with_and_without_their_schema(asker: Database) -> None:
    with asker.connect() as connection:
        connection.execute("CREATE SCHEMA analytics")
        connection.execute("CREATE VIEW analytics.fct_trips AS SELECT 7 AS trips")
        connection.execute("CREATE VIEW analytics.salaries AS SELECT 9 AS dollars")
    assert "there is no table fct_trips" in taxi_assets("show", "fct_trips").text
    with asker.connect() as connection:
        connection.execute("GRANT USAGE ON SCHEMA analytics TO asker")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO asker")

    for name in ("fct_trips", "analytics.fct_trips"):
        for asked in (("show", name), ("query", f"SELECT trips FROM {name}")):
            said = taxi_assets(*asked, "--format", "csv")
            assert (said.exit_code, said.stdout) == (0, "trips\n7\n"), said.text
    for name in ("analytics.salaries", "salaries", "public.fct_trips"):
        said = taxi_assets("query", f"SELECT * FROM {name}")
        assert (said.exit_code, said.stdout) == (2, ""), said.text


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM green_tripdata",
        "SELECT 1; DROP TABLE green_tripdata",
        "WITH gone AS (DELETE FROM green_tripdata RETURNING *) SELECT * FROM gone",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT pg_advisory_lock(7)",
        "SELECT nowhere FROM green_tripdata",
    ],
)
def test_a_query_can_only_read_tables(loaded: Database, sql: str) -> None:
    database = PostgresDatabase(loaded.server(), seconds=30)
    with pytest.raises(QueryError):
        database.ask(sql, tables_of(database))
    assert loaded.query("SELECT count(*) FROM green_tripdata") == [(OLD_ROWS,)]


def test_the_server_itself_lets_nothing_be_written(
    loaded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the guard stands a transaction that only reads, and a cursor of one statement."""
    monkeypatch.setattr("taxi_assets.query.database.guarded", lambda sql, *_: sql)
    database = PostgresDatabase(loaded.server(), seconds=30)
    for sql in (
        "DELETE FROM green_tripdata",
        "SELECT 1; DROP TABLE green_tripdata",
        "SELECT 1); DROP TABLE green_tripdata; --",
        "SELECT nextval('s')",
        "SELECT setval('s', 9)",
        "SELECT lo_from_bytea(0, 'x')",
    ):
        with pytest.raises(QueryError):
            database.ask(sql, {})
    assert loaded.query("SELECT count(*) FROM green_tripdata") == [(OLD_ROWS,)]


def test_a_query_that_runs_for_ever_is_ended_on_the_server_too(loaded: Database) -> None:
    database = PostgresDatabase(loaded.server(), seconds=1)
    numbers = "generate_series(1, 100000000)"
    with pytest.raises(QueryLimitError, match="longer than 1 s"):
        database.ask(f"SELECT count(*) FROM {numbers} AS a, {numbers} AS b", {})
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s"
    assert loaded.query(running, "DECLARE%generate_series%") == [(0,)]


def test_rows_and_bytes_are_limited(loaded: Database) -> None:
    database = PostgresDatabase(loaded.server(), seconds=30)
    found = database.ask("SELECT * FROM generate_series(1, 1000) AS n", {})
    assert (len(found.rows), found.cut) == (100, True)
    with pytest.raises(QueryLimitError, match="bytes"):
        database.ask("SELECT repeat('x', 10000000)", {})


def test_values_are_what_the_database_has(loaded: Database) -> None:
    values = {
        "'1 mon 3 days 04:05:06'::interval": "1 mon 3 days 04:05:06",
        "'infinity'::timestamp": "infinity",
        "'20000-01-01'::date": "20000-01-01",
        "'2020-01-01 07:46:31.5'::timestamp": "2020-01-01 07:46:31.5",
        "'\\x6162ff'::bytea": "\\x6162ff",
        "'NaN'::float8 = 'NaN'::float8": True,
        "0::numeric(18, 8)": "0.00000000",
        "ARRAY['2020-01-01'::date]": ["2020-01-01"],
    }
    database = PostgresDatabase(loaded.server(), seconds=30)
    assert database.ask(f"SELECT {', '.join(values)}", {}).rows == [list(values.values())]


def test_a_password_file_is_used(
    loaded: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(loaded.dsn)
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:*:{parts['password']}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    dsn = loaded.dsn.replace(f":{parts['password']}@", "@")
    database = PostgresDatabase(loaded.server(dsn), seconds=30)
    assert database.ask("SELECT 1 AS one", {}).rows == [[1]]


def test_a_server_that_is_away_is_told_without_its_password(loaded: Database) -> None:
    password = psycopg.conninfo.conninfo_to_dict(loaded.dsn)["password"]
    dsn = f"postgresql://someone:{password}@127.0.0.1:9/nowhere"
    with pytest.raises(WarehouseUnavailableError) as told:
        tables_of(PostgresDatabase(loaded.server(dsn, connect_seconds=1), seconds=30))
    assert "127.0.0.1:9/nowhere" in told.value.what
    assert str(password) not in str(told.value)


def test_what_may_be_called_is_there_and_has_no_effect(database: Database) -> None:
    rows = database.query(
        "SELECT proname, bool_or(provolatile = 'v') FROM pg_proc "
        "WHERE pronamespace = 'pg_catalog'::regnamespace GROUP BY proname"
    )
    known = {str(name): bool(has_effects) for name, has_effects in rows}
    of_duckdb = {"bool_and", "century", "dayname", "decade", "epoch", "era", "isodow", "isoyear"}
    of_duckdb |= {"julian", "microsecond", "millennium", "millisecond", "monthname"}
    of_18 = {"casefold", "crc32", "crc32c", "erf", "erfc", "gamma", "lgamma", "to_bin", "to_oct"}
    named = HARMLESS["postgres"] - of_duckdb - of_18 - {"all", "transaction_timestamp"}
    assert sorted(named - known.keys()) == []
    assert [name for name in named if known[name]] == ["clock_timestamp"]
    assert known.keys() >= ROWS["postgres"]
