"""The SQL of a pipeline file reaches nothing but the table that it is about."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from taxi_assets.components.sandboxed_query import check_query, run_query
from taxi_assets.errors import InvalidFileError

ROWS = pa.table({"x": [1, 2]})
a_python_variable = ROWS


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t",
        "SELECT 1; DROP TABLE t",
        "COPY t TO '{file}'",
        "ATTACH '{file}' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "PRAGMA version",
        "CALL pragma_version()",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{file}')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "SELECT * FROM a_python_variable",
        "SELECT * FROM green_tripdata",
        "WITH y AS (INSERT INTO t VALUES (3) RETURNING *) SELECT * FROM y",
        "SELECT y FROM t",
        "SELECT x, x AS X FROM t",
        "SELECT [x] AS list FROM t",
        "SELECT",
        "",
    ],
)
def test_what_is_not_one_select_from_the_table_is_refused(sql: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises(ValueError, match=r".+"):
        check_query(sql.format(file=file), "t", {"x": "integer"})
    assert file.read_text() == "a\n1\n"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM a_python_variable",
        "SELECT * FROM query('COPY t TO ''{file}''')",
        "SELECT error('no') FROM t",
    ],
)
def test_running_it_is_as_limited_as_checking_it(sql: str, tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text("secret")
    with pytest.raises(InvalidFileError, match="nothing was written") as failure:
        run_query(sql.format(file=file), "t", ROWS, "here")
    assert "the query fails" in str(failure.value)
    assert file.read_text() == "secret"


def test_what_takes_too_long_or_too_much_memory_fails() -> None:
    endless = "SELECT sum(a.range * b.range) AS s FROM range(10000000) a, range(10000000) b"
    with pytest.raises(InvalidFileError, match=r"longer than 0\.5 s"):
        run_query(endless, "t", ROWS, "here", seconds=0.5)
    with pytest.raises(InvalidFileError, match="memory"):
        run_query("SELECT list(range) AS l FROM range(1000000000)", "t", ROWS, "here", seconds=30)


def test_a_select_gives_its_rows_in_its_order() -> None:
    check_query("FROM t ORDER BY x DESC", "t", {"x": "integer"})
    assert run_query("FROM t ORDER BY x DESC", "t", ROWS, "here").to_pydict() == {"x": [2, 1]}
