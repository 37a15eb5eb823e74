"""A warehouse as queries are put to it: its tables, its loaded months, one query at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from taxi_assets.errors import PermanentError, QueryError, SettingsError
from taxi_assets.query import duckdb_reader, postgres_reader
from taxi_assets.query.bigquery_database import bigquery_of
from taxi_assets.query.guard import guarded, likely_names, parts_of
from taxi_assets.query.guarded_query import QueryRows, run_guarded
from taxi_assets.query.limits import MOST_BYTES, MOST_ROWS
from taxi_assets.settings import Settings, require_needs, variable
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.model_records import MODEL_NAMES, MODELS_SCHEMA, models_schema
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.dialect import POSTGRES
from taxi_assets.warehouse.postgres.warehouse import warehouse_of

Tables = Mapping[str, Mapping[str, str]]
"""The types of each table's columns, by its name, such as ``zones`` or ``analytics.fct_trips``."""

_MOST_COLUMNS = 10_000


class Database(Protocol):
    """A warehouse that can be asked."""

    @property
    def dialect(self) -> str:
        """Its SQL, as sqlglot calls it, which is also the warehouse's name."""

    @property
    def is_billed(self) -> bool:
        """Whether each query costs something, so that none is made that nobody asked for."""

    def own(self, name: str, most_rows: int = MOST_ROWS) -> QueryRows:
        """What a statement of this package gives."""

    def ask(self, sql: str, tables: Tables, most_rows: int = MOST_ROWS) -> QueryRows:
        """What somebody's SELECT from these tables gives.

        Raises:
            QueryError: it is no single SELECT, reaches for what it must not, or is wrong.
            QueryLimitError: it took too long or gave too much.
            WarehouseBusyError, WarehouseUnavailableError: the warehouse cannot be asked now.
        """

    def show(self, table: str, tables: Tables, most_rows: int = MOST_ROWS) -> QueryRows:
        """The first rows of one of these tables, in no order; raises what ``ask`` does."""


@dataclass(frozen=True)
class DuckDBDatabase:
    """The DuckDB file.

    Attributes:
        settings: that name it, and say how many seconds a query may take.
        most_bytes: that its rows may have as text.
    """

    settings: Settings
    most_bytes: int = MOST_BYTES

    dialect = DUCKDB.name
    is_billed = False

    def own(self, name: str, most_rows: int = MOST_ROWS) -> QueryRows:
        """What a statement of this package gives."""
        return self._run(_sql(name), most_rows)

    def ask(self, sql: str, tables: Tables, most_rows: int = MOST_ROWS) -> QueryRows:  # noqa: ARG002
        """What somebody's SELECT gives: the file is opened so that it holds no other tables."""
        return self._run(sql, most_rows)

    def show(self, table: str, tables: Tables, most_rows: int = MOST_ROWS) -> QueryRows:
        """The first rows of a table."""
        return self.ask(_all_of(table, tables), tables, most_rows)

    def _run(self, sql: str, most_rows: int) -> QueryRows:
        path = self.settings.duckdb_file
        if not path.exists():
            raise PermanentError(
                f"{path} is not there: no month was loaded into DuckDB",
                "load one, such as `taxi-assets load green 2021-03`",
            )
        request = {
            "path": str(path),
            "sql": sql,
            "most_rows": most_rows,
            "most_bytes": self.most_bytes,
            "schemas": ["main", MODELS_SCHEMA],
        }
        seconds = self.settings.query_seconds
        return run_guarded(duckdb_reader.__name__, request, sql, str(path), seconds)


