"""Months in DuckDB and in Postgres that are changed by hand, and what is then told of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import duckdb
import psycopg

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.duckdb.count_ids import count_ids as count_in_duckdb
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import held_month, measure_month
from taxi_assets.warehouse.postgres.count_ids import count_ids as count_in_postgres
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets_tests.integration.postgres.database import Database


class InDuckDB:
    """April and May in a DuckDB file, which is changed and asked by one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def changed(self, *statements: str) -> Iterator[None]:
        """For a while the table is as these statements leave it."""
        self._connection.begin()
        for statement in statements:
            self._connection.execute(statement)
        yield
        self._connection.rollback()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database answers in the midst of the changes."""
        return self._connection.execute(sql).fetchall()

    def figures(self, file: TripFile) -> MonthFigures:
        session = DuckDBSession(self._connection)
        return measure_month(session, file, partial(count_in_duckdb, session, file))

    def state(self, file: TripFile) -> HeldMonth:
        return held_month(DuckDBSession(self._connection), file)


class InPostgres:
    """The same in a Postgres database."""

    def __init__(self, database: Database, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._session = PostgresSession(database.server(), connection)

    @contextmanager
    def changed(self, *statements: str) -> Iterator[None]:
        with self._connection.transaction(force_rollback=True):
            for statement in statements:
                self._connection.execute(statement.encode())
            yield

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql.encode()).fetchall()

    def figures(self, file: TripFile) -> MonthFigures:
        with self._session.transaction(file.dataset):
            count_ids = partial(count_in_postgres, self._session, file)
            return measure_month(self._session, file, count_ids)

    def state(self, file: TripFile) -> HeldMonth:
        return held_month(self._session, file)


Warehouse = InDuckDB | InPostgres
