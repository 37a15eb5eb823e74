"""A query that somebody else wrote reads tables of DuckDB, within limits, and does nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import duckdb
import pytest

from taxi_assets.errors import QueryError, QueryLimitError, WarehouseBusyError
from taxi_assets.query import duckdb_reader
from taxi_assets.query.database import DuckDBDatabase
from taxi_assets.query.guarded_query import QueryRows
from taxi_assets.settings import read_settings
from taxi_assets.sql.identifiers import quoted

COUNT = "SELECT count(*) AS trips FROM green_tripdata"


@pytest.fixture
def file(settings_env: Path, tmp_path: Path) -> Path:
    """A warehouse with a table, and a view of a file outside of it."""
    (tmp_path / "secret.csv").write_text("secret\nhunter2\n")
    settings_env.mkdir()
    path = settings_env / "taxi.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE green_tripdata AS FROM range(1234)")
        connection.execute(f"CREATE VIEW raw AS FROM read_csv('{tmp_path}/secret.csv')")
    return path


def run(sql: str, seconds: float = 30) -> QueryRows:
    """What a query gives, as a user gets it."""
    with mock.patch.dict(os.environ, TAXI_QUERY_SECONDS=str(seconds)):
        return DuckDBDatabase(read_settings()).ask(sql, {})


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO green_tripdata VALUES (1)",
        "DELETE FROM green_tripdata",
        "CREATE TEMP TABLE t AS SELECT 1",
        "SELECT 1; DROP TABLE green_tripdata",
        "COPY green_tripdata TO '{folder}/out.csv'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "FROM '{folder}/secret.csv'",
        "SELECT content FROM read_text('/proc/self/environ')",
        "SELECT * FROM glob('/etc/*')",
        "FROM raw",
        "ATTACH '{folder}/other.duckdb'",
        "EXPLAIN ANALYZE DELETE FROM green_tripdata",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "CALL pragma_version()",
        "INSTALL httpfs",
        "LOAD httpfs",
        "EXPORT DATABASE '{folder}/export'",
        "SELECT * FROM request",  # a variable of the process
        "SELECT getenv('GEMINI_API_KEY')",
        "PIVOT green_tripdata ON range USING count(*); DROP TABLE green_tripdata",
        "CREATE TABLE t AS PIVOT green_tripdata ON range IN (1) USING count(*)",
        "COPY (PIVOT green_tripdata ON range USING count(*)) TO '{folder}/out.csv'",
        "WITH p AS (PIVOT green_tripdata ON range USING count(*)) DELETE FROM green_tripdata",
        "PIVOT read_csv('{folder}/secret.csv') ON secret",
        "SELECT (",
        "",
    ],
)
def test_a_query_can_only_read_tables(file: Path, tmp_path: Path, sql: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = duckdb_reader.answer(str(file), sql.format(folder=tmp_path), 10, 1000)
    assert "error" in found, found
    assert "hunter2" not in str(found)
    assert sorted(tmp_path.rglob("*")) == before
    assert duckdb_reader.answer(str(file), COUNT, 10, 1000)["rows"] == [[1234]]


@pytest.mark.parametrize(
    "sql", ["PIVOT {t} ON m USING sum(range)", "/* ü */ FROM (PIVOT {t} ON m USING sum(range))"]
)
def test_a_query_may_pivot_over_values_that_it_finds(file: Path, sql: str) -> None:
    """DuckDB makes two statements of it, the first of which collects the values."""
    table = "(SELECT range, range % 2 AS m FROM green_tripdata)"
    assert run(sql.format(t=table)).columns[-2:] == ["0", "1"]


def test_a_query_that_may_not_be_run_says_so(file: Path) -> None:
    with pytest.raises(QueryError, match="one SELECT statement"):
        run("DELETE FROM green_tripdata")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000) a, range(1000000000) b",
        "WITH RECURSIVE r AS (SELECT 1 i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
    ],
)
def test_a_query_that_runs_for_ever_is_ended(file: Path, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryLimitError):  # of memory, if not of time
        run(sql, seconds=3)
    assert time.monotonic() - began < 60


def test_rows_and_bytes_are_limited(file: Path) -> None:
    found = run("FROM green_tripdata")
    assert (len(found.rows), found.cut) == (100, True)
    with pytest.raises(QueryLimitError, match="bytes"):
        run("SELECT repeat('x', 10000000)")


_RUN_AND_MEASURE = """
import resource, sys
from taxi_assets.query.database import DuckDBDatabase
from taxi_assets.errors import QueryLimitError
from taxi_assets.settings import read_settings
from taxi_assets.sql.identifiers import quoted
try:
    DuckDBDatabase(read_settings()).ask(sys.argv[1], {})
