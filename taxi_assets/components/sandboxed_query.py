"""Runs a pipeline file's SQL in a sandbox with only one table.

The query runs in its own in-memory database. It cannot reach files, the network, extensions, Python
variables or a warehouse's tables, and it cannot change settings. Its memory and time are limited.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from taxi_assets.components.columns import ARROW_TYPES, ColumnKind
from taxi_assets.errors import InvalidFileError
from taxi_assets.sql.duckdb import DUCKDB

_CONFIG: Mapping[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "memory_limit": "512MB",
    "max_temp_directory_size": "0B",
    "threads": 2,
}

QUERY_SECONDS = 60.0


def check_query(sql: str, table: str, columns: Mapping[str, ColumnKind]) -> None:
    """Check, without running it, that a query is one SELECT from the table.

    Raises:
        ValueError: it is not; the text is mostly DuckDB's.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise ValueError(_said(error)) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ValueError("it must be one SELECT statement")
    empty = pa.table({name: pa.array([], ARROW_TYPES[kind]) for name, kind in columns.items()})
    with _sandbox(table, empty) as connection:
        try:
            _require_types(connection.sql(sql))
        except duckdb.Error as error:
            raise ValueError(_said(error)) from None


def run_query(
    sql: str, table: str, rows: pa.Table, place: str, seconds: float = QUERY_SECONDS
) -> pa.Table:
    """Run a query on a table of that name with these rows; return its result.

    Raises:
        InvalidFileError: the query failed, or took longer than ``seconds``.
    """
    with _sandbox(table, rows) as connection:
        timer = threading.Timer(seconds, connection.interrupt)
        timer.start()
        try:
            return connection.sql(sql).to_arrow_table()
        except (duckdb.Error, RuntimeError, pa.ArrowException) as error:
            late = "interrupted" in str(error).lower()
            why = f"it took longer than {seconds:g} s" if late else _said(error)
            raise InvalidFileError(
                f"{place}: the query fails: {why}",
                "correct the query, or what it is about; nothing was written",
            ) from None
        finally:
            timer.cancel()


@contextmanager
def _sandbox(table: str, rows: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=dict(_CONFIG)) as connection:
        connection.register(table, rows)
        connection.execute("SET lock_configuration = true")
        yield connection


def _require_types(result: duckdb.DuckDBPyRelation) -> None:
    if len({name.lower() for name in result.columns}) < len(result.columns):
        raise ValueError("its columns must have different names: name them with AS")
    for name, type_ in zip(result.columns, map(str, result.types), strict=True):
        if type_.partition("(")[0] not in DUCKDB.pipeline_types:
            known = ", ".join(DUCKDB.pipeline_types)
            raise ValueError(f"its column {name} is {type_}: cast it to one of {known}")


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
