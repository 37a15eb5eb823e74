"""Connects to Postgres with time-outs. The password is never shown."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from taxi_assets.errors import TransientError, WarehouseError
from taxi_assets.sql.statements import Statement
from taxi_assets.warehouse.postgres.dialect import sql
from taxi_assets.warehouse.postgres.failures import explain, explain_refusal

Row = tuple[object, ...]
Connection = psycopg.Connection[Row]

OLDEST_SERVER = 14
"""The oldest version that is supported in 2026 (https://www.postgresql.org/support/versioning/). It
also has the multi-range BRIN indexes that we need."""

_PAUSE_SECONDS = 0.5
_VERSION_FACTOR = 10_000


@dataclass(frozen=True)
class PostgresServer:
    """A Postgres database, and how to connect to it.

    Attributes:
        dsn: URL or key-value text, in libpq's format.
        schema: where all tables are. SQL names it, and no ``search_path`` matters: PgBouncer may
            hand a session to somebody else.
        connect_seconds: how long to try to connect.
        wait_seconds: how long to wait for the locks of other sessions.
        statement_seconds: how long one statement may take.
    """

    dsn: SecretStr
    schema: str = "public"
    connect_seconds: int = 10
    wait_seconds: float = 600
    statement_seconds: float = 3600

    @property
    def address(self) -> str:
        """Host, port and database. It contains no password."""
        parts = conninfo_to_dict(self.dsn.get_secret_value())
        host = parts.get("host") or parts.get("hostaddr") or "the default host"
        port = f":{parts['port']}" if "port" in parts else ""
        return f"{host}{port}/{parts.get('dbname') or 'the default database'}"

    def full_name(self, table: str) -> str:
        """A table's name with its schema."""
        return f"{self.schema}.{table}"

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection that commits each statement outside of `transaction` at once.

        Raises:
            WarehouseUnavailableError: the connection failed or broke.
            WarehouseBusyError: another session held a lock for longer than ``wait_seconds``.
            WarehouseError, StorageError: the server refused; a retry would not help.
        """
        with self._open() as connection:
            version = connection.info.server_version // _VERSION_FACTOR
            if version < OLDEST_SERVER:
                raise WarehouseError(
                    f"{self.address} runs Postgres {version}",
                    f"upgrade the server to {OLDEST_SERVER} or later",
                )
            try:
                yield connection
            except psycopg.Error as error:
                raise explain(error, self.address, self.schema) from None

    @contextmanager
    def transaction(self, connection: Connection) -> Iterator[None]:
        """A transaction with limits on how long its statements run and wait for locks."""
        with connection.transaction():
            limits = {
                "lock_timeout": milliseconds(self.wait_seconds),
                "statement_timeout": milliseconds(self.statement_seconds),
            }
            execute(connection, sql("limit_transaction"), limits)
            yield

    def _open(self) -> Connection:
        deadline = time.monotonic() + self.connect_seconds
        while True:
            try:
                return psycopg.connect(
                    self.dsn.get_secret_value(),
                    autocommit=True,
                    prepare_threshold=None,  # PgBouncer may be in between.
                    connect_timeout=self.connect_seconds,
                    application_name="taxi_assets",
                    client_encoding="UTF8",
                )
            except psycopg.Error as error:
                failure = explain_refusal(error, self.dsn, self.address)
                if not isinstance(failure, TransientError) or time.monotonic() > deadline:
                    raise failure from None
                time.sleep(_PAUSE_SECONDS)


def milliseconds(seconds: float) -> str:
    """A time-out in the unit of Postgres's settings; at least 1, since 0 means no time-out."""
    return str(max(1, round(seconds * 1000)))


def execute(
    connection: Connection, statement: Statement, values: Mapping[str, object] | None = None
) -> psycopg.Cursor[Row]:
    """Run a statement; of the given values, only those that it names are bound."""
    chosen = statement.choose(values or {})
    # Without values, psycopg does not read percent signs as placeholders.
    return connection.execute(statement.text.encode(), chosen or None)