@dataclass(frozen=True)
class PostgresDatabase:
    """The Postgres database.

    Attributes:
        server: where it is, and as whom it is asked.
        seconds: that a query may take.
        most_bytes: that its rows may have as text.
    """

    server: PostgresServer
    seconds: float
    most_bytes: int = MOST_BYTES

    dialect = POSTGRES.name
    is_billed = False

    def own(self, name: str, most_rows: int = MOST_ROWS) -> QueryRows:
        """What a statement of this package gives."""
        return self._run(_sql(name), most_rows)

    def ask(self, sql: str, tables: Tables, most_rows: int = MOST_ROWS) -> QueryRows:
        """What somebody's SELECT from these tables gives."""
        return self._run(guarded(sql, self.dialect, tables, self.server.schema), most_rows)

    def show(self, table: str, tables: Tables, most_rows: int = MOST_ROWS) -> QueryRows:
        """The first rows of a table."""
        return self.ask(_all_of(table, tables), tables, most_rows)

    def _run(self, sql: str, most_rows: int) -> QueryRows:
        request = {
            "dsn": self.server.dsn.get_secret_value(),
            "sql": sql,
            "most_rows": most_rows,
            "most_bytes": self.most_bytes,
            "schemas": [self.server.schema, models_schema(self.server.schema)],
            "seconds": self.seconds,
            "connect_seconds": self.server.connect_seconds,
            "environment": {k: v for k, v in os.environ.items() if k.startswith("PG")}
            | {"HOME": str(Path.home())},  # where libpq finds its files of passwords
        }
        return run_guarded(
            postgres_reader.__name__,
            request,
            sql,
            self.server.address,
            self.seconds,
            grace_seconds=self.server.connect_seconds,
        )


def database_of(
    settings: Settings, warehouse: str | None = None, most_bytes: int = MOST_BYTES
) -> Database:
    """The warehouse to ask: the named one, or the first of the settings' that can be asked.

    Args:
        settings: that hold.
        warehouse: its name.
        most_bytes: that the rows of a query may have as text.

    Raises:
        SettingsError: the settings do not have it, or it cannot be asked.
    """
    able = [each for each in settings.warehouses if each in _DATABASES]
    chosen = warehouse or next(iter(able), settings.warehouses[0])
    if chosen not in _DATABASES:
        raise SettingsError(
            f"queries are not put to {chosen}",
            f"load the months into {' or '.join(_DATABASES)}, too: {variable('warehouses')}",
        )
    return _DATABASES[chosen](settings, most_bytes)


def _postgres_of(settings: Settings, most_bytes: int) -> Database:
    require_needs(POSTGRES.name, settings)
    server = warehouse_of(settings).server
    reader = settings.query_postgres_dsn
    server = replace(server, dsn=reader) if reader else server
    return PostgresDatabase(server, settings.query_seconds, most_bytes)


_DATABASES: Mapping[str, Callable[[Settings, int], Database]] = {
    DUCKDB.name: DuckDBDatabase,
    POSTGRES.name: _postgres_of,
    BIGQUERY.name: bigquery_of,
}
"""The warehouses that can be asked."""


def _sql(name: str) -> str:
    return Statements(__package__, DUCKDB)(name, table=LEDGER.name).text


def _all_of(table: str, tables: Tables) -> str:
    schema, name = parts_of(table)
    before = f"{quoted(schema)}." if schema and name in tables else ""
    return f"SELECT * FROM {before}{quoted(name)}"  # noqa: S608 - quoted


def tables_of(database: Database) -> dict[str, dict[str, str]]:
    """The tables that can be asked, with the types of their columns."""
    tables: dict[str, dict[str, str]] = {}
    found = database.own(f"{database.dialect}_columns", _MOST_COLUMNS).rows
    for schema, table, column, type_ in found:
        if table in MODEL_NAMES or not schema:
            name = f"{schema}.{table}" if schema else table
            tables.setdefault(name, {})[column] = type_
    return tables


def table_named(name: str, tables: Tables) -> str:
    """The table of that name, in capitals or not; a model also without its schema.

    Raises:
        QueryError: there is none; names like it are named.
    """
    bare = {parts_of(table)[1].lower(): table for table in tables}
    known = bare | {table.lower(): table for table in tables}
    if name.lower() not in known:
        raise QueryError(
            f"there is no table {name} to read; {likely_names(name, bare)}",
            "name one of these; `taxi-assets show` lists them with their meanings",
        )
    return known[name.lower()]


def loaded_months(database: Database, tables: Tables) -> dict[str, dict[Month, int]]:
    """The rows of each loaded month of each taxi, by the ledger."""
    months: dict[str, dict[Month, int]] = {}
    if LEDGER.name in tables:
        for taxi, month, rows in database.own("loaded_months", _MOST_COLUMNS).rows:
            months.setdefault(taxi, {})[Month.parse(month)] = int(rows)
    return months


def ranges(months: Sequence[Month]) -> str:
    """Months in words: ``2020-01 to 2020-12, 2021-03``."""
    runs: list[list[Month]] = []
    for month in sorted(months):
        if runs and runs[-1][-1].plus(1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(f"{run[0]} to {run[-1]}" if run[1:] else f"{run[0]}" for run in runs)