except QueryLimitError as error:
    print(error.what)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 30000000) FROM range(100)",
        "SELECT list(repeat('y', 1000000)) FROM range(900)",
        "SELECT list(i) FROM range(100000000) AS t(i)",
    ],
)
def test_memory_is_limited_for_the_process_as_a_whole(file: Path, sql: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _RUN_AND_MEASURE, sql], capture_output=True, text=True, check=True
    )
    said, largest_kib = done.stdout.splitlines()
    assert "more than 768 MB of memory" in said
    assert int(largest_kib) < 800 * 1024


def test_the_process_that_runs_it_has_no_secrets(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is replaced by one that shows its environment."""
    shown = file.parent / "environment"
    script = file.parent / "python"
    script.write_text(f"#!/bin/sh\nenv > {shown}\n")
    script.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(script))
    os.environ["TAXI_POSTGRES_DSN"] = "postgresql://u:hunter2@h/d"
    os.environ["GEMINI_API_KEY"] = "hunter3"
    with pytest.raises(QueryLimitError):
        run(COUNT)
    assert "PATH=" in shown.read_text()
    assert "hunter" not in shown.read_text()


def test_values_are_what_the_database_has(file: Path) -> None:
    values = {
        "INTERVAL '1 month 3 days 04:05:06'": "1 month 3 days 04:05:06",
        "'infinity'::TIMESTAMP": "infinity",
        "'-infinity'::DATE": "-infinity",
        "'ab\\xFF'::BLOB": "\\x6162ff",
        "MAP {DATE '2020-01-01': 1.50}": {"2020-01-01": "1.50"},
        "[TIMESTAMP '2020-01-01 07:46:31', NULL]": ["2020-01-01 07:46:31", None],
        "0::DECIMAL(18, 8)": "0.00000000",
    }
    assert run(f"SELECT {', '.join(values)}; -- all").rows == [list(values.values())]
    found = run("SELECT to_months(n), n FROM range(3000) AS t(n) ORDER BY n DESC")
    assert found.rows[0] == ["249 years 11 months", 2999]


def test_a_query_ends_also_where_nobody_waits_for_it_any_more(file: Path) -> None:
    request = {
        "path": str(file),
        "sql": "SELECT count(*) FROM range(1000000000) a, range(1000000000) b",
        "most_rows": 1,
        "most_bytes": 100,
        "ends_after": 1,
    }
    done = subprocess.run(
        [sys.executable, "-m", duckdb_reader.__name__],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGALRM, "")


def test_while_a_load_writes_the_question_waits_for_another_time(file: Path) -> None:
    with duckdb.connect(file), pytest.raises(WarehouseBusyError, match="being written to"):
        run(COUNT)


@pytest.mark.parametrize(
    "name",
    [
        "analytics",
        "Analytics",
        "main",
        "temp",
        "system",
        "memory",
        "a.b",
        'we"ird',
        "o'x",
        "数据 ü",
    ],
)
def test_the_name_of_the_file_is_in_no_query_s_way(tmp_path: Path, name: str) -> None:
    """DuckDB calls a database as its file is called; a schema may be called so, too."""
    path = tmp_path / f"{name}.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE zones AS SELECT 1 AS a")
        database = connection.execute("SELECT current_database()").fetchall()[0][0]
        schema = f"{quoted(database)}.analytics"
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.fct_trips AS SELECT 2 AS b")
    for sql in (
        "SELECT a, b FROM zones, fct_trips",
        "SELECT a, b FROM main.zones, analytics.fct_trips",
        """SELECT a, b FROM zones, "analytics" . "fct_trips" WHERE 'ü analytics.x' <> ''""",
        f"SELECT a, b FROM {quoted(database)}.main.zones, {schema}.fct_trips",
        "WITH t AS (FROM analytics.fct_trips AS f) SELECT a, b FROM zones, t -- analytics.x",
    ):
        found = duckdb_reader.answer(str(path), sql, 10, 1000, ["main", "analytics"])
        assert found.get("rows") == [[1, 2]], (sql, found)
